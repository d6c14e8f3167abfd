from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from grades import GRADE_OF

from detector.config import CHECKPOINTS
from detector.model.checkpoint import load_card
from detector.types import CheckpointInfo, GradeRate, MediaKind, Outcome, Span, Stage, Step, Verdict
from reporting.complaint.sanitize import clean_narrative
from reporting.portals import load_portal
from reporting.text import results as result_text
from reporting.text.banned_claims import banned_claims
from reporting.text.guidance import next_steps
from reporting.text.results import Language, Result

LANGUAGES: tuple[Language, ...] = get_args(Language)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
KINDS: tuple[MediaKind, ...] = get_args(MediaKind)
EDGES = (0.0, 0.004, 0.01, 0.5, 0.987, 0.99, 0.9951, 1.0)


def verdict(outcome: Outcome, probability: float | None) -> Verdict:
    return Verdict(
        grade=GRADE_OF[outcome], probability=probability, threshold_fake=0.8, threshold_real=0.2, reasons=()
    )


def all_sentences(language: Language, checkpoint: CheckpointInfo) -> Iterator[str]:
    for outcome in OUTCOMES:
        for edge in (None,) if outcome == "no_face" else EDGES:
            for kind in KINDS:
                yield result_text.verdict_sentence(verdict(outcome, edge), kind, language)
            yield result_text.face_sentence(outcome, language, edge)
        yield from next_steps(outcome, language)
        yield result_text.short_opinion(outcome, language)
    for edge in (None, *EDGES):
        for stage in get_args(Stage):
            yield result_text.step_sentence(Step(stage, 0.3, 12, 40, edge), language)
    for edge in EDGES:
        for end_s in (12.1, 15.0, 3700.0):
            yield result_text.peak_sentence(Span(12.0, end_s, edge), language)
            yield result_text.strongest_sentence(Span(12.0, end_s, edge), language)
    for count in (1, 2, 30):
        yield result_text.flagged_sentence([Span(12.0, 15.0, 0.9)] * count, language)
    yield result_text.no_face_in_view(language)
    yield result_text.derived_copy(language)
    for false_alarm in (None, *EDGES):
        for miss in (None, *EDGES):
            yield result_text.error_sentence(
                replace(checkpoint, false_alarm_rate=false_alarm, miss_rate=miss), language
            )
    yield from result_text.limits(language)
    yield result_text.not_proof(language)
    yield result_text.not_an_fir(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_promises_more_than_software_can(language: Language, checkpoint: CheckpointInfo) -> None:
    sentences = list(all_sentences(language, checkpoint))
    assert len(sentences) > 100
    for sentence in sentences:
        assert banned_claims(sentence) == []
        assert not re.search(r"(?<!\d)(0|100) ?%", sentence), sentence
        assert not re.search(r"prove[dns]|certified|court|guarantee|definitely", sentence, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole_and_in_its_own_script(language: Language, checkpoint: CheckpointInfo) -> None:
    for sentence in all_sentences(language, checkpoint):
        assert "{" not in sentence and "  " not in sentence and "None" not in sentence
        assert sentence[-1] == {"en": ".", "hi": "।"}[language]
        assert bool(re.search(r"[\u0900-\u097f]", sentence)) == (language == "hi")


@pytest.mark.parametrize(
    ("share", "english", "hindi"),
    [
        pytest.param(0.0, "under 1 %", "1 % से कम", id="zero is never claimed"),
        pytest.param(0.00999, "under 1 %", "1 % से कम", id="not rounded up to 1 %"),
        pytest.param(0.01, "1 %", "1 %", id="lower end of the range"),
        pytest.param(0.973, "97 %", "97 %", id="whole numbers inside"),
        pytest.param(0.99, "99 %", "99 %", id="upper end of the range"),
        pytest.param(0.9901, "over 99 %", "99 % से ज़्यादा", id="not rounded down to 99 %"),
        pytest.param(1.0, "over 99 %", "99 % से ज़्यादा", id="certainty is never claimed"),
    ],
)
def test_percentages_stay_in_the_honest_range(share: float, english: str, hindi: str) -> None:
    assert (result_text.percent(share, "en"), result_text.percent(share, "hi")) == (english, hindi)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_number_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        result_text.percent(share, "en")


@pytest.mark.parametrize(
    ("outcome", "probability", "english", "hindi"),
    [
        ("fake", 0.97, "This video shows signs of manipulation", "छेड़छाड़ के संकेत मिले हैं"),
        ("real", 0.03, "No signs of manipulation were found in this video", "छेड़छाड़ के संकेत नहीं मिले"),
        ("inconclusive", 0.48, "The result is inconclusive", "नतीजा साफ़ नहीं है"),
        ("no_face", None, "No face was found in this video", "कोई चेहरा नहीं मिला"),
    ],
)
def test_each_outcome_is_told_in_calm_words_without_a_number_that_could_contradict_them(
    outcome: Outcome, probability: float | None, english: str, hindi: str
) -> None:
    for language, words in zip(LANGUAGES, (english, hindi), strict=True):
        sentence = result_text.verdict_sentence(verdict(outcome, probability), "video", language)
        assert words in sentence
        assert not re.search(r"\d", sentence)
        assert not re.search(r"\b(fake|real|genuine)\b", sentence.replace("it is genuine", ""))


def test_some_signs_are_told_apart_from_an_inconclusive_result() -> None:
    some = replace(verdict("inconclusive", 0.7), grade="some signs")
    for language in LANGUAGES:
        assert result_text.shown(some) == "some signs"
        told = {
            result_text.verdict_sentence(one, "image", language) for one in (some, verdict("inconclusive", 0.7))
        }
        assert len(told) == 2


def test_rates_are_told_as_natural_frequencies() -> None:
    info = replace(
        load_card("default", CHECKPOINTS).info("image"),
        grade_rates={"signs": GradeRate(genuine=0.0042, manipulated=0.456)},
    )
    sentence = result_text.rate_sentence(info, "signs", "image", "en")
    assert re.findall(r"\d[\d,]*", sentence) == ["4", "1,000", "460", "1,000"]
    assert re.findall(r"\d[\d,]*", result_text.rate_sentence(info, "signs", "video", "hi")) == [
        "1,000", "4", "1,000", "460",
    ]  # fmt: skip
    assert result_text.rate_sentence(info, "undecided", "image", "en") == ""
    assert result_text.rate_sentence(info, None, "image", "en") == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", ["fake", "real", "some signs", "inconclusive"])
def test_a_face_is_told_in_words_and_with_a_figure_only_where_one_is_given(
    result: Result, language: Language
) -> None:
    words = result_text.face_sentence(result, language)
    assert not re.search(r"\d", words)
    assert "42 %" in result_text.face_sentence(result, language, 0.42)
    assert "97" not in result_text.strongest_sentence(Span(12.0, 15.0, 0.97), language)


def test_error_rates_are_told_with_the_data_they_come_from(checkpoint: CheckpointInfo) -> None:
    for language in LANGUAGES:
        sentence = result_text.error_sentence(checkpoint, language)
        assert checkpoint.measured_on in sentence
        assert re.findall(r"(\d+) %", sentence) == ["5", "20", "40"]


@pytest.mark.parametrize("kind", ["image", "video"])
def test_a_hindi_reader_gets_the_shipped_rates_without_an_english_phrase(kind: MediaKind) -> None:
    """Names of collections stay as they are written everywhere, in brackets."""
    info = load_card("default", CHECKPOINTS).info(kind)
    sentence = result_text.error_sentence(info, "hi")
    assert info.measured is not None and info.measured.sources in sentence
    assert not re.search(r"[A-Za-z]", sentence.replace(info.measured.sources, ""))
    for count in (info.measured.images, info.measured.synthetic_videos, info.measured.videos):
        assert not count or (f"{count:,}" in sentence and f"{count:,}" in info.measured_on)


def test_what_a_card_says_in_its_own_words_stands_at_the_end_in_brackets(checkpoint: CheckpointInfo) -> None:
    sentence = result_text.error_sentence(checkpoint, "hi")
    assert sentence.endswith(f": {checkpoint.measured_on})।")
    assert not re.search(r"[A-Za-z]", sentence.split("(")[0])


def test_rates_that_were_never_measured_are_said_to_be_so(checkpoint: CheckpointInfo) -> None:
    unmeasured = replace(checkpoint, false_alarm_rate=None, miss_rate=None)
    assert "never measured" in result_text.error_sentence(unmeasured, "en")
    assert "कभी मापा नहीं गया" in result_text.error_sentence(unmeasured, "hi")
    half = result_text.error_sentence(replace(checkpoint, miss_rate=None), "en")
    assert "5 % of genuine faces" in half and "no signs are found was not measured" in half
    silent = result_text.error_sentence(replace(checkpoint, undecided_rate=None), "en")
    assert "inconclusive" not in silent and "{" not in silent
    assert "data that was not named" in result_text.error_sentence(replace(checkpoint, measured_on=" "), "en")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is proved and CERTIFIED.", ["proved", "CERTIFIED"]),
        ("court-ready, court ready, court\u2011grade", ["court-ready", "court ready", "court\u2010grade"]),
        (
            "100%, 100 %, 100.0 %, 100\u00a0percent, \uff11\uff10\uff10\uff05",
            ["100%", "100 %", "100.0 %", "100 percent", "100%"],
        ),
        ("hundred per cent sure", ["hundred per cent"]),
        ("admissible evidence", ["admissible"]),
        ("यह साबित हो गया, प्रमाणित है, सिद्ध है, शत-प्रतिशत", ["साबित", "प्रमाणित", "सिद्ध", "शत-प्रतिशत"]),
        ("१०० % और 100 फ़ीसदी", ["१०० %", "100 फ़ीसदी"]),
    ],
)
def test_lint_finds_promises(text: str, found: list[str]) -> None:
    assert banned_claims(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "This is not proof.",
        "improved, unproven, certificate",
        "1100 %, 3.100 %",
        "प्रसिद्ध, प्रमाणपत्र",
        "100 frames",
    ],
)
def test_lint_lets_harmless_words_pass(text: str) -> None:
    assert banned_claims(text) == []


def test_english_sentences_need_nothing_but_the_percent_sign_spelled_out(checkpoint: CheckpointInfo) -> None:
    portal = load_portal()
    plain = replace(checkpoint, measured_on="a set of videos")
    for sentence in all_sentences("en", plain):
        if "https://" not in sentence:
            assert clean_narrative(sentence, portal) == sentence.replace("%", "percent")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_headlines_are_short_distinct_and_promise_nothing(language: Language) -> None:
    headlines = [result_text.headline(outcome, language) for outcome in get_args(Outcome)]
    assert len(set(headlines)) == 4
    assert all(0 < len(headline) <= 40 and not banned_claims(headline) for headline in headlines)


@pytest.mark.parametrize(("kind", "counted"), [("image", "तस्वीरों"), ("video", "वीडियो")])
def test_hindi_rates_agree_with_what_is_counted(kind: MediaKind, counted: str, checkpoint: CheckpointInfo) -> None:
    measured = replace(checkpoint, grade_rates={"signs": GradeRate(genuine=0.01, manipulated=0.4)})
    said = result_text.rate_sentence(measured, "signs", kind, "hi")
    assert f"1,000 असली {counted} में से लगभग 10" in said and f"छेड़छाड़ वाले 1,000 {counted} में से" in said
    assert "वाली" not in said, "the word before it would have to change with the kind"


@pytest.mark.parametrize("language", LANGUAGES)
def test_progress_names_the_frame_and_no_estimate_that_may_still_change(language: Language) -> None:
    said = result_text.step_sentence(Step("look", 0.3, 12, 40, 0.23), language)
    assert "12" in said and "40" in said and "%" not in said


def test_many_stretches_are_counted_and_none_is_an_error() -> None:
    assert " and 4 more." in result_text.flagged_sentence([Span(1.0, 2.0, 0.9)] * 10, "en")
    with pytest.raises(ValueError, match="no spans"):
        result_text.flagged_sentence([], "en")
