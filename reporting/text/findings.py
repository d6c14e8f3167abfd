"""Findings of the checks before filing; their sentences are in `findings.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from reporting.text.catalog import sentences
from reporting.text.results import Language

Severity = Literal["error", "warn", "info"]
_MARKS: Mapping[Language, Mapping[Severity, str]] = {
    "en": {"error": "Put this right first", "warn": "Look at this", "info": "Good to know"},
    "hi": {"error": "पहले इसे ठीक करें", "warn": "इसे देख लें", "info": "जानने लायक़"},
}
_VERSIONS: Mapping[Language, tuple[str, str]] = {
    "en": ("As you typed it", "As it stands now"),
    "hi": ("आपने ऐसे लिखा था", "अब ऐसे लिखा है"),
}
TYPED_FIELDS: Mapping[str, Mapping[Language, str]] = {
    "what_happened": {"en": "what happened", "hi": "क्या हुआ"},
    "whose_face": {"en": "whose face", "hi": "किसका चेहरा"},
    "harm": {"en": "harm", "hi": "नुकसान"},
    "platform": {"en": "platform", "hi": "कहाँ देखा"},
    "delay_reason": {"en": "reason for delay", "hi": "देरी की वजह"},
}
"""The fields of a `Case` whose characters are changed for the portal."""
SEEING: Mapping[Language, str] = {"en": "seeing it", "hi": "इसे देखने"}
SAVING: Mapping[Language, str] = {"en": "saving it", "hi": "इसे सहेजने"}

Value = str | int | Mapping[Language, str]
"""What a sentence names; a mapping where it is a word of ours."""

_TYPED = frozenset({"state", "platform", "host"})
"""Values that are the user's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding."""

    key: str
    values: Mapping[str, Value]
    """Named in its sentences."""
    before: str = ""
    """Where a text was changed: as it was typed."""
    after: str = ""
    """… and as it stands now."""

    @property
    def severity(self) -> Severity:
        """`error`: do not file before it is put right; `warn`: look at it; `info`: good to know."""
        severity: Severity = _findings()[self.key]["severity"]
        return severity

    @property
    def what(self) -> str:
        """In English, as the texts to paste are."""
        return self.said("en")[0]

    @property
    def do(self) -> str:
        """What to do about it, in English."""
        return self.said("en")[1]

    @property
    def changed(self) -> bool:
        """A text of the user's was changed."""
        return bool(self.before or self.after)

    def said(self, language: Language) -> tuple[str, str]:
        """What was found, and what to do about it."""
        values = {
            name: value[language] if isinstance(value, Mapping) else value for name, value in self.values.items()
        }
        what, do = _findings()[self.key][language]
        return what.format(**values), do.format(**values)

    def to_dict(self) -> dict[str, str]:
        """As `1_complaint.json` holds it."""
        return {
            "severity": self.severity,
            "key": self.key,
            "what": self.what,
            "do": self.do,
            "before": self.before,
            "after": self.after,
        }

    def without_typed(self) -> Finding:
        """The same with the user's own words left out: what remains is ours."""
        ours = {name: "" if name in _TYPED else value for name, value in self.values.items()}
        return replace(self, values=ours, before="", after="")


def finding(key: str, *, before: str = "", after: str = "", **values: Value) -> Finding:
    """A finding; `values` are named in its sentences.

    >>> finding("stale", days=200).said("en")[0]
    'What is known of the portal was last checked 200 days ago.'
    """
    return Finding(key=key, values=values, before=before, after=after)


def mark(severity: Severity, language: Language) -> str:
    """How grave a finding is, in a few words that stand before it."""
    return _MARKS[language][severity]


def versions(language: Language) -> tuple[str, str]:
    """What stands before a text as it was typed, and before it as it is now."""
    return _VERSIONS[language]


def _findings() -> dict[str, Any]:
    return sentences("findings")
