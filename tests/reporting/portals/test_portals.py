from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

import reporting.portals
from detector.errors import ReportError
from reporting.case import Kind
from reporting.portals import load_places, load_portal, parse_places, parse_portal

FACTS = Path(reporting.portals.__file__).with_name("ncrp.json")


def test_importing_reporting_loads_no_heavy_library_and_reads_no_facts() -> None:
    program = (
        "import sys, reporting, reporting.text.results, reporting.portals\n"
        "print(sorted({'torch', 'torchvision', 'cv2', 'gradio', 'av'} & set(sys.modules)),"
        " reporting.portals.load_portal.cache_info().misses)"
    )
    root = FACTS.parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[] 0\n"


def test_every_fact_says_where_when_and_how_surely_it_is_known() -> None:
    for name, fact in json.loads(FACTS.read_text(encoding="utf-8")).items():
        assert set(fact) == {"value", "source", "date", "certainty"}, name
        assert fact["certainty"] in {"H", "M", "L", "U"} and len(fact["source"]) > 20
        assert date(2020, 1, 1) < date.fromisoformat(fact["date"]) <= date(2026, 11, 20)


def test_a_fact_is_never_told_more_surely_than_it_is_known() -> None:
    portal = load_portal()
    assert portal.home_url.certainty == "H"
    assert "not confirmed" in portal.narrative_max_chars.hedge
    assert "not verified" in portal.avoided_characters.hedge
    assert portal.narrative_min_chars.hedge.endswith(portal.narrative_min_chars.date.isoformat())


def test_the_facts_that_the_drafts_rely_on() -> None:
    portal = load_portal()
    assert portal.home_url.value == "https://cybercrime.gov.in/"
    assert (portal.narrative_min_chars.value, portal.narrative_max_chars.value) == (200, 1500)
    assert set("#$@^*`'~|!") == set(portal.refused_characters.value)
    assert portal.upload_limit_bytes.value == 5_000_000
    assert (portal.helpline_cyber_fraud.value, portal.helpline_emergency.value) == ("1930", "112")


def test_the_rules_around_the_portal_that_the_package_relies_on() -> None:
    portal = load_portal()
    assert (portal.suspect_min_chars.value, portal.suspect_max_chars.value) == (200, 500)
    assert portal.suspect_identifier_max_chars.value == 60 and len(portal.states.value) == 36
    assert (portal.platform_hours.value, portal.platform_resolve_days.value, portal.appeal_days.value) == (
        2,
        7,
        30,
    )
    kinds = get_args(Kind)
    assert {entry.kind for entry in portal.categories.value} == set(kinds)
    assert all(portal.provisions_for(kind) for kind in kinds)
    assert not [entry for entry in portal.provisions.value if entry.section == "66A"]
    assert portal.upload_limit_bytes.value == 5_000_000 and portal.stale_days.value == 180


def test_every_fact_about_other_countries_says_where_when_and_how_surely() -> None:
    for code, facts in json.loads(FACTS.with_name("abroad.json").read_text(encoding="utf-8")).items():
        for name, fact in facts.items():
            assert set(fact) == {"value", "source", "date", "certainty"}, (code, name)
            assert fact["certainty"] in {"H", "M", "L", "U"} and len(fact["source"]) > 20
            date.fromisoformat(fact["date"])
    places = load_places()
    assert {"US", "GB", "AU", "EU", "SG", "DE", "FR"} <= places.keys() and "IN" not in places
    assert places["DE"] is places["EU"]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda facts: facts["US"].pop("report"), id="a fact is missing"),
        pytest.param(lambda facts: facts["US"].update(extra=facts["US"]["name"]), id="an unknown fact"),
        pytest.param(lambda facts: facts["US"]["report"]["value"].pop("hi"), id="a language is missing"),
        pytest.param(lambda facts: facts["EU"]["members"].update(value="DE"), id="members are no list"),
        pytest.param(lambda facts: facts["US"]["name"].update(date="lately"), id="a date is no date"),
    ],
)
def test_facts_about_other_countries_edited_into_nonsense_are_refused(
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    text = FACTS.with_name("abroad.json").read_text(encoding="utf-8")
    facts = json.loads(text)
    assert parse_places(text)
    spoil(facts)
    with pytest.raises(ReportError, match=r"abroad\.json"):
        parse_places(json.dumps(facts))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda facts: facts.pop("home_url"), id="a fact is missing"),
        pytest.param(lambda facts: facts.update(extra=facts["home_url"]), id="an unknown fact"),
        pytest.param(lambda facts: facts["home_url"].pop("date"), id="a date is missing"),
        pytest.param(lambda facts: facts["home_url"].update(date="last year"), id="a date is no date"),
        pytest.param(lambda facts: facts["home_url"].update(certainty="sure"), id="an unknown certainty"),
        pytest.param(lambda facts: facts["home_url"].update(source=""), id="no source"),
        pytest.param(lambda facts: facts["home_url"].update(value=""), id="an empty value"),
        pytest.param(lambda facts: facts["narrative_min_chars"].update(value="200"), id="a number as text"),
        pytest.param(lambda facts: facts["narrative_min_chars"].update(value=True), id="true is no number"),
        pytest.param(lambda facts: facts.update(home_url="https://x.in/"), id="a bare value"),
        pytest.param(lambda facts: facts["states"].update(value="Kerala"), id="a text as a list"),
        pytest.param(lambda facts: facts["categories"]["value"][0].pop("card"), id="a category without its card"),
        pytest.param(lambda facts: facts["checked_on"].update(value="lately"), id="checked on no date"),
    ],
)
def test_facts_edited_into_nonsense_are_refused(spoil: Callable[[dict[str, Any]], object]) -> None:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    parse_portal(json.dumps(facts))
    spoil(facts)
    with pytest.raises(ReportError, match="correct or restore"):
        parse_portal(json.dumps(facts))


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_facts_that_are_not_a_json_object_are_refused(text: str) -> None:
    with pytest.raises(ReportError, match=r"ncrp\.json"):
        parse_portal(text)
