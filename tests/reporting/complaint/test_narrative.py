"""The texts to paste stay within the portal's limits whatever was typed, and say first what matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.types import Analysis, Outcome
from reporting import Case
from reporting.case import MAX_CHARS
from reporting.complaint.narrative import (
    FittedText,
    fit_texts,
    full_statement,
    links_of,
)
from reporting.complaint.sanitize import clean_narrative
from reporting.portals import Portal, load_portal
from reporting.text import results as result_text
from reporting.text.banned_claims import banned_claims

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


def complaint_narrative(case: Case, analysis: Analysis, portal: Portal) -> FittedText:
    return fit_texts(case, analysis, portal).text


def suspect_description(case: Case, analysis: Analysis, portal: Portal) -> FittedText:
    return fit_texts(replace(case, witness_only=True), analysis, portal).text


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
    for length in range(1, 1500, 7):
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
        result_text.short_opinion("fake", "en"),
    )
    places = [narrative.index(part) for part in parts]
    assert places == sorted(places)
    assert narrative.endswith(parts[-1]), "one short sentence, and nothing of data sets or rates"


def test_our_own_sentences_are_shortened_before_the_users_are_cut(analysis: Analysis) -> None:
    portal = load_portal()
    story = "A thing happened. " * 19
    hint = suspect_description(Case(what_happened=story), analysis, portal)
    assert story.strip() in hint.text and not hint.cut
    assert analysis.media.sha256 not in hint.text and "not proof" in hint.text


def test_a_story_too_long_is_cut_at_a_sentence_and_kept_whole_in_a_file(analysis: Analysis) -> None:
    story = "A thing happened here. " * 200
    case = Case(what_happened=story, harm="Much.")
    narrative = complaint_narrative(case, analysis, load_portal())
    assert "happened here. (shortened, full text attached)" in narrative.text and narrative.cut
    assert "I ask for investigation" in narrative.text and analysis.media.sha256 in narrative.text
    assert story.strip() in full_statement(case) and "Much." in full_statement(case)


def test_nothing_is_said_that_the_user_did_not_say(analysis: Analysis) -> None:
    empty = complaint_narrative(Case(), analysis, load_portal())
    assert empty.text.startswith("This is about a video. ") and not empty.complete
    for claim in (
        "I saw",
        "did not agree",
        "Harm",
        "I saved",
        "links",
        "account named",
        "fill in",
        "What it shows",
    ):
        assert claim not in empty.text and claim not in suspect_description(Case(), analysis, load_portal()).text
    told = complaint_narrative(Case(what_happened="It.", denied=True), analysis, load_portal())
    assert "did not agree" in told.text and told.complete
    saved = Case(saved_at=datetime(2026, 3, 5, 20, tzinfo=UTC))
    assert "I saved the file on 06-03-2026." in complaint_narrative(saved, analysis, load_portal()).text


def test_what_the_text_says_is_told_in_hindi_sentence_by_sentence(case: Case, analysis: Analysis) -> None:
    for text in (complaint_narrative, suspect_description):
        for told in (case, Case(), Case(platform="Instagram", what_happened="It.", handle="@a")):
            fitted = text(told, analysis, load_portal())
            ours = fitted.gloss
            for typed in (told.what_happened, told.whose_face, told.harm, told.platform, analysis.media.sha256):
                ours = ours.replace(typed.strip().rstrip("."), "") if typed else ours
            assert not re.sub(r"SHA 256|IST", "", ours).isascii() and banned_claims(ours) == []
            assert not re.search(r"[A-Za-z]{3}", re.sub(r"SHA 256|IST", "", ours)), ours
            assert result_text.short_opinion("fake", "hi") in fitted.gloss
            assert (analysis.media.sha256 in fitted.gloss) == (analysis.media.sha256 in fitted.text)
    denied = replace(case, denied=False)
    assert "सहमति" not in complaint_narrative(denied, analysis, load_portal()).gloss


def test_an_image_is_called_an_image_and_its_verb_agrees(make_analysis: Any) -> None:
    analysis = make_analysis("fake", 0.9)
    image = replace(analysis, media=replace(analysis.media, kind="image"))
    seen = Case(seen_at=datetime(2026, 3, 5, 20, tzinfo=UTC))
    fitted = complaint_narrative(seen, image, load_portal())
    assert "I saw an image." in fitted.text and "एक तस्वीर देखी।" in fitted.gloss
    assert "This is about an image." in complaint_narrative(Case(), image, load_portal()).text


@pytest.mark.parametrize(
    ("outcome", "probability"), [("fake", 1.0), ("real", 0.0), ("inconclusive", 0.5), ("no_face", None)]
)
def test_both_texts_tell_the_outcome_as_it_is(
    outcome: Outcome, probability: float | None, make_analysis: Callable[[Outcome, float | None], Analysis]
) -> None:
    analysis = make_analysis(outcome, probability)
    sentence = result_text.short_opinion(result_text.shown(analysis.verdict), "en")
    for text in (complaint_narrative, suspect_description):
        told = text(Case(), analysis, load_portal()).text
        assert sentence in told
        assert ("found signs" in told) == (outcome == "fake")


def test_links_are_those_given_and_those_in_the_words_each_once() -> None:
    case = Case(urls=("https://a.in/1", " "), what_happened="see https://a.in/1 and www.b.in/2", harm="x.com/y")
    assert links_of(case) == ["https://a.in/1", "www.b.in/2", "x.com/y"]


def test_a_text_is_padded_with_true_sentences_where_the_portal_asks_for_more(analysis: Analysis) -> None:
    portal = load_portal()
    longer = replace(portal, suspect_min_chars=replace(portal.suspect_min_chars, value=480))
    padded = suspect_description(Case(what_happened="It."), analysis, longer)
    assert "with the help of software" in padded.text and "is in its technical report" in padded.text
