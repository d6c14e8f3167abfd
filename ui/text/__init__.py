"""Every word on the page that does not state a result, in English and Hindi: `words.toml`.

What states a result comes from `reporting.text.results`. Code that writes words is given the visitor's language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from reporting.text.results import Language

LANGUAGES: dict[Language, str] = {"en": "English", "hi": "हिन्दी"}
"""Each language by the name it has in itself."""
DEFAULT: Language = "en"
LANGUAGE_LABEL = "Language / भाषा"
"""Must be found by those who cannot read the language that is on."""


class Words:
    """The words of one language: each key of `words.toml` as an attribute, text where no other type is given."""

    LANGUAGE: Language
    AGES: Mapping[str, str]
    COMPARED_ROWS: Mapping[str, str]
    COUNTRIES: Mapping[str, str]
    CREDENTIALS: Mapping[str, str]
    DEPTHS: Mapping[str, str]
    DEPTH_FRAMES: Sequence[str]
    EXAMPLES: Mapping[str, str]
    FACTS: Mapping[str, str]
    FILES: Mapping[str, str]
    FILES_COLUMNS: Mapping[str, str]
    FILES_MARKS: Sequence[str]
    FILES_STATES: Mapping[str, str]
    FRAMES_TITLE: Mapping[str, str]
    GRADIO: Mapping[str, str]
    HEATMAP_MOST: Mapping[str, str]
    KINDS: Mapping[str, str]
    MARKS: Mapping[str, str]
    REACH: Mapping[str, str]
    STATES: Mapping[str, str]
    TAGS: Mapping[str, str]
    TIMELINE_COLUMNS: Sequence[str]
    TROUBLES: Mapping[str, Mapping[str, str]]
    VIEWS: Sequence[str]
    WAY: Sequence[str]

    def __init__(self, table: Mapping[str, Any], language: Language) -> None:
        vars(self).update({name: _in(entry, language) for name, entry in table.items()}, LANGUAGE=language)

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"words.toml has no {name}")


@cache
def of(language: Language) -> Words:
    """Return the words of one language.

    >>> of("hi").CAMERA_TAB
    'कैमरा'
    """
    return Words(tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8")), language)


def language_of(value: object) -> Language:
    """Return the language that the page sent; anything else is English.

    >>> language_of("hi"), language_of("fr"), language_of(None)
    ('hi', 'en', 'en')
    """
    return "hi" if value == "hi" else "en"


def _in(entry: Mapping[str, Any], language: Language) -> Any:
    return entry[language] if "en" in entry else {key: _in(part, language) for key, part in entry.items()}
