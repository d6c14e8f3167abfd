"""One result on one page, whatever was found, in either language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from report_facts import images_in, read_pages, whole_text

from detector.types import Analysis, Outcome
from explain.types import Explanations, FrameOverlay
from reporting.documents.one_page import one_page_pdf
from reporting.text import results as result_text
from reporting.text.results import Language

AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("outcome", ["fake", "real", "inconclusive", "no_face"])
def test_the_page_says_the_result_its_rate_and_that_it_is_not_proof(
    make_analysis: Callable[[Outcome, float | None], Analysis], outcome: Outcome, language: Language
) -> None:
    analysis = make_analysis(outcome, None if outcome == "no_face" else 0.5)
    content = one_page_pdf(analysis, None, language, created_at=AT)
    assert len(read_pages(content)) == 1
    if language == "en":  # letters of Devanagari are drawn by their shapes and cannot be read back
        said = squeezed(whole_text(content))
        for sentence in (
            result_text.verdict_sentence(analysis.verdict, analysis.media.kind, "en"),
            result_text.rate_sentence(analysis.checkpoint, analysis.verdict.grade, analysis.media.kind, "en"),
            result_text.not_proof("en"),
            analysis.media.sha256,
        ):
            assert squeezed(sentence) in said


def test_it_stays_one_page_with_many_faces_long_names_and_a_tall_image(
    analysis: Analysis, explanations: Explanations
) -> None:
    track = analysis.tracks[0]
    crowd = replace(
        analysis,
        tracks=tuple(replace(track, track_id=number) for number in range(60)),
        media=replace(analysis.media, file_name="\u092e\u0947\u0930\u093e very long name " * 40),
    )
    tall = FrameOverlay(0, 0.0, (0,), np.full((900, 200, 3), 90, np.uint8))
    for language in ("en", "hi"):
        content = one_page_pdf(crowd, replace(explanations, frames=(tall,)), language, place="0:01", created_at=AT)
        assert len(read_pages(content)) == 1 and len(images_in(content)) == 1 and len(content) < 1_000_000


def test_the_same_values_give_the_same_bytes(analysis: Analysis, explanations: Explanations) -> None:
    first = one_page_pdf(analysis, explanations, "en", created_at=AT)
    assert one_page_pdf(analysis, explanations, "en", created_at=AT) == first


def test_the_weights_of_every_network_that_judged_are_named(analysis: Analysis) -> None:
    both = replace(analysis, checkpoint=replace(analysis.checkpoint, sha256="a" * 64, second_sha256="b" * 64))
    said = whole_text(one_page_pdf(both, None, "en", created_at=AT))
    assert f"SHA-256 {'a' * 16}\u2026 + {'b' * 16}\u2026" in said


def test_hostile_names_cannot_turn_the_line(analysis: Analysis) -> None:
    evil = replace(analysis, media=replace(analysis.media, file_name="a\u202egpj.exe\n<b>"))
    said = whole_text(one_page_pdf(evil, None, "en", created_at=AT))
    assert "\u202e" not in said and "\\u202e" in said
