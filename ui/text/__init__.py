"""Every word on the page that does not state a result, in English and Hindi. What states a result comes from
`reporting.text.results`.

A new word is a constant of `Words` in `en.py` and, in the same place and with the same `{…}`, of `HindiWords` in
`hi.py`; a test finds the one that is missing. Code that writes words is given the visitor's language.
"""

from __future__ import annotations

from reporting.text.results import Language
from ui.text.en import Words
from ui.text.hi import HindiWords

__all__ = ["DEFAULT", "LANGUAGES", "LANGUAGE_LABEL", "Words", "language_of", "of"]

LANGUAGES: dict[Language, str] = {"en": "English", "hi": "हिन्दी"}
"""Each language by the name it has in itself."""
DEFAULT: Language = "en"
LANGUAGE_LABEL = "Language / भाषा"
"""Must be found by those who cannot read the language that is on."""


def of(language: Language) -> type[Words]:
    """The words of one language.

    >>> of("hi").CAMERA_TAB
    'कैमरा'
    """
    return HindiWords if language == "hi" else Words


def language_of(value: object) -> Language:
    """What the page sent as its language; anything else is English.

    >>> language_of("hi"), language_of("fr"), language_of(None)
    ('hi', 'en', 'en')
    """
    return "hi" if value == "hi" else "en"
