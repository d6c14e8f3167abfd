"""The form becomes a case as it was filled in, and asks nobody who they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from words_helper import WORDS

from detector.errors import ReportError
from reporting.case import Depicted, Kind
from reporting.portals import load_places
from ui.common.localized import LocalizedComponents
from ui.report.case_form import (
    Answers,
    account_fields,
    detail_fields,
    first_fields,
    images_field,
    read_case,
)
from ui.text import Words, of


def test_the_case_is_what_was_filled_in() -> None:
    case = read_case(
        Answers(
            "fraud",
            True,
            None,
            True,
            "AU",
            "it",
            True,
            "2026-03-05T21:30",
            "2026-03-05T22:00",
            "ill",
            "App",
            "@who",
            " https://a.b/c \n\nhttps://d.e/f",
            "mine",
            "so",
            "Goa",
            False,
        )
    )
    assert (case.kind, case.in_danger, case.witness_only, case.country) == ("fraud", True, True, "AU")
    assert case.seen_at == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
    assert case.saved_at == datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
    assert case.urls == ("https://a.b/c", "https://d.e/f")
    typed = (case.platform, case.handle, case.whose_face, case.what_happened, case.harm, case.state)
    assert (*typed, case.delay_reason) == ("App", "@who", "mine", "it", "so", "Goa", "ill")
    assert case.denied and not read_case(Answers("other")).denied, "a claim is the visitor's own"
    assert case.include_media is None and case.media_included


def test_all_but_the_kind_may_be_left_out() -> None:
    empty = read_case(Answers("other", *(None,) * 16))
    assert empty.seen_at is None and empty.urls == () and empty.state == "" and empty.country == "IN"
    with pytest.raises(ReportError, match="kind"):
        read_case(Answers())


@pytest.mark.parametrize("wanted", [False, True])
def test_images_of_sexual_content_are_a_choice(wanted: bool) -> None:
    case = read_case(Answers("sexual", depicted="adult", with_images=wanted))
    assert (case.include_media, case.show_images) == (wanted, wanted)


def test_an_age_counts_only_where_it_was_asked() -> None:
    assert read_case(Answers("other", depicted="minor")).depicted == "unsure"
    assert read_case(Answers("sexual", depicted="adult")).depicted == "adult"
    assert Answers("sexual").age_missing and not Answers("other").age_missing


def test_a_date_that_is_none_is_told() -> None:
    with pytest.raises(ReportError, match="'yesterday' could not be read"):
        read_case(Answers("other", seen_at="yesterday"))


@pytest.mark.parametrize("words", [WORDS, of("hi")])
def test_the_choices_are_those_of_a_case(words: Words) -> None:
    assert tuple(words.KINDS) == get_args(Kind) and tuple(words.AGES) == get_args(Depicted)
    first, *places, last = words.COUNTRIES
    known = {code: place.name.value for code, place in load_places().items()}
    assert (first, last) == ("IN", "ZZ") and "ZZ" not in known
    assert {known[code] for code in places} == set(known.values()), "members of the Union are one choice"


def test_the_form_has_one_component_for_each_answer_and_asks_for_no_identity() -> None:
    localized = LocalizedComponents()
    made: list[Any] = [*first_fields(localized), *account_fields(localized)]
    made += [*detail_fields(localized), images_field(localized)]
    assert len(made) == len(Answers._fields)
    labels = " ".join(str(component.label) for component in made).casefold()
    for asked in ("your name", "phone", "e-mail", "aadhaar", "address", "birth"):
        assert asked not in labels
