"""From a file to what is known about it, and from any failure to plain words. No Gradio in here."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from detector import Detector, DetectorError, ExplainError, MediaError, ReportError
from detector.config import Depth
from detector.errors import MediaNotFoundError
from detector.media import open_media
from detector.types import Analysis, Pixels, Step
from explain import Explanations, explain
from reporting import wording
from ui import text
from ui.visits import TooManyVisits

Tell = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and the stage in words."""

_EXPLAINING_FROM = 0.99
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, in words for the page."""

    title: str
    message: str
    hint: str = ""


class Superseded(Exception):
    """The visitor has left, stopped the work or taken another file; nobody waits for it any more."""


def check(
    detector: Detector, path: Path, tell: Tell, depth: Depth | Literal["configured"] = "configured"
) -> tuple[Analysis, Explanations | None]:
    """Judge a file and mark what speaks for `fake`.

    Args:
        detector: judges it.
        path: the file.
        tell: told how far the work has come, in words; whatever it raises ends the work.
        depth: how closely to look at a clip, see `Detector.analyze`.

    Returns:
        The analysis, and its explanations where there is a face. Without them where none could be made: the
        verdict is worth showing all the same.

    Raises:
        MediaError: the file cannot be read.
    """

    def step(done: Step) -> None:
        tell(_EXPLAINING_FROM * done.share, wording.step_sentence(done, text.LANGUAGE).rstrip("."))

    analysis = detector.analyze(path, max_frames=depth, progress=step)
    if not analysis.tracks:
        return analysis, None
    tell(_EXPLAINING_FROM, text.MARKING)
    try:
        return analysis, explain(detector, analysis)
    except ExplainError:
        _log.exception("a result is shown without its pictures")
        return analysis, None


def still(detector: Detector, path: Path) -> Pixels:
    """One frame as the detector sees it.

    Raises:
        MediaError: the file cannot be read.
    """
    return next(iter(open_media(path, detector.config).frames(1))).pixels


def attempt(action: Callable[[], _T]) -> _T | Trouble:
    """Do what a visitor asked for; whatever fails becomes words for the page. The outermost edge.

    Raises:
        Superseded: nobody waits for the answer.
    """
    try:
        return action()
    except Superseded:
        raise
    except TooManyVisits:
        return Trouble(text.BUSY_TITLE, text.BUSY)
    except MediaNotFoundError:  # its own message names a path of the server
        return Trouble(text.FILE_TROUBLE, text.FILE_GONE)
    except MediaError as error:
        return Trouble(text.FILE_TROUBLE, str(error), text.FILE_TROUBLE_HINT)
    except ReportError as error:
        return Trouble(text.REPORT_TROUBLE, str(error))
    except DetectorError as error:
        return Trouble(text.TOOL_TROUBLE, str(error))
    except Exception:  # noqa: BLE001 - the edge: a failure of ours must not leave the visitor without a word
        incident = secrets.token_hex(4)
        _log.exception("incident %s", incident)
        return Trouble(text.INCIDENT_TITLE, text.INCIDENT.format(incident=incident))
