"""Small, blurred and cut-off faces are marked and count less; a sharp large one is not and does not."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from detector.faces.crop import crop_face
from detector.faces.face_detector import FaceFinder
from detector.faces.quality import detail, face_marks, mark_weight
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
        frame, crop = crop_of(detector, pixels)
        return face_marks(frame, crop.face.box, detail(crop.pixels))

    assert marks(portrait) == ()
    assert marks(cv2.resize(portrait, None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA)) == ("small",)
    assert "blurred" in marks(cv2.GaussianBlur(portrait, (0, 0), 6))
    assert "cut off" in marks(portrait[80:])


def test_detail_falls_with_blur_and_does_not_depend_on_how_large_the_image_is(detector, portrait) -> None:
    """An offset between two details is crossed by what people do to a photo only if its faces change."""

    def of(pixels) -> float:
        return detail(crop_of(detector, pixels)[1].pixels)

    sharp = of(portrait)
    details = [sharp, *(of(cv2.GaussianBlur(portrait, (0, 0), sigma)) for sigma in (2, 4, 6))]
    assert details == sorted(details, reverse=True)
    for factor in (0.9, 2.0):
        resized = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        assert of(resized) == pytest.approx(sharp, abs=0.12)


def test_each_mark_makes_a_face_count_less() -> None:
    assert mark_weight(()) == 1.0 > mark_weight(("small",)) > mark_weight(("small", "blurred")) > 0
