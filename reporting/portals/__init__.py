"""Load dated facts about the complaint portal and about reporting in other countries. Nothing contacts a
portal."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter

from detector.errors import ReportError
from reporting.text.results import Language

Certainty = Literal["H", "M", "L", "U"]
"""How well a fact is known: H read in a copy of the primary source, M several secondary sources agree, L one
secondary source, U not verified."""

_HEDGES: dict[Language, dict[str, str]] = {
    "en": {
        "H": "read on the portal",
        "M": "as several guides say",
        "L": "as one guide says, not confirmed",
        "U": "not verified",
    },
    "hi": {
        "H": "पोर्टल पर पढ़ा गया",
        "M": "कई गाइड ऐसा बताती हैं",
        "L": "एक गाइड ऐसा बताती है, पुष्टि नहीं हुई",
        "U": "पुष्टि नहीं हुई",
    },
}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[_T]):
    """One value with its source, date and certainty."""

    value: _T
    source: str
    date: datetime.date
    """When the source was written or last seen."""
    certainty: Certainty
    __pydantic_config__ = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        if not self.value or not self.source:
            raise ValueError("a value and its source are needed")
        if isinstance(self.value, tuple) and len(set(self.value)) != len(self.value):
            raise ValueError("an entry occurs twice")
        if isinstance(self.value, int) and self.value < 0:
            raise ValueError("a number must not be negative")

    def __str__(self) -> str:
        return str(self.value)

    @property
    def hedge(self) -> str:
        """Say how certain the value is, to be shown beside it.

        >>> Fact(1500, "a guide", datetime.date(2026, 11, 20), "L").hedge
        'as one guide says, not confirmed; 2026-11-20'
        """
        return self.hedge_in("en")

    def hedge_in(self, language: Language) -> str:
        """Say the same in a language of the page.

        >>> Fact(1500, "a guide", datetime.date(2026, 11, 20), "U").hedge_in("hi")
        'पुष्टि नहीं हुई; 2026-11-20'
        """
        return f"{_HEDGES[language][self.certainty]}; {self.date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of the portal that fits a kind of case."""

    kind: str
    card: str
    """Of the three cards on the portal's page of routes."""
    list: str
    """Source list: A of 2019, B of 2024, C the newer one. The live list is not known."""
    category: str
    sub_category: str
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """A provision commonly named for a kind of case; which applies is for the police to decide."""

    kinds: tuple[str, ...]
    act: str
    section: str
    about: str
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """India's National Cyber Crime Reporting Portal (NCRP) and the rules around it, as far as they are known."""

    checked_on: Fact[str]
    """ISO date of the last review of all values."""
    stale_days: Fact[int]
    home_url: Fact[str]
    report_suspect_url: Fact[str]
    """The page with the tab *Deepfake*. It takes hints from anybody; it is not a victim's complaint."""
    nodal_officers_url: Fact[str]
    """Officers of each State, for escalation."""
    appeal_url: Fact[str]
    """Of the Grievance Appellate Committee."""
    narrative_min_chars: Fact[int]
    narrative_max_chars: Fact[int]
    narrative_warn_chars: Fact[int]
    """Length from which some forms may cut the text."""
    suspect_min_chars: Fact[int]
    suspect_max_chars: Fact[int]
    suspect_identifier_max_chars: Fact[int]
    refused_characters: Fact[str]
    """Characters the narrative box is said to refuse."""
    avoided_characters: Fact[str]
    """Further characters to avoid, out of caution."""
    upload_limit_bytes: Fact[int]
    """Of one file."""
    upload_types: Fact[tuple[str, ...]]
    """Suffixes, lower case, that are probably accepted."""
    file_name_max_chars: Fact[int]
    helpline_cyber_fraud: Fact[str]
    helpline_emergency: Fact[str]
    helpline_women: Fact[str]
    helpline_child: Fact[str]
    helpline_legal_aid: Fact[str]
    stop_ncii_url: Fact[str]
    take_it_down_url: Fact[str]
    platform_hours: Fact[int]
    """In which a platform must act on an individual's complaint about nudity, a sexual act or impersonation."""
    platform_acknowledge_hours: Fact[int]
    platform_resolve_days: Fact[int]
    appeal_days: Fact[int]
    """In which to appeal, from the platform's decision."""
    rule_3_2_b: Fact[str]
    states: Fact[tuple[str, ...]]
    platform_links: Fact[Mapping[str, str]]
    """Pages for reporting abuse, by platform."""
    categories: Fact[tuple[Category, ...]]
    provisions: Fact[tuple[Provision, ...]]
    __pydantic_config__ = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        datetime.date.fromisoformat(self.checked_on.value)

    @property
    def address_line(self) -> str:
        """The address, to be typed and not clicked."""
        return f"Portal: {self.home_url.value} (type it yourself: a fake copy of the portal has been reported)"

    def age_days(self, today: datetime.date) -> int:
        """Return the days since the last review, at least 0."""
        return max(0, (today - datetime.date.fromisoformat(self.checked_on.value)).days)

    def is_stale(self, today: datetime.date) -> bool:
        """Return whether the last review is too long ago."""
        return self.age_days(today) > self.stale_days.value

    def platform_link(self, platform: str) -> str:
        """Return the page for reporting abuse of a platform as typed; empty if none is known."""
        links = {name.casefold(): link for name, link in self.platform_links.value.items()}
        return links.get(" ".join(platform.split()).casefold(), "")

    def categories_for(self, kind: str) -> tuple[Category, ...]:
        """Return the categories of a kind of case, the likeliest first."""
        return tuple(entry for entry in self.categories.value if entry.kind == kind)

    def provisions_for(self, kind: str) -> tuple[Provision, ...]:
        """Return the provisions commonly named for a kind of case."""
        return tuple(entry for entry in self.provisions.value if kind in entry.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to report outside India."""

    name: Fact[str]
    emergency: Fact[str]
    report: Fact[Mapping[str, str]]
    """`name`, `address`, and what to know as `en` and `hi`."""
    platform: Fact[Mapping[str, str]]
    """`rule` and `hours`, empty where none is known, and what to know as `en` and `hi`."""
    members: Fact[tuple[str, ...]] | None = None
    """Codes of the countries it covers."""
    __pydantic_config__ = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        for mapping, keys in ((self.report.value, _REPORT_KEYS), (self.platform.value, _PLATFORM_KEYS)):
            if mapping.keys() != keys:
                raise ValueError(f"exactly {sorted(keys)} are needed, got {sorted(mapping)}")


_REPORT_KEYS = {"name", "address", "en", "hi"}
_PLATFORM_KEYS = {"rule", "hours", "en", "hi"}


@cache
def load_portal() -> Portal:
    """Read `ncrp.json`, once.

    Raises:
        ReportError: the file is invalid.
    """
    return parse_portal(_text("ncrp.json"))


def parse_portal(text: str) -> Portal:
    """Build a portal from the JSON text of its facts.

    Raises:
        ReportError: a fact is missing, unknown, undated, of another type or without certainty H, M, L or U.
    """
    return _parse(Portal, "ncrp.json", text)


@cache
def load_places() -> Mapping[str, Place]:
    """Read `abroad.json`, once: the places outside India by their code, each member of the EU by its own.

    Raises:
        ReportError: as `load_portal`.
    """
    return parse_places(_text("abroad.json"))


def parse_places(text: str) -> Mapping[str, Place]:
    """Build the places from the JSON text of their facts.

    Raises:
        ReportError: as `parse_portal`.
    """
    places = _parse(dict[str, Place], "abroad.json", text)
    members = {code: place for place in places.values() for code in (place.members.value if place.members else ())}
    return MappingProxyType(places | members)


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _parse(kind: type[_T], name: str, text: str) -> _T:
    try:
        return TypeAdapter(kind).validate_json(text, strict=True)
    except ValueError as error:
        raise ReportError(
            f"the facts in reporting/portals/{name} cannot be used ({error}): correct or restore that file"
        ) from error
