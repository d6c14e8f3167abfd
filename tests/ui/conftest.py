from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_helpers import BROWSER, FLAGS, SLOW_VIDEO
from grades import GRADE_OF
from playwright.sync_api import Browser, Playwright, sync_playwright

from detector.config import CHECKPOINTS
from detector.messages import Message
from detector.types import (
    Analysis,
    CheckpointInfo,
    DetectedFace,
    FaceBox,
    FaceCrop,
    FaceScore,
    FaceTrack,
    MediaInfo,
    MediaKind,
    Outcome,
    Span,
    Verdict,
)
from explain.types import Explanation, Explanations, FrameOverlay
from reporting.types import FONTS

ROOT = Path(__file__).resolve().parents[2]
START_S = 900
_PORTS = 3
# `app.py` itself, with a note taken of every address that the process looks up or connects to.
PROGRAM = """
import sys
calls = open(sys.argv.pop(1), "a", buffering=1)
def note(event, args):
    if event in ("socket.connect", "socket.sendto"):
        print(args[1], file=calls)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        print(args[0], file=calls)
sys.addaudithook(note)
exec(sys.argv.pop(1))
import app
raise SystemExit(app.main(sys.argv[1:]))
"""

# Each frame of a video of this name takes a tenth of a second or more, however fast the machine is.
SLOW_FRAMES = f"""
import time
from detector.media.media import Media
frames = Media.frames
def slowly(self, *given, **named):
    for frame in frames(self, *given, **named):
        if self.path.name == {SLOW_VIDEO!r}:
            time.sleep(0.1)
        yield frame
Media.frames = slowly
"""


@dataclass(frozen=True)
class Server:
    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    """The only place where it may store anything."""
    calls: Path
    """One line for each address that it looked up or connected to."""
    said: Path
    """What it printed."""


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start `app.py` for real, with the checkpoint that is shipped; everything ends with the session.

    Its arguments are further flags, `env` with further variables, and `first`, code to run before.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(*more: str, env: dict[str, str] | None = None, first: str = "") -> Server:
        for _ in range(_PORTS):
            if (server := start_once(*more, env=env, first=first)) is not None:
                return server
        raise AssertionError(f"app.py ended {_PORTS} times")

    def start_once(*more: str, env: dict[str, str] | None, first: str) -> Server | None:
        folder, calls = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("calls") / "calls.txt"
        said = calls.with_name("said.txt")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        flags = ["--no-browser", "--port", str(port), "--max-frames", "3", "--checkpoints", str(CHECKPOINTS)]
        with said.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(calls), first, *flags, *more],
                cwd=ROOT,
                env=os.environ | {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)} | (env or {}),
                stdout=out,
            )
        running.append(process)
        server = Server(f"http://127.0.0.1:{port}/", process, folder, calls, said)
        for _ in range(START_S):
            if process.poll() is not None:  # another program may have taken the port meanwhile
                return None
            try:
                urllib.request.urlopen(f"{server.url}health", timeout=5).close()
            except OSError:
                time.sleep(1)
            else:
                return server
        raise TimeoutError(f"no page at {server.url} after {START_S} s")

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(START_S)


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(first=SLOW_FRAMES)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def phone_browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with letters of both languages, as phones have them: heights depend on them."""
    home = tmp_path_factory.mktemp("fonts")
    shutil.copytree(FONTS, home / "fonts")
    browser = playwright.chromium.launch(
        executable_path=BROWSER, args=FLAGS, env=dict(os.environ) | {"XDG_DATA_HOME": str(home)}
    )
    yield browser
    browser.close()


@pytest.fixture
def make_track() -> Callable[..., FaceTrack]:
    def make(
        track_id: int, outcome: Outcome, probability: float, *, weighty: bool = True, **more: Any
    ) -> FaceTrack:
        face = DetectedFace(FaceBox(2, 3, 10, 12), 0.99, np.zeros((5, 2), np.float32))
        crop = FaceCrop(np.full((8, 8, 3), 90, np.uint8), face, FaceBox(0, 0, 12, 12), 4, 1.0)
        logit = float(np.log(probability / (1 - probability)))
        scores = tuple(FaceScore(4 + k, 1.0 + 30 * k, face.box, logit, probability) for k in range(3))
        video = {"timeline": (0.3, probability, 0.1), "peak": Span(1.0, 31.0, probability)}

        return FaceTrack(
            track_id=track_id,
            scores=scores,
            key_crops=(crop,),
            logit=logit,
            probability=probability,
            weighty=weighty,
            **(video | {"grade": GRADE_OF[outcome]} | more),
        )

    return make


@pytest.fixture
def make_analysis() -> Callable[..., Analysis]:
    def make(
        outcome: Outcome,
        *tracks: FaceTrack,
        file_name: str = "file.mp4",
        kind: MediaKind = "video",
        reasons: tuple[Message, ...] = (Message("real", {"probability": 0.1, "threshold": 0.2}),),
        warnings: tuple[Message, ...] = (),
    ) -> Analysis:
        video = kind == "video"
        return Analysis(
            media=MediaInfo(
                file_name=file_name,
                size_bytes=10_240,
                sha256="a" * 64,
                sha1="b" * 40,
                md5="c" * 32,
                kind=kind,
                format="mp4" if video else "jpeg",
                width_px=64,
                height_px=48,
                duration_s=90.5 if video else None,
                frame_rate_hz=29.97 if video else None,
                frame_count=2712 if video else None,
            ),
            tracks=tracks,
            verdict=Verdict(
                grade=GRADE_OF[outcome],
                probability=max((track.probability for track in tracks), default=None),
                threshold_fake=0.8,
                threshold_real=0.2,
                reasons=reasons,
            ),
            checkpoint=CheckpointInfo(
                name="default",
                sha256="d" * 64,
                architecture="some-net",
                false_alarm_rate=0.05,
                miss_rate=0.2,
                undecided_rate=0.4,
                measured_on="400 videos of some collection",
            ),
            settings={"max_frames": 32, "device": "cpu"},
            frames_examined=32,
            elapsed_s=0.8,
            warnings=warnings,
        )

    return make


@pytest.fixture
def make_explanations() -> Callable[..., Explanations]:
    def make(*tracks: FaceTrack) -> Explanations:
        faces = tuple(
            Explanation(
                track_id=track.track_id,
                score=track.scores[0],
                crop=track.key_crops[0],
                heatmap=np.ones((12, 12), np.float32),
                method="Grad-CAM",
                layers=("last",),
                regions={"mouth": 0.7, "jaw": 0.2, "eyes": 0.1}
                | dict.fromkeys(("nose", "cheeks", "forehead", "outside"), 0.0),
                concentrated=True,
                overlay=np.full((20, 16, 3), 40, np.uint8),
            )
            for track in tracks
        )
        frame = FrameOverlay(
            4, 1.0, tuple(track.track_id for track in tracks), np.full((12, 30, 3), 200, np.uint8)
        )
        return Explanations(faces=faces, frames=(frame,), heatmap_scale=1.0, scale_from="checkpoint")

    return make
