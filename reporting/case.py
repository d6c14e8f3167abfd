"""The incident as the user describes it, validated. It never contains the user's identity."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, ValidationError
from pydantic.dataclasses import dataclass

from detector.errors import ReportError
from reporting.files import open_regular
from reporting.text.printable import drop_unsafe, printable

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""India Standard Time, without daylight saving."""

Kind = Literal["impersonation", "sexual", "fraud", "fraud_money_lost", "defamation", "other"]
Depicted = Literal["adult", "minor", "unsure"]

MAX_CHARS = MappingProxyType(
    {
        "what_happened": 8000,
        "whose_face": 200,
        "platform": 200,
        "urls": 8000,
        "handle": 200,
        "delay_reason": 500,
        "state": 100,
        "harm": 2000,
    }
)
"""Most characters of each field; of `urls`, of all links together."""
_MAX_FILE_BYTES = 1 << 20
_YEARS = range(1970, 2100)
_IDENTITY = frozenset(
    "name full_name my_name mobile phone email gender dob date_of_birth father mother spouse parent_or_spouse "
    "nationality address district police_station pin aadhaar pan passport voter_id id_document".split()
)


def _line(value: object) -> object:
    return " ".join(drop_unsafe(value).split()) if isinstance(value, str) else value


def _prose(value: object) -> object:
    return drop_unsafe(value, keep_lines=True) if isinstance(value, str) else value


def _links(value: object) -> object:
    if isinstance(value, str):
        raise ValueError("give a list of links, not one text")
    if isinstance(value, list | tuple):
        value = tuple(_line(link) for link in value)
        if sum(len(link) + 1 for link in value if isinstance(link, str)) > MAX_CHARS["urls"] + 1:
            raise ValueError(f"the links have more than {MAX_CHARS['urls']} characters together; shorten the list")
    return value


def _time(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError("this is not a date and time; write it as 2026-03-05T21:30:00+05:30") from error
    if not isinstance(value, datetime):
        raise ValueError("give a date and time")
    if value.utcoffset() is None:
        raise ValueError("the time needs a time zone; write it as 2026-03-05T21:30:00+05:30")
    if value.year not in _YEARS:
        raise ValueError(f"give a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return value


def _length(name: str) -> Any:
    return Field(max_length=MAX_CHARS[name])


_LINE, _PROSE = BeforeValidator(_line), BeforeValidator(_prose)
_Time = Annotated[datetime, BeforeValidator(_time)]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Case:
    """The incident in the user's own words; every field but the kind is optional.

    Control and invisible characters are removed; names and links become one line.

    Raises:
        ValueError: a value of another type, a text longer than `MAX_CHARS`, an unknown `kind` or `depicted`, a
            country that is not a two-letter code, or a time without a zone.
    """

    kind: Kind = "other"
    what_happened: Annotated[str, _length("what_happened"), _PROSE] = ""
    """What the file shows the person saying or doing, and what happened."""
    whose_face: Annotated[str, _length("whose_face"), _LINE] = ""
    """Whose face is shown, such as `my own`."""
    depicted: Depicted = "unsure"
    """Age of the person shown. It matters only for sexual content: unless it is `adult`, no package is made."""
    witness_only: StrictBool = False
    """The user saw it but is not the one harmed."""
    denied: StrictBool = False
    """The user says that the person shown did not say or do this and did not agree to it."""
    in_danger: StrictBool = False
    """Somebody is in danger now."""
    platform: Annotated[str, _length("platform"), _LINE] = ""
    urls: Annotated[tuple[str, ...], BeforeValidator(_links)] = ()
    handle: Annotated[str, _length("handle"), _LINE] = ""
    """The account that posted or sent it."""
    seen_at: _Time | None = None
    saved_at: _Time | None = None
    """When the user saved the file."""
    delay_reason: Annotated[str, _length("delay_reason"), _PROSE] = ""
    """Why it is reported later than the day after it was seen; only if the portal asks."""
    state: Annotated[str, _length("state"), _LINE] = ""
    """State or union territory."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "IN"
    """Where the report goes: ISO 3166 code of two letters, or `EU`."""
    harm: Annotated[str, _length("harm"), _PROSE] = ""
    include_media: StrictBool | None = None
    """Put copies and frames of the file into the package. None: yes, except for sexual content."""
    show_images: StrictBool | None = None
    """Leave the images in the documents unblurred. None: yes, except for sexual content."""

    @property
    def media_included(self) -> bool:
        """Whether copies and frames of the file go into the package."""
        return self.kind != "sexual" if self.include_media is None else self.include_media

    @property
    def images_shown(self) -> bool:
        """Whether the images in the documents stay unblurred."""
        return self.kind != "sexual" if self.show_images is None else self.show_images


def read_case(path: str | Path) -> Case:
    """Read a case from a JSON file: one object, its keys the fields of `Case`, times as ISO 8601 with a zone.

    Raises:
        ReportError: no such file, not a regular file, too large, not JSON, or as `parse_case`.
    """
    path = Path(path)
    with open_regular(path, "the case") as stream:
        content = stream.read(_MAX_FILE_BYTES + 1)
    if len(content) > _MAX_FILE_BYTES:
        raise ReportError(f"the case {path.name} is larger than {_MAX_FILE_BYTES} bytes: shorten it")
    try:
        entries = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"the case {path.name} is not JSON ({error}): correct it there") from error
    if not isinstance(entries, dict):
        raise ReportError(f'the case {path.name} is not a JSON object: write {{"kind": "impersonation", …}}')
    return parse_case(entries, path.name)


def parse_case(entries: dict[str, Any], source: str) -> Case:
    """Build a case from plain values.

    Raises:
        ReportError: the kind is missing, a key is unknown or asks for an identity, or `Case` refuses a value.
    """
    if personal := sorted(entries.keys() & _IDENTITY):
        raise ReportError(
            f"{source} names {', '.join(personal)}: leave that out, who you are is never stored here; type it on "
            "the portal yourself"
        )
    names = [field.name for field in fields(Case)]
    if unknown := sorted(entries.keys() - set(names)):
        raise ReportError(f"{source} has the unknown key {unknown[0][:80]!r}: the keys are {', '.join(names)}")
    if "kind" not in entries:
        raise ReportError(f'{source} does not say the kind: add one of {", ".join(get_args(Kind))} as "kind"')
    try:
        return Case(**entries)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        raise ReportError(
            printable(f"{source}: {first['loc'][0]} is {first['input']!r:.80}: {message}. Correct that value.")
        ) from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key occurs twice")
    return entries
