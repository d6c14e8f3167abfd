"""Small, blurred and cut-off faces are marked and count less; a sharp large one is not and does not."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from detector.faces.crop import crop_face
from detector.faces.face_detector import FaceFinder
from detector.faces.quality import face_marks, mark_weight, sharpness
from detector.media.images import read_image
from detector.types import Frame


@pytest.fixture(scope="module")
def portrait(examples: Path):
    return read_image(examples / "genuine.jpg")


def crop_of(detector, pixels):
    frame = Frame(pixels, 0, 0.0)
    finder: FaceFinder = detector.finder
    return frame, crop_face(frame, finder.find(pixels)[0], 0.125, 160)


def test_marks_name_what_was_done_to_the_image(detector, portrait) -> None:
    def marks(pixels):
        return face_marks(*crop_of(detector, pixels))

    assert marks(portrait) == ()
    assert marks(cv2.resize(portrait, None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA)) == ("small",)
    assert "blurred" in marks(cv2.GaussianBlur(portrait, (0, 0), 6))
    assert "cut off" in marks(portrait[80:])


def test_sharpness_falls_with_blur_and_does_not_depend_on_how_large_the_face_is(detector, portrait) -> None:
    sharp = sharpness(crop_of(detector, portrait)[1])
    blurred = [sharpness(crop_of(detector, cv2.GaussianBlur(portrait, (0, 0), s))[1]) for s in (2, 4, 6)]
    assert [sharp, *blurred] == sorted([sharp, *blurred], reverse=True)
    doubled = sharpness(crop_of(detector, cv2.resize(portrait, None, fx=2, fy=2))[1])
    assert doubled == pytest.approx(sharp, rel=0.35)


def test_each_mark_makes_a_face_count_less() -> None:
    assert mark_weight(()) == 1.0 > mark_weight(("small",)) > mark_weight(("small", "blurred")) > 0
