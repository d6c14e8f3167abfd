"""Drawing keeps the scale it is given: no evidence looks like no evidence."""

from __future__ import annotations

import numpy as np
import pytest

from detector.types import FaceBox, Frame
from explain.overlay import HeatedFace, blend_heatmap, colour_map, draw_face, draw_frame

GREY = np.full((96, 96, 3), 128, np.uint8)


def spot(value: float) -> np.ndarray:
    heatmap = np.zeros((12, 12), np.float32)
    heatmap[3, 8] = value
    return heatmap


def test_no_heatmap_leaves_the_face_as_it_was() -> None:
    np.testing.assert_array_equal(blend_heatmap(GREY, np.zeros((12, 12), np.float32), 1.0), GREY)
    np.testing.assert_array_equal(blend_heatmap(GREY, spot(1.0), 0.0), GREY)


def test_weak_evidence_looks_weaker_than_strong_on_the_same_scale() -> None:
    def change(value: float) -> float:
        return float(np.abs(blend_heatmap(GREY, spot(value), 1.0).astype(int) - GREY).mean())

    assert 0 < change(0.05) < change(0.2) < change(0.45) < change(1.0)


def test_the_heatmap_lies_where_the_map_says() -> None:
    difference = np.abs(blend_heatmap(GREY, spot(1.0), 1.0).astype(int) - GREY).sum(axis=2)
    rows, columns = np.nonzero(difference > 20)
    assert rows.mean() == pytest.approx((3.5) * 8, abs=4) and columns.mean() == pytest.approx(8.5 * 8, abs=4)


def test_lightness_of_the_colour_map_only_grows() -> None:
    """So that the image can be read in greyscale print."""
    colours = colour_map(np.linspace(0, 1, 256, dtype=np.float32)[None])[0].astype(float)
    luminance = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > -1.0).all() and luminance[-1] - luminance[0] > 200


def test_a_face_is_drawn_large_enough_with_its_colour_bar() -> None:
    drawn = draw_face(GREY, spot(1.0), 1.0)
    assert drawn.dtype == np.uint8 and drawn.shape[1] >= 480 and drawn.shape[0] > drawn.shape[1]


def test_the_bar_below_a_face_says_its_scale_without_a_word_of_any_language() -> None:
    """Its three labels are what the font draws for 0, 0.5 and 1, each under its own place."""
    bar = draw_face(GREY, spot(1.0), 1.0)[480:]
    lit = (bar[32:].max(axis=2) > 100).any(axis=0).nonzero()[0]
    labels = np.split(lit, np.nonzero(np.diff(lit) > 40)[0] + 1)
    assert [label.size > 0 for label in labels] == [True] * 3
    assert labels[0].min() < 20 and abs(labels[1].mean() - 240) < 20 and labels[2].max() > 460
    assert max(label.max() - label.min() for label in labels) < 50
    np.testing.assert_array_equal(bar[16, [10, -11]], colour_map(np.array([0.0, 1.0], np.float32)))


@pytest.mark.parametrize(
    "window", [FaceBox(300, 200, 500, 400), FaceBox(-50, -40, 150, 160), FaceBox(900, 500, 1300, 900)]
)
def test_a_frame_shows_heatmap_inside_the_window_and_nothing_outside_but_the_box(window: FaceBox) -> None:
    frame = Frame(np.full((720, 1280, 3), 128, np.uint8), 0, 0.0)
    box = FaceBox(
        max(window.x1, 0) + 20, max(window.y1, 0) + 20, min(window.x2, 1280) - 20, min(window.y2, 720) - 20
    )
    face = HeatedFace(0, box, window, np.ones((12, 12), np.float32))
    drawn = draw_frame(frame, [face], 1.0)
    assert drawn.shape == (720, 1280, 3)
    inside = np.zeros((720, 1280), bool)
    inside[max(window.y1, 0) : window.y2, max(window.x1, 0) : window.x2] = True
    changed = (drawn != 128).any(axis=2)
    inside[max(0, box.y1 - 100) : box.y1, box.x1 - 3 : box.x1 + 100] = True  # the number
    assert changed[max(window.y1, 0) : window.y2, max(window.x1, 0) : window.x2].mean() > 0.95
    assert not changed[~inside].any()
    assert (frame.pixels == 128).all()


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ((3000, 4000), (1440, 1920)),
        ((1080, 2400), (864, 1920)),
        ((1000, 8000), (720, 5760)),
        ((8000, 1000), (5760, 720)),
        ((200, 30_000), (40, 6000)),
        ((300, 1900), (300, 1900)),
    ],
)
def test_a_huge_frame_is_shrunk_but_not_so_far_that_faces_of_a_panorama_are_lost(
    size: tuple[int, int], drawn: tuple[int, int]
) -> None:
    frame = Frame(np.zeros((*size, 3), np.uint8), 0, 0.0)
    assert draw_frame(frame, [], 1.0).shape == (*drawn, 3)


def test_every_judged_face_of_a_frame_has_its_box_and_a_number_that_can_be_read_on_a_phone() -> None:
    frame = Frame(np.full((720, 1280, 3), 128, np.uint8), 0, 0.0)
    boxes = {0: FaceBox(100, 300, 200, 420), 1: FaceBox(700, 320, 820, 470)}
    heated = HeatedFace(0, boxes[0], boxes[0], np.zeros((12, 12), np.float32))
    drawn = draw_frame(frame, [heated], 1.0, boxes)
    for box in boxes.values():
        assert (drawn[(box.y1 + box.y2) // 2, box.x1] == 255).all()
        above = drawn[box.y1 - 80 : box.y1 - 4, box.x1 : box.x1 + 80].min(axis=2)
        rows = (above == 255).any(axis=1).nonzero()[0]
        assert 343 / 1280 * np.ptp(rows) >= 11, "digits of 11 px where the frame is 343 px wide"
