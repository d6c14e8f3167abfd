"""Findings of the checks before filing; their sentences are in `findings.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
SAVING: Mapping[Language, str] = {"en": "saving it", "hi": "इसे सेव करने"}

Value = str | int | Mapping[Language, str]
"""Value named in a sentence; a mapping if it is translated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding."""

    key: str
    values: Mapping[str, Value]
    """Values of its sentences."""
    before: str = ""
    """A changed text as it was typed."""
    after: str = ""
    """The changed text."""

    @property
    def severity(self) -> Severity:
        """`error`: fix before filing; `warn`: check; `info`: good to know."""
        severity: Severity = _findings()[self.key]["severity"]
        return severity

    @property
    def what(self) -> str:
        """What was found, in English."""
        return self.sentences("en")[0]

    @property
    def do(self) -> str:
        """What to do about it, in English."""
        return self.sentences("en")[1]

    @property
    def changed(self) -> bool:
        """Whether a text of the user was changed."""
        return bool(self.before or self.after)

    def sentences(self, language: Language) -> tuple[str, str]:
        """Return what was found and what to do."""
        values = {
            name: value[language] if isinstance(value, Mapping) else value for name, value in self.values.items()
        }
        what, do = _findings()[self.key][language]
        return what.format(**values), do.format(**values)

    def to_dict(self) -> dict[str, str]:
        """Return the entry of `1_complaint.json`."""
        return {
            "severity": self.severity,
            "key": self.key,
            "what": self.what,
            "do": self.do,
            "before": self.before,
            "after": self.after,
        }


def finding(key: str, *, before: str = "", after: str = "", **values: Value) -> Finding:
    """Make a finding; `values` are named in its sentences.

    >>> finding("stale", days=200).sentences("en")[0]
    'The facts about the portal were last checked 200 days ago.'
    """
    return Finding(key=key, values=values, before=before, after=after)


def mark(severity: Severity, language: Language) -> str:
    """Return the label of a severity."""
    return _MARKS[language][severity]


def versions(language: Language) -> tuple[str, str]:
    """Return the labels of a text before and after a change."""
    return _VERSIONS[language]


def _findings() -> dict[str, Any]:
    return sentences("findings")
