"""A plain border is not a part of the image: neither the search nor the crop of a face sees it."""

from __future__ import annotations

from pathlib import Path

import cv2
import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import strategies as st
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
    return np.random.default_rng(0).integers(0, 256, (160, 200, 3), np.uint8)


@pytest.fixture(scope="module")
def portrait(examples: Path) -> Pixels:
    return np.asarray(Image.open(examples / "genuine.jpg").convert("RGB"))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("sides", [(7, 9, 11, 13), (20, 20, 0, 0), (0, 0, 0, 5), (200, 300, 0, 0)])
def test_a_border_of_any_colour_is_found(
    noise: Pixels, sides: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    top, _, left, _ = sides
    assert content_box(bordered(noise, *sides, colour)) == FaceBox(left, top, left + 200, top + 160)


def test_a_compressed_border_is_found_but_for_the_lines_beside_the_image(noise: Pixels) -> None:
    found = content_box(compressed(bordered(noise, 32, 32, 32, 32, (0, 0, 0)), 75))
    np.testing.assert_allclose(found.as_list(), [32, 32, 232, 192], atol=8)


def test_an_image_without_a_border_is_whole(noise: Pixels, portrait: Pixels) -> None:
    assert content_box(noise) == FaceBox(0, 0, 200, 160)
    height, width = portrait.shape[:2]
    assert content_box(portrait) == FaceBox(0, 0, width, height)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (40, 60), (300, 400)])
def test_a_plain_image_is_whole(shape: tuple[int, int]) -> None:
    assert content_box(np.full((*shape, 3), 17, np.uint8)) == FaceBox(0, 0, shape[1], shape[0])


@pytest.mark.parametrize("axis", [0, 1])
def test_an_image_of_two_plain_halves_is_whole(axis: int) -> None:
    """All lines are plain, from either side up to the middle."""
    halves = [np.full((200, 200, 3), level, np.uint8) for level in (10, 240)]
    pixels = np.concatenate(halves, axis)
    assert content_box(pixels) == FaceBox(0, 0, pixels.shape[1], pixels.shape[0])


def test_a_small_image_on_a_large_ground_is_not_cut_out(noise: Pixels) -> None:
    """Its face would be judged though it is too small."""
    pixels = bordered(noise[:100, :100], 300, 200, 500, 100, (125, 125, 125))
    assert content_box(pixels) == FaceBox(0, 0, pixels.shape[1], pixels.shape[0])


@hypothesis.given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_every_image_of_few_colours_has_a_content(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    blocks = rng.choice(np.array([0, 10, 255], np.uint8), (rows, columns, 1))
    pixels = np.repeat(np.repeat(np.repeat(blocks, 20, 0), 20, 1), 3, 2)
    content = content_box(pixels)
    assert 0 <= content.x1 < content.x2 <= 20 * columns and 0 <= content.y1 < content.y2 <= 20 * rows


@pytest.mark.parametrize("colour", COLOURS)
def test_a_face_at_the_edge_is_cropped_as_without_the_border(noise: Pixels, colour: tuple[int, int, int]) -> None:
    def crop(pixels: Pixels, by: int) -> tuple[Pixels, FaceBox]:
        face = DetectedFace(FaceBox(0, 5, 150, 160).moved(by, by), 1.0, np.zeros((5, 2), np.float32))
        made = crop_face(Frame(pixels, 0, 0.0), face, 0.125, 100)
        return made.pixels, made.window

    plain, window = crop(noise, 0)
    inside, moved = crop(bordered(noise, 9, 9, 9, 9, colour), 9)
    np.testing.assert_array_equal(inside, plain)
    assert moved == window.moved(9, 9)


def test_a_box_that_reaches_into_the_border_is_cropped_inside(noise: Pixels) -> None:
    face = DetectedFace(FaceBox(0, 0, 160, 160), 1.0, np.zeros((5, 2), np.float32))
    made = crop_face(Frame(bordered(noise, 20, 20, 20, 20, (0, 0, 0)), 0, 0.0), face, 0.125, 100)
    assert made.window.x1 >= 20 and made.window.y1 >= 20 and made.pixels.std() > 30


def test_the_search_finds_the_same_face_inside_a_border(portrait: Pixels) -> None:
    finder = FaceFinder(DetectorConfig(), torch.device("cpu"))
    (plain,) = finder.search(portrait).faces
    (found,) = finder.search(bordered(portrait, 40, 10, 30, 20, (0, 0, 0))).faces
    assert found.box == plain.box.moved(30, 40)
    np.testing.assert_allclose(found.landmarks, plain.landmarks + np.array([30, 40]), atol=1e-3)
