"""What is looked at before filing, each rule from the dated facts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from detector.types import Analysis, Outcome
from reporting import Case
from reporting.case import Kind
from reporting.complaint import checks
from reporting.complaint.checks import check_case
from reporting.complaint.form_fields import copy_paste_text, portal_fields
from reporting.complaint.narrative import fit_texts
from reporting.complaint.platform_notice import platform_notice
from reporting.complaint.referrals import route
from reporting.portals import load_portal
from reporting.text import results as result_text
from reporting.text.banned_claims import banned_claims
from reporting.text.catalog import sentences
from reporting.text.findings import TYPED_FIELDS, Finding, mark, versions
from reporting.types import EvidenceFile, Hashes

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
DEVANAGARI, LATIN = re.compile("[\u0900-\u097f]"), re.compile("[A-Za-z]")
STAYS = re.compile(
    r"\{\w*\}|5_evidence/supporting_evidence_full_statement\.txt|1_complaint\.json|Report Suspect|PDF|jpe?g|png"
)
"""What is written the same way in Hindi."""


def checked(case: Case, analysis: Analysis, now: datetime = NOW) -> tuple[Finding, ...]:
    return check_case(fit_texts(case, analysis, load_portal()), analysis, load_portal(), now)


def keys(case: Case, analysis: Analysis, now: datetime = NOW) -> set[str]:
    return {entry.key for entry in checked(case, analysis, now)}


def good_case() -> Case:
    return Case(
        what_happened="A video shows me selling shares.",
        denied=True,
        state="Kerala",
        urls=("https://x.com/a/status/1",),
        seen_at=NOW - timedelta(hours=3),
    )


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"state": "Atlantis"}, "state"),
        ({"state": ""}, "no_state"),
        ({"urls": ()}, "no_links"),
        ({"urls": ("https://a.example/" + "x" * 99,), "witness_only": True}, "link_too_long"),
        ({"platform": "Facebook"}, "platform_link"),
        ({"denied": False}, "not_denied"),
        ({"harm": "see https://b.in/1"}, "links_moved"),
        ({"harm": "50% & more"}, "characters_changed"),
        ({"what_happened": ""}, "nothing_told"),
        ({"what_happened": "Long. " * 900}, "narrative_cut"),
        ({"seen_at": None}, "no_date"),
        ({"seen_at": NOW + timedelta(hours=1)}, "in_future"),
        ({"seen_at": NOW - timedelta(days=3)}, "delay"),
        ({"saved_at": NOW - timedelta(days=9)}, "saved_before_seen"),
        ({"kind": "fraud_money_lost"}, "money"),
        ({"kind": "sexual", "depicted": "adult"}, "media_left_out"),
    ],
)
def test_each_rule_is_told_where_it_is_broken_and_nowhere_else(
    changed: dict[str, object], key: str, analysis: Analysis
) -> None:
    assert key not in keys(good_case(), analysis)
    assert key in keys(replace(good_case(), **changed), analysis)  # type: ignore[arg-type]


def test_a_reason_for_the_delay_is_enough(analysis: Analysis) -> None:
    late = replace(good_case(), seen_at=NOW - timedelta(days=3), delay_reason="I was ill.")
    assert "delay" not in keys(late, analysis)


def test_changed_characters_are_shown_before_and_after(analysis: Analysis) -> None:
    found = checked(replace(good_case(), harm="50% lost!"), analysis, NOW)
    change = next(entry for entry in found if entry.key == "characters_changed")
    assert (change.before, change.after) == ("50% lost!", "50 percent lost.")


@pytest.mark.parametrize(("outcome", "told"), [("fake", False), ("real", True), ("inconclusive", True)])
def test_a_result_that_does_not_support_the_complaint_is_said_and_does_not_stop_it(
    outcome: Outcome, told: bool, make_analysis: Callable[[Outcome, float | None], Analysis]
) -> None:
    found = checked(good_case(), make_analysis(outcome, 0.5), NOW)
    assert ("not_supported" in {entry.key for entry in found}) == told
    assert not [entry for entry in found if entry.severity == "error"]


def test_old_facts_are_warned_about_after_180_days(analysis: Analysis) -> None:
    checked = datetime.fromisoformat(load_portal().checked_on.value).replace(tzinfo=UTC)
    assert "stale" not in keys(good_case(), analysis, checked + timedelta(days=180))
    assert "stale" in keys(good_case(), analysis, checked + timedelta(days=181))


def test_errors_come_first_and_every_finding_says_what_to_do(analysis: Analysis) -> None:
    found = checked(Case(state="x", seen_at=NOW + timedelta(1)), analysis, NOW)
    ranks = [("error", "warn", "info").index(entry.severity) for entry in found]
    assert ranks == sorted(ranks) and len(set(ranks)) == 3
    for languages in sentences("findings").values():
        for language, end in (("en", "."), ("hi", "।")):
            for sentence in languages[language]:
                assert sentence.endswith(end) and banned_claims(sentence) == []


@pytest.mark.parametrize("key", sentences("findings"))
def test_every_finding_is_said_in_both_languages_and_really_in_them(key: str) -> None:
    languages = sentences("findings")[key]
    assert set(languages) == {"severity", "en", "hi"}
    for english, hindi in zip(languages["en"], languages["hi"], strict=True):
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", hindi))
        assert DEVANAGARI.search(hindi) and not LATIN.search(STAYS.sub("", hindi)), hindi
        assert not DEVANAGARI.search(english)


def test_no_finding_lacks_its_sentences_and_none_is_never_told() -> None:
    rules = (Path(checks.__file__)).read_text(encoding="utf-8")
    assert set(re.findall(r"finding\(\s*\"(\w+)\"", rules)) <= sentences("findings").keys()
    assert [key for key in sentences("findings") if f'"{key}"' not in rules] == []
    assert {field.name for field in fields(Case)} >= set(TYPED_FIELDS)


def test_the_words_around_a_finding_are_in_both_languages() -> None:
    for severity in ("error", "warn", "info"):
        assert LATIN.match(mark(severity, "en")) and DEVANAGARI.match(mark(severity, "hi"))  # type: ignore[arg-type]
    assert len({*versions("en"), *versions("hi")}) == 4


@pytest.mark.parametrize(
    ("changed", "key", "english", "hindi"),
    [
        ({"seen_at": NOW + timedelta(hours=1)}, "in_future", "seeing it", "देखने का"),
        ({"saved_at": NOW + timedelta(hours=1)}, "in_future", "saving it", "सेव करने का"),
        ({"seen_at": NOW - timedelta(days=3)}, "delay", "seen 3 days ago", "3 दिन पहले"),
        ({"seen_at": NOW - timedelta(hours=30)}, "delay", "seen 1 day ago", "1 दिन पहले"),
        ({"harm": "50%"}, "characters_changed", "in: harm.", ": नुकसान।"),
        ({}, "not_supported", ": inconclusive.", result_text.headline("inconclusive", "hi")),
        ({"state": ""}, "no_state", "No State", "राज्य"),
    ],
)
def test_words_within_a_sentence_follow_its_language(
    changed: dict[str, object],
    key: str,
    english: str,
    hindi: str,
    make_analysis: Callable[[Outcome, float | None], Analysis],
) -> None:
    case = replace(good_case(), **changed)  # type: ignore[arg-type]
    found = checked(case, make_analysis("inconclusive", 0.5), NOW)
    entry = next(entry for entry in found if entry.key == key)
    assert english in entry.sentences("en")[0] == entry.what and entry.sentences("en")[1] == entry.do
    assert hindi in entry.sentences("hi")[0]
    assert not any(LATIN.search(STAYS.sub("", sentence)) for sentence in entry.sentences("hi"))


def file(name: str, size: int = 9) -> EvidenceFile:
    hashes = Hashes(size_bytes=size, sha256="a" * 64, sha1="b" * 40, md5="c" * 32)
    return EvidenceFile(
        name=name, in_package=True, purpose="It.", mime="image/jpeg", hashes=hashes, derived_from=None, made_how=""
    )


def test_a_file_of_a_type_that_the_portal_may_refuse_is_named(analysis: Analysis) -> None:
    evidence = [
        file(f"5_evidence/supporting_evidence_{name}") for name in ("copy_image.jpg", "full_statement.txt")
    ]
    texts = fit_texts(good_case(), analysis, load_portal())
    found = check_case(texts, analysis, load_portal(), NOW, evidence)
    assert [entry.values["file"] for entry in found if entry.key == "file_type"] == [
        "supporting_evidence_full_statement.txt"
    ]
    without = check_case(texts, analysis, load_portal(), NOW, evidence[:1])
    assert "file_type" not in {entry.key for entry in without}


def test_the_fields_follow_the_order_of_the_portal(case: Case, analysis: Analysis) -> None:
    evidence = [file("5_evidence/frame_1.jpg"), file("5_evidence/supporting_evidence_copy_video.mp4")]
    fields = portal_fields(fit_texts(case, analysis, load_portal()), load_portal(), evidence)
    steps = list(dict.fromkeys(field.step for field in fields))
    assert [step[:6] for step in steps] == ["Step 1", "Step 2", "Step 3", "Step 4"], "never the hint's as well"
    text = {field.label: field.text for field in fields if field.step.startswith("Step")}
    assert text["Date"] == "05/03/2026" and text["Time"] == "21:30" and text["State"] == "Kerala"
    assert text["Link, ID or e-mail"].splitlines() == list(case.urls)
    assert text["Supporting evidence"].splitlines()[:2] == [
        "5_evidence/supporting_evidence_copy_video.mp4",
        "4_forensic_report.pdf",
    ]
    assert text["Your own details"] == "" and "@some_account" in text["Any other information about the suspect"]
    for field in fields:
        assert field.chars == len(field.text.encode("utf-16-le")) // 2


def test_only_the_hint_is_prepared_for_who_only_saw_it(analysis: Analysis) -> None:
    for kind in get_args(Kind):
        case = Case(kind=kind, witness_only=True, depicted="adult")
        fields = portal_fields(fit_texts(case, analysis, load_portal()), load_portal())
        assert {field.step for field in fields} == {"Report Suspect, tab Deepfake"}
        assert route(case).card == "Report Suspect, tab Deepfake"
        assert not {step.step for step in route(case).steps} & {"women_children", "other_cyber_crime"}


@pytest.mark.parametrize("changed", [{}, {"witness_only": True}, {"country": "US"}])
def test_every_field_is_named_and_hinted_at_in_hindi_too(
    changed: dict[str, Any], case: Case, analysis: Analysis
) -> None:
    for given in (replace(case, **changed), Case(**changed)):
        for field in portal_fields(fit_texts(given, analysis, load_portal()), load_portal()):
            assert DEVANAGARI.search(field.label_hi) and DEVANAGARI.search(field.step_hi)
            assert bool(field.hint) == bool(field.hint_hi)
            assert not field.hint or DEVANAGARI.search(field.hint_hi)
            assert not DEVANAGARI.search(field.label + field.step + field.hint)
            assert banned_claims(field.hint_hi + field.gloss_hi) == []
            assert sorted(re.findall(r"\d+", field.hint)) == sorted(re.findall(r"\d+", field.hint_hi))


def test_a_text_that_lacks_what_only_the_user_can_say_is_not_complete(case: Case, analysis: Analysis) -> None:
    for given, complete in ((case, True), (replace(case, what_happened=" "), False)):
        for path in (given, replace(given, witness_only=True), replace(given, country="US")):
            fields = portal_fields(fit_texts(path, analysis, load_portal()), load_portal())
            assert [field.complete for field in fields if field.gloss_hi] == [complete]
            errors = [entry.key for entry in checked(path, analysis, NOW) if entry.severity == "error"]
            assert ("nothing_told" in errors) != complete


@pytest.mark.parametrize(
    ("platform", "link", "told"),
    [
        ("Instagram", "https://www.facebook.com/p/1", True),
        ("instagram reel", "x.com/a/status/1", True),
        ("Instagram", "https://m.instagram.com/p/1", False),
        ("Instagram", "https://bit.ly/1", False),
        ("WhatsApp, then Facebook", "https://facebook.com/1", False),
        ("इंस्टाग्राम", "https://youtu.be/1", True),
        ("a flyer", "https://youtu.be/1", False),
        ("X", "https://notx.com/1", False),
    ],
)
def test_the_platform_is_held_against_the_site_of_the_link(
    platform: str, link: str, told: bool, analysis: Analysis
) -> None:
    assert ("platform_link" in keys(replace(good_case(), platform=platform, urls=(link,)), analysis)) is told


def test_the_copy_and_paste_file_has_one_block_a_field(case: Case, analysis: Analysis) -> None:
    portal = load_portal()
    fields = portal_fields(fit_texts(case, analysis, portal), portal)
    text = copy_paste_text(fields, checked(case, analysis, NOW), route(case), portal)
    blocks = re.findall(r"^-{10}\n(.*?)\n-{10}$", text, re.MULTILINE | re.DOTALL)
    assert blocks == [field.text for field in fields if field.text]
    assert text.startswith("DRAFT, NOT SUBMITTED\n") and "not an FIR" in text
    witness = replace(case, witness_only=True)
    hint = copy_paste_text(
        portal_fields(fit_texts(witness, analysis, portal), portal), (), route(witness), portal, "hi"
    )
    assert "It is not a complaint" in hint and "cyber_suspect.aspx" in hint and "STEP 1" not in hint
    for hindi, english in (
        ("मसौदा", "DRAFT"),
        ("यह शिकायत नहीं है", "It is not a complaint"),
        ("ज़्यादा से ज़्यादा 60", "At most 60"),
    ):
        assert hint.index(hindi) < hint.index(english), "the visitor's language first"


def test_money_that_was_lost_is_spoken_of_before_anything_else(analysis: Analysis) -> None:
    portal, case = load_portal(), Case(kind="fraud_money_lost")
    text = copy_paste_text(portal_fields(fit_texts(case, analysis, portal), portal), (), route(case), portal)
    assert 0 < text.index("Call 1930") < text.index("STEP 1")
    fields, routing = portal_fields(fit_texts(case, analysis, portal), portal), route(case)
    hindi = copy_paste_text(fields, (), routing, portal, "hi")
    urgent = next(step for step in routing.steps if step.urgent)
    assert hindi.index(urgent.text["hi"]) < hindi.index("Call 1930")


def test_a_typed_line_break_cannot_start_a_line_of_its_own(analysis: Analysis) -> None:
    forged = "Kerala\nSTEP 9: x\r----------"
    portal = load_portal()
    case = Case(state=forged, handle=forged, urls=(forged, " "), platform=forged, harm=forged)
    text = copy_paste_text(portal_fields(fit_texts(case, analysis, portal), portal), (), route(case), portal)
    text += platform_notice(fit_texts(case, analysis, portal), analysis, portal, "DFD-20261121-00000000", NOW)
    assert not any(line.startswith("STEP 9") for line in text.splitlines())


@pytest.mark.parametrize(
    ("case", "needed", "missing"),
    [
        (Case(kind="sexual", depicted="adult", platform="Instagram"), ["3(2)(b)", "2 hours", "gac.gov.in"], []),
        (Case(country="US"), ["TAKE IT DOWN", "48 hours"], ["3(2)(b)", "gac.gov.in"]),
        (Case(country="FR"), ["Article 16"], ["3(2)(b)"]),
        (Case(country="BR"), ["without delay"], ["3(2)(b)", "gac.gov.in"]),
    ],
)
def test_the_notice_names_the_rule_of_the_place_and_its_clock(
    case: Case, needed: list[str], missing: list[str], analysis: Analysis
) -> None:
    text = platform_notice(
        fit_texts(case, analysis, load_portal()), analysis, load_portal(), "DFD-20261121-00000000", NOW
    )
    assert all(words in text for words in needed) and not any(words in text for words in missing)
    assert "79(3)" not in text and banned_claims(text) == [] and analysis.media.sha256 in text


def test_findings_stand_in_the_json_in_english(case: Case, analysis: Analysis) -> None:
    found = checked(case, analysis, NOW)
    told = json.loads(json.dumps([entry.to_dict() for entry in found]))
    assert told and all(
        list(entry) == ["severity", "key", "what", "do", "before", "after"] and isinstance(text, str)
        for entry in told
        for text in entry.values()
    )
    assert [(entry["key"], entry["what"]) for entry in told] == [(entry.key, entry.what) for entry in found]
