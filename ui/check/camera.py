"""The camera tab: score one image after another in memory. Nothing is stored.

Gradio's streaming image writes every frame to a file; here the page sends each as text with its event.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from detector import Detector
from detector.live import LiveFace, LiveView
from detector.types import Pixels
from reporting.text import results as result_text
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Trouble, attempt
from ui.common.localized import LocalizedComponents
from ui.common.templates import render, script
from ui.session.jobs import Jobs
from ui.session.visitor import session_of

MAX_CAMERAS = 4
"""Cameras that run at once."""
_UNUSED_S = 20.0
"""An unused camera makes room after this time."""
_MAX_CHARS = 900_000
_MAX_PX = 1280 * 1280
_PREFIX = "data:image/jpeg;base64,"


class TooManyCameras(Exception):
    """No more cameras can run at once."""


@dataclass(slots=True, eq=False)
class _Camera:
    view: LiveView
    shape: tuple[int, ...]
    """Of its images: a turned phone needs a new view."""
    used: float = 0.0
    turn: threading.Lock = field(default_factory=threading.Lock)


class Cameras:
    """The running cameras, one per visitor. Thread-safe."""

    def __init__(self, detector: Detector, clock: Callable[[], float] = time.monotonic) -> None:
        self._detector = detector
        self._clock = clock
        self._lock = threading.Lock()
        self._views: dict[str, _Camera] = {}

    def score(self, session: str, pixels: Pixels) -> tuple[LiveFace, ...]:
        """Score the next image of a camera.

        Args:
            session: page of the visitor.
            pixels: uint8 (height, width, 3), RGB.

        Raises:
            TooManyCameras: the visitor has to wait.
        """
        with self._lock:
            now = self._clock()
            for other, unused in list(self._views.items()):
                if now - unused.used > _UNUSED_S:
                    del self._views[other]
            if session not in self._views and len(self._views) >= MAX_CAMERAS:
                raise TooManyCameras
            camera = self._views.get(session)
            if camera is None or camera.shape != pixels.shape:  # a phone was turned
                camera = _Camera(LiveView(self._detector), pixels.shape)
            self._views[session] = camera
            camera.used = now
        with camera.turn:  # read the clock inside the lock: times must not go back
            return camera.view.score_frame(pixels, self._clock())

    def drop(self, session: str) -> None:
        """Forget a camera that was stopped or whose page was closed."""
        with self._lock:
            self._views.pop(session, None)

    def __len__(self) -> int:
        with self._lock:
            return len(self._views)


def read_image(data: object) -> Pixels:
    """Decode an image sent by the page as a JPEG data URL.

    Returns:
        uint8 (height, width, 3), RGB.

    Raises:
        ValueError: it is anything else.
    """
    if not isinstance(data, str) or not data.startswith(_PREFIX) or len(data) > _MAX_CHARS:
        raise ValueError("no image of a camera")
    try:
        with Image.open(
            io.BytesIO(base64.b64decode(data[len(_PREFIX) :], validate=True)), formats=["JPEG"]
        ) as file:
            if file.width * file.height > _MAX_PX:
                raise ValueError("larger than a camera's image is asked for")
            return np.asarray(file.convert("RGB"), dtype=np.uint8)
    except (binascii.Error, OSError, SyntaxError) as error:
        raise ValueError("no image of a camera") from error


class CameraHandlers:
    """Handlers of the camera's events, which carry the `number` of the image."""

    def __init__(self, cameras: Cameras) -> None:
        self._cameras = cameras
        self._jobs = Jobs()

    def score_image(self, chosen: str, request: gr.Request, event: gr.EventData) -> Any:
        """Score the event's `image`, a JPEG data URL; drop the result if the camera was stopped meanwhile."""
        language = text.language_of(chosen)
        words = text.of(language)
        data = event._data if isinstance(event._data, dict) else {}
        number = _number_of(data)
        job = self._jobs.start(session_of(request), "camera", number)
        if not self._jobs.is_current(job):  # the camera was stopped before this arrived
            return gr.skip()

        def work() -> str:
            pixels = read_image(data.get("image"))
            height, width = pixels.shape[:2]
            try:
                faces = self._cameras.score(session_of(request), pixels)
            except TooManyCameras:
                return camera_refusal(number, words.CAMERA_BUSY)
            return camera_answer(number, faces, width, height, language)

        answer = attempt(work)
        if not self._jobs.is_current(job):
            return gr.skip()
        return camera_refusal(number, words.CAMERA_TROUBLE) if isinstance(answer, Trouble) else answer

    def stop(self, request: gr.Request, event: gr.EventData) -> str:
        """Forget a stopped camera; results of earlier images are no longer shown."""
        self._jobs.end(session_of(request), "camera", _number_of(event._data))
        self._cameras.drop(session_of(request))
        return ""


def _number_of(data: Any) -> int:
    number = data.get("number") if isinstance(data, dict) else None
    return number if isinstance(number, int) else 0


def camera_section(localized: LocalizedComponents) -> gr.HTML:
    """Lay out the camera; its script triggers `look`, with an image, and `halt`."""
    return localized.html(
        lambda words: render("check/camera.html.j2", words.LANGUAGE),
        js_on_load=script("check/camera.js"),
        elem_id="camera",
    )


def camera_answer(number: int, faces: tuple[LiveFace, ...], width: int, height: int, language: Language) -> str:
    """Return the result of one image: a sentence per person, and the boxes for the script.

    Args:
        number: of the image.
        faces: boxes in pixels of the image.
        width, height: of the image.
        language: of the page.
    """
    boxes = [
        [
            round(100 * face.box.x1 / width, 2),
            round(100 * face.box.y1 / height, 2),
            round(100 * face.box.width / width, 2),
            round(100 * face.box.height / height, 2),
            face.outcome,
            result_text.headline(face.outcome, language),
        ]
        for face in faces
    ]
    lines = [(face.outcome, result_text.face_sentence(face.outcome, language)) for face in faces] or [
        ("no_face", result_text.no_face_in_view(language))
    ]
    announced = ", ".join(result_text.headline(face.outcome, language) for face in faces) or lines[0][1]
    return render(
        "check/camera_answer.html.j2",
        language,
        number=number,
        boxes=json.dumps(boxes),
        announced=announced,
        lines=lines,
        stop="",
    )


def camera_refusal(number: int, message: str) -> str:
    """Tell the script to stop the camera, and the visitor why."""
    values = {"number": number, "boxes": "[]", "announced": message, "lines": [("", message)], "stop": "yes"}
    return render("check/camera_answer.html.j2", text.DEFAULT, **values)
