"""Weights are used only when they are the ones the card describes, and no code in a foreign file ever runs."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from detector.config import CHECKPOINTS, DetectorConfig
from detector.errors import (
    CheckpointError,
    CheckpointIntegrityError,
    CheckpointMismatchError,
    CheckpointNotFoundError,
)
from detector.model.checkpoint import (
    ARCHITECTURE,
    SECOND_ARCHITECTURE,
    CheckpointCard,
    InputSpec,
    SecondNetwork,
    load_card,
    load_weights,
    save_checkpoint,
    save_second,
)
from detector.model.classifier import build_network
from detector.model.importer import import_checkpoint
from detector.pipeline import Detector
from detector.verdict.calibration import Calibration


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build_network().state_dict()


def card(name: str = "mine") -> CheckpointCard:
    return CheckpointCard(
        name=name,
        sha256="",
        architecture=ARCHITECTURE,
        input=InputSpec(size_px=160, margin_frac=0.1, pixel_mean=127.5, pixel_std=127.5),
        calibration=Calibration(),
        explain_layer="repeat_1",
        false_alarm_rate=None,
        miss_rate=None,
        undecided_rate=None,
        measured_on="never measured",
        licence="test",
    )


def test_what_is_saved_is_what_is_loaded_in_half_precision(state, tmp_path: Path) -> None:
    written = save_checkpoint(card(), state, tmp_path)
    loaded = load_weights(load_card("mine", tmp_path), tmp_path)
    assert written == load_card("mine", tmp_path)
    assert loaded.keys() == state.keys()
    for key, tensor in state.items():
        expected = tensor.half().float() if tensor.is_floating_point() else tensor
        assert torch.equal(loaded[key], expected), key


def test_the_logit_is_the_weighted_sum_of_both_networks(state, tmp_path: Path) -> None:
    second = build_network(SECOND_ARCHITECTURE).state_dict()
    state = state | {"logits.bias": torch.tensor([3.0])}
    second["logit.bias"] = torch.tensor([-1.0])
    save_checkpoint(card(), state, tmp_path)
    joint = SecondNetwork(architecture=SECOND_ARCHITECTURE, sha256="", factors=(0.7, 0.4))
    written = save_second(
        replace(card(), second=joint, sha256=load_card("mine", tmp_path).sha256), second, tmp_path
    )
    assert written.second is not None and written.weights_id == f"{written.sha256}+{written.second.sha256}"
    info = written.info("image")
    assert info.architecture == "InceptionResnetV1 and EfficientNet-Lite2"
    assert info.second_sha256 == written.second.sha256

    detector = Detector.from_checkpoint("mine", DetectorConfig(checkpoint_folder=tmp_path, device="cpu"))
    batch = torch.rand(3, 3, 160, 160) * 2 - 1
    expected = []
    for architecture, weights in ((ARCHITECTURE, state), (SECOND_ARCHITECTURE, second)):
        network = build_network(architecture).eval()
        network.load_state_dict(weights)
        with torch.no_grad():
            expected.append(network(batch).squeeze(1))
    wanted = 0.7 * expected[0] + 0.4 * expected[1]
    torch.testing.assert_close(detector.classifier.logits(batch), wanted, atol=0.05, rtol=0.05)
    assert detector.classifier.contributions(batch).shape == (3, 2)


def test_a_changed_second_network_is_refused(state, tmp_path: Path) -> None:
    save_checkpoint(card(), state, tmp_path)
    joint = SecondNetwork(architecture=SECOND_ARCHITECTURE, sha256="", factors=(1.0, 1.0))
    first = replace(card(), second=joint, sha256=load_card("mine", tmp_path).sha256)
    save_second(first, build_network(SECOND_ARCHITECTURE).state_dict(), tmp_path)
    config = DetectorConfig(checkpoint_folder=tmp_path, device="cpu")
    Detector.from_checkpoint("mine", config)
    file = tmp_path / "mine" / "second.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(CheckpointIntegrityError, match=r"second\.safetensors"):
        Detector.from_checkpoint("mine", config)
    file.unlink()
    with pytest.raises(CheckpointNotFoundError, match=r"second\.safetensors"):
        Detector.from_checkpoint("mine", config)


def test_a_changed_weights_file_is_refused(state, tmp_path: Path) -> None:
    save_checkpoint(card(), state, tmp_path)
    file = tmp_path / "mine" / "weights.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(CheckpointIntegrityError, match="copy the checkpoint again"):
        Detector.from_checkpoint("mine", DetectorConfig(checkpoint_folder=tmp_path))


@pytest.mark.parametrize("name", ["nothing", "../default", "", "a/b"])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(CheckpointNotFoundError, match=r"there are: default"):
        load_card(name, CHECKPOINTS)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"schema_version": 99}, id="a card of the future"),
        pytest.param({"architecture": "EfficientNet"}, id="another network"),
        pytest.param({"calibration": {"slope": -1}}, id="a falling calibration"),
        pytest.param({"input": {"size_px": 160}}, id="half an input"),
        pytest.param({"surprise": 1}, id="an unknown field"),
    ],
)
def test_a_card_this_program_cannot_use_is_refused(change, state, tmp_path: Path) -> None:
    save_checkpoint(card(), state, tmp_path)
    file = tmp_path / "mine" / "card.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(CheckpointMismatchError, match=r"card|describes"):
        load_card("mine", tmp_path)


@pytest.mark.parametrize("wrap", ["model_state_dict", "state_dict", None])
def test_a_community_file_is_imported_bit_for_bit(wrap, state, tmp_path: Path) -> None:
    file = tmp_path / "resnetinceptionv1_epoch_32.pth"
    torch.save({wrap: state, "epoch": 32} if wrap else dict(state), file)
    imported = import_checkpoint(file, tmp_path)
    assert imported.name == "resnetinceptionv1_epoch_32"
    assert imported.input == InputSpec(size_px=256, margin_frac=0.0, pixel_mean=0.0, pixel_std=255.0)
    assert imported.false_alarm_rate is None
    loaded = load_weights(imported, tmp_path)
    assert all(torch.equal(loaded[key], tensor.half().to(tensor.dtype)) for key, tensor in state.items())
    with pytest.raises(CheckpointMismatchError, match="already"):
        import_checkpoint(file, tmp_path)


def test_an_imported_checkpoint_judges_and_says_that_it_was_never_measured(state, tmp_path, examples) -> None:
    torch.save({"model_state_dict": state}, tmp_path / "theirs.pth")
    import_checkpoint(tmp_path / "theirs.pth", tmp_path)
    detector = Detector.from_checkpoint("theirs", DetectorConfig(checkpoint_folder=tmp_path, precision="fp32"))
    analysis = detector.analyze(examples / "genuine.jpg")
    assert analysis.tracks[0].key_crops[0].pixels.shape == (256, 256, 3)
    assert any("never measured" in str(reason) for reason in analysis.verdict.reasons)


def test_keys_that_differ_are_named(state, tmp_path: Path) -> None:
    odd = dict(state)
    del odd["logits.bias"]
    odd["head.weight"] = torch.zeros(1)
    odd["logits.weight"] = torch.zeros(2, 512)
    torch.save({"model_state_dict": odd}, tmp_path / "odd.pth")
    with pytest.raises(CheckpointMismatchError, match=r"missing logits\.bias.*head\.weight.*\(2, 512\)"):
        import_checkpoint(tmp_path / "odd.pth", tmp_path)


class Malicious:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path(MARKER),))  # type: ignore[return-value]


MARKER = ""


def test_code_in_a_foreign_file_is_not_run(tmp_path: Path) -> None:
    global MARKER
    MARKER = str(tmp_path / "ran")
    torch.save({"model_state_dict": Malicious()}, tmp_path / "evil.pth")
    with pytest.raises(CheckpointMismatchError, match="never run"):
        import_checkpoint(tmp_path / "evil.pth", tmp_path)
    (tmp_path / "evil2.pth").write_bytes(pickle.dumps(Malicious()))
    with pytest.raises(CheckpointMismatchError, match="never run"):
        import_checkpoint(tmp_path / "evil2.pth", tmp_path)
    assert not (tmp_path / "ran").exists()


def test_the_shipped_checkpoint_is_whole_small_and_measured() -> None:
    shipped = load_card("default", CHECKPOINTS)
    assert load_weights(shipped, CHECKPOINTS).keys() == build_network().state_dict().keys()
    assert (CHECKPOINTS / "default" / "weights.safetensors").stat().st_size < 50_000_000
    assert shipped.false_alarm_rate is not None and shipped.miss_rate is not None
    assert shipped.figures["val"]["ranking"] and shipped.figures["dev"]["ranking"]


UNUSABLE = {
    "nan": lambda t: torch.full_like(t, float("nan")),
    "infinite": lambda t: torch.full_like(t, float("inf")),
    "huge": lambda t: t * 1e30,
    "integer": lambda t: torch.zeros(t.shape, dtype=torch.int64),
    "complex": lambda t: torch.zeros(t.shape, dtype=torch.complex64),
    "sparse": lambda t: t.to_sparse() if t.dim() else t,
    "meta": lambda t: torch.empty(t.shape, device="meta"),
    "scaled": lambda t: t * 300,
    "zero": torch.zeros_like,
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_weights_that_cannot_be_computed_with_are_refused_and_nothing_is_written(kind, state, tmp_path) -> None:
    spoilt = {
        key: UNUSABLE[kind](tensor) if tensor.is_floating_point() else tensor for key, tensor in state.items()
    }
    torch.save(spoilt, tmp_path / "bad.pth")
    with pytest.raises(CheckpointMismatchError, match="cannot be used"):
        import_checkpoint(tmp_path / "bad.pth", tmp_path / "root")
    assert not (tmp_path / "root").exists()


def test_a_single_number_that_is_not_finite_is_refused_when_a_checkpoint_is_loaded(state, tmp_path: Path) -> None:
    spoilt = dict(state)
    spoilt["logits.bias"] = torch.tensor([float("nan")])
    save_checkpoint(card(), spoilt, tmp_path)
    with pytest.raises(CheckpointMismatchError, match=r"logits\.bias"):
        Detector.from_checkpoint("mine", DetectorConfig(checkpoint_folder=tmp_path, precision="fp32"))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"margin_frac": float("nan")}, id="a margin that is no number"),
        pytest.param({"margin_frac": 1e9}, id="an absurd margin"),
        pytest.param({"pixel_std": float("nan")}, id="a deviation that is no number"),
        pytest.param({"pixel_mean": [0.0, float("inf"), 0.0]}, id="an infinite mean"),
    ],
)
def test_an_input_that_cannot_be_computed_with_is_refused(change) -> None:
    given = {"size_px": 160, "margin_frac": 0.1, "pixel_mean": 0.0, "pixel_std": 255.0} | change
    with pytest.raises(ValueError, match=r"margin_frac|pixel_(mean|std)"):
        InputSpec(**given)


def test_a_card_of_another_checkpoint_or_of_endless_depth_is_refused(state, tmp_path: Path) -> None:
    save_checkpoint(card(), state, tmp_path)
    file = tmp_path / "mine" / "card.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"name": "../default"}))
    with pytest.raises(CheckpointMismatchError, match="card of"):
        load_card("mine", tmp_path)
    file.write_text("[" * 100_000)
    with pytest.raises(CheckpointMismatchError, match="card"):
        load_card("mine", tmp_path)


def test_an_import_onto_a_full_disk_is_an_error_and_does_not_take_the_name(state, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    torch.save(state, tmp_path / "network.pth")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(CheckpointError, match="Make room there"):
            import_checkpoint(tmp_path / "network.pth", tmp_path, "mine")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert import_checkpoint(tmp_path / "network.pth", tmp_path, "mine").name == "mine"
