"""How closely a video is looked at: the visitor's choice, as the detector takes it."""

from __future__ import annotations

from typing import Literal

from detector.config import Depth
from detector.media.media import Media
from detector.types import Analysis
from reporting.text.results import Language
from ui import text

COUNTS = (10, 20, 40, 60, 80, 100)
_NAMED: dict[str, Depth] = {"auto": "auto", "moments": "moments", "all": None}


def choices(configured: Depth, language: Language) -> list[tuple[str, str]]:
    """What can be chosen, as words and value, the operator's own number among it.

    >>> [value for _, value in choices(3, "en")]
    ['auto', '3', '10', '20', '40', '60', '80', '100', 'moments', 'all']
    """
    counts = set(COUNTS) | ({configured} if isinstance(configured, int) else set())
    words = text.of(language)
    frames = [(words.DEPTH_FRAMES[count > 1].format(count=count), str(count)) for count in sorted(counts)]
    return [(words.DEPTHS["auto"], "auto"), *frames, *((words.DEPTHS[name], name) for name in ("moments", "all"))]


def chosen(configured: Depth) -> str:
    """The value of what the operator configured.

    >>> chosen("auto"), chosen(None), chosen(3)
    ('auto', 'all', '3')
    """
    return next((name for name, depth in _NAMED.items() if depth == configured), str(configured))


def finer(analysis: Analysis, media: Media) -> str | None:
    """The next finer way to look at a video; None where every frame was looked at.

    Args:
        analysis: how it was looked at.
        media: the same video.
    """
    most = analysis.frames_examined
    if most >= media.count(None):
        return None
    return "moments" if media.count("moments") > 1.3 * most else "all"


def wanted(choice: str, configured: Depth) -> Depth | Literal["configured"]:
    """A choice as `Detector.analyze` takes it. What the operator configured stays the checkpoint's to refine.

    Raises:
        ValueError: nothing that can be chosen.

    >>> wanted("auto", "auto"), wanted("auto", 3), wanted("40", "auto"), wanted("all", "auto")
    ('configured', 'auto', 40, None)
    """
    if choice not in {value for _, value in choices(configured, text.DEFAULT)}:
        raise ValueError(f"{choice!r} is no way to look at a video")
    if choice == chosen(configured):
        return "configured"
    return _NAMED[choice] if choice in _NAMED else int(choice)
