"""Analyse and explain a file, and map every failure to a kind of trouble. No Gradio in here."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from detector import Detector, DetectorError, MediaError, ReportError
from detector.config import Depth
from detector.errors import (
    HardStopError,
    LinkError,
    MediaDecodeError,
    MediaNotFoundError,
    MediaTooLargeError,
    UnsupportedMediaError,
)
from detector.media.media import Media
from detector.types import Analysis, Step
from explain import Explanations, examine
from reporting.text import results as result_text
from reporting.text.results import Language
from ui import text
from ui.session.disk import is_full

ProgressCallback = Callable[[float, Callable[[Language], str]], None]
"""Called with the share done, 0 to 1, and a function from language to the current stage in words."""

TroubleKind = Literal[
    "file",
    "file_gone",
    "unsupported",
    "broken",
    "too_large",
    "link",
    "report",
    "no_kind",
    "hard_stop",
    "result_gone",
    "moment_gone",
    "tool",
    "disk_full",
    "incident",
    "busy",
]
"""What can go wrong, by what the visitor can do about it; `TROUBLES` of the page's words says it."""

MAX_UPLOAD_MB = 200
"""Largest upload. The command line takes larger files."""
_EXPLAINING_FROM = 0.99
_KINDS: dict[type[Exception], TroubleKind] = {
    UnsupportedMediaError: "unsupported",
    MediaDecodeError: "broken",
    MediaTooLargeError: "too_large",
    LinkError: "link",
    MediaError: "file",
    ReportError: "report",
    DetectorError: "tool",
}
"""Kind of trouble by error, the most specific first."""
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, in no language yet."""

    kind: TroubleKind
    detail: str = ""
    """The error's own message, in English; empty if it must not be shown."""
    incident: str = ""
    """Number of the entry in the log."""
    waiting: int = 0
    """Length of the queue."""

    def title(self, language: Language) -> str:
        """Return what went wrong."""
        return text.of(language).TROUBLES[self.kind]["title"]

    def message(self, language: Language) -> str:
        """Return what to do about it."""
        message = text.of(language).TROUBLES[self.kind]["message"]
        return message.format(incident=self.incident, waiting=self.waiting, limit_mb=MAX_UPLOAD_MB)


class TooManyVisits(Exception):
    """Every visit that is kept still waits for its result."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} are waiting")
        self.waiting = waiting


class Superseded(Exception):
    """Nobody waits for this work any more: the visitor left, stopped it, or added another file."""


def check(
    detector: Detector,
    source: Path | Media,
    on_progress: ProgressCallback,
    depth: Depth | Literal["configured"] = "configured",
) -> tuple[Analysis, Explanations | None]:
    """Analyse a file and explain the result.

    Args:
        detector: analyses it.
        source: the file, or `open_media` of it.
        on_progress: its exceptions end the work.
        depth: how densely to sample a video, see `Detector.analyze`.

    Returns:
        The analysis, and its explanations unless no face was found or explaining failed.

    Raises:
        MediaError: the file cannot be read.
    """

    def step(done: Step) -> None:
        on_progress(
            _EXPLAINING_FROM * done.share,
            lambda language: result_text.step_sentence(done, language).rstrip(".।"),
        )

    def on_analysis(analysis: Analysis) -> None:
        if analysis.tracks:
            on_progress(_EXPLAINING_FROM, lambda language: text.of(language).MARKING)

    found = examine(detector, source, max_frames=depth, progress=step, on_analysis=on_analysis)
    if found.error is not None:
        _log.error("a result is shown without its images", exc_info=found.error)
    return found.analysis, found.explanations


def attempt(action: Callable[[], _T]) -> _T | Trouble:
    """Run an action of a visitor and return its result, or the `Trouble` for its exception. The outermost edge.

    Raises:
        Superseded: nobody waits for the result.
    """
    try:
        return action()
    except Superseded:
        raise
    except TooManyVisits as error:
        return Trouble("busy", waiting=error.waiting)
    except MediaNotFoundError:  # its own message names a path of the server
        return Trouble("file_gone")
    except HardStopError:
        return Trouble("hard_stop")
    except Exception as error:  # noqa: BLE001 - the edge: a visitor always gets an answer
        cause = error.__cause__ if isinstance(error, ReportError) else error
        if isinstance(cause, OSError) and is_full(cause):  # its message may name a path
            return Trouble("disk_full")
        kind = next((kind for known, kind in _KINDS.items() if isinstance(error, known)), None)
        return Trouble(kind, str(error)) if kind else _incident()


def _incident() -> Trouble:
    incident = secrets.token_hex(4)
    _log.exception("incident %s", incident)
    return Trouble("incident", incident=incident)
