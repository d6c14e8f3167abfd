"""A case is checked when it is made and when it is read, and never holds who the user is."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from detector.errors import ReportError
from reporting import Case, read_case
from reporting.case import MAX_CHARS, parse_case


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "case.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_case_file_gives_every_field(tmp_path: Path) -> None:
    entries = {
        "kind": "sexual",
        "what_happened": "यह मेरा चेहरा है",
        "depicted": "adult",
        "witness_only": True,
        "urls": ["https://a.in/1"],
        "seen_at": "2026-03-05T21:30:00+05:30",
        "country": "US",
        "include_media": False,
    }
    case = read_case(written(tmp_path, entries))
    assert (case.kind, case.depicted, case.witness_only, case.urls) == (
        "sexual",
        "adult",
        True,
        ("https://a.in/1",),
    )
    assert case.seen_at == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
    assert case.what_happened == "यह मेरा चेहरा है" and case.include_media is False


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "fraud", "colour": "red"}, "unknown key 'colour'"),
        ({"what_happened": "x"}, "does not say the kind"),
        ({"kind": "theft"}, "kind is 'theft': Input should be"),
        ({"kind": "fraud", "urls": "https://a.in"}, "a list of links"),
        ({"kind": "fraud", "urls": [1]}, "urls is 1"),
        ({"kind": "fraud", "witness_only": 1}, "witness_only is 1"),
        ({"kind": "fraud", "harm": None}, "harm is None"),
        ({"kind": "fraud", "seen_at": "2026-03-05T21:30:00"}, "needs a time zone"),
        ({"kind": "fraud", "seen_at": "yesterday"}, "not a date and time"),
        ({"kind": "fraud", "seen_at": 5}, "seen_at is 5"),
        ({"kind": "fraud", "country": "India"}, "country is 'India'"),
        ({"kind": "sexual", "depicted": "child"}, "depicted is 'child'"),
        ({"kind": "fraud", "mobile": "98"}, "never stored here"),
        ({"kind": "fraud", "aadhaar": "1"}, "never stored here"),
        ("[]", "not a JSON object"),
        ('{"kind": "fraud", "kind": "other"}', "occurs twice"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_case_file_that_cannot_be_meant_is_refused_with_the_reason(
    content: object, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ReportError, match=message):
        read_case(written(tmp_path, content))


def test_a_case_file_that_is_not_there_or_huge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="there is no file"):
        read_case(tmp_path / "gone.json")
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path, tmp_path / "pipe.json", Path("/dev/zero")):
        with pytest.raises(ReportError, match="not a regular file"):
            read_case(path)
    with pytest.raises(ReportError, match="larger than"):
        read_case(written(tmp_path, " " * 2_000_000))


def test_no_field_holds_who_the_user_is() -> None:
    names = {field.name for field in fields(Case)}
    assert not [
        name for name in names if any(word in name for word in ("name", "mobile", "mail", "id_", "address"))
    ]


def test_images_of_sexual_content_are_left_out_unless_asked_for() -> None:
    assert Case().media_included and Case().images_shown
    sexual = Case(kind="sexual", depicted="adult")
    assert not sexual.media_included and not sexual.images_shown
    asked = Case(kind="sexual", depicted="adult", include_media=True, show_images=True)
    assert asked.media_included and asked.images_shown


def test_a_case_with_a_time_without_zone_or_one_text_for_links_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Case(seen_at=datetime(2026, 3, 5, 16, 0))
    with pytest.raises(ValueError, match="a list of links"):
        Case(urls="https://x.com/")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in MAX_CHARS if name != "urls"])
def test_the_lengths_of_the_form_hold_for_every_way_in(name: str) -> None:
    most = MAX_CHARS[name]
    assert getattr(Case(**{name: "a" * most}), name) == "a" * most  # type: ignore[arg-type]
    with pytest.raises(ReportError, match=f"{name} is .* at most {most}"):
        parse_case({"kind": "other", name: "a" * (most + 1)}, "the form")


def test_all_links_together_have_a_length(tmp_path: Path) -> None:
    assert len(Case(urls=("a" * 3999,) * 2).urls) == 2
    for links in (["a" * 4000] * 2 + ["b"], ["a"] * 10_000, ["x" * 900_000]):
        with pytest.raises(ReportError, match="the links have more than 8000"):
            parse_case({"kind": "other", "urls": links}, "the form")


def test_control_characters_are_removed_from_the_texts() -> None:
    hostile = "\x00a\x1b[31m\u202eb\u2066\r\nc\u2028\ufeffd\ud83d"
    case = Case(what_happened=hostile, platform=hostile, urls=(hostile,), handle=hostile)
    assert case.what_happened == "a[31mb\nc\nd"
    assert case.platform == case.handle == case.urls[0] == "a[31mb c d"


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00"])
def test_a_time_that_no_calendar_here_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ReportError, match="give a year"):
        parse_case({"kind": "other", "seen_at": value}, "the form")
