"""From a run through evaluation and calibration to a checkpoint that the detector loads, with its cards."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from detector import Detector, DetectorConfig
from detector.media.images import read_image
from detector.model.checkpoint import load_weights
from training.__main__ import main
from training.evaluation.evaluate import CHANGES, RESULT_FIELDS, read_results
from training.fitting.fit import FitSettings, fit


@pytest.fixture(scope="module")
def run(data: Path, faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "student"
    settings = FitSettings(network="student", steps=1, pairs=4, workers=1)
    fit(settings, data=data, faces_files=[faces], run=folder)
    return folder


@pytest.fixture(scope="module")
def root(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    assert main(["export", "--run", str(run), "--terms", "test only", "--checkpoints", str(folder)]) == 0
    return folder


def evaluate(data: Path, out: Path, split: str, *more: str) -> list[dict[str, object]]:
    arguments = ["evaluate", "--data", str(data), "--split", split, "--out", str(out), "--workers", "1", *more]
    assert main(arguments) == 0
    return read_results([out])


def test_every_file_of_the_split_is_judged_as_the_detector_judges_it(data, root, tmp_path) -> None:
    results = evaluate(data, tmp_path / "val.csv", "val", "--checkpoints", str(root))
    assert [row["label"] for row in results] == ["real", "fake"] * 3
    assert [row["group"] for row in results] == ["g4", "g4", "g5", "g5", "g6", "g6"]
    detector = Detector.from_checkpoint("default", DetectorConfig(checkpoint_folder=root))
    analysis = detector.analyze(data / str(results[0]["file"]))
    assert results[0]["logit"] == pytest.approx(analysis.tracks[0].logit, abs=0.02)
    assert results[0]["face_width_px"] == analysis.tracks[0].scores[0].box.width


def test_a_run_is_judged_like_the_checkpoint_made_of_it(data, run, root, tmp_path) -> None:
    by_run = evaluate(data, tmp_path / "run.csv", "val", "--run", str(run), "--checkpoints", str(root))
    by_checkpoint = evaluate(data, tmp_path / "checkpoint.csv", "val", "--checkpoints", str(root))
    for one, other in zip(by_run, by_checkpoint, strict=True):
        assert one["logit"] == pytest.approx(other["logit"], abs=0.05)


def test_a_teachers_run_joins_a_checkpoint_as_its_second_network(data, faces, run, tmp_path) -> None:
    teacher, root = tmp_path / "teacher", tmp_path / "checkpoints"
    settings = FitSettings(network="teacher", steps=1, pairs=4, workers=1)
    fit(settings, data=data, faces_files=[faces], run=teacher)
    assert main(["export", "--run", str(run), "--terms", "test only", "--checkpoints", str(root)]) == 0
    logits = {}
    for network in (run, teacher):
        rows = evaluate(data, tmp_path / f"{network.name}.csv", "val", "--run", str(network))
        logits[network] = [row["logit"] for row in rows]
    join = ["second", "--run", str(teacher), "--factors", "0.5", "2", "--checkpoints", str(root)]
    assert main(join) == 0
    joined = evaluate(data, tmp_path / "both.csv", "val", "--checkpoints", str(root))
    for row, first, second in zip(joined, logits[run], logits[teacher], strict=True):
        assert row["logit"] == pytest.approx(0.5 * first + 2 * second, abs=0.1)


def test_a_degradation_is_done_before_judging(data, tmp_path) -> None:
    """With the shipped weights: one step teaches too little for a logit that moves."""
    clean = evaluate(data, tmp_path / "clean.csv", "dev")
    worse = evaluate(data, tmp_path / "jpeg40.csv", "dev", "--changed", "jpeg40")
    assert [row["file"] for row in worse] == [row["file"] for row in clean]
    assert all(one["logit"] != other["logit"] for one, other in zip(worse, clean, strict=True))
    with pytest.raises(ValueError, match="holds nothing"):
        evaluate(data, tmp_path / "none.csv", "val", "--source", "nowhere")


@pytest.mark.parametrize("name", ["jpeg40", "half", "h264crf35", "jpeg95", "reencode"])
def test_a_lossy_change_loses_something_and_keeps_the_image(examples: Path, name: str) -> None:
    pixels = read_image(examples / "genuine.jpg")
    worse = CHANGES[name](pixels)
    assert worse.shape == pixels.shape and worse.dtype == np.uint8
    assert 0.1 < np.abs(worse.astype(int) - pixels).mean() < 8


def test_other_changes_keep_what_is_shown(examples: Path) -> None:
    pixels = read_image(examples / "genuine.jpg")
    assert set(CHANGES) - {"jpeg40", "half", "h264crf35", "jpeg95", "reencode"} == {"mirror", "smaller", "border"}
    np.testing.assert_array_equal(CHANGES["mirror"](CHANGES["mirror"](pixels)), pixels)
    height, width = pixels.shape[:2]
    assert CHANGES["smaller"](pixels).shape == (height * 9 // 10, width * 9 // 10, 3)
    edge = min(height, width) // 10
    np.testing.assert_array_equal(CHANGES["border"](pixels)[edge:-edge, edge:-edge], pixels)


def test_most_files_are_spread_over_the_list(data, tmp_path) -> None:
    every = [row["file"] for row in evaluate(data, tmp_path / "all.csv", "val")]
    some = [row["file"] for row in evaluate(data, tmp_path / "some.csv", "val", "--most", "2")]
    assert some == every[:: len(every) // 2] and len(some) == 2 < len(every)


def test_the_cards_say_what_was_measured(data, run, root, tmp_path, rows) -> None:
    """One step teaches nothing, so the figures come from logits drawn for the purpose."""
    rng = np.random.default_rng(0)
    people = {"attributes": "age=30;sex=1;race=2"}
    files = {}
    for name, real, fake in (("val", -2, 2), ("dev", -1, 1), ("jpeg40", -1, 1)):
        drawn = rows("real", rng.normal(real, 1, 150), **people) + rows("fake", rng.normal(fake, 1, 150))
        files[name] = tmp_path / f"{name}.csv"
        with files[name].open("w", newline="") as file:
            writer = csv.DictWriter(file, RESULT_FIELDS)
            writer.writeheader()
            writer.writerows(drawn)
    given = ["--val", str(files["val"]), "--dev", str(files["dev"]), "--changed", f"jpeg40={files['jpeg40']}"]
    words = ["--measured-on", "drawn logits", "--note", "hardware=a test", "--checkpoints", str(root)]
    assert main(["calibrate", *given, *words]) == 0
    detector = Detector.from_checkpoint("default", DetectorConfig(checkpoint_folder=root))
    card = detector.card
    assert card.training["hardware"] == "a test" and card.training["steps"] == 1
    assert card.measured_on == "drawn logits" and 0 <= card.false_alarm_rate < 0.03
    text = (root / "default" / "README.md").read_text()
    figures = card.figures
    assert f"| all | {figures['val']['ranking']['all']['auc']:.3f} |" in text and "test only" in text
    lost = figures["val"]["ranking"]["s"]["auc"] - figures["changed"]["jpeg40"]["ranking"]["s"]["auc"]
    assert lost > 0 and f"{lost:+.3f} |" in text
    assert "sex and race: female, Asian" in text
    another = figures["changed"]["jpeg40"]["another outcome"]
    assert another["of"] == len({row["file"] for row in drawn}) and another["count"] > 0
    assert f"| jpeg40 | {another['share']:.1%} |" in text
    json.loads((root / "default" / "card.json").read_text())
    state = torch.load(run / "state.pt", weights_only=True)["ema"]
    shipped = load_weights(card, root)
    assert all(
        torch.equal(shipped[key], state[f"module.network.{key}"].half().to(shipped[key].dtype)) for key in shipped
    )


def test_half_size_and_back_keeps_what_is_even_and_loses_single_pixels() -> None:
    flat = np.full((64, 48, 3), 90, np.uint8)
    np.testing.assert_array_equal(CHANGES["half"](flat), flat)
    board = np.indices((64, 48)).sum(0)[..., None].repeat(3, 2) % 2 * 200
    assert CHANGES["half"](board.astype(np.uint8)).std() < 1 < board.std()
