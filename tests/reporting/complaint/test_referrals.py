"""Where to turn: danger and money before everything else, and a hard stop where a minor may be shown."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from detector.errors import HardStopError
from reporting import Case
from reporting.case import Depicted, Kind
from reporting.complaint.referrals import followups, refuse_hard_stop, route
from reporting.portals import load_places, load_portal
from reporting.text.banned_claims import banned_claims
from reporting.text.catalog import sentence

KINDS: tuple[Kind, ...] = get_args(Kind)
COUNTRIES = ("IN", "US", "GB", "AU", "DE", "EU", "SG", "BR")


def every_case() -> list[Case]:
    choices = itertools.product(KINDS, get_args(Depicted), (False, True), (False, True), COUNTRIES)
    return [
        Case(kind=kind, depicted=depicted, witness_only=witness, in_danger=danger, country=country)
        for kind, depicted, witness, danger, country in choices
    ]


def steps(**changed: object) -> list[str]:
    return [step.step for step in route(Case(**changed)).steps]  # type: ignore[arg-type]


def test_danger_and_money_come_before_everything_else() -> None:
    assert steps(kind="fraud_money_lost", in_danger=True)[:2] == ["emergency", "bank"]
    assert steps(kind="fraud_money_lost")[0] == "bank"
    bank = route(Case(kind="fraud_money_lost")).steps[0]
    assert bank.urgent and "1930" in bank.text["en"] and "1930" in bank.text["hi"] and "bank" in bank.text["en"]
    assert "112" in route(Case(in_danger=True)).steps[0].text["en"]


@pytest.mark.parametrize(
    ("case", "card", "needed"),
    [
        (Case(kind="impersonation"), "OTHER CYBER CRIME", "other_cyber_crime"),
        (Case(kind="fraud_money_lost"), "FINANCIAL FRAUD", "financial_fraud"),
        (Case(kind="sexual", depicted="adult"), "WOMEN/CHILDREN", "stop_ncii"),
        (Case(kind="defamation", witness_only=True), "Report Suspect, tab Deepfake", "report_suspect"),
    ],
)
def test_each_kind_has_its_card(case: Case, card: str, needed: str) -> None:
    found = route(case)
    assert found.card == card and needed in [step.step for step in found.steps]


def test_sexual_content_of_an_adult_leads_to_the_platform_within_its_two_hours() -> None:
    found = route(Case(kind="sexual", depicted="adult", platform="instagram"))
    platform = next(step for step in found.steps if step.step == "platform")
    assert "within 2 hours" in platform.text["en"] and "help.instagram.com" in platform.address
    assert found.can_withdraw is False and found.anonymous_possible


def test_every_route_is_told_whole_in_both_languages_and_promises_nothing() -> None:
    seen: set[str] = set()
    for case in every_case():
        found = route(case)
        assert found.steps
        for step in found.steps:
            seen.add(step.step)
            for language in ("en", "hi"):
                text = f"{step.title[language]}: {step.text[language]}"
                assert banned_claims(text) == [] and "{" not in text and "  " not in text
                assert text[-1] in ".।" and bool(re.search(r"[\u0900-\u097f]", text)) == (language == "hi")
    assert len(seen) == 21


def test_sexual_content_stops_unless_the_person_is_said_to_be_an_adult() -> None:
    for case in every_case():
        stopped = case.kind == "sexual" and case.depicted != "adult"
        assert route(case).hard_stop == stopped
        if stopped:
            with pytest.raises(HardStopError, match="Nothing was made"):
                refuse_hard_stop(case)
        else:
            refuse_hard_stop(case)
    assert route(Case(kind="sexual")).hard_stop


def test_a_hard_stop_tells_the_ways_in_its_message() -> None:
    with pytest.raises(HardStopError) as stopped:
        refuse_hard_stop(Case(kind="sexual", depicted="minor", in_danger=True))
    for words in (
        sentence("referrals", "hard_stop", "en"),
        "Do not copy it",
        "112",
        "Report Anonymously",
        "takeitdown.ncmec.org",
    ):
        assert words in str(stopped.value)


def test_outside_india_the_portal_is_not_named() -> None:
    for case in every_case():
        if case.country != "IN":
            told = " ".join(step.text["en"] for step in route(case).steps)
            assert "cybercrime.gov.in" not in told and "1930" not in told and route(case).card == ""
    assert "ic3.gov" in route(Case(country="US")).steps[-1].text["en"]
    assert route(Case(country="FR")).steps == route(Case(country="EU")).steps
    assert "elsewhere" in steps(country="BR")


def test_what_is_not_verified_is_said_to_be_so() -> None:
    child = next(s for s in route(Case(kind="sexual")).steps if s.step == "child_help")
    assert "not verified" in child.hedge and "not verified" in child.text["en"]
    assert load_places()["AU"].report.certainty == "U"


def test_the_dates_that_follow_come_from_the_dated_facts() -> None:
    start = datetime(2026, 11, 21, 7, tzinfo=UTC)
    found = followups(start, load_portal())
    assert [entry.at - start for entry in found] == [timedelta(hours=2), timedelta(days=7), timedelta(days=30)]
    assert all(entry.fact.date.year == 2026 and entry.text["hi"] for entry in found)
    with pytest.raises(ValueError, match="time zone"):
        followups(datetime(2026, 11, 21), load_portal())
