from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from words_helper import WORDS

from detector import DetectorConfig
from detector.types import Analysis, Step
from reporting.text import results as result_text
from ui import text
from ui.check.upload_handlers import Handlers, TimeLeft
from ui.common.html import escape
from ui.common.localized import LocalizedComponents
from ui.common.updates import Updates
from ui.security.rate_limit import MAX_WAITING
from ui.session.visitor import session_of
from ui.session.workspace import make_workspace


def visitor(name: str) -> Any:
    return SimpleNamespace(session_hash=name)


class Faceless:
    """A detector that finds no face, and does on the way whatever a test wants to happen meanwhile."""

    config = DetectorConfig()

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.meanwhile: Callable[[], object] = lambda: None
        self.runs = 0
        self.asked: object = None

    def analyze(self, path: Path, max_frames: object, progress: Callable[[Step], None]) -> Analysis:
        self.runs += 1
        self.asked = max_frames
        self.meanwhile()
        progress(Step("look", 0.5, 1, 2))
        return self.analysis


@pytest.fixture
def detector(make_analysis: Callable[..., Analysis], examples: Path) -> Any:
    analysis = make_analysis("no_face", kind="image")
    content = (examples / "no-face.jpg").read_bytes()  # a package is made only of the file that was judged
    media = replace(analysis.media, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    return Faceless(replace(analysis, media=media))


@pytest.fixture
def handlers(detector: Any, tmp_path: Path) -> Handlers:
    return Handlers(detector, tmp_path)


@pytest.fixture
def receive(handlers: Handlers, examples: Path) -> Callable[..., Updates]:
    return handlers.receive_example(examples / "no-face.jpg")


def quiet(share: float, desc: str) -> None:
    """Stands in for the page's progress."""


def is_skipped(updates: Updates) -> bool:
    return updates == {}


def test_a_file_is_judged_for_its_visitor_alone(
    handlers: Handlers, receive: Callable[..., Any], detector: Any
) -> None:
    receive("en", visitor("a"))
    assert is_skipped(handlers.run_check("auto", visitor("b"), quiet)) and detector.runs == 0
    answer = handlers.run_check("auto", visitor("a"), quiet)["answer"]
    assert result_text.headline("no_face", "en") in answer and 'src="gradio_api/file=' in answer


def test_a_newer_file_stops_the_check_of_the_older(
    handlers: Handlers, receive: Callable[..., Any], detector: Any
) -> None:
    receive("en", visitor("a"))
    detector.meanwhile = lambda: receive("en", visitor("a"))
    assert is_skipped(handlers.run_check("auto", visitor("a"), quiet))
    detector.meanwhile = lambda: None
    assert result_text.headline("no_face", "en") in handlers.run_check("auto", visitor("a"), quiet)["answer"]


def test_one_file_is_judged_once(handlers: Handlers, receive: Callable[..., Any], detector: Any) -> None:
    receive("en", visitor("a"))
    handlers.run_check("auto", visitor("a"), quiet)
    assert is_skipped(handlers.run_check("auto", visitor("a"), quiet)) and detector.runs == 1


def test_leaving_stops_the_check_and_deletes_everything(
    handlers: Handlers, receive: Callable[..., Any], detector: Any, tmp_path: Path
) -> None:
    receive("en", visitor("a"))
    detector.meanwhile = lambda: handlers.visits.end(session_of(visitor("a")))
    assert is_skipped(handlers.run_check("auto", visitor("a"), quiet)) and not list(tmp_path.iterdir())


def test_a_stopped_check_leaves_nothing_and_the_next_file_is_judged(
    handlers: Handlers, receive: Callable[..., Any], detector: Any, tmp_path: Path
) -> None:
    receive("en", visitor("a"))
    told: list[Updates] = []
    detector.meanwhile = lambda: told.append(handlers.cancel("en", visitor("a")))
    assert is_skipped(handlers.run_check("auto", visitor("a"), quiet))
    assert WORDS.STOPPED_TITLE in told[0]["answer"] and not list(tmp_path.iterdir())
    assert all(told[0][name].visible is False for name in ("working", "result"))
    detector.meanwhile = lambda: None
    receive("en", visitor("a"))
    assert result_text.headline("no_face", "en") in handlers.run_check("auto", visitor("a"), quiet)["answer"]


def test_a_result_on_its_way_does_not_stay_over_the_stop(
    handlers: Handlers, receive: Callable[..., Any], detector: Any
) -> None:
    """The page asks again after each result, and is told what stands in its place."""
    receive("en", visitor("a"))
    handlers.run_check("auto", visitor("a"), quiet)
    assert is_skipped(handlers.show_stopped("en", visitor("a"))) and is_skipped(
        handlers.show_stopped("en", visitor("b"))
    )
    handlers.cancel("en", visitor("a"))
    said = handlers.show_stopped("hi", visitor("a"))
    assert text.of("hi").STOPPED_TITLE in said["answer"]
    assert not said["working"].visible and not said["result"].visible


def test_nobody_stops_the_check_of_another(handlers: Handlers, receive: Callable[..., Any], detector: Any) -> None:
    receive("en", visitor("a"))
    detector.meanwhile = lambda: handlers.cancel("en", visitor("b"))
    assert result_text.headline("no_face", "en") in handlers.run_check("auto", visitor("a"), quiet)["answer"]


@pytest.mark.parametrize(
    ("choice", "asked"), [("auto", "configured"), ("40", 40), ("moments", "moments"), ("all", None)]
)
def test_the_choice_of_depth_reaches_the_detector(
    handlers: Handlers, receive: Callable[..., Any], detector: Any, choice: str, asked: object
) -> None:
    receive("en", visitor("a"))
    handlers.run_check(choice, visitor("a"), quiet)
    assert detector.asked == asked


def test_a_forged_depth_is_no_depth(handlers: Handlers, receive: Callable[..., Any], detector: Any) -> None:
    receive("en", visitor("a"))
    assert (
        WORDS.TROUBLES["incident"]["title"] in handlers.run_check("999999", visitor("a"), quiet)["answer"]
        and detector.runs == 0
    )


def test_a_full_line_is_told_and_nothing_is_kept(
    handlers: Handlers, receive: Callable[..., Any], tmp_path: Path
) -> None:
    receive("en", visitor("a"))
    said = handlers.busy("en", visitor("a"))["answer"]
    assert WORDS.TROUBLES["busy"]["title"] in said and f"{MAX_WAITING} others are waiting before you" in said
    assert f"आपसे पहले {MAX_WAITING} " in handlers.change_language("hi", visitor("a"))["answer"]
    assert not list(tmp_path.iterdir())


def test_a_mistake_of_ours_is_an_incident_on_the_page(
    handlers: Handlers, receive: Callable[..., Any], detector: Any, tmp_path: Path
) -> None:
    receive("en", visitor("a"))
    detector.meanwhile = lambda: 1 / 0
    answer = handlers.run_check("auto", visitor("a"), quiet)["answer"]
    assert (
        WORDS.TROUBLES["incident"]["title"] in answer and "division" not in answer and not list(tmp_path.iterdir())
    )


class Seeing(Faceless):
    """The same of a video, whose result can be looked at more closely."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(analysis)
        self.results: list[Analysis] = []

    def analyze(self, path: Path, max_frames: object, progress: Callable[[Step], None]) -> Analysis:
        super().analyze(path, max_frames, progress)
        return self.results.pop(0)


@pytest.fixture
def closer(make_analysis: Callable[..., Analysis], examples: Path, tmp_path: Path) -> tuple[Handlers, Any]:
    """A video without a face, judged by few frames; the second result is of more."""
    analysis = make_analysis("no_face")
    seeing = Seeing(analysis)
    seeing.results = [replace(analysis, frames_examined=count) for count in (16, 96)]
    handlers = Handlers(seeing, tmp_path)  # type: ignore[arg-type]
    handlers.receive_example(examples / "manipulated.mp4")("en", visitor("a"))
    handlers.run_check("auto", visitor("a"), quiet)
    return handlers, seeing


def test_a_video_is_looked_at_closer_without_another_upload(closer: tuple[Handlers, Any]) -> None:
    handlers, seeing = closer
    before = handlers.visits.get("a")
    asked = handlers.check_again("en", visitor("a"))
    assert escape(WORDS.CHECKING_AGAIN) in asked["answer"] and asked["working"].visible
    assert not asked["result"].visible
    assert escape(text.of("hi").CHECKING_AGAIN) in handlers.change_language("hi", visitor("a"))["answer"]
    shown = handlers.run_check("all", visitor("a"), quiet)
    assert seeing.asked is None and shown["result"].visible
    visit = handlers.visits.get("a")
    assert visit is before and visit is not None and visit.analysis is not None
    assert visit.analysis.frames_examined == 96 and not shown["look-closer"].visible


def test_stopping_a_closer_look_keeps_the_result_and_delivers_nothing_later(closer: tuple[Handlers, Any]) -> None:
    handlers, seeing = closer
    told: list[Updates] = []
    seeing.meanwhile = lambda: told.append(handlers.cancel("en", visitor("a")))
    handlers.check_again("en", visitor("a"))
    assert handlers.run_check("all", visitor("a"), quiet) == {}
    visit = handlers.visits.get("a")
    assert visit is not None and visit.analysis is not None and visit.analysis.frames_examined == 16
    assert told[0]["result"].visible and not told[0]["working"].visible and visit.folder.exists()
    (still,) = re.findall(r'src="gradio_api/file=([^"]*still[^"]*)"', told[0]["answer"])
    assert Path(still).is_file(), "its images too"


def test_a_closer_look_that_fails_keeps_the_result_and_says_why(closer: tuple[Handlers, Any]) -> None:
    handlers, seeing = closer
    seeing.meanwhile = lambda: 1 / 0
    handlers.check_again("en", visitor("a"))
    shown = handlers.run_check("all", visitor("a"), quiet)
    assert shown["result"].visible and WORDS.TROUBLES["incident"]["title"] in shown["closer-note"]
    assert result_text.headline("no_face", "en") in shown["answer"]


def test_nobody_looks_closer_at_anothers_video_or_at_an_image(
    closer: tuple[Handlers, Any], receive: Callable[..., Any], handlers: Handlers
) -> None:
    assert closer[0].check_again("en", visitor("b")) == {}
    receive("en", visitor("a"))
    assert handlers.check_again("en", visitor("a")) == {}, "there is no result yet"
    handlers.run_check("auto", visitor("a"), quiet)
    assert handlers.check_again("en", visitor("a")) == {}


def test_the_time_left_is_told_once_there_is_something_to_estimate_it_by() -> None:
    now = [0.0]
    clock = TimeLeft(lambda: now[0])
    for past_s, share, left in ((1.0, 0.5, ""), (10.0, 0.01, ""), (10.0, 0.2, ", about 40 s left"),
                                (60.0, 0.1, ", about 9 min left"), (60.0, 0.99, "")):  # fmt: skip
        now[0] = past_s
        assert clock.describe(share, "Looking", "en") == f"Looking{left}"
    now[0] = 10.0
    assert clock.describe(0.2, "x", "hi") == "x, लगभग 40 सेकंड बाक़ी"


def test_another_language_is_written_and_not_judged_anew(
    handlers: Handlers, receive: Callable[..., Any], detector: Any
) -> None:
    receive("en", visitor("a"))
    told: list[Any] = []
    detector.meanwhile = lambda: told.append(handlers.change_language("hi", visitor("a"))["answer"])
    answer = handlers.run_check("auto", visitor("a"), quiet)["answer"]
    checking = text.of("hi").CHECKING.format(name="<bdi>no-face.jpg</bdi>")
    assert checking in told[0], "while it is checked"
    assert result_text.headline("no_face", "hi") in answer, "the language that is on in the end"
    english = handlers.change_language("en", visitor("a"))
    assert result_text.headline("no_face", "en") in english["answer"]
    (still,) = re.findall(r'src="([^"]*)"', answer)
    assert still in english["answer"] and detector.runs == 1
    assert is_skipped(handlers.change_language("hi", visitor("b"))), "nothing of another visitor's"


def test_what_went_wrong_is_said_again_in_another_language(
    handlers: Handlers, receive: Callable[..., Any], detector: Any, tmp_path: Path
) -> None:
    receive("en", visitor("a"))
    detector.meanwhile = lambda: 1 / 0
    answer = handlers.run_check("auto", visitor("a"), quiet)["answer"]
    (incident,) = re.findall("incident ([0-9a-f]{8})", answer)
    again = handlers.change_language("hi", visitor("a"))["answer"]
    assert text.of("hi").TROUBLES["incident"]["title"] in again and incident in again
    handlers.visits.end(session_of(visitor("a")))
    assert is_skipped(handlers.change_language("en", visitor("a"))) and not list(tmp_path.iterdir())


def test_components_are_made_in_english_and_written_in_another_language() -> None:
    localized, hindi = LocalizedComponents(), text.of("hi")
    button = localized.add(gr.Button, lambda words: {"value": words.PREPARE}, variant="primary")
    localized.html(lambda words: words.TITLE)
    assert button.value == WORDS.PREPARE and localized.components[0] is button
    assert [update["value"] for update in localized.updates("hi")] == [hindi.PREPARE, hindi.TITLE]


def test_the_private_folder_comes_before_gradio() -> None:
    with pytest.raises(RuntimeError, match="before the first import"):
        make_workspace()
