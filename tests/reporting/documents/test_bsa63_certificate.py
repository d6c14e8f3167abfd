"""The draft of the s.63(4) certificate: software fills in the hash line and the pointer to the annex only."""

from __future__ import annotations

import re
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from report_facts import CASE, facts_of, read_pages

from detector.types import Analysis
from reporting.documents.bsa63_certificate import bsa63_draft_pdf
from reporting.text.banned_claims import banned_claims
from reporting.types import ReportFacts


@pytest.fixture
def facts(analysis: Analysis) -> ReportFacts:
    return facts_of(analysis, None)


def part_b(content: bytes) -> str:
    text = " ".join(page.words for page in read_pages(content))
    return text.rpartition("Part B (to be filled by the expert)")[2]


def test_every_page_says_draft(facts: ReportFacts) -> None:
    pages = read_pages(bsa63_draft_pdf(facts))
    assert len(pages) >= 2
    assert all("DRAFT" in page.words and page.strays == 0 for page in pages)


def test_the_hash_of_the_original_and_the_annex_stand_in_part_a_only(facts: ReportFacts) -> None:
    content = bsa63_draft_pdf(facts)
    text = " ".join(page.words for page in read_pages(content))
    assert text.count(facts.analysis.media.sha256) == 1
    assert "annex 6_hash_report.csv" in text
    assert facts.analysis.media.sha256 not in part_b(content)
    assert not re.search(r"[0-9a-f]{32}", part_b(content))


def test_nothing_of_the_case_and_no_date_is_filled_in(facts: ReportFacts) -> None:
    text = " ".join(page.words for page in read_pages(bsa63_draft_pdf(facts)))
    for value in (CASE.what_happened, CASE.platform, CASE.handle, CASE.state, "2026-11-21", "21/11/2026"):
        assert value not in text


def test_changing_the_case_changes_nothing_in_it(facts: ReportFacts) -> None:
    other = replace(facts, case=replace(CASE, state="Goa", harm="Other", whose_face="Mine"))
    assert bsa63_draft_pdf(other) == bsa63_draft_pdf(facts)


def test_no_box_is_ticked(facts: ReportFacts) -> None:
    """Inside every small square each pixel is as pale as the page or its watermark."""
    document = pypdfium2.PdfDocument(bsa63_draft_pdf(facts))
    boxes = 0
    for page in document:
        image = page.render(scale=4).to_pil().convert("L")
        for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = drawn.get_bounds()
            if 8 < right - left < 11 and 8 < top - bottom < 11:
                y1, y2 = page.get_height() - top, page.get_height() - bottom
                inside = image.crop([round(4 * side) for side in (left + 1.5, y1 + 1.5, right - 1.5, y2 - 1.5)])
                boxes += 1
                assert inside.getextrema()[0] > 180
        page.close()
    document.close()
    assert boxes == 2 * (8 + 4) + 4


def test_it_tells_who_fills_in_what_and_to_compare_with_the_act(facts: ReportFacts) -> None:
    first = read_pages(bsa63_draft_pdf(facts))[0].words
    assert "Part A is for the person in charge" in first
    assert "Part B is for an expert" in first
    assert "compare every line with the Schedule of the Act" in first


def test_it_promises_nothing(facts: ReportFacts) -> None:
    text = " ".join(page.words for page in read_pages(bsa63_draft_pdf(facts)))
    assert banned_claims(text) == []
