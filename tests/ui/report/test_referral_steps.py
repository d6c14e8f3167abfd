"""Where to turn is shown in order, marked by more than colour, with numbers and pages ready to be pressed."""

from __future__ import annotations

from typing import get_args

import pytest
from html_helpers import Page

from reporting import Case
from reporting.case import Kind
from reporting.complaint.referrals import route
from reporting.text.results import Language
from ui import text
from ui.common.html import escape, linked
from ui.report.referral_steps import portal_link, routes_panel


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("country", ["IN", "US", "GB", "AU", "EU", "SG", "ZZ"])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_step_stands_there_in_its_order(kind: Kind, country: str, language: Language) -> None:
    case = Case(kind=kind, country=country, depicted="adult", in_danger=True)
    panel = routes_panel(case, language)
    places = [panel.index(escape(step.title[language])) for step in route(case).steps]
    assert places == sorted(places)
    assert panel.count(text.of(language).ROUTES_NOW) == sum(step.urgent for step in route(case).steps)


def test_numbers_and_pages_can_be_pressed() -> None:
    links = [
        link["href"] for link in Page(linked("Call 112, 15100 or 0300 123 2040; see https://a.b/c?d=1.")).all("a")
    ]
    assert links == ["tel:112", "tel:15100", "tel:03001232040", "https://a.b/c?d=1"]


@pytest.mark.parametrize("sentence", ["within 1,112 hours", "1121 people", "112th", "18 or older", "<b>112px</b>"])
def test_what_only_looks_like_a_number_stays_text(sentence: str) -> None:
    assert Page(linked(sentence)).all("a") == [] and "<b>" not in linked(sentence)


def test_the_page_to_file_on_follows_the_case() -> None:
    found = {
        name: [link["href"] for link in Page(portal_link(case, (), "en")).all("a")]
        for name, case in {
            "home": Case(),
            "witness": Case(witness_only=True),
            "abroad": Case(country="US"),
            "none": Case(country="EU"),
        }.items()
    }
    assert found == {
        "home": ["https://cybercrime.gov.in/"],
        "witness": ["https://cybercrime.gov.in/Webform/cyber_suspect.aspx"],
        "abroad": ["https://www.ic3.gov"],
        "none": [],
    }
