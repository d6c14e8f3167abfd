from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import reporting.portals
from detector.types import Analysis, Outcome
from reporting import Case, wording
from reporting.complaint import clean_narrative, complaint_draft
from reporting.portals import load_portal, parse_portal

REFUSED = set("#$@^*`'~|!" + '<>"&%{}[]\\=+')


def narrative_of(draft: str) -> str:
    before, narrative, after = draft.split("----------\n")
    assert before and after
    return narrative.removesuffix("\n")


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        pytest.param('It\'s 50% & "true"!', "Its 50 percent and true.", id="signs with a meaning are spelled out"),
        pytest.param(
            "\u2018a\u2019 \u201cb\u201d \u2014 c\u2026",
            "a b - c.",
            id="typographic twins count as the plain sign",
        ),
        pytest.param("\uff03\uff20\uff05", "at percent", id="full-width twins count as well"),
        pytest.param("me@mail.in [sic] {x}", "me at mail.in (sic) (x)", id="brackets become round"),
        pytest.param("\u20b950,000 or $700", "Rs 50,000 or dollar 700", id="money keeps its unit"),
        pytest.param("one\r\n\r\ntwo\tthree", "one two three", id="line breaks become spaces"),
        pytest.param(
            "ab\u200bc\x00d\u202ee \U0001f621\ufe0f end",
            "ab c d e end",
            id="invisible characters and emoji go",
        ),
        pytest.param("मेरी बहन का चेहरा है।", "मेरी बहन का चेहरा है।", id="Hindi stays"),
        pytest.param("At 10:45, on 5/3; (why?)", "At 10:45, on 5/3; (why?)", id="ordinary signs stay"),
        pytest.param("", "", id="nothing stays nothing"),
    ],
)
def test_a_narrative_keeps_to_the_characters_of_the_portal(typed: str, cleaned: str) -> None:
    assert clean_narrative(typed, load_portal()) == cleaned


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/i/status/1?s=20#a",
        "HTTP://EXAMPLE.ORG",
        "www.example.in/a_b",
        "youtu.be/dQw4w9WgXcQ",
        "t.me/channel/5",
        "tg://resolve?domain=abc",
        "https://xn--p1b6ci4b4b3a.in/\u0939\u093f",
    ],
)
@pytest.mark.parametrize("around", ["{} was sent", "sent ({}).", 'see "{}", then', "देखें {}।", "घर{} देखें"])
def test_links_leave_the_narrative_and_enter_the_list(link: str, around: str, analysis: Analysis) -> None:
    portal = load_portal()
    draft = complaint_draft(Case(what_happened=around.format(link)), analysis, portal)
    narrative = narrative_of(draft)
    assert "://" not in narrative and "www." not in narrative and link not in narrative
    assert "(see the list of links)" in narrative
    assert f"\n  {link}\n" in draft.split("----------\n")[0]


def test_whatever_is_typed_no_refused_character_is_left_and_cleaning_twice_changes_nothing() -> None:
    portal, chance = load_portal(), random.Random(20261120)
    alphabet = [chr(code) for code in range(0x20, 0x250)] + list(
        "अआक्ष़।\u200d\u2019\u20b9\uff01\U0001f600\n. ..://ab.in/www."
    )
    for _ in range(500):
        typed = "".join(chance.choices(alphabet, k=chance.randrange(60)))
        cleaned = clean_narrative(typed, portal)
        assert not REFUSED & set(cleaned), (typed, cleaned)
        assert clean_narrative(cleaned, portal) == cleaned, typed


def test_a_long_text_without_a_link_is_cleaned_quickly() -> None:
    started = time.process_time()
    for text in ("a-" * 20_000, "a." * 20_000, "www." * 20_000, "x" * 40_000):
        clean_narrative(text, load_portal())
    assert time.process_time() - started < 10


def test_corrected_facts_are_followed_without_new_code() -> None:
    facts = json.loads(Path(reporting.portals.__file__).with_name("ncrp.json").read_text(encoding="utf-8"))
    facts["refused_characters"]["value"] += "?()."
    facts["avoided_characters"]["value"] = "\\"
    assert clean_narrative("[Why]? 5 > 3!", parse_portal(json.dumps(facts))) == "[Why] 5 > 3"


def test_facts_come_first_and_the_opinion_of_software_last(case: Case, analysis: Analysis) -> None:
    narrative = narrative_of(complaint_draft(case, analysis, load_portal()))
    parts = (
        "On 05-03-2026 at about 21:30 IST I saw a video on Instagram",
        "My sister",
        "asking people to invest money",
        "did not agree",
        "Two relatives have lost money",
        analysis.media.sha256,
        "I ask for investigation",
        "shows signs of manipulation",
        "97 percent",
        "5 percent of genuine faces",
        "This is not proof",
    )
    places = [narrative.index(part) for part in parts]
    assert places == sorted(places)
    assert narrative.endswith("not an expert certificate.")


def test_a_full_case_fits_the_limits(case: Case, analysis: Analysis) -> None:
    draft = complaint_draft(case, analysis, load_portal())
    assert 200 <= len(narrative_of(draft)) <= 1500
    assert f"Length: {len(narrative_of(draft))} characters, within both limits. Filling in" in draft
    assert "not confirmed" in draft


def test_a_long_story_is_kept_whole_and_said_to_be_too_long(analysis: Analysis) -> None:
    draft = complaint_draft(Case(what_happened="word " * 400 + "end"), analysis, load_portal())
    narrative = narrative_of(draft)
    assert "word " * 400 + "end." in narrative
    assert f"TOO LONG by {len(narrative) - 1500}" in draft


def test_a_story_shorter_than_the_facts_ask_is_said_to_be_too_short(case: Case, analysis: Analysis) -> None:
    facts = json.loads(Path(reporting.portals.__file__).with_name("ncrp.json").read_text(encoding="utf-8"))
    facts["narrative_min_chars"]["value"] = 5000
    draft = complaint_draft(case, analysis, parse_portal(json.dumps(facts)))
    assert f"TOO SHORT by {5000 - len(narrative_of(draft))}" in draft


def test_the_draft_follows_the_order_of_the_portal(case: Case, analysis: Analysis) -> None:
    draft = complaint_draft(case, analysis, load_portal())
    headings = [line[:7] for line in draft.splitlines() if line.startswith("STEP ")]
    assert headings == ["STEP 1:", "STEP 2:", "STEP 3:", "STEP 4:"]
    assert draft.index("Instagram") < draft.index("https://www.instagram.com/reel/Cx_1?igsh=a=b&c\n")
    assert draft.index("Additional information") < draft.index("STEP 2") < draft.index("handle: @some_account")
    assert "https://cybercrime.gov.in/" in draft and "not an FIR" in draft
    assert draft.startswith("DRAFT, NOT SUBMITTED\n")


def test_what_was_left_out_stands_as_a_marked_blank_that_the_portal_takes(analysis: Analysis) -> None:
    draft = complaint_draft(Case(), analysis, load_portal())
    for blank in ("date and time", "State or union territory", "platform or website", "whose face it is"):
        assert f"(fill in: {blank})" in draft
    narrative = narrative_of(draft)
    assert narrative.count("(fill in: ") == 6
    assert not REFUSED & set(narrative)
    assert wording.lint(draft) == []


def test_nothing_asks_for_the_identity_of_the_complainant(analysis: Analysis) -> None:
    draft = complaint_draft(Case(), analysis, load_portal())
    fields = [line.partition(":")[0].lower() for line in draft.splitlines() if "fill in" in line]
    assert not [field for field in fields if re.search(r"your|mobile|e-?mail|aadhaar|pan\b|father|birth", field)]


@pytest.mark.parametrize(
    ("outcome", "probability"), [("fake", 1.0), ("real", 0.0), ("inconclusive", 0.5), ("no_face", None)]
)
def test_the_draft_tells_the_outcome_as_it_is(
    outcome: Outcome, probability: float | None, make_analysis: Callable[[Outcome, float | None], Analysis]
) -> None:
    analysis = make_analysis(outcome, probability)
    narrative = narrative_of(complaint_draft(Case(), analysis, load_portal()))
    sentence = wording.verdict_sentence(analysis.verdict, "video", "en").replace("%", "percent")
    assert sentence in narrative
    assert ("shows signs" in narrative) == (outcome == "fake")


@pytest.mark.parametrize(("size", "words"), [(5_000_000, "within that limit"), (5_000_001, "larger than that")])
def test_a_file_too_large_to_upload_is_pointed_out(size: int, words: str, analysis: Analysis) -> None:
    large = replace(analysis, media=replace(analysis.media, size_bytes=size))
    draft = complaint_draft(Case(), large, load_portal())
    assert f"{size:,} bytes, {words}" in draft


def test_hindi_in_the_narrative_comes_with_a_warning(analysis: Analysis) -> None:
    warning = "Whether the portal takes Hindi script here is not known"
    assert warning in complaint_draft(Case(harm="बहुत परेशानी हुई"), analysis, load_portal())
    assert warning not in complaint_draft(Case(harm="Much trouble"), analysis, load_portal())


def test_a_typed_line_break_cannot_start_a_line_of_its_own(analysis: Analysis) -> None:
    forged = "Kerala\nSTEP 9: x\r----------"
    draft = complaint_draft(Case(state=forged, handle=forged, urls=(forged, " ")), analysis, load_portal())
    assert not any(line.startswith("STEP 9") for line in draft.splitlines())
    assert draft.count("\n----------\n") == 2


def test_a_case_with_a_time_without_zone_or_one_text_for_links_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Case(seen_at=datetime(2026, 3, 5, 16, 0))
    with pytest.raises(TypeError, match="tuple"):
        Case(urls="https://x.com/")  # type: ignore[arg-type]
