"""Build a report package: one zip with everything that portal, platform and police ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from detector.errors import ReportError
from detector.types import Analysis
from explain.types import Explanations
from reporting.case import Case
from reporting.complaint.checks import check_case
from reporting.complaint.form_fields import (
    PortalField,
    copy_paste_text,
    portal_fields,
)
from reporting.complaint.narrative import ComplaintTexts, fit_texts
from reporting.complaint.platform_notice import platform_notice
from reporting.complaint.referrals import Routing, refuse_hard_stop, route
from reporting.evidence.custody_log import custody_csv, first_entries
from reporting.evidence.files import check_original, make_evidence, received_file
from reporting.package.archive import Stored, manifest_text, write_package, zip_time
from reporting.package.exports import TOOL, analysis_json, complaint_json, hash_report
from reporting.portals import Portal, load_portal
from reporting.text.banned_claims import banned_claims
from reporting.text.findings import Finding
from reporting.text.printable import printable
from reporting.text.results import LANGUAGES, Language, error_sentence
from reporting.types import ContentCredentials, Place, ReportFacts

if TYPE_CHECKING:  # PyAV is loaded only when a video is copied
    from detector.media.media import Media

CUSTODY_NAME = "7_custody_log.csv"
HASHES_NAME = "6_hash_report.csv"
ANALYSIS_NAME = "10_analysis.json"
COMPLAINT_NAME = "1_complaint.json"
COMPLAINT_TEXT = "2_complaint_copy_paste.txt"
HINT_TEXT = "3_report_suspect.txt"
ALWAYS = (
    "START_HERE.html",
    COMPLAINT_NAME,
    "4_forensic_report.pdf",
    HASHES_NAME,
    CUSTODY_NAME,
    "9_platform_notice.txt",
    ANALYSIS_NAME,
)
"""Files of every package, of any country and kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPackage:
    """A package that was built or verified."""

    path: Path
    case_id: str
    files: Mapping[str, str]
    """SHA-256 (lower-case hex) by name, of every file but the manifest itself."""
    input_sha256: str
    """SHA-256 of the file that was analysed, as it was received."""
    manifest_sha256: str
    """SHA-256 of the manifest; noted elsewhere, it reveals any later change."""
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    """Findings before filing, errors first; empty unless just built."""
    fields: tuple[PortalField, ...] = field(default=(), compare=False)
    """The portal's fields with their texts; empty unless just built."""


def case_id(analysis: Analysis, created_at: datetime) -> str:
    """Return the name of a case: the day (UTC) and the start of the file's SHA-256, `DFD-20260306-1a2b3c4d`."""
    return f"DFD-{created_at.astimezone(UTC):%Y%m%d}-{analysis.media.sha256[:8]}"


def build_package(
    case: Case,
    analysis: Analysis,
    explanations: Explanations | None,
    out_path: str | Path,
    *,
    original: str | Path | Media | None = None,
    include_original: bool = False,
    created_at: datetime | None = None,
    processed_at: Place = "own_computer",
    language: Language = "en",
) -> ReportPackage:
    """Write a report package atomically, replacing an earlier one.

    Args:
        analysis: the result, whose hashes are of the file as received.
        explanations: images to add; None where no face was found or none was computed.
        out_path: a name ending in `.zip`, or an existing folder, where the package is named by its case. The file
            is readable by its owner only.
        original: the file as received, to make copies from, or its `Media`, which is not opened again for them.
        created_at: aware time that the package states; now if None.
        processed_at: where the file was processed, as the documents state it.
        language: the page to start from and the hints stand in this one first.

    Raises:
        HardStopError: sexual content that may show a minor; nothing was made, the message says where to report.
        ReportError: `out_path` cannot be written, `original` is not the analysed file, the package is too large,
            the analysis cannot be written as JSON, or a sentence makes a banned claim.
        ValueError: `created_at` has no time zone or a year a zip cannot hold.
    """
    refuse_hard_stop(case)
    created_at = datetime.now(UTC) if created_at is None else created_at
    date_time = zip_time(created_at)
    created_at = created_at.astimezone(UTC).replace(microsecond=0)
    name = case_id(analysis, created_at)
    out_path = _out_path(Path(out_path), name)
    source = Path(original) if isinstance(original, str) else original
    original = source if source is None or isinstance(source, Path) else source.path
    if original is not None:
        check_original(original, analysis.media)
        if out_path.exists() and out_path.samefile(original):
            raise ReportError(f"{out_path} is the original itself and would be replaced: choose another name")
    elif include_original:
        raise ReportError("the original cannot be put in without being given: give its path, or leave it out")

    portal, routing = load_portal(), route(case)
    received = received_file(analysis.media, include_original)
    analysis = replace(analysis, media=replace(analysis.media, file_name=printable(analysis.media.file_name)))
    texts = fit_texts(case, analysis, portal)
    made = make_evidence(texts, analysis, explanations, portal, source)
    evidence = (received, *(entry.file for entry in made))
    facts = ReportFacts(
        case_id=name,
        created_at=created_at,
        case=case,
        analysis=analysis,
        explanations=explanations,
        evidence=evidence,
        custody=first_entries(case, evidence, created_at, TOOL, not case.media_included, processed_at),
        credentials=credentials_of(original, received.mime),
        processed_at=processed_at,
        show_images=case.images_shown,
    )
    findings = check_case(texts, analysis, portal, created_at, evidence)
    for each in LANGUAGES:  # a name or measurement on the card may hold anything
        if claims := banned_claims(error_sentence(analysis.checkpoint, each)):
            raise ReportError(
                f"The error rates of the checkpoint claim {claims[0]!r}, which no report may: reword its card."
            )
    members: dict[str, bytes | Stored] = {entry.file.name: entry.content for entry in made}
    fields = portal_fields(texts, portal, evidence)
    for file_name, text in _texts(facts, texts, routing, findings, fields, portal, language).items():
        members[file_name] = printable(text, keep_lines=True).encode("utf-8")
    members[HASHES_NAME] = hash_report(evidence, created_at)
    members[CUSTODY_NAME] = custody_csv(facts.custody)
    members |= pdf_documents(facts, indian=case.country == "IN")
    if include_original and original is not None:
        members[received.name] = Stored(
            open=lambda: original.open("rb"),
            size_bytes=received.hashes.size_bytes,
            sha256=received.hashes.sha256,
        )
    hashes = write_package(out_path, members, date_time)
    return ReportPackage(
        path=out_path,
        case_id=name,
        files=MappingProxyType(hashes),
        input_sha256=analysis.media.sha256,
        manifest_sha256=hashlib.sha256(manifest_text(hashes)).hexdigest(),
        findings=findings,
        fields=fields,
    )


def _out_path(path: Path, name: str) -> Path:
    if path.is_dir():
        return path / f"{name}.zip"
    if path.suffix.lower() != ".zip":
        raise ReportError(f"a report package is a zip, got {path.name!r}: choose a name that ends in .zip")
    return path


def credentials_of(original: Path | None, mime: str) -> ContentCredentials:
    """Read the content credentials of a file; without a file, none."""
    if original is None:
        return ContentCredentials(state="absent", generator="", signer="", ai_claim=False, claims=())
    from reporting.evidence.content_credentials import read_credentials

    return read_credentials(original, mime)


def pdf_documents(facts: ReportFacts, *, indian: bool) -> dict[str, bytes]:
    """Render the PDFs by file name; the draft certificate is for India only."""
    from reporting.documents.bsa63_certificate import bsa63_draft_pdf
    from reporting.documents.technical_report import forensic_pdf

    certificate = {"8_bsa63_draft.pdf": bsa63_draft_pdf(facts)} if indian else {}
    return {"4_forensic_report.pdf": forensic_pdf(facts)} | certificate


def _texts(
    facts: ReportFacts,
    texts: ComplaintTexts,
    routing: Routing,
    findings: tuple[Finding, ...],
    fields: tuple[PortalField, ...],
    portal: Portal,
    language: Language,
) -> dict[str, str]:
    """Return every text of the package by file name."""
    from reporting.documents.start_here import start_here_html

    to_paste = HINT_TEXT if texts.is_hint else COMPLAINT_TEXT
    return {
        "START_HERE.html": start_here_html(facts, routing.steps, findings, portal, language),
        COMPLAINT_NAME: complaint_json(facts, texts, routing, fields, findings, portal),
        to_paste: copy_paste_text(fields, findings, routing, portal, language),
        "9_platform_notice.txt": platform_notice(texts, facts.analysis, portal, facts.case_id, facts.created_at),
        ANALYSIS_NAME: analysis_json(facts),
    }
