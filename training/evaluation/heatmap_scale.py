"""Measure the heatmap scale of a checkpoint on unseen faces, so that colours are comparable between reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from detector.faces.crop import crop_face
from detector.media.images import read_image
from detector.model.checkpoint import CheckpointCard, HeatmapScale, save_card
from detector.pipeline import Detector
from detector.types import FaceCrop, Frame
from explain.cam import fake_heatmaps
from training.datasets.layouts import find_items

_STRONG, _WEAK = 0.98, 0.9
"""Quantiles of the peaks: of manipulated faces for `strong`, of genuine ones for `weak`."""
HEATMAP_FACES = 400
"""Faces of each label to measure."""


def measure_heatmap_scale(
    detector: Detector, data: Path, root: Path, *, split: str, count: int, seed: int
) -> CheckpointCard:
    """Measure the peaks of the heatmaps, and write the scale into the checkpoint's card.

    Raises:
        ValueError: no face of one of the labels was found.
    """
    peaks: dict[str, list[float]] = {}
    rng = np.random.default_rng(seed)
    items = [item for item in find_items(data) if item.split == split and not item.is_video]
    for label in ("real", "fake"):
        labelled = [item for item in items if item.label == label]
        drawn = rng.permutation(len(labelled))[:count]
        crops = [crop for index in drawn if (crop := _crop(detector, data / labelled[index].file)) is not None]
        if not crops:
            raise ValueError(f"{split} has no {label} face to measure the maps on")
        peaks[label] = [float(heatmap.max()) for heatmap in fake_heatmaps(detector, crops)]
    scale = HeatmapScale(
        strong=float(np.quantile(peaks["fake"], _STRONG)),
        weak=float(np.quantile(peaks["real"], _WEAK)),
        measured_on=f"{len(peaks['real'])} genuine and {len(peaks['fake'])} manipulated faces of {split}",
    )
    return save_card(replace(detector.card, heatmap=scale), root)


def _crop(detector: Detector, file: Path) -> FaceCrop | None:
    pixels, spec = read_image(file), detector.card.input
    faces = detector.finder.find(pixels)
    return crop_face(Frame(pixels, 0, 0.0), faces[0], spec.margin_frac, spec.size_px) if faces else None
