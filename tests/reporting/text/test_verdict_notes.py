"""What is said where nothing could be decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from grades import GRADE_OF

from detector.messages import Message
from detector.types import (
    Analysis,
    CheckpointInfo,
    DetectedFace,
    FaceBox,
    FaceCrop,
    FaceMark,
    FaceScore,
    FaceTrack,
    MediaInfo,
    Outcome,
    Span,
    Verdict,
)
from reporting.text import verdict_notes
from reporting.text.results import Language, verdict_sentence

Make = Callable[..., Analysis]


def person(number: int, marks: tuple[FaceMark, ...], *, weighty: bool = True, width: int = 30) -> FaceTrack:
    box = FaceBox(0, 0, width, 40)
    crop = FaceCrop(
        np.zeros((8, 8, 3), np.uint8), DetectedFace(box, 1.0, np.zeros((5, 2), np.float32)), box, 0, 0.0
    )
    scores = tuple(FaceScore(k, 2.0 * k, box, 0.0, 0.5, 1.0, marks) for k in range(2))
    return FaceTrack(
        number, scores, (crop,), 0.0, 0.5, "undecided", weighty, timeline=(0.5, 0.5), peak=Span(0.0, 2.0, 0.5)
    )


def analysis(outcome: Outcome, *tracks: FaceTrack) -> Analysis:
    return Analysis(
        media=MediaInfo(
            file_name="a.mp4",
            size_bytes=1,
            sha256="",
            sha1="",
            md5="",
            kind="video",
            format="mp4",
            width_px=64,
            height_px=48,
        ),
        tracks=tracks,
        verdict=Verdict(
            grade=GRADE_OF[outcome],
            probability=0.5 if tracks else None,
            threshold_fake=0.876,
            threshold_real=0.123,
            reasons=(),
        ),
        checkpoint=CheckpointInfo(
            name="x",
            sha256="",
            architecture="x",
            false_alarm_rate=None,
            miss_rate=None,
            undecided_rate=None,
            measured_on="",
        ),
        settings={},
        frames_examined=32,
        elapsed_s=1.0,
    )


def start_of(language: Language) -> str:
    return {"en": "The result is inconclusive: ", "hi": "नतीजा साफ़ नहीं है: "}[language]


@pytest.mark.parametrize(
    ("outcome", "tracks", "screen"),
    [
        ("inconclusive", (person(0, ("small",)), person(1, ("small", "blurred"))), "poor_view"),
        ("inconclusive", (person(0, ("blurred",)), person(1, (), weighty=False)), "poor_view"),
        ("inconclusive", (person(0, ("small",)), person(1, ())), "inconclusive"),
        ("inconclusive", (person(0, ("cut off",)),), "inconclusive"),
        ("fake", (person(0, ("small",)),), "fake"),
        ("real", (person(0, ("small",)),), "real"),
        ("no_face", (), "no_face"),
    ],
)
def test_a_poor_view_is_told_only_where_nothing_was_decided(
    outcome: Outcome, tracks: tuple[FaceTrack, ...], screen: str
) -> None:
    found = analysis(outcome, *tracks)
    assert verdict_notes.screen_of(found) == screen
    for language in get_args(Language):
        said = verdict_notes.result_sentence(found, language)
        plain = verdict_sentence(found.verdict, found.media.kind, language)
        assert (said == plain) == (screen != "poor_view")
        withheld = replace(found, verdict=replace(found.verdict, reasons=(Message("real_withheld"),)))
        if outcome == "inconclusive":
            left = verdict_notes.result_sentence(withheld, language)
            assert verdict_notes.screen_of(withheld) == "part_left" and left not in (said, plain)
            assert left.startswith(start_of(language)) and verdict_notes.why(withheld, language)
            assert verdict_notes.tries("part_left", "video", language)
        assert said.startswith(start_of(language)) == (outcome == "inconclusive"), "one word for one outcome"


@pytest.mark.parametrize("language", get_args(Language))
def test_every_screen_without_an_answer_says_why_and_what_to_try(language: Language) -> None:
    for outcome, tracks in (
        ("inconclusive", (person(0, ()),)),
        ("inconclusive", (person(0, ("small",)),)),
        ("no_face", ()),
    ):
        found = analysis(outcome, *tracks)  # type: ignore[arg-type]
        screen = verdict_notes.screen_of(found)
        assert "{" not in verdict_notes.why(found, language) and verdict_notes.why(found, language)
        for kind in ("image", "video"):
            assert len(verdict_notes.tries(screen, kind, language)) >= 2  # type: ignore[arg-type]
    assert "30" in verdict_notes.why(analysis("inconclusive", person(0, ("small",))), language)
    decided = analysis("fake", person(0, ()))
    assert verdict_notes.why(decided, language) == "" and verdict_notes.tries("fake", "image", language) == ()


def test_a_poor_view_of_several_people_is_not_told_as_one_face() -> None:
    found = analysis("inconclusive", person(0, ("small",)), person(1, ("small",)), person(2, ("blurred",)))
    assert "the face" not in verdict_notes.result_sentence(found, "en")
