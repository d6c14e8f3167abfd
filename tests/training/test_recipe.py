"""One command goes the whole way."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from detector.model.checkpoint import load_card, load_weights
from training.__main__ import main
from training.evaluation.evaluate import CHANGES


def test_the_recipe_goes_from_a_folder_to_a_checkpoint(
    data: Path, imagenet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, root = tmp_path / "runs", tmp_path / "checkpoints"
    arguments = ["recipe", "--data", str(data), "--imagenet", str(imagenet)]
    arguments += [
        "--runs",
        str(runs),
        "--checkpoints",
        str(root),
        "--steps-multiplier",
        "0.0001",
        "--workers",
        "1",
    ]
    arguments += ["--terms", "test only", "--measured-on", "six images"]
    # One step teaches nothing, and calibration rightly refuses logits that do not tell the two apart.
    monkeypatch.setattr("training.datasets.reconstruct.STEPS", 1)
    with contextlib.suppress(ValueError):
        main(arguments)
    assert all((runs / stage / "state.pt").is_file() for stage in ("teacher", "student-small", "student"))
    changed = {f"val-{name}.csv" for name in CHANGES}
    assert {file.name for file in runs.glob("*.csv")} >= {"faces.csv", "val.csv", *changed}
    assert (runs / "reconstructions" / "reconstructions.csv").is_file()
    card = load_card("default", root)
    assert card.licence == "test only" and load_weights(card, root)
