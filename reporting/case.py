"""What the user tells about the incident. Nobody's identity is asked for, stored or written here.

In come the user's own words, from the page or from a JSON file; out goes one checked, immutable value.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, get_args

from detector.errors import ReportError

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""India Standard Time; it has no summer time."""

Kind = Literal["impersonation", "sexual", "fraud", "fraud_money_lost", "defamation", "other"]
Depicted = Literal["adult", "minor", "unsure"]

_MAX_FILE_BYTES = 1 << 20
_IDENTITY = frozenset(
    "name full_name my_name mobile phone email gender dob date_of_birth father mother spouse parent_or_spouse "
    "nationality address district police_station pin aadhaar pan passport voter_id id_document".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The incident in the user's own words; everything but its kind may be left out.

    Raises:
        TypeError: a value of another type, such as one string for `urls`, which is a tuple of them.
        ValueError: an unknown `kind` or `depicted`, a country that is no two-letter code, or a time without a
            zone, so that the hour would be a guess.
    """

    kind: Kind = "other"
    what_happened: str = ""
    """What the file shows the person saying or doing, and what happened."""
    whose_face: str = ""
    """Whose face is shown, such as `my own`."""
    depicted: Depicted = "unsure"
    """Age of the person shown. It decides only where the content is sexual: whatever is not said to be an
    adult stops everything there."""
    witness_only: bool = False
    """The user only saw it and is not the one harmed."""
    in_danger: bool = False
    """Somebody is in danger now."""
    platform: str = ""
    urls: tuple[str, ...] = ()
    handle: str = ""
    """The account that posted or sent it."""
    seen_at: datetime | None = None
    saved_at: datetime | None = None
    """When the user saved the file."""
    delay_reason: str = ""
    """Why it is reported later than the day after it was seen; only if the portal asks."""
    state: str = ""
    """State or union territory."""
    country: str = "IN"
    """Where the report goes, ISO 3166 code of two letters, or `EU`."""
    harm: str = ""
    include_media: bool | None = None
    """Put copies and frames of the file into the package. None: yes, but not where the content is sexual."""
    show_images: bool | None = None
    """Leave the images of the documents unblurred. None: yes, but not where the content is sexual."""

    def __post_init__(self) -> None:
        if isinstance(self.urls, str):
            raise TypeError(f"urls is a tuple of links, got the text {self.urls!r}")
        for field in fields(self):
            value = getattr(self, field.name)
            if not _fits(value, str(field.type)):
                raise TypeError(f"{field.name} cannot be {value!r}; it is {_WORDS[str(field.type)]}")
        for name, allowed in (("kind", get_args(Kind)), ("depicted", get_args(Depicted))):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(allowed)}; got {getattr(self, name)!r}")
        if not re.fullmatch(r"[A-Z]{2}", self.country):
            raise ValueError(f"country is a code of two capital letters such as IN; got {self.country!r}")
        for name in ("seen_at", "saved_at"):
            moment = getattr(self, name)
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{name} needs a time zone, got {moment}")

    @property
    def media_included(self) -> bool:
        """Whether copies and frames of the file go into the package."""
        return self.kind != "sexual" if self.include_media is None else self.include_media

    @property
    def images_shown(self) -> bool:
        """Whether the images of the documents stay unblurred."""
        return self.kind != "sexual" if self.show_images is None else self.show_images


_WORDS = {
    "str": "a text",
    "bool": "true or false",
    "bool | None": "true or false, or left out",
    "tuple[str, ...]": "a list of texts",
    "datetime | None": "a date and time",
    "Kind": "a text",
    "Depicted": "a text",
}
"""What a field holds, in words, by the way its type is written."""


def _fits(value: object, kind: str) -> bool:
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "bool | None":
            return value is None or isinstance(value, bool)
        case "datetime | None":
            return value is None or isinstance(value, datetime)
        case "tuple[str, ...]":
            return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
        case _:
            return isinstance(value, str)


def read_case(path: str | Path) -> Case:
    """Read a case from a JSON file: one object, its keys the fields of `Case`, times as ISO 8601 with a zone.

    Raises:
        ReportError: no such file, too large, not JSON, a key that is unknown, doubled or asks for an identity, a
            value of the wrong type, or a time without a zone.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ReportError(f"the case {path} cannot be read ({error}): check its name") from error
    if len(content) > _MAX_FILE_BYTES:
        raise ReportError(f"the case {path.name} is larger than {_MAX_FILE_BYTES} bytes: shorten it")
    try:
        entries = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"the case {path.name} is not JSON ({error}): correct it there") from error
    if not isinstance(entries, dict):
        raise ReportError(f'the case {path.name} holds no JSON object: write {{"kind": "impersonation", …}}')
    return parse_case(entries, path.name)


def parse_case(entries: dict[str, Any], source: str) -> Case:
    """Build a case from JSON values.

    Args:
        entries: by the name of the field.
        source: where they come from, for the message.

    Raises:
        ReportError: as `read_case`.
    """
    types = {field.name: str(field.type) for field in fields(Case)}
    if personal := sorted(entries.keys() & _IDENTITY):
        raise ReportError(
            f"{source} names {', '.join(personal)}: leave that out, who you are is never stored here; type it on "
            "the portal yourself"
        )
    if unknown := sorted(entries.keys() - types.keys()):
        raise ReportError(f"{source} has the unknown key {unknown[0]!r}: the keys are {', '.join(types)}")
    if "kind" not in entries:
        raise ReportError(f'{source} does not say the kind: add one of {", ".join(get_args(Kind))} as "kind"')
    values: dict[str, Any] = {}
    for name, value in entries.items():
        if types[name] == "tuple[str, ...]" and isinstance(value, list):
            value = tuple(value)
        elif types[name] == "datetime | None" and isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError as error:
                raise ReportError(
                    f"{source}: {name} is {value!r}, which is no date and time: write it as "
                    "2026-03-05T21:30:00+05:30"
                ) from error
        values[name] = value
    try:
        return Case(**values)
    except (TypeError, ValueError) as error:
        raise ReportError(f"{source}: {error}: correct that value") from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key stands there twice")
    return entries
