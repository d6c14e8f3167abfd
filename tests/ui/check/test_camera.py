"""The camera: judged in memory, one view a visitor, nothing kept."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from html_helpers import Page
from PIL import Image
from words_helper import WORDS

from detector import Detector
from detector.live import LiveFace
from detector.types import FaceBox
from reporting.text import results as result_text
from ui.check.camera import MAX_CAMERAS, CameraHandlers, Cameras, camera_answer, read_image


def as_data(image: Image.Image, kind: str = "JPEG") -> str:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(buffer.getvalue()).decode()


def visitor(name: str) -> Any:
    return SimpleNamespace(session_hash=name)


def event(number: int, image: str = "") -> Any:
    return SimpleNamespace(_data={"number": number, "image": image})


@pytest.fixture(scope="module")
def face() -> Iterator[str]:
    with Image.open(Path(__file__).resolve().parents[3] / "examples" / "genuine.jpg") as image:
        yield as_data(image.convert("RGB").resize((384, 384)))


EMPTY = as_data(Image.new("RGB", (320, 240), "grey"))


def answer_of(markup: str) -> dict[str, str]:
    return {key: value or "" for key, value in Page(markup).tags[0][1].items()}


def test_a_face_gets_a_box_and_words_and_leaving_it_is_said(detector: Detector, face: str) -> None:
    handlers = CameraHandlers(Cameras(detector))
    markup = handlers.score_image("en", visitor("a"), event(1, face))
    answer = answer_of(markup)
    ((x, y, width, height, outcome, label),) = json.loads(answer["data-faces"])
    assert answer["data-number"] == "1" and not answer["data-stop"]
    assert 0 < x < x + width < 100 and 0 < y < y + height < 100 and width > 10
    assert label == result_text.headline(outcome, "en")
    assert answer["data-said"] == result_text.headline(outcome, "en")
    assert result_text.face_sentence(outcome, "en") in Page(markup).words and len(Page(markup).all("svg")) == 1
    gone = handlers.score_image("en", visitor("a"), event(2, EMPTY))
    assert answer_of(gone)["data-faces"] == "[]" and result_text.no_face_in_view("en") in Page(gone).words


def test_the_box_is_in_shares_of_the_image() -> None:
    live = LiveFace(0, FaceBox(160, 60, 480, 420), 0.97, "fake")
    ((*box, outcome, _),) = json.loads(answer_of(camera_answer(3, (live,), 640, 480, "en"))["data-faces"])
    assert (box, outcome) == ([25.0, 12.5, 50.0, 75.0], "fake")


def test_a_view_is_dropped_when_its_visitor_stops(detector: Detector) -> None:
    cameras = Cameras(detector)
    handlers = CameraHandlers(cameras)
    handlers.score_image("en", visitor("a"), event(1, EMPTY))
    handlers.score_image("en", visitor("a"), event(2, EMPTY))
    handlers.score_image("en", visitor("b"), event(1, EMPTY))
    assert len(cameras) == 2
    assert handlers.stop(visitor("a"), event(2)) == "" and len(cameras) == 1


class SlowCameras(Cameras):
    """Something else happens on the page while an image is judged."""

    meanwhile: Any = None

    def score(self, session: str, pixels: Any) -> Any:
        found = super().score(session, pixels)
        if self.meanwhile:
            self.meanwhile()
        return found


SKIPPED = {"__type__": "update"}


def test_after_the_stop_no_earlier_answer_is_shown(detector: Detector) -> None:
    cameras = SlowCameras(detector)
    handlers = CameraHandlers(cameras)
    cameras.meanwhile = lambda: handlers.stop(visitor("a"), event(1))
    assert handlers.score_image("en", visitor("a"), event(1, EMPTY)) == SKIPPED and len(cameras) == 0
    cameras.meanwhile = None
    assert answer_of(handlers.score_image("en", visitor("a"), event(2, EMPTY)))["data-number"] == "2", (
        "it was started again"
    )


def test_an_image_that_arrives_after_the_stop_starts_nothing(detector: Detector) -> None:
    cameras = Cameras(detector)
    handlers = CameraHandlers(cameras)
    handlers.stop(visitor("a"), event(3))
    assert handlers.score_image("en", visitor("a"), event(3, EMPTY)) == SKIPPED and len(cameras) == 0
    assert handlers.score_image("en", visitor("b"), event(1, EMPTY)) != SKIPPED, "another visitor's camera runs on"


def test_an_image_that_was_judged_late_is_not_shown_over_a_newer(detector: Detector) -> None:
    cameras = SlowCameras(detector)
    handlers = CameraHandlers(cameras)
    newer: list[Any] = []

    def look() -> None:
        cameras.meanwhile = None
        newer.append(handlers.score_image("en", visitor("a"), event(2, EMPTY)))

    cameras.meanwhile = look
    assert handlers.score_image("en", visitor("a"), event(1, EMPTY)) == SKIPPED
    assert answer_of(newer[0])["data-number"] == "2"


def test_too_many_cameras_wait_until_one_has_been_silent(detector: Detector) -> None:
    now = [0.0]
    cameras = Cameras(detector, clock=lambda: now[0])
    handlers = CameraHandlers(cameras)
    for number in range(MAX_CAMERAS):
        handlers.score_image("en", visitor(str(number)), event(1, EMPTY))
    refused = handlers.score_image("en", visitor("late"), event(1, EMPTY))
    assert WORDS.CAMERA_BUSY in Page(refused).words and answer_of(refused)["data-stop"] == "yes"
    assert not answer_of(handlers.score_image("en", visitor("0"), event(2, EMPTY)))["data-stop"]
    now[0] = 60.0
    assert (
        not answer_of(handlers.score_image("en", visitor("late"), event(2, EMPTY)))["data-stop"]
        and len(cameras) == 1
    )


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        "",
        "https://example.org/face.jpg",
        "data:image/jpeg;base64,%%%",
        "data:image/jpeg;base64,AAAA",
        as_data(Image.new("RGB", (20, 20)), "PNG").replace("png", "jpeg"),
        as_data(Image.new("1", (4000, 4000)), "PNG"),
        as_data(Image.new("L", (2000, 2000))),
        "data:image/jpeg;base64," + "A" * 1_000_000,
    ],
)
def test_only_a_small_jpeg_is_taken(detector: Detector, sent: Any) -> None:
    with pytest.raises(ValueError, match=r"camera"):
        read_image(sent)
    cameras = Cameras(detector)
    refused = CameraHandlers(cameras).score_image("en", visitor("a"), event(1, sent))
    assert WORDS.CAMERA_TROUBLE in Page(refused).words and len(cameras) == 0


def test_a_image_arrives_as_it_was_sent() -> None:
    pixels = read_image(as_data(Image.new("RGB", (32, 16), (200, 30, 60))))
    assert pixels.shape == (16, 32, 3) and pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - (200, 30, 60)).max() < 8
