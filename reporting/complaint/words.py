"""The words of the complaint, from `reporting/text/complaint.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reporting.text.catalog import sentences
from reporting.text.results import Language

_TABLE = sentences("complaint")
SENTENCES: Mapping[str, Mapping[Language, str]] = _TABLE["sentences"]
"""Every sentence of the two texts to paste: English, as the portal takes it, and what it says in Hindi."""
PARTS: Mapping[str, Mapping[Language, str]] = _TABLE["parts"]
HEAD: Mapping[str, Mapping[Language, str]] = _TABLE["head"]
"""Of the file to copy from."""
STEPS: Mapping[str, str] = _TABLE["steps"]
"""The portal's own names of its steps, and what they mean in Hindi."""
LABELS: Mapping[str, str] = _TABLE["labels"]
"""The same of its fields."""
COMPLAINANT: Mapping[str, str] = _TABLE["complainant"]
"""What the portal asks about the complainant, and its name in Hindi; never filled in here."""
GLOSS = "हिन्दी में इसका मतलब"
"""Stands before what an English text says, in Hindi."""


class Words(NamedTuple):
    """English, and the same in Hindi."""

    en: str
    hi: str


NO_HINT = Words("", "")


def hint(*keys: str, **values: object) -> Words:
    """Hints of a field, one after the other, in both languages; a value may be a mapping by language.

    >>> hint("time").en
    'Indian time (IST), approximate.'
    """
    table: dict[str, Any] = _TABLE["hints"]
    told = []
    for language in ("en", "hi"):
        own = {name: value[language] if isinstance(value, Mapping) else value for name, value in values.items()}
        told.append(" ".join(table[key][language].format(**own) for key in keys))
    return Words(*told)
