from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from detector import ExplainError, MediaError
from detector.errors import (
    LinkError,
    MediaDecodeError,
    MediaNotFoundError,
    MediaTooLargeError,
    ReportError,
    UnsupportedMediaError,
)
from detector.types import Analysis, FaceTrack, Step
from reporting.text.results import Language
from ui.check import file_check
from ui.check.file_check import Superseded, Trouble, attempt


def unchanged_media(path: Path, config: Any) -> Any:
    """Stand in for a `Media` whose file is as it was when it was opened."""
    return SimpleNamespace(check_unchanged=lambda: None)


def failing(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def test_what_works_is_handed_on() -> None:
    assert attempt(lambda: 7) == 7


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (MediaDecodeError("x.jpg is broken. Copy it again."), "broken", "x.jpg is broken. Copy it again."),
        (UnsupportedMediaError("x.txt is no image."), "unsupported", "x.txt is no image."),
        (MediaTooLargeError("x.mp4 is long."), "too_large", "x.mp4 is long."),
        (MediaError("x.jpg may not be read."), "file", "x.jpg may not be read."),
        (MediaNotFoundError("/secret/x.jpg does not exist."), "file_gone", ""),
        (LinkError("a.example could not be reached."), "link", "a.example could not be reached."),
        (ReportError("no room"), "report", "no room"),
        (ExplainError("no such layer"), "tool", "no such layer"),
    ],
)
def test_what_fails_on_purpose_has_words_in_every_language(error: Exception, kind: str, detail: str) -> None:
    trouble = attempt(failing(error))
    assert isinstance(trouble, Trouble) and (trouble.kind, trouble.detail) == (kind, detail)
    said = [(trouble.title(language), trouble.message(language)) for language in get_args(Language)]
    assert all(title and message for title, message in said) and len(set(said)) == len(said)


def test_what_fails_by_mistake_gets_a_number_that_the_log_has_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        trouble = attempt(failing(KeyError("inner secret")))
    assert isinstance(trouble, Trouble) and (trouble.kind, trouble.detail) == ("incident", "")
    (incident,) = re.findall(r"incident ([0-9a-f]{8})", trouble.message("en"))
    assert incident in trouble.message("hi")
    assert incident in caplog.text and "inner secret" in caplog.text


def reported(full: Any) -> None:
    try:
        full.write(b"x")
    except OSError as error:
        raise ReportError("the package could not be written to /secret/x.zip") from error


def test_a_full_disk_is_said_to_be_one(tmp_path: Path) -> None:
    with open("/dev/full", "wb", buffering=0) as full:
        trouble = attempt(lambda: full.write(b"x"))
        assert isinstance(trouble, Trouble) and trouble.kind == "disk_full" and "room" in trouble.title("en")
        assert attempt(lambda: reported(full)) == Trouble("disk_full"), "not with a path of this computer"
    other = attempt(lambda: (tmp_path / "nothing").read_bytes())
    assert isinstance(other, Trouble) and other.kind == "incident"


def test_a_check_that_nobody_waits_for_is_no_trouble() -> None:
    with pytest.raises(Superseded):
        attempt(failing(Superseded()))


def test_a_verdict_outlives_its_explanation(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    analysis = make_analysis("fake", make_track(0, "fake", 0.97))
    detector: Any = SimpleNamespace(analyze=lambda path, max_frames, progress: analysis, config=None)
    monkeypatch.setattr("explain.examination.open_media", unchanged_media)
    monkeypatch.setattr("explain.examination.choose_decisive", lambda detector, analysis, media: analysis)

    def explain(detector: Any, analysis: Analysis) -> Any:
        raise ExplainError("no such layer")

    monkeypatch.setattr("explain.examination.explain", explain)
    assert file_check.check(detector, Path("x"), lambda share, stage: None) == (analysis, None)
    assert "no such layer" in caplog.text


def test_progress_is_told_in_words_with_the_estimate_so_far(
    make_analysis: Callable[..., Analysis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explain.examination.open_media", unchanged_media)
    asked: list[Any] = []

    def analyze(path: Path, max_frames: Any, progress: Callable[[Step], None]) -> Analysis:
        asked.append(max_frames)
        progress(Step("open", 0.0))
        progress(Step("look", 0.275, 12, 40, 0.23))
        progress(Step("look", 0.3, 13, 40))
        return make_analysis("no_face")

    told: list[tuple[float, Any]] = []
    detector: Any = SimpleNamespace(analyze=analyze, config=None)
    file_check.check(detector, Path("x"), lambda share, stage: told.append((share, stage)), "moments")
    assert [stage("en") for _, stage in told] == [
        "Opening the file",
        "Looking at frame 12 of 40",
        "Looking at frame 13 of 40",
    ]
    assert told[2][1]("hi") == "40 में से फ़्रेम 13 देखा जा रहा है"
    assert told[1][0] == pytest.approx(0.275, abs=0.01) and asked == ["moments"]
