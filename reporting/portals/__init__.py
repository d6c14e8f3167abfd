"""Facts about the complaint portal and about other countries' routes, kept as dated data beside this file so that
they can be corrected without touching code. Nothing is read before `load_portal` or `load_places` is called, and
nothing here ever talks to a portal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
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
class Category:
    """A place in one of the portal's lists of categories that fits a kind of case."""

    kind: str
    card: str
    """Of the three cards on the portal's page of routes."""
    list: str
    """Which list it stands in: A of 2019, B of 2024, C the newer one. The live list is not known."""
    category: str
    sub_category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """A provision commonly named for a kind of case; which applies is for the police to decide."""

    kinds: tuple[str, ...]
    act: str
    section: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """India's National Cyber Crime Reporting Portal (NCRP) and the rules around it, as far as they are known."""

    checked_on: Fact[str]
    """ISO date on which all of these values were last gone through."""
    stale_days: Fact[int]
    home_url: Fact[str]
    choose_route_url: Fact[str]
    report_suspect_url: Fact[str]
    """The page with the tab *Deepfake*. It takes hints from anybody; it is not a victim's complaint."""
    track_url: Fact[str]
    check_suspect_url: Fact[str]
    nodal_officers_url: Fact[str]
    """Whom to turn to in each State where nothing happens."""
    faq_url: Fact[str]
    manual_url: Fact[str]
    abuse_links_url: Fact[str]
    appeal_url: Fact[str]
    """Of the Grievance Appellate Committee."""
    narrative_min_chars: Fact[int]
    narrative_max_chars: Fact[int]
    narrative_warn_chars: Fact[int]
    """From here on a form with a lower limit than the stated one may cut the text."""
    suspect_min_chars: Fact[int]
    suspect_max_chars: Fact[int]
    suspect_identifier_max_chars: Fact[int]
    refused_characters: Fact[str]
    """Characters the narrative box is said to refuse."""
    avoided_characters: Fact[str]
    """Characters kept out of the narrative by our own caution."""
    upload_limit_bytes: Fact[int]
    """Of one file."""
    upload_types: Fact[tuple[str, ...]]
    """Endings, lower case, that are most likely taken."""
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
    platforms: Fact[tuple[str, ...]]
    platform_links: Fact[Mapping[str, str]]
    """Pages for reporting abuse, by platform."""
    categories: Fact[tuple[Category, ...]]
    provisions: Fact[tuple[Provision, ...]]

    @property
    def address_line(self) -> str:
        """The address in full, to be typed and not clicked."""
        return f"Portal: {self.home_url.value} (type it yourself: a false copy of the portal has been reported)"

    def age_days(self, today: date) -> int:
        """Days since these values were last gone through, 0 if that lies ahead."""
        return max(0, (today - date.fromisoformat(self.checked_on.value)).days)

    def is_stale(self, today: date) -> bool:
        """Whether that is so long ago that the reader must be told."""
        return self.age_days(today) > self.stale_days.value

    def categories_for(self, kind: str) -> tuple[Category, ...]:
        """Where in the lists a kind of case fits, the likeliest first."""
        return tuple(entry for entry in self.categories.value if entry.kind == kind)

    def provisions_for(self, kind: str) -> tuple[Provision, ...]:
        """What is commonly named for a kind of case."""
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


@cache
def load_portal() -> Portal:
    """Read `ncrp.json`, once.

    Raises:
        ReportError: the file was edited into something that lacks a value, a date or a certainty.
    """
    return parse_portal(_text("ncrp.json"))


def parse_portal(text: str) -> Portal:
    """Build a portal from the JSON text of its facts.

    Raises:
        ReportError: a fact is missing, unknown, undated, of another type or without certainty H, M, L or U.
    """
    types = {field.name: str(field.type) for field in fields(Portal)}
    try:
        portal = Portal(**{name: _fact(name, entry, types[name]) for name, entry in json.loads(text).items()})
        date.fromisoformat(portal.checked_on.value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unusable("ncrp.json", error) from error
    return portal


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
    types = {field.name: str(field.type) for field in fields(Place)}
    places: dict[str, Place] = {}
    try:
        for code, entries in json.loads(text).items():
            members = entries.pop("members", None)
            place = Place(**{name: _fact(name, entry, types[name]) for name, entry in entries.items()})
            for mapping, keys in ((place.report.value, _REPORT_KEYS), (place.platform.value, _PLATFORM_KEYS)):
                if mapping.keys() != keys:
                    raise ValueError(f"{code} needs exactly {sorted(keys)}, got {sorted(mapping)}")
            places[code] = place
            if members is not None:
                places |= dict.fromkeys(_fact("members", members, "Fact[tuple[str, ...]]").value, place)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unusable("abroad.json", error) from error
    return MappingProxyType(places)


_REPORT_KEYS = {"name", "address", "en", "hi"}
_PLATFORM_KEYS = {"rule", "hours", "en", "hi"}


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _unusable(name: str, error: Exception) -> ReportError:
    return ReportError(
        f"the facts in reporting/portals/{name} cannot be used ({error!r}): correct or restore that file"
    )


def _fact(name: str, entry: dict[str, Any], kind: str) -> Fact[Any]:
    value = _READERS[kind](entry["value"])
    if not value:
        raise ValueError(f"{name} is empty")
    if entry["certainty"] not in _HEDGES or not entry["source"]:
        raise ValueError(f"{name} needs a source and a certainty of H, M, L or U")
    return Fact(value, entry["source"], date.fromisoformat(entry["date"]), entry["certainty"])


def _str(value: object) -> str:
    if type(value) is not str:
        raise TypeError(f"a text is needed, got {value!r}")
    return value


def _int(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"a whole number is needed, got {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if type(value) is not list or len(set(map(str, value))) != len(value):
        raise TypeError(f"a list of different texts is needed, got {value!r}")
    return tuple(map(_str, value))


def _pairs(value: object) -> Mapping[str, str]:
    if type(value) is not dict:
        raise TypeError(f"texts by name are needed, got {value!r}")
    return MappingProxyType({_str(name): _str(text) for name, text in value.items()})


def _rows(value: object) -> list[dict[str, Any]]:
    if type(value) is not list or not all(type(row) is dict for row in value):
        raise TypeError(f"a list of entries is needed, got {value!r}")
    return value


def _category(row: dict[str, Any]) -> Category:
    return Category(**{name: _str(text) for name, text in row.items()})


def _provision(row: dict[str, Any]) -> Provision:
    kinds = _texts(row["kinds"])
    return Provision(kinds=kinds, **{name: _str(text) for name, text in row.items() if name != "kinds"})


_READERS: dict[str, Callable[[object], Any]] = {
    "Fact[str]": _str,
    "Fact[int]": _int,
    "Fact[tuple[str, ...]]": _texts,
    "Fact[Mapping[str, str]]": _pairs,
    "Fact[tuple[Category, ...]]": lambda value: tuple(map(_category, _rows(value))),
    "Fact[tuple[Provision, ...]]": lambda value: tuple(map(_provision, _rows(value))),
}
"""How a value is read from JSON, by the way its field's type is written."""
