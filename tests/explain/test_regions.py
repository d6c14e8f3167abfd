"""A part of the face is where its landmarks say, however the face is turned; the shares sum to one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from detector.types import DetectedFace, FaceBox, FaceCrop
from explain.regions import REGIONS, region_map, region_shares

SIDE = 160
UPRIGHT = np.array([(60, 70), (100, 70), (80, 92), (64, 112), (96, 112)], np.float32)


def crop_with(landmarks: np.ndarray) -> FaceCrop:
    face = DetectedFace(FaceBox(40, 30, 120, 140), 1.0, landmarks.astype(np.float32))
    return FaceCrop(np.zeros((SIDE, SIDE, 3), np.uint8), face, FaceBox(0, 0, SIDE, SIDE), 0, 0.0)


def turned(points: np.ndarray, degrees: float) -> np.ndarray:
    angle = math.radians(degrees)
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return (points - SIDE / 2) @ rotation.T + SIDE / 2


def region_at(crop: FaceCrop, point: np.ndarray) -> str:
    x, y = (int(value) for value in point)
    return REGIONS[region_map(crop, SIDE, SIDE)[y, x]]


@pytest.mark.parametrize("degrees", [-30, 0, 20])
@pytest.mark.parametrize(
    ("point", "region"),
    [
        ((60, 70), "eyes"),
        ((100, 70), "eyes"),
        ((80, 92), "nose"),
        ((80, 112), "mouth"),
        ((48, 95), "cheeks"),
        ((80, 135), "jaw"),
        ((80, 45), "forehead"),
        ((5, 5), "outside"),
        ((155, 90), "outside"),
    ],
)
def test_every_part_of_the_face_is_found_also_when_the_face_leans(degrees, point, region) -> None:
    crop = crop_with(turned(UPRIGHT, degrees))
    assert region_at(crop, turned(np.array([point], float), degrees)[0].clip(0, SIDE - 1)) == region


def test_a_mirrored_face_has_mirrored_regions() -> None:
    mirrored = UPRIGHT.copy()
    mirrored[:, 0] = SIDE - UPRIGHT[:, 0]
    mirrored = mirrored[[1, 0, 2, 4, 3]]
    leaning = turned(UPRIGHT, 10)
    other = turned(mirrored, -10)
    ours, theirs = (region_map(crop_with(points), SIDE, SIDE) for points in (leaning, other))
    assert (ours == theirs[:, ::-1]).mean() > 0.99


def test_the_regions_do_not_depend_on_how_fine_the_map_is() -> None:
    crop = crop_with(UPRIGHT)
    fine, coarse = region_map(crop, SIDE, SIDE), region_map(crop, 17, 17)
    centres = ((np.arange(17) + 0.5) * SIDE / 17).astype(int)
    assert (fine[np.ix_(centres, centres)] == coarse).mean() > 0.95


@pytest.mark.parametrize("region", REGIONS)
def test_heatmap_in_one_region_alone_is_all_its_share(region: str) -> None:
    crop = crop_with(UPRIGHT)
    heatmap = (region_map(crop, 40, 40) == REGIONS.index(region)).astype(np.float32)
    shares = region_shares(crop, heatmap)
    assert shares[region] == pytest.approx(1.0) and sum(shares.values()) == pytest.approx(1.0)


def test_no_heatmap_has_no_shares() -> None:
    assert set(region_shares(crop_with(UPRIGHT), np.zeros((17, 17), np.float32)).values()) == {0.0}


def test_landmarks_on_one_line_fall_back_on_the_box() -> None:
    crop = crop_with(np.zeros((5, 2)))
    middle = crop.face.box
    assert region_at(crop, np.array([(middle.x1 + middle.x2) / 2, middle.y2 - 30])) == "mouth"
    assert region_at(crop, np.array([2, 2])) == "outside"
