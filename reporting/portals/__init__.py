"""Facts about the complaint portal, kept as dated data beside this file so that they can be corrected without
touching code. Nothing is read before `load_portal` is called, and nothing here ever talks to the portal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Generic, Literal, TypeVar

from detector.errors import ReportError

Certainty = Literal["H", "M", "L", "U"]
"""How well a fact is known: H read in a copy of the primary source, M several secondary sources agree, L one
secondary source, U not verified."""

_HEDGES: dict[str, str] = {
    "H": "read on the portal",
    "M": "as several guides say",
    "L": "as one guide says, not confirmed",
    "U": "not verified",
}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[_T]):
    """One value about the portal, with what it rests on."""

    value: _T
    source: str
    date: date
    """When the source was written or last seen."""
    certainty: Certainty

    @property
    def hedge(self) -> str:
        """The words that must stand beside the value wherever a reader relies on it.

        >>> Fact(1500, "a guide", date(2026, 11, 20), "L").hedge
        'as one guide says, not confirmed; 2026-11-20'
        """
        return f"{_HEDGES[self.certainty]}; {self.date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """India's National Cyber Crime Reporting Portal (NCRP), as far as it is known."""

    home_url: Fact[str]
    report_suspect_url: Fact[str]
    """The page with the tab *Deepfake*. It takes hints from anybody; it is not a victim's complaint."""
    narrative_min_chars: Fact[int]
    narrative_max_chars: Fact[int]
    refused_characters: Fact[str]
    """Characters the narrative box is said to refuse."""
    avoided_characters: Fact[str]
    """Characters kept out of the narrative by our own caution."""
    upload_limit_bytes: Fact[int]
    """Of one file."""
    helpline_cyber_fraud: Fact[str]
    helpline_emergency: Fact[str]

    @property
    def address_line(self) -> str:
        """The address in full, to be typed and not clicked."""
        return f"Portal: {self.home_url.value} (type it yourself: a false copy of the portal has been reported)"


@cache
def load_portal() -> Portal:
    """Read `ncrp.json`, once.

    Raises:
        ReportError: the file was edited into something that lacks a value, a date or a certainty.
    """
    text = files(__name__).joinpath("ncrp.json").read_text(encoding="utf-8")
    return parse_portal(text)


def parse_portal(text: str) -> Portal:
    """Build a portal from the JSON text of its facts.

    Raises:
        ReportError: a fact is missing, unknown, undated, of another type or without certainty H, M, L or U.
    """
    try:
        return Portal(**{name: _fact(name, entry) for name, entry in json.loads(text).items()})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReportError(
            f"the portal's facts in reporting/portals/ncrp.json cannot be used ({error!r}): correct or "
            "restore that file"
        ) from error


def _fact(name: str, entry: dict[str, Any]) -> Fact[Any]:
    expected = int if name.endswith(("_chars", "_bytes")) else str
    if type(entry["value"]) is not expected or not entry["value"]:
        raise ValueError(f"{name} needs a non-empty {expected.__name__}, got {entry['value']!r}")
    if entry["certainty"] not in _HEDGES or not entry["source"]:
        raise ValueError(f"{name} needs a source and a certainty of H, M, L or U")
    return Fact(entry["value"], entry["source"], date.fromisoformat(entry["date"]), entry["certainty"])
