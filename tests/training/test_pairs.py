"""A pair differs by its manipulation alone: same quality, same crop, identical outside the mask."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector.config import DetectorConfig
from detector.faces import FaceFinder
from detector.pictures import read_picture
from detector.types import DetectedFace, Pixels
from training.augment import colour_shift, degrade_alike
from training.selfblend import face_mask, self_blend


@pytest.fixture(scope="module")
def portrait(examples: Path) -> Pixels:
    return read_picture(examples / "genuine.jpg")


@pytest.fixture(scope="module")
def face(portrait: Pixels) -> DetectedFace:
    return FaceFinder(DetectorConfig(), torch.device("cpu")).find(portrait)[0]


@pytest.mark.parametrize("seed", range(30))
def test_twins_are_identical_outside_the_mask_and_differ_inside(portrait, face, seed: int) -> None:
    genuine, blend, mask = self_blend(portrait, face.box, face.landmarks, np.random.default_rng(seed))
    assert genuine.shape == blend.shape == portrait.shape and genuine.dtype == blend.dtype == np.uint8
    assert mask.min() >= 0 and mask.max() <= 1
    np.testing.assert_array_equal(genuine[mask == 0], blend[mask == 0])
    assert np.abs(genuine.astype(int) - blend)[mask > 0.2].mean() > 0.1


def test_the_mask_lies_on_the_face(portrait, face) -> None:
    for seed in range(30):
        *_, mask = self_blend(portrait, face.box, face.landmarks, np.random.default_rng(seed))
        box = face.box
        grown = np.zeros(mask.shape, bool)
        grown[
            box.y1 - box.height // 3 : box.y2 + box.height // 5, box.x1 - box.width // 3 : box.x2 + box.width // 3
        ] = True
        assert mask[~grown].max() == 0


@pytest.mark.parametrize(("region", "points", "outside"), [("eyes", (0, 1), (3, 4)), ("mouth", (3, 4), (0, 1))])
def test_a_region_covers_its_own_landmarks(portrait, face, region, points, outside) -> None:
    mask = face_mask(portrait.shape[:2], face.landmarks, region, np.random.default_rng(0), jitter=0.0)
    at = face.landmarks.round().astype(int)
    assert all(mask[at[index][1], at[index][0]] == 1 for index in points)
    assert all(mask[at[index][1], at[index][0]] == 0 for index in outside)


def test_the_mask_turns_with_the_face(portrait, face) -> None:
    upright = face_mask((512, 512), face.landmarks, "face", np.random.default_rng(0), jitter=0.0)
    turn = cv2.getRotationMatrix2D((256, 256), 30, 1.0)
    landmarks = (np.column_stack([face.landmarks, np.ones(5)]) @ turn.T).astype(np.float32)
    turned = face_mask((512, 512), landmarks, "face", np.random.default_rng(0), jitter=0.0)
    expected = cv2.warpAffine(upright, turn, (512, 512))
    assert np.minimum(turned, expected).sum() / np.maximum(turned, expected).sum() > 0.95


def test_members_of_a_pair_are_degraded_alike() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for seed in range(100):
        one, other = degrade_alike([picture, picture], np.random.default_rng(seed), 1.0)
        np.testing.assert_array_equal(one, other)


def test_full_strength_changes_most_pictures_and_none_changes_nothing() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    kept = [
        np.array_equal(degrade_alike([picture], np.random.default_rng(seed), 1.0)[0], picture)
        for seed in range(100)
    ]
    assert 2 < sum(kept) < 40
    assert all(
        np.array_equal(degrade_alike([picture], np.random.default_rng(seed), 0.0)[0], picture)
        for seed in range(50)
    )


def test_hue_really_shifts() -> None:
    red = np.full((8, 8, 3), (200, 40, 40), np.uint8)
    shifted = [colour_shift(red, np.random.default_rng(seed), 1.0)[0, 0] for seed in range(60)]
    hues = {int(cv2.cvtColor(pixel[None, None], cv2.COLOR_RGB2HSV)[0, 0, 0]) for pixel in shifted}
    assert len(hues) >= 5
