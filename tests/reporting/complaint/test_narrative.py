"""The texts to paste stay within the portal's limits whatever was typed, and say first what matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.types import Analysis, Outcome
from reporting import Case
from reporting.case import MAX_CHARS
from reporting.complaint.narrative import (
    FittedText,
    complaint_narrative,
    full_statement,
    links_of,
    suspect_description,
)
from reporting.complaint.sanitize import clean_narrative
from reporting.portals import load_portal
from reporting.text import results as result_text

REFUSED = set("#$@^*`'~|!" + '<>"&%{}[]\\=+')
PIECES = (
    "https://x.com/" + "a" * 900,
    "मेरी बहन का चेहरा है। ",
    "\U0001f621",
    "\u0301",
    "end. ",
    " www.a.b/c ",
    "'",
    "!",
    "क्ष",
    "\U00010330" * 300,
    "word " * 100,
    "x" * 2000,
)
TYPED = st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def within(text: FittedText, low: int, high: int) -> None:
    assert low <= len(text.text) and text.count <= high
    assert not REFUSED & set(text.text)
    assert clean_narrative(text.text, load_portal()) == text.text
    assert text.cut == ("(shortened, full text attached)" in text.text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    what=TYPED, face=TYPED, platform=TYPED, harm=TYPED, handle=TYPED, outcome=st.sampled_from(("fake", "no_face"))
)
def test_whatever_is_typed_both_texts_fit(
    make_analysis: Callable[[Outcome, float | None], Analysis],
    what: str,
    face: str,
    platform: str,
    harm: str,
    handle: str,
    outcome: Outcome,
) -> None:
    analysis = make_analysis(outcome, None if outcome == "no_face" else 0.97)
    typed = {"what_happened": what, "whose_face": face, "platform": platform, "harm": harm, "handle": handle}
    case = Case(**{name: text[: MAX_CHARS[name]] for name, text in typed.items()})  # type: ignore[arg-type]
    within(complaint_narrative(case, analysis, load_portal()), 200, 1500)
    within(suspect_description(case, analysis, load_portal()), 200, 500)


@pytest.mark.parametrize("letter", ["a", "\U00010330", "\u0915"])
def test_every_length_around_the_limits_fits(letter: str, analysis: Analysis) -> None:
    portal = load_portal()
    for length in range(1, 1500, 3):
        case = Case(what_happened=letter * length)
        within(complaint_narrative(case, analysis, portal), 200, 1500)
        within(suspect_description(case, analysis, portal), 200, 500)


def test_facts_come_first_and_the_opinion_of_software_last(case: Case, analysis: Analysis) -> None:
    narrative = complaint_narrative(case, analysis, load_portal()).text
    parts = (
        "On 05-03-2026 at about 21:30 IST I saw a video on Instagram",
        "My sister",
        "asking people to invest money",
        "did not agree",
        "Two relatives have lost money",
        analysis.media.sha256,
        "I ask for investigation",
        "shows signs of manipulation",
        "This is not proof",
    )
    places = [narrative.index(part) for part in parts]
    assert places == sorted(places)
    assert narrative.endswith("not an expert certificate.")


def test_our_own_sentences_are_shortened_before_the_users_are_cut(analysis: Analysis) -> None:
    story = "A thing happened. " * 40
    narrative = complaint_narrative(Case(what_happened=story), analysis, load_portal())
    assert story.strip() in narrative.text and not narrative.cut
    assert "percent of genuine faces" not in narrative.text and "not proof" in narrative.text


def test_a_story_too_long_is_cut_at_a_sentence_and_kept_whole_in_a_file(analysis: Analysis) -> None:
    story = "A thing happened here. " * 200
    case = Case(what_happened=story, harm="Much.")
    narrative = complaint_narrative(case, analysis, load_portal())
    assert "happened here. (shortened, full text attached)" in narrative.text and narrative.cut
    assert "I ask for investigation" in narrative.text and analysis.media.sha256 in narrative.text
    assert story.strip() in full_statement(case) and "Much." in full_statement(case)


def test_nothing_is_said_that_the_user_did_not_say(analysis: Analysis) -> None:
    narrative = complaint_narrative(Case(), analysis, load_portal()).text
    assert narrative.startswith("I saw a video. ")
    assert narrative.count("(fill in: ") == 1 and "Harm" not in narrative and "I saved" not in narrative
    saved = Case(saved_at=datetime(2026, 3, 5, 20, tzinfo=UTC))
    assert "I saved the file on 06-03-2026." in complaint_narrative(saved, analysis, load_portal()).text
    witness = complaint_narrative(Case(witness_only=True), analysis, load_portal()).text
    assert "did not agree" not in witness


@pytest.mark.parametrize(
    ("outcome", "probability"), [("fake", 1.0), ("real", 0.0), ("inconclusive", 0.5), ("no_face", None)]
)
def test_both_texts_tell_the_outcome_as_it_is(
    outcome: Outcome, probability: float | None, make_analysis: Callable[[Outcome, float | None], Analysis]
) -> None:
    analysis = make_analysis(outcome, probability)
    sentence = result_text.verdict_sentence(analysis.verdict, "video", "en").replace("%", "percent")
    for text in (complaint_narrative, suspect_description):
        told = text(Case(), analysis, load_portal()).text
        assert sentence in told
        assert ("shows signs" in told) == (outcome == "fake")


def test_links_are_those_given_and_those_in_the_words_each_once() -> None:
    case = Case(urls=("https://a.in/1", " "), what_happened="see https://a.in/1 and www.b.in/2", harm="x.com/y")
    assert links_of(case) == ["https://a.in/1", "www.b.in/2", "x.com/y"]


def test_a_text_is_padded_with_true_sentences_where_the_portal_asks_for_more(analysis: Analysis) -> None:
    portal = load_portal()
    longer = replace(portal, suspect_min_chars=replace(portal.suspect_min_chars, value=480))
    padded = suspect_description(Case(what_happened="It."), analysis, longer)
    assert 480 <= padded.count <= 500 or "I can give more details" in padded.text
