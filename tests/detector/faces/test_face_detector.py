"""Every face is found once, where it is, also when it fills the image; what is no face is not one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector.config import DetectorConfig
from detector.faces.face_detector import FaceFinder
from detector.media.images import read_image
from detector.types import FaceBox, Pixels


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(DetectorConfig(), torch.device("cpu"))


@pytest.fixture(scope="module")
def portrait(examples: Path) -> Pixels:
    return read_image(examples / "genuine.jpg")


def test_the_portrait_holds_one_face_with_its_landmarks_in_order(finder: FaceFinder, portrait: Pixels) -> None:
    (face,) = finder.find(portrait)
    assert face.box.iou(FaceBox(180, 62, 267, 172)) > 0.8  # as marked by eye
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0] and left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    assert face.detection_confidence > 0.99


def test_every_face_of_a_group_is_found_largest_first(finder: FaceFinder, portrait: Pixels) -> None:
    half = portrait[::2, ::2]
    group = np.zeros((512, 1024, 3), np.uint8)
    group[:, :512] = portrait
    group[:256, 512:768], group[256:, 768:] = half, half
    faces = finder.find(group)
    assert len(faces) == 3
    widths = [face.box.width for face in faces]
    assert widths == sorted(widths, reverse=True) and widths[0] > 1.7 * widths[1]


@pytest.mark.parametrize("size_px", [160, 224, 256])
@pytest.mark.parametrize("trim", [0.0, 0.05])
def test_a_face_that_fills_the_image_is_found(
    finder: FaceFinder, portrait: Pixels, size_px: int, trim: float
) -> None:
    box = finder.find(portrait)[0].box
    dx, dy = round(trim * box.width), round(trim * box.height)
    tight = portrait[box.y1 + dy : box.y2 - dy, box.x1 + dx : box.x2 - dx]
    faces = finder.find(cv2.resize(tight, (size_px, size_px)))
    assert len(faces) == 1
    assert faces[0].box.width > 0.6 * size_px


@pytest.mark.parametrize("brightness", [20, 110], ids=["dark", "pale"])
def test_a_face_almost_without_contrast_is_found_at_the_second_look_where_it_is(
    finder: FaceFinder, portrait: Pixels, brightness: int
) -> None:
    box = finder.find(portrait)[0].box
    tight = portrait[box.y1 : box.y2, box.x1 : box.x2]
    faint = (cv2.resize(tight, (224, 224)) * 0.1 + brightness).round().astype(np.uint8)
    (face,) = finder.find(faint)
    assert face.box.iou(FaceBox(0, 0, 224, 224)) > 0.7
    left_eye, right_eye, nose, *_ = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0] and 0 < left_eye[1] < nose[1] < 224


def test_boxes_follow_the_image_when_it_is_shrunk_for_the_search(finder: FaceFinder, portrait: Pixels) -> None:
    small = finder.find(portrait)[0].box
    large = finder.find(cv2.resize(portrait, (2048, 2048), interpolation=cv2.INTER_CUBIC))[0].box
    np.testing.assert_allclose(np.array(large.as_list()) / 4, small.as_list(), atol=6)


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(np.zeros((1, 1, 3), np.uint8), id="one pixel"),
        pytest.param(np.zeros((10, 400, 3), np.uint8), id="a strip"),
        pytest.param(np.full((300, 300, 3), 255, np.uint8), id="white"),
        pytest.param(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8), id="noise"),
    ],
)
def test_where_there_is_no_face_the_answer_is_an_empty_list(finder: FaceFinder, pixels: Pixels) -> None:
    assert finder.find(pixels) == []


def test_galaxies_are_no_faces(finder: FaceFinder, examples: Path) -> None:
    assert finder.find(read_image(examples / "no-face.jpg")) == []
