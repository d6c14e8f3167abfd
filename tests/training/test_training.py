"""Training on a folder of a few pictures, from labels to a calibrated checkpoint that the detector loads."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from detector import Detector, DetectorConfig
from detector.pictures import read_picture
from training.__main__ import main
from training.batches import PairStream
from training.calibrate import FALSE_ALARM_RATE, MISS_RATE, calibrate, error_rates
from training.data import read_faces, read_labels, twins
from training.evaluate import auc_with_interval, read_results
from training.networks import PIXEL_MEAN, PIXEL_STD, Teacher, TensorflowPadding


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Path:
    """Sixteen pictures of the portrait, in four groups of a genuine and a manipulated one, for two splits."""
    folder = tmp_path_factory.mktemp("data")
    rows = []
    for group in range(8):
        for label in ("genuine", "manipulated"):
            pixels = read_picture(examples / f"{label}.jpg")[20 + 2 * group : 260 + 2 * group, 100:340]
            name = f"{label}{group}.png"
            Image.fromarray(pixels).save(folder / name)
            kind = "real" if label == "genuine" else "fake"
            split = "train" if group < 4 else "val" if group < 7 else "dev"
            manipulation = "none" if kind == "real" else "self-blend"
            rows.append([name, kind, "portrait", manipulation, f"g{group}", split])
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "label", "source", "manipulation", "group", "split"], *rows])
    return folder


@pytest.fixture(scope="module")
def faces(data: Path) -> Path:
    file = data / "faces.csv"
    assert main(["prepare", "--data", str(data), "--faces", str(file), "--workers", "1"]) == 0
    return file


def test_prepare_finds_every_face_and_keeps_its_place(data: Path, faces: Path) -> None:
    found = [*read_faces(faces, "train"), *read_faces(faces, "val"), *read_faces(faces, "dev")]
    assert len(found) == len(read_labels(data)) == 16
    for face in found:
        assert face.face.landmarks.shape == (5, 2)
        assert 60 < face.face.box.width < 110


def test_twins_share_a_group(faces: Path) -> None:
    pairs = twins(read_faces(faces, "train"))
    assert len(pairs) == 4
    assert all(
        not real.item.is_fake and fake.item.is_fake and real.item.group == fake.item.group for real, fake in pairs
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(["x.png", "maybe", "s", "m", "g9", "train"], "real or fake", id="a third label"),
        pytest.param(["x.png", "real", "portrait", "m", "g0", "val"], "two splits", id="a group in two splits"),
    ],
)
def test_labels_that_would_spoil_the_measurement_are_refused(data: Path, tmp_path: Path, row, message) -> None:
    text = (data / "labels.csv").read_text() + ",".join(row) + "\n"
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_labels(tmp_path)


def test_the_stream_of_pairs_repeats_and_does_not_depend_on_where_it_starts(data: Path, faces: Path) -> None:
    def stream(first: int) -> PairStream:
        return PairStream(data, read_faces(faces, "train"), size_px=96, seed=5, first=first, ramp_pairs=4)

    long, late = iter(stream(0)), iter(stream(3))
    pairs = [next(long) for _ in range(5)]
    assert all(pixels.shape == (2, 3, 96, 96) and labels.tolist() == [0, 1] for pixels, labels in pairs)
    assert torch.equal(next(late)[0], pairs[3][0]) and torch.equal(next(late)[0], pairs[4][0])
    assert not torch.equal(pairs[0][0], pairs[1][0])
    assert all(not torch.equal(pixels[0], pixels[1]) for pixels, _ in pairs)


def fit(run: Path, data: Path, faces: Path, network: str, steps: int, *more: str) -> None:
    arguments = ["fit", network, "--run", str(run), "--steps", str(steps), "--size-px", "160", *more]
    assert main([*arguments, "--data", str(data), "--faces", str(faces)]) == 0


@pytest.fixture(scope="module")
def student_run(data: Path, faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("runs")
    fit(runs / "teacher", data, faces, "teacher", 1)
    fit(runs / "student", data, faces, "student", 1, "--teacher", str(runs / "teacher"))
    return runs / "student"


def test_a_finished_run_stays_as_it_is_and_another_setting_is_refused(student_run, data, faces) -> None:
    before = (student_run / "state.pt").read_bytes()
    fit(student_run, data, faces, "student", 1, "--teacher", str(student_run.parent / "teacher"))
    assert (student_run / "state.pt").read_bytes() == before
    with pytest.raises(ValueError, match="other settings"):
        fit(student_run, data, faces, "student", 2, "--teacher", str(student_run.parent / "teacher"))
    with pytest.raises(ValueError, match="--teacher"):
        fit(student_run.parent / "alone", data, faces, "student", 1)


def test_from_a_run_to_a_checkpoint_with_card_and_model_card(student_run, data, tmp_path, capsys) -> None:
    root = ["--checkpoints", str(tmp_path)]
    assert main(["export", "--run", str(student_run), "--terms", "test only", *root]) == 0
    for split in ("val", "dev"):
        out = str(tmp_path / f"{split}.csv")
        assert main(["evaluate", "--data", str(data), "--split", split, "--out", out, *root]) == 0
    results = read_results(tmp_path / "val.csv")
    assert [row["label"] for row in results] == ["real", "fake"] * 3
    assert all(row["logit"] is not None for row in results)
    # One step teaches nothing, so the figures of the card come from logits drawn for the purpose.
    rng = np.random.default_rng(0)
    for split in ("val", "dev"):
        drawn = rows("real", rng.normal(-1, 1, 30)) + rows("fake", rng.normal(1, 1, 30))
        with (tmp_path / f"{split}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, results[0].keys())
            writer.writeheader()
            writer.writerows(results[0] | row for row in drawn)
    files = ["--val", str(tmp_path / "val.csv"), "--dev", str(tmp_path / "dev.csv")]
    words = ["--measured-on", "sixty drawn logits", "--note", "hardware=a test"]
    assert main(["calibrate", *files, *words, *root]) == 0
    detector = Detector.from_checkpoint("default", DetectorConfig(checkpoint_folder=tmp_path))
    assert detector.card.training["hardware"] == "a test" and detector.card.training["steps"] == 1
    assert detector.card.measured_on == "sixty drawn logits"
    text = (tmp_path / "default" / "README.md").read_text()
    figures = detector.card.figures["val"]["auc"]["all"]
    assert f"| all | {figures['auc']:.3f} |" in text and "test only" in text
    state = torch.load(student_run / "state.pt", weights_only=True)["ema"]
    shipped = detector.classifier.network.state_dict()
    assert all(torch.equal(shipped[key], state[f"network.{key}"].half().to(shipped[key].dtype)) for key in shipped)
    json.loads((tmp_path / "default" / "card.json").read_text())


def test_the_students_input_is_what_its_card_says() -> None:
    assert PIXEL_MEAN == PIXEL_STD == 127.5


def test_tensorflow_padding_is_one_pixel_right_and_below() -> None:
    convolution = torch.nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False)
    torch.nn.init.ones_(convolution.weight)
    x = torch.zeros(1, 1, 6, 6)
    x[..., -1, -1] = 1
    assert TensorflowPadding(convolution)(x)[0, 0].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    strides = [m for m in Teacher().modules() if isinstance(m, torch.nn.Conv2d) and m.stride == (2, 2)]
    assert len(strides) == 5 and all(m.padding == (0, 0) for m in strides)


def rows(label: str, logits: np.ndarray, source: str = "s") -> list[dict[str, object]]:
    return [{"label": label, "source": source, "logit": float(logit)} for logit in logits]


def test_thresholds_keep_their_promises_on_the_data_they_were_set_on() -> None:
    rng = np.random.default_rng(0)
    results = rows("real", rng.normal(-1, 1, 2000)) + rows("fake", rng.normal(1.5, 1, 1500))
    results += rows("real", rng.normal(0.5, 1, 400), "harder")
    calibration = calibrate(results)
    for source in ("s", "harder"):
        called = [
            calibration.outcome(calibration.probability(row["logit"]))
            for row in results
            if row["source"] == source and row["label"] == "real"
        ]
        assert called.count("fake") / len(called) <= FALSE_ALARM_RATE
    false_alarms, misses, undecided = error_rates(results, calibration)
    assert 0 < undecided < 1
    assert false_alarms <= FALSE_ALARM_RATE and 0.8 * MISS_RATE < misses <= MISS_RATE


def test_platt_scaling_recovers_known_odds() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    fake = rng.random(20_000) < 1 / (1 + np.exp(-(0.7 * logits + 0.5)))
    calibration = calibrate(rows("real", logits[~fake]) + rows("fake", logits[fake]))
    assert calibration.slope == pytest.approx(0.7, abs=0.05)
    assert calibration.intercept == pytest.approx(0.5, abs=0.08)


def test_faces_without_a_logit_are_left_out_and_one_sided_results_refused() -> None:
    with pytest.raises(ValueError, match="genuine and manipulated"):
        calibrate([*rows("real", np.zeros(5)), {"label": "fake", "source": "s", "logit": None}])
    with pytest.raises(ValueError, match="learned nothing"):
        calibrate(rows("real", np.ones(5)) + rows("fake", np.zeros(5)))


def test_the_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 1, 40), rng.normal(1, 1, 30)
    found = auc_with_interval([0] * 40 + [1] * 30, [*real, *fake])
    assert found["auc"] == pytest.approx(float((fake[:, None] > real[None]).mean()), abs=5e-4)
    assert found["low"] < found["auc"] < found["high"]
    assert (found["real"], found["fake"]) == (40, 30)
