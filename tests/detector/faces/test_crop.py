"""The crop is a square around the face that stays inside the image wherever it can."""

from __future__ import annotations

import numpy as np
import pytest

from detector.faces.crop import crop_face, crop_window, cut_square
from detector.types import DetectedFace, FaceBox, Frame


def face(box: FaceBox) -> DetectedFace:
    return DetectedFace(box, 1.0, np.zeros((5, 2), np.float32))


def test_the_window_is_square_holds_the_face_and_stays_inside_where_it_fits() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        height, width = rng.integers(80, 400, 2)
        x1, y1 = rng.integers(0, width - 20), rng.integers(0, height - 20)
        box = FaceBox(int(x1), int(y1), int(rng.integers(x1 + 10, width)), int(rng.integers(y1 + 10, height)))
        window = crop_window(box, rng.uniform(0, 0.5), (int(height), int(width)))
        assert window.width == window.height >= max(box.width, box.height)
        assert window.x1 <= box.x1 and window.x2 >= box.x2 and window.y1 <= box.y1 and window.y2 >= box.y2
        if window.width <= min(height, width):
            assert 0 <= window.x1 and window.x2 <= width and 0 <= window.y1 and window.y2 <= height


def test_a_negative_margin_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        crop_window(FaceBox(0, 0, 10, 10), -0.1, (20, 20))


def test_the_crop_shows_the_window_pixel_for_pixel_when_nothing_is_resized() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (100, 120, 3), dtype=np.uint8)
    crop = crop_face(Frame(pixels, 3, 1.5), face(FaceBox(30, 20, 70, 60)), 0.25, 60)
    assert crop.window == FaceBox(20, 10, 80, 70)
    np.testing.assert_array_equal(crop.pixels, pixels[10:70, 20:80])
    assert (crop.frame_index, crop.time_s) == (3, 1.5)


def test_beyond_the_image_its_edge_repeats() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[0], pixels[-1] = (255, 0, 0), (0, 0, 255)
    cut = cut_square(pixels, FaceBox(0, -10, 60, 50), 60)
    np.testing.assert_array_equal(cut[:11], np.broadcast_to([255, 0, 0], (11, 60, 3)))
    np.testing.assert_array_equal(cut[49:], np.broadcast_to([0, 0, 255], (11, 60, 3)))


@pytest.mark.parametrize("size_px", [40, 160])
def test_colours_and_channel_order_survive_resizing(size_px: int) -> None:
    pixels = np.full((80, 80, 3), (10, 120, 240), np.uint8)
    np.testing.assert_array_equal(
        cut_square(pixels, FaceBox(0, 0, 80, 80), size_px), np.full((size_px, size_px, 3), (10, 120, 240))
    )
