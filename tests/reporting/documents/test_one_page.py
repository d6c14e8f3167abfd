"""One result on one page, whatever was found, in either language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
import pytest
from report_facts import images_in, read_pages, whole_text

from detector.types import Analysis, Outcome
from explain.types import Explanations, FrameOverlay
from reporting.documents.one_page import one_page_pdf
from reporting.text import results as result_text
from reporting.text.regions import evidence_sentences
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
        assert len(read_pages(content)) == 1 and len(images_in(content)) == 2 and len(content) < 1_000_000


@pytest.mark.parametrize("shape", [(125, 1000), (1000, 125), (90, 160)], ids=["panorama", "tall", "screen"])
def test_beside_the_decisive_frame_the_decisive_face_is_large_enough_to_see(
    analysis: Analysis, explanations: Explanations, shape: tuple[int, int]
) -> None:
    """Of several frames and faces those of the person who comes first; nothing reaches over the margins."""
    overlay = np.zeros((160, 120, 3), np.uint8)  # with its colour bar below
    overlay[:120] = (200, 30, 30)
    face = replace(explanations.faces[0], overlay=overlay)
    other = replace(face, track_id=1, overlay=np.full((160, 120, 3), 60, np.uint8))
    index = face.score.frame_index
    frames = tuple(
        FrameOverlay(number, 0.0, (0,), np.full((*shape, 3), 250 if number == index else 20, np.uint8))
        for number in (0, index, index + 1)
    )
    shown = replace(explanations, faces=(other, face), frames=frames)
    content = one_page_pdf(analysis, shown, "en", created_at=AT)
    frame_seen, face_seen = images_in(content)
    assert frame_seen.mean() > 240 and frame_seen.shape[:2] == shape
    assert face_seen.shape[:2] == (120, 120) and np.abs(face_seen.mean((0, 1)) - (200, 30, 30)).max() < 5
    (first, second), width = placed(content)
    assert second[1] - second[0] > 0.2 * width and first[1] < second[0]
    assert first[0] > 0 and second[1] < 0.95 * width
    said = whole_text(content)
    assert "Beside it: face 1, enlarged." in said
    assert squeezed(evidence_sentences(face, "en")[0]) in squeezed(said)


def placed(content: bytes) -> tuple[list[tuple[float, float]], float]:
    """Left and right edge of every image of a page, and the width of the page."""
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])
    edges = [(item.get_bounds()[0], item.get_bounds()[2]) for item in images]
    width = page.get_width()
    page.close()
    document.close()
    return edges, width


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
