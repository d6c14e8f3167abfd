"""A plain border is not a part of the image: neither the search nor the crop of a face sees it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from detector.config import DetectorConfig
from detector.faces.borders import content_box
from detector.faces.crop import crop_face
from detector.faces.face_detector import FaceFinder
from detector.types import DetectedFace, FaceBox, Frame, Pixels

COLOURS = [(0, 0, 0), (255, 255, 255), (30, 90, 200)]


def bordered(pixels: Pixels, top: int, bottom: int, left: int, right: int, colour: tuple[int, int, int]) -> Pixels:
    return cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour).astype(np.uint8)


def compressed(pixels: Pixels, quality: int) -> Pixels:
    coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]).astype(np.uint8)


@pytest.fixture(scope="module")
def noise() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


@pytest.fixture(scope="module")
def portrait(examples: Path) -> Pixels:
    return np.asarray(Image.open(examples / "genuine.jpg").convert("RGB"))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("sides", [(7, 9, 11, 13), (20, 20, 0, 0), (0, 0, 0, 5), (200, 300, 0, 0)])
def test_a_border_of_any_colour_is_found(
    noise: Pixels, sides: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    top, _, left, _ = sides
    assert content_box(bordered(noise, *sides, colour)) == FaceBox(left, top, left + 80, top + 60)


def test_a_compressed_border_is_found_but_for_the_lines_beside_the_image(noise: Pixels) -> None:
    found = content_box(compressed(bordered(noise, 32, 32, 32, 32, (0, 0, 0)), 75))
    np.testing.assert_allclose(found.as_list(), [32, 32, 112, 92], atol=8)


def test_an_image_without_a_border_is_whole(noise: Pixels, portrait: Pixels) -> None:
    assert content_box(noise) == FaceBox(0, 0, 80, 60)
    height, width = portrait.shape[:2]
    assert content_box(portrait) == FaceBox(0, 0, width, height)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (40, 60)])
def test_a_plain_image_is_whole(shape: tuple[int, int]) -> None:
    assert content_box(np.full((*shape, 3), 17, np.uint8)) == FaceBox(0, 0, shape[1], shape[0])


@pytest.mark.parametrize("colour", COLOURS)
def test_a_face_at_the_edge_is_cropped_as_without_the_border(noise: Pixels, colour: tuple[int, int, int]) -> None:
    def crop(pixels: Pixels, by: int) -> tuple[Pixels, FaceBox]:
        face = DetectedFace(FaceBox(0, 5, 50, 60).moved(by, by), 1.0, np.zeros((5, 2), np.float32))
        made = crop_face(Frame(pixels, 0, 0.0), face, 0.125, 40)
        return made.pixels, made.window

    plain, window = crop(noise, 0)
    inside, moved = crop(bordered(noise, 9, 9, 9, 9, colour), 9)
    np.testing.assert_array_equal(inside, plain)
    assert moved == window.moved(9, 9)


def test_a_box_that_reaches_into_the_border_is_cropped_inside(noise: Pixels) -> None:
    face = DetectedFace(FaceBox(0, 0, 60, 60), 1.0, np.zeros((5, 2), np.float32))
    made = crop_face(Frame(bordered(noise, 20, 20, 20, 20, (0, 0, 0)), 0, 0.0), face, 0.125, 40)
    assert made.window.x1 >= 20 and made.window.y1 >= 20 and made.pixels.std() > 30


def test_the_search_finds_the_same_face_inside_a_border(portrait: Pixels) -> None:
    finder = FaceFinder(DetectorConfig(), torch.device("cpu"))
    (plain,) = finder.search(portrait).faces
    (found,) = finder.search(bordered(portrait, 40, 10, 30, 20, (0, 0, 0))).faces
    assert found.box == plain.box.moved(30, 40)
    np.testing.assert_allclose(found.landmarks, plain.landmarks + np.array([30, 40]), atol=1e-3)
