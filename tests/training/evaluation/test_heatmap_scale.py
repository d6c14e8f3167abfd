"""The scale of the maps is that of faces with known labels, and goes into the card alone."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.config import CHECKPOINTS
from detector.model.checkpoint import load_card, save_card
from explain import explain
from training.evaluation.heatmap_scale import measure_heatmap_scale


def labelled(folder: Path, examples: Path, rows: list[tuple[str, str]]) -> Path:
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "source", "manipulation", "group", "split"])
        for name, label in rows:
            shutil.copy(examples / name, folder / name)
            writer.writerow([name, label, "own", "none" if label == "real" else "blend", name, "val"])
    return folder


def test_the_scale_lies_between_genuine_and_manipulated_peaks(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    data = labelled(
        tmp_path, examples, [("genuine.jpg", "real"), ("manipulated.jpg", "fake"), ("no-face.jpg", "real")]
    )
    root = tmp_path / "checkpoints"
    (root / "default").mkdir(parents=True)
    save_card(replace(detector.card, heatmap=None), root)
    card = measure_heatmap_scale(detector, data, root, split="val", count=10, seed=0)
    peaks = {
        name: explain(detector, detector.analyze(examples / name)).faces[0].peak
        for name in ("genuine.jpg", "manipulated.jpg")
    }
    assert card.heatmap is not None
    np.testing.assert_allclose(card.heatmap.weak, peaks["genuine.jpg"], rtol=1e-3)
    np.testing.assert_allclose(card.heatmap.strong, peaks["manipulated.jpg"], rtol=1e-3)
    assert replace(load_card("default", root), heatmap=None) == replace(
        load_card("default", CHECKPOINTS), heatmap=None
    )


def test_without_faces_of_both_labels_nothing_is_written(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    data = labelled(tmp_path, examples, [("genuine.jpg", "real"), ("no-face.jpg", "fake")])
    with pytest.raises(ValueError, match="no fake face"):
        measure_heatmap_scale(detector, data, tmp_path / "checkpoints", split="val", count=10, seed=0)
    assert not (tmp_path / "checkpoints").exists()
