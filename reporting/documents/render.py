"""Render the documents of a package; their libraries are imported on first use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reporting.complaint.referrals import Routing
from reporting.portals import Portal
from reporting.text.findings import Finding
from reporting.text.results import Language
from reporting.types import ContentCredentials, ReportFacts

NO_CREDENTIALS = ContentCredentials(state="absent", generator="", signer="", ai_claim=False, claims=())


def start_page(
    facts: ReportFacts, routing: Routing, findings: Sequence[Finding], portal: Portal, language: Language = "en"
) -> str:
    """Render START_HERE.html, with the given language first."""
    from reporting.documents.start_here import start_here_html

    return start_here_html(facts, routing.steps, findings, portal, language)


def pdf_documents(facts: ReportFacts, *, indian: bool) -> dict[str, bytes]:
    """Render the PDFs by file name; the draft certificate is for India only."""
    from reporting.documents.bsa63_certificate import bsa63_draft_pdf
    from reporting.documents.technical_report import forensic_pdf

    documents = {"4_forensic_report.pdf": forensic_pdf(facts)}
    if indian:
        documents["8_bsa63_draft.pdf"] = bsa63_draft_pdf(facts)
    return documents


def credentials_of(original: Path | None, mime: str) -> ContentCredentials:
    """Read the content credentials of a file; without a file, none."""
    if original is None:
        return NO_CREDENTIALS
    from reporting.evidence.content_credentials import read_credentials

    return read_credentials(original, mime)
