"""START_HERE.html: works offline, hurries what is urgent, is the same in both languages, and runs nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from html_helpers import Page
from report_facts import CASE, facts_of

from detector.types import Analysis
from reporting.case import Case
from reporting.complaint.referrals import route
from reporting.documents.start_here import start_here_html
from reporting.portals import load_portal
from reporting.text import results as result_text
from reporting.text.banned_claims import banned_claims
from reporting.text.catalog import sentences
from reporting.text.findings import TYPED_FIELDS, Finding, finding, mark, versions
from reporting.text.results import Language
from reporting.types import ReportFacts

WORDS = sentences("start_here")
CASES = {
    "impersonation": CASE,
    "sexual": replace(CASE, kind="sexual"),
    "money lost": replace(CASE, kind="fraud_money_lost"),
    "danger": replace(CASE, in_danger=True),
    "witness": replace(CASE, witness_only=True),
    "abroad": replace(CASE, country="US", in_danger=True),
    "nowhere": replace(CASE, country="BR"),
}


@pytest.fixture
def facts(analysis: Analysis) -> ReportFacts:
    return facts_of(analysis, None)


def page_for(facts: ReportFacts, case: Case = CASE, findings: tuple[Finding, ...] = ()) -> str:
    return start_here_html(replace(facts, case=case), route(case).steps, findings, load_portal())


def words_for(facts: ReportFacts, case: Case = CASE) -> str:
    return Page(page_for(facts, case).replace("<!doctype html>", "")).words


def half_of(markup: str, language: Language) -> str:
    """What the page says in one language."""
    sections = re.findall(r'<section id="(\w+)".*?>(.*?)</section>', markup, re.DOTALL)
    return Page(dict(sections)[language]).words


@pytest.mark.parametrize("name", CASES)
def test_every_step_stands_on_the_page_in_both_languages(facts: ReportFacts, name: str) -> None:
    page = Page(page_for(facts, CASES[name]).replace("<!doctype html>", ""))
    for step in route(CASES[name]).steps:
        for language in ("en", "hi"):
            assert " ".join(step.title[language].split()) in page.words
            assert " ".join(step.text[language].split()) in page.words
    assert len(page.all("h1")) == 1
    sections = page.all("section")
    assert [section["lang"] for section in sections] == ["en", "hi"]


def test_what_is_urgent_comes_before_the_result(facts: ReportFacts) -> None:
    words = words_for(facts, CASES["money lost"])
    verdict = words.index(result_text.verdict_sentence(facts.analysis.verdict, facts.analysis.media.kind, "en"))
    assert words.index("Money first") < verdict
    assert words.index("1930") < verdict and words.index("112") < verdict and words.index("181") < verdict


def test_numbers_of_india_are_not_shown_abroad(facts: ReportFacts) -> None:
    words = words_for(facts, CASES["abroad"])
    assert "1930" not in words
    assert "8_bsa63_draft.pdf" not in words and "3_report_suspect.txt" not in words
    assert "8_bsa63_draft.pdf" in words_for(facts)
    assert words.index("Danger now") < words.index("Signs of manipulation")


def test_the_portals_form_is_explained_only_to_whom_files_a_complaint(facts: ReportFacts) -> None:
    complaint, hint = words_for(facts), words_for(facts, CASES["witness"])
    assert WORDS["en"]["form"] in complaint and WORDS["en"]["hint"] not in complaint
    assert WORDS["en"]["hint"] in hint and WORDS["en"]["form"] not in hint


def test_nothing_runs_and_nothing_is_fetched(facts: ReportFacts) -> None:
    markup = page_for(facts)
    page = Page(markup.replace("<!doctype html>", ""))
    assert {tag for tag, _ in page.tags} & {"script", "img", "iframe", "link", "object", "form", "video"} == set()
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"
    ]
    assert "url(" not in markup and "@import" not in markup
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")


def test_what_others_wrote_is_escaped(facts: ReportFacts) -> None:
    evil = "<script>alert(1)</script><b>\"'&\ud800"
    files = tuple(replace(file, name=evil, purpose=evil, in_package=True) for file in facts.evidence)
    case = replace(CASE, platform=evil, handle=evil, what_happened=evil)
    markup = start_here_html(
        replace(facts, case_id=evil, evidence=files, case=case),
        route(case).steps,
        (
            finding("state", state=evil, count=36),
            finding("characters_changed", field="", before=evil, after=evil),
        ),
        load_portal(),
    )
    assert "<script" not in markup and "<b>" not in markup
    markup.encode("utf-8")


FOUND = (
    finding("state", state="Atlantis", count=36),
    finding("no_links"),
    finding("identity_file"),
    finding("characters_changed", field=TYPED_FIELDS["harm"], before="50% & more", after="50 percent and more"),
)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_what_to_look_at_stands_between_the_result_and_the_order_of_steps(
    facts: ReportFacts, language: Language
) -> None:
    words, half = WORDS[language], half_of(page_for(facts, findings=FOUND), language)
    state, links, identity, changed = FOUND
    in_order = (
        result_text.not_proof(language),
        words["look"],
        f"{mark('error', language)}: {' '.join(state.sentences(language))}",
        f"{mark('warn', language)}: {' '.join(links.sentences(language))}",
        f"{mark('info', language)}: {' '.join(changed.sentences(language))}",
        f"{versions(language)[0]} 50% & more {versions(language)[1]} 50 percent and more",
        words["order_note"],
    )
    places = [half.index(text) for text in in_order]
    assert places == sorted(places)
    assert identity.sentences(language)[0] not in half


def test_where_nothing_has_to_be_looked_at_nothing_is_said_of_it(facts: ReportFacts) -> None:
    for findings in ((), (finding("identity_file"),)):
        page = page_for(facts, findings=findings)
        assert not [words["look"] for words in WORDS.values() if words["look"] in page]


@pytest.mark.parametrize("name", CASES)
def test_the_hindi_half_is_in_hindi(facts: ReportFacts, name: str) -> None:
    """Sources, units and what each file is for too; the portal's own words and names stay."""
    half = half_of(
        start_here_html(replace(facts, case=CASES[name]), route(CASES[name]).steps, (), load_portal()), "hi"
    )
    for english in (
        "as several guides say",
        "not verified",
        "read on the portal",
        "characters",
        "derived",
        "hours:",
    ):
        assert english not in half, english
    words = set(re.findall(r"[A-Za-z]{4,}", re.sub(r"https?://\S+|[\w/]+\.\w+", "", half)))
    assert len(words) < 60, sorted(words)


def test_it_says_what_it_is_not(facts: ReportFacts) -> None:
    words = words_for(facts)
    for language in ("en", "hi"):
        assert result_text.not_proof(language) in words
        assert result_text.not_an_fir(language) in words
        assert result_text.complaint_id_is_no_fir(language) in words


@pytest.mark.parametrize("field", sorted({*WORDS["en"], *WORDS["hi"]}))
def test_no_words_are_missing_in_a_language(field: str) -> None:
    english, hindi = WORDS["en"][field], WORDS["hi"][field]
    assert type(english) is type(hindi)
    if isinstance(english, dict):
        assert list(english) == list(hindi)
        english, hindi = english.values(), hindi.values()
    pairs = [(english, hindi)] if isinstance(english, str) else list(zip(english, hindi, strict=True))
    for one, other in pairs:
        assert one.strip() and other.strip()
        assert set(re.findall(r"{[^}]+}", one)) == set(re.findall(r"{[^}]+}", other))
        assert any("\u0900" <= letter <= "\u097f" for letter in other)
        assert not banned_claims(one) and not banned_claims(other)


def test_old_facts_about_the_portal_are_said_to_be_old(facts: ReportFacts) -> None:
    portal = load_portal()
    checked = datetime.fromisoformat(portal.checked_on.value).replace(tzinfo=facts.created_at.tzinfo)
    late = replace(facts, created_at=checked + timedelta(days=portal.stale_days.value + 2))
    fresh = replace(facts, created_at=checked + timedelta(days=1))
    said = WORDS["en"]["stale"].format(portal=portal)
    assert said in page_for(late) and said not in page_for(fresh)
