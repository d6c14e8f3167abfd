"""Painting over is fair: the same area and shape elsewhere, on the face that was judged, without an edge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.model.score import score_crops
from detector.types import FaceCrop
from explain.faithfulness import (
    REGION_FRAC,
    centre_region,
    elsewhere,
    measure_faithfulness,
    paint_over,
    top_region,
)
from explain.types import Faithfulness


@pytest.fixture(scope="module")
def crop(detector: Detector, examples: Path) -> FaceCrop:
    return detector.analyze(examples / "manipulated.jpg").tracks[0].key_crops[0]


def blob(row: int, column: int, side: int = 16) -> np.ndarray:
    heatmap = np.zeros((side, side), np.float32)
    heatmap[row, column] = 1.0
    return heatmap


def test_the_top_region_has_the_stated_area_and_lies_where_the_map_is_strongest() -> None:
    region = top_region(blob(3, 12), 160)
    assert region.mean() == pytest.approx(REGION_FRAC, abs=1e-3)
    rows, columns = np.nonzero(region)
    assert np.hypot(rows - 35, columns - 125).max() < 45


def test_a_region_elsewhere_has_the_same_area_but_another_place() -> None:
    region = top_region(blob(8, 8), 160)
    others = elsewhere(region, np.random.default_rng(0), 20)
    assert all(other.sum() == region.sum() for other in others)
    overlaps = [float((other & region).sum() / region.sum()) for other in others]
    assert np.mean(overlaps) < 0.4 and len({other.tobytes() for other in others}) == 20


def test_painting_over_changes_the_region_alone_and_leaves_no_edge(crop: FaceCrop) -> None:
    region = top_region(blob(10, 8), crop.pixels.shape[0])
    painted = paint_over(crop.pixels, region)
    assert (painted[~region] == crop.pixels[~region]).all()
    assert (painted[region] != crop.pixels[region]).any()
    flat = np.full_like(crop.pixels, 90)
    assert np.abs(paint_over(flat, region).astype(int) - 90).max() <= 8


def test_the_falls_are_those_of_the_painted_faces(detector: Detector, crop: FaceCrop) -> None:
    heatmap = blob(8, 8)
    measured = measure_faithfulness(detector, crop, heatmap)
    size, spec = crop.pixels.shape[0], detector.card.input
    painted = [paint_over(crop.pixels, region) for region in (top_region(heatmap, size), centre_region(size))]
    before, top, centre = (
        score_crops(detector.classifier, [pixels], spec, 1)[0] for pixels in (crop.pixels, *painted)
    )
    assert measured.top_fall == pytest.approx(before - top, abs=1e-3)
    assert measured.centre_fall == pytest.approx(before - centre, abs=1e-3)
    assert measure_faithfulness(detector, crop, heatmap) == measured


@pytest.mark.parametrize(
    ("falls", "better"),
    [((2.0, 0.5, 1.0), True), ((2.0, 0.5, 2.5), False), ((0.4, 0.5, 0.1), False), ((-0.1, -0.5, -0.4), False)],
)
def test_a_map_must_beat_other_places_and_the_middle(falls: tuple[float, float, float], better: bool) -> None:
    assert Faithfulness(*falls).beats_chance is better
