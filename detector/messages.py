"""What an analysis says besides numbers: a code and the values it names.

The sentences are in `messages.toml`, in every language. `scan --json` prints the English ones.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

NoteCode = Literal["other_suffix", "scaled_image", "scaled_frames", "other_videos", "other_images", "motion_photo"]
"""Properties of a file that are no damage."""
WarningCode = Literal[
    "image_damaged",
    "image_part_damaged",
    "image_incomplete",
    "video_slow",
    "video_damaged",
    "video_incomplete",
    "video_restarts",
    "turned",
    "faces_left_out",
    "small_faces",
    "sparse",
    "brief_signs",
]
"""What was not examined, or was examined differently."""
ReasonCode = Literal[
    "no_face_in_image",
    "no_face_in_video",
    "fake",
    "real",
    "inconclusive",
    "real_withheld",
    "faces_in_image",
    "faces_in_video",
    "smallest_face",
    "short_tracks",
    "peak",
    "small_face",
    "never_measured",
]
"""How the verdict came about."""
Code = NoteCode | WarningCode | ReasonCode
CODES: tuple[Code, ...] = tuple(code for group in get_args(Code) for code in get_args(group))
Value = float | str

WITHHOLD_REAL: frozenset[Code] = frozenset(
    {
        "image_incomplete",
        "video_incomplete",
        "video_slow",
        "video_restarts",
        "faces_left_out",
        "small_faces",
        "brief_signs",
    }
)
"""Warnings beside which the outcome cannot be `real`: what was not scored may be manipulated."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, as a code and the values it names.

    >>> str(Message("turned", {"kind": "image", "degrees": 90}))
    'No face stands upright in this image: it was turned by 90 degrees counter-clockwise before it was judged.'
    """

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence("en")

    def sentence(self, language: str, words: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return the sentence in a language of `messages.toml`; `words` as in `render`."""
        return self.render(_sentences()[self.code][language], words)

    def render(self, template: str, words: Mapping[str, str] = MappingProxyType({})) -> str:
        """Fill a template of any language; `{time}` is `time_s` as players show it.

        Args:
            words: what text values such as `image` are called in that language.

        >>> Message("brief_signs", {"time_s": 243.52}).render("{time}")
        '4:03.5'
        """
        minutes, seconds = divmod(round(float(self.values.get("time_s", 0.0)), 1), 60)
        values = {name: words.get(str(value), value) for name, value in self.values.items()}
        if "probability" in values:  # to three digits, and never 0 or 1
            values["probability"] = min(max(float(values["probability"]), 0.001), 0.999)
        return template.format(time=f"{minutes:.0f}:{seconds:04.1f}", **values)

    @property
    def value(self) -> float:
        """The first number among the values; 0.0 where there is none."""
        return next((float(value) for value in self.values.values() if not isinstance(value, str)), 0.0)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("messages.toml").read_text(encoding="utf-8"))
