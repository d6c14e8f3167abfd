"""A judged video's moments and its annotated copy, through the handlers of the page and the real detector."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from html_helpers import Page
from PIL import Image
from words_helper import WORDS

from detector import Detector
from detector.types import FaceTrack
from explain.single_frame import draw_scored_frame
from reporting.text import results as result_text
from reporting.text.results import Language
from ui import text
from ui.check.upload_handlers import Handlers
from ui.check.video_handlers import VideoHandlers, copy_updates, legend
from ui.queue.rows import load_result, save_result
from ui.report.handlers import ReportHandlers
from ui.session.store import Prepared
from ui.session.visitor import session_of


def visitor(name: str) -> Any:
    return SimpleNamespace(session_hash=name)


def quiet(share: float, desc: str) -> None:
    """Stands in for the page's progress."""


def pick(track: Any, moment: Any) -> Any:
    return SimpleNamespace(_data={"track": track, "moment": moment})


@pytest.fixture
def handlers(detector: Detector, tmp_path: Path, examples: Path) -> Handlers:
    """With the manipulated video judged for visitor a, and nothing for b."""
    handlers = Handlers(detector, tmp_path)
    handlers.receive_example(examples / "manipulated.mp4")("en", visitor("a"))
    handlers.run_check("10", visitor("a"), quiet)
    return handlers


@pytest.fixture
def videos(handlers: Handlers, detector: Detector) -> VideoHandlers:
    return VideoHandlers(detector, handlers.visits, handlers.scheduler)


def track_of(handlers: Handlers) -> FaceTrack:
    visit = handlers.visits.get("a")
    assert visit is not None and visit.analysis is not None
    return visit.analysis.tracks[0]


def image_of(panel: str) -> np.ndarray:
    (image,) = Page(panel).all("img")
    with Image.open((image["src"] or "").removeprefix("gradio_api/file=")) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_a_moment_shows_that_very_frame_with_its_box_and_heatmap(
    videos: VideoHandlers, handlers: Handlers, examples: Path
) -> None:
    with av.open(str(examples / "manipulated.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    track = track_of(handlers)
    for moment in (0, 7):
        score = track.scores[moment]
        panel = videos.moment("en", visitor("a"), pick(0, moment))["moment"]
        assert f"Face 1 at 0:0{int(score.time_s)}." in Page(panel).words
        drawn, box = image_of(panel), score.box
        apart = np.ones(drawn.shape[:2], bool)
        apart[max(box.y1 - 40, 0) : box.y2 + 40, max(box.x1 - 40, 0) : box.x2 + 40] = False
        nearest = min(range(len(frames)), key=lambda index: float(np.abs(frames[index] - drawn)[apart].mean()))
        assert nearest == score.frame_index and np.abs(frames[nearest] - drawn)[apart].max() == 0
        assert (drawn[(box.y1 + box.y2) // 2, box.x1] == 255).all()
        inside = np.abs(frames[nearest] - drawn)[box.y1 + 5 : box.y2 - 5, box.x1 + 5 : box.x2 - 5]
        assert inside.max() > 60


def test_a_video_is_opened_hashed_and_probed_once(
    handlers: Handlers, videos: VideoHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is made of it later: a second check, a moment, the copy, the package, a list that sets it aside."""
    visit = handlers.visits.get("a")
    assert visit is not None
    for again in (
        "media.open_media",
        "media.probe_video",
        "media.hashlib",
        "video.turn_of",
        "frame_pixels.turn_of",
    ):
        monkeypatch.setattr(f"detector.media.{again}", None)
    handlers.check_again("en", visitor("a"))
    assert WORDS.TROUBLES["incident"]["title"] not in handlers.run_check("20", visitor("a"), quiet)["answer"]
    save_result(visit)
    assert visit.media is None
    load_result(visit)
    assert image_of(videos.moment("en", visitor("a"), pick(0, 0))["moment"]).size
    videos.start_copy(visitor("a"))
    videos.make_copy("en", visitor("a"), quiet)
    assert isinstance(visit.annotated, Path)
    ReportHandlers(handlers.visits).prepare(visitor("a"), 1, "en", False, "other")
    assert isinstance(visit.package, Prepared)
    assert "supporting_evidence_copy_video.mp4" in {path.name for path in visit.package.uploads}


def test_one_moment_at_a_time_is_kept(videos: VideoHandlers, handlers: Handlers, tmp_path: Path) -> None:
    first = videos.moment("en", visitor("a"), pick(0, 0))["moment"]
    second = videos.moment("en", visitor("a"), pick(0, 1))["moment"]
    assert first != second and len(list(tmp_path.rglob("moment-*.png"))) == 1
    handlers.visits.end(session_of(visitor("a")))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "event",
    [
        pick(0, 10_000),
        pick(0, -1),
        pick(5, 0),
        pick("0", 0),
        pick(False, True),
        pick(0, 1.0),
        SimpleNamespace(_data=None),
        SimpleNamespace(_data=[0, 1]),
    ],
)
def test_a_forged_moment_shows_nothing(videos: VideoHandlers, event: Any, tmp_path: Path) -> None:
    assert not Page(videos.moment("en", visitor("a"), event)["moment"]).all("img") and not list(
        tmp_path.rglob("moment-*")
    )


def test_nobody_sees_a_moment_of_another(videos: VideoHandlers) -> None:
    panel = Page(videos.moment("en", visitor("b"), pick(0, 0))["moment"])
    assert WORDS.TROUBLES["moment_gone"]["message"] in panel.words and not panel.all("img")


def test_leaving_while_a_moment_is_drawn_is_no_trouble(
    videos: VideoHandlers,
    handlers: Handlers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def draw(*given: Any) -> Any:
        handlers.visits.end(session_of(visitor("a")))
        return draw_scored_frame(*given)

    monkeypatch.setattr("ui.check.video_handlers.draw_scored_frame", draw)
    assert videos.moment("en", visitor("a"), pick(0, 0)) == {}
    assert not list(tmp_path.iterdir()) and not caplog.records


def test_the_copy_is_made_for_its_visitor_alone(videos: VideoHandlers, tmp_path: Path) -> None:
    refused = videos.make_copy("en", visitor("b"), quiet)
    assert WORDS.TROUBLES["moment_gone"]["message"] in refused["copy-note"]
    assert refused["copy-download"].value is None
    videos.start_copy(visitor("a"))
    made = videos.make_copy("en", visitor("a"), quiet)
    assert WORDS.COPY_READY in made["copy-note"] and made["copy-make"].visible and not made["copy-stop"].visible
    (copy,) = tmp_path.rglob("*.mp4")
    assert copy.name == "manipulated-annotated.mp4" and copy.name in made["copy-download"].label
    assert re.fullmatch("[0-9a-f]{32}", copy.parent.name)
    with av.open(str(copy)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 96


@pytest.mark.parametrize("shapes", [True, False])
def test_a_copy_speaks_the_language_of_the_page_or_the_page_says_that_it_does_not(
    videos: VideoHandlers, handlers: Handlers, monkeypatch: pytest.MonkeyPatch, shapes: bool
) -> None:
    monkeypatch.setattr("ui.check.video_handlers.can_shape", lambda: shapes)
    visit = handlers.visits.get("a")
    assert visit is not None and visit.analysis is not None
    (said,) = legend(visit.analysis, "hi").of_track.values()
    outcome = visit.analysis.tracks[0].outcome
    assert result_text.headline(outcome, "hi" if shapes else "en") in said
    assert legend(visit.analysis, "hi").footer == result_text.derived_copy("hi" if shapes else "en")
    assert result_text.headline(outcome, "en") in legend(visit.analysis, "en").of_track[0]
    visit.annotated = visit.original
    pages: tuple[tuple[Language, bool], ...] = (("hi", not shapes), ("en", False))
    for language, strange in pages:
        visit.language = language
        note = copy_updates(visit)["copy-note"]
        assert text.of(language).COPY_READY in note and (text.of(language).COPY_ENGLISH in note) == strange


@pytest.fixture
def stop_at() -> Callable[[int, Callable[[], object]], Any]:
    def make(step: int, action: Callable[[], object]) -> Any:
        told: list[float] = []

        def progress(share: float, desc: str) -> None:
            told.append(share)
            if len(told) == step:
                action()

        return progress

    return make


def test_a_stopped_copy_leaves_the_result_and_nothing_else(
    videos: VideoHandlers, handlers: Handlers, stop_at: Any, tmp_path: Path
) -> None:
    videos.start_copy(visitor("a"))
    told: list[Any] = []
    updates = videos.make_copy(
        "en", visitor("a"), stop_at(30, lambda: told.append(videos.stop_copy(visitor("a"))))
    )
    assert updates == {}
    assert WORDS.COPY_STOPPED in told[0]["copy-note"] and not list(tmp_path.rglob("*.mp4*"))
    assert Page(videos.moment("en", visitor("a"), pick(0, 0))["moment"]).all("img")
    videos.start_copy(visitor("a"))
    assert WORDS.COPY_READY in videos.make_copy("en", visitor("a"), quiet)["copy-note"]


def test_a_copy_that_is_stopped_while_it_waits_is_not_begun(videos: VideoHandlers, tmp_path: Path) -> None:
    videos.start_copy(visitor("a"))
    videos.stop_copy(visitor("a"))
    assert videos.make_copy("en", visitor("a"), quiet) == {}
    assert not list(tmp_path.rglob("*.mp4*"))
    assert WORDS.COPY_STOPPED in videos.show_copy(visitor("a"))["copy-note"]


def test_a_copy_that_was_stopped_and_asked_for_again_is_made_once(videos: VideoHandlers, tmp_path: Path) -> None:
    videos.start_copy(visitor("a"))
    videos.stop_copy(visitor("a"))
    videos.start_copy(visitor("a"))
    first, second = (videos.make_copy("en", visitor("a"), quiet) for _ in range(2))
    assert WORDS.COPY_READY in first["copy-note"] and second == {}
    assert (
        len(list(tmp_path.rglob("*.mp4"))) == 1 and WORDS.COPY_READY in videos.show_copy(visitor("a"))["copy-note"]
    )


def test_leaving_ends_the_copy_and_deletes_everything(
    videos: VideoHandlers, handlers: Handlers, stop_at: Any, tmp_path: Path
) -> None:
    videos.start_copy(visitor("a"))
    videos.make_copy("en", visitor("a"), stop_at(30, lambda: handlers.visits.end(session_of(visitor("a")))))
    assert not list(tmp_path.iterdir())


def test_an_image_offers_no_copy(detector: Detector, tmp_path: Path, examples: Path) -> None:
    handlers = Handlers(detector, tmp_path)
    handlers.receive_example(examples / "genuine.jpg")("en", visitor("a"))
    shown = handlers.run_check("auto", visitor("a"), quiet)
    assert shown["timeline"] == "" and shown["copy"].visible is False
    panel = VideoHandlers(detector, handlers.visits, handlers.scheduler).moment("en", visitor("a"), pick(0, 0))[
        "moment"
    ]
    assert WORDS.TROUBLES["moment_gone"]["message"] in Page(panel).words
