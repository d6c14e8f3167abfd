"""Fitting on a folder of a few images: it resumes to the step, starts where it is told, and learns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import training.fitting.fit
from detector.config import CHECKPOINTS
from training.__main__ import main
from training.datasets.labels import read_faces
from training.datasets.pairs import PairStream
from training.fitting.fit import FitSettings, start_from
from training.fitting.networks import Student, Teacher


def fit(run: Path, data: Path, faces: Path, network: str, steps: int, *more: str) -> None:
    sizes = ["--steps", str(steps), "--size-px", "112", "--pairs", "4", "--workers", "1"]
    arguments = ["fit", network, "--run", str(run), *sizes, *more]
    assert main([*arguments, "--data", str(data), "--faces", str(faces)]) == 0


def state(run: Path) -> dict[str, torch.Tensor]:
    averaged = torch.load(run / "state.pt", weights_only=True)["ema"]
    return {name.removeprefix("module."): tensor for name, tensor in averaged.items()}


@pytest.fixture(scope="module")
def teacher_run(data: Path, faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "teacher"
    fit(run, data, faces, "teacher", 2)
    return run


def test_an_interrupted_run_ends_as_if_it_had_not_been(data, faces, tmp_path, monkeypatch) -> None:
    settings = FitSettings(network="teacher", steps=3, size_px=112, pairs=4, workers=1, save_every=1)
    faster = iter((torch.float32, torch.float32, torch.bfloat16))  # another one when the run is resumed
    monkeypatch.setattr(training.fitting.fit, "_faster_precision", lambda *given: next(faster))

    def run(name: str) -> None:
        training.fitting.fit.fit(settings, data=data, faces_files=[faces], run=tmp_path / name)

    run("straight")
    taken, next_batch = [], training.fitting.fit._next

    def pull_the_plug(*arguments):
        taken.append(None)
        if len(taken) == 3:
            raise KeyboardInterrupt
        return next_batch(*arguments)

    monkeypatch.setattr(training.fitting.fit, "_next", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        run("broken")
    assert torch.load(tmp_path / "broken/state.pt", weights_only=True)["step"] == 2
    run("broken")
    straight, resumed = state(tmp_path / "straight"), state(tmp_path / "broken")
    assert all(torch.allclose(straight[key], resumed[key], atol=1e-6) for key in straight)


def test_a_finished_run_stays_as_it_is_and_another_setting_is_refused(teacher_run, data, faces) -> None:
    before = (teacher_run / "state.pt").read_bytes()
    fit(teacher_run, data, faces, "teacher", 2)
    assert (teacher_run / "state.pt").read_bytes() == before
    with pytest.raises(ValueError, match="other settings"):
        fit(teacher_run, data, faces, "teacher", 3)
    log = [json.loads(line) for line in (teacher_run / "log.jsonl").read_text().splitlines()]
    assert log[-1]["step"] == 2 and {"loss", "images_a_second", "minutes_left", "auc"} <= set(log[-1])
    assert json.loads((teacher_run / "settings.json").read_text())["size_px"] == 112


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(["--teacher"], id="following a teacher"),
        pytest.param([], id="by the labels alone"),
    ],
)
def test_every_way_of_fitting_a_student_moves_it_and_another_run_can_start_from_it(
    data, faces, teacher_run, tmp_path, how: list[str]
) -> None:
    how = [*how, str(teacher_run)] if how == ["--teacher"] else how
    fit(tmp_path / "student", data, faces, "student", 1, *how)
    torch.manual_seed(FitSettings.seed)
    fresh, moved = Student().state_dict(), state(tmp_path / "student")
    assert any(not torch.equal(fresh[key], moved[key]) for key in fresh if key.endswith("conv.weight"))
    fit(tmp_path / "next", data, faces, "student", 1, "--start", str(tmp_path / "student"))


def test_a_checkpoint_is_a_start_and_its_map_head_comes_along() -> None:
    student = Student()
    start_from(student, CHECKPOINTS / "default")
    weights = load_file(CHECKPOINTS / "default" / "weights.safetensors")
    head = load_file(CHECKPOINTS / "default" / "map_head.safetensors")
    torch.testing.assert_close(student.network.logits.weight, weights["logits.weight"].float())
    torch.testing.assert_close(student.map_fine.weight, head["fine.weight"].float())


def test_the_learning_rate_stays_and_then_falls_to_nothing() -> None:
    settings = FitSettings(network="student", steps=1000, warmup_steps=10, constant_frac=0.8)
    rates = [training.fitting.fit._learning_rate(settings, step) for step in (0, 10, 799, 900, 999)]
    assert rates[1] == rates[2] == settings.learning_rate and rates[0] < rates[1]
    assert rates[3] == pytest.approx(settings.learning_rate / 2) and rates[4] < 0.001 * settings.learning_rate


def test_a_run_of_the_other_network_is_no_start(teacher_run) -> None:
    with pytest.raises(ValueError, match="does not hold a student"):
        start_from(Student(), teacher_run)


def test_the_loss_can_be_learned(data, faces) -> None:
    """One batch of real pairs, again and again: labels and places are fitted."""
    stream = PairStream(read_faces(faces, data, "train"), size_px=96, seed=0)
    batch = [[torch.stack(part) for part in zip(*(stream.pair(number) for number in range(4)), strict=True)]]
    pixels, labels, maps = training.fitting.fit._next(iter(batch), torch.device("cpu"))
    torch.manual_seed(0)
    teacher, settings, losses = Teacher(), FitSettings(network="teacher", steps=1), []
    optimiser = torch.optim.AdamW(teacher.parameters(), lr=3e-3)
    for _ in range(25):
        loss = training.fitting.fit._loss(settings, teacher(pixels), labels, maps, None, None)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_unknown_places_do_not_count() -> None:
    shown = torch.randn(3, 1, 5, 5, requires_grad=True)
    maps = torch.zeros(3, 20, 20)
    maps[1] = float("nan")
    loss = training.fitting.fit._map_loss(shown, maps)
    loss.backward()
    assert loss.isfinite() and shown.grad[1].abs().sum() == 0 and shown.grad[0].abs().sum() > 0


def test_without_labels_only_the_features_are_followed() -> None:
    seen = Teacher().eval()(torch.zeros(2, 3, 96, 96))
    settings = FitSettings(network="student", steps=1, labels=0.0)
    maps = torch.zeros(2, 20, 20)
    assert training.fitting.fit._loss(settings, seen, torch.tensor([0.0, 1.0]), maps, None, None) == 0
