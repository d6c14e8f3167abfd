"""How densely a video is sampled: the visitor's choice and the detector's setting for it."""

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
    """Return the choices as label and value, including the operator's own number.

    >>> [value for _, value in choices(3, "en")]
    ['auto', '3', '10', '20', '40', '60', '80', '100', 'moments', 'all']
    """
    counts = set(COUNTS) | ({configured} if isinstance(configured, int) else set())
    words = text.of(language)
    frames = [(words.DEPTH_FRAMES[count > 1].format(count=count), str(count)) for count in sorted(counts)]
    return [(words.DEPTHS["auto"], "auto"), *frames, *((words.DEPTHS[name], name) for name in ("moments", "all"))]


def default_choice(configured: Depth) -> str:
    """Return the value of the operator's setting.

    >>> default_choice("auto"), default_choice(None), default_choice(3)
    ('auto', 'all', '3')
    """
    return next((name for name, depth in _NAMED.items() if depth == configured), str(configured))


def finer(analysis: Analysis, media: Media) -> str | None:
    """Return the next denser choice for an analysed video; None if every frame was examined."""
    most = analysis.frames_examined
    if most >= media.count(None):
        return None
    return "moments" if media.count("moments") > 1.3 * most else "all"


def parse_choice(choice: str, configured: Depth) -> Depth | Literal["configured"]:
    """Convert a choice for `Detector.analyze`; the operator's own setting may still be refined by the checkpoint.

    Raises:
        ValueError: not one of the choices.

    >>> [parse_choice(*given) for given in (("auto", "auto"), ("auto", 3), ("40", "auto"), ("all", "auto"))]
    ['configured', 'auto', 40, None]
    """
    if choice not in {value for _, value in choices(configured, text.DEFAULT)}:
        raise ValueError(f"{choice!r} is no way to look at a video")
    if choice == default_choice(configured):
        return "configured"
    return _NAMED[choice] if choice in _NAMED else int(choice)
