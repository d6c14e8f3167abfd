"""List the portal's fields in the portal's order, each with the text to put there.

Fields about who the user is are only named, never filled in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reporting.case import IST
from reporting.complaint.narrative import ComplaintTexts, FittedText
from reporting.complaint.referrals import Routing
from reporting.complaint.sanitize import clean_narrative, one_line, short_link, units
from reporting.portals import Fact, Portal
from reporting.text import results as result_text
from reporting.text.findings import Finding
from reporting.types import COPY_PREFIX, EVIDENCE_FOLDER, EvidenceFile

INCIDENT, SUSPECT, COMPLAINANT, SUBMIT = (
    "Step 1: Incident details",
    "Step 2: Suspect details",
    "Step 3: Complainant details",
    "Step 4: Preview and submit",
)
REPORT_SUSPECT = "Report Suspect, tab Deepfake"
REPORT = "Report"
COMPLAINANT_KEYS = (
    "name",
    "mobile",
    "email",
    "gender",
    "date_of_birth",
    "parent_or_spouse_name",
    "relation_to_victim",
    "nationality",
    "address",
    "state",
    "district",
    "police_station",
    "pin",
)
"""What the portal asks about the complainant; never filled in here."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_RULE = "-" * 10


class PortalField(NamedTuple):
    """One field to fill."""

    step: str
    label: str
    text: str
    """To copy as it is; empty where the user types or chooses."""
    chars: int
    """Length of the text as a browser counts it."""
    hint: str
    """What to know: limits with how surely they are known, and what to do where the text is empty."""


def portal_fields(
    texts: ComplaintTexts, portal: Portal, evidence: Sequence[EvidenceFile] = ()
) -> tuple[PortalField, ...]:
    """Return all fields of a case, in the order in which they are asked for.

    Args:
        texts: of the case.
        portal: the dated facts.
        evidence: files of the package, for the list of uploads.
    """
    case = texts.case
    if case.country != "IN":
        return _abroad_fields(texts, evidence)
    hint = suspect_fields(texts, portal, evidence)
    if case.witness_only and case.kind != "sexual":
        return hint
    return (*_complaint_fields(texts, portal, evidence), *hint)


def suspect_fields(
    texts: ComplaintTexts, portal: Portal, evidence: Sequence[EvidenceFile] = ()
) -> tuple[PortalField, ...]:
    """The fields of *Report Suspect*, tab *Deepfake*, as far as they are known."""
    limit = portal.suspect_identifier_max_chars
    case, links, text = texts.case, texts.links, texts.hint
    short = [link for link in (short_link(link, limit.value) for link in links) if link]
    upload = _uploads(evidence)[:1]
    hint = f"At most {limit.value} characters ({limit.hedge})."
    if links and not short:
        hint += " No link of this case fits: give the site and the account instead."
    return (
        _field(
            REPORT_SUSPECT, "State of incident", one_line(case.state), "Choose it from the list on the screen."
        ),
        _field(
            REPORT_SUSPECT,
            "Platform or content type",
            one_line(case.platform),
            "The fields of this tab were not seen when these facts were gathered: go by the screen.",
        ),
        _field(REPORT_SUSPECT, "Link or identifier", short[0] if short else "", hint),
        _field(REPORT_SUSPECT, "Evidence", "\n".join(upload), _upload_hint(portal)),
        _field(
            REPORT_SUSPECT,
            "Description",
            text.text,
            _length_hint(text, portal.suspect_min_chars, portal.suspect_max_chars),
        ),
    )


def copy_paste_text(
    fields: Sequence[PortalField], findings: Sequence[Finding], routing: Routing, portal: Portal
) -> str:
    """The file with one block a field, in order, each with its count."""
    lines = ["DRAFT, NOT SUBMITTED", result_text.not_an_fir("en")]
    lines += [
        "Every line that you copy becomes your own statement: change or delete what is not true. False "
        "information can be punished.",
    ]
    if routing.card:
        lines += [portal.address_line, f"Where on the portal: {routing.card}"]
    urgent = [f"! {step.title['en']}: {step.text['en']}" for step in routing.steps if step.urgent]
    lines += [*urgent, ""]
    if findings:
        lines += ["BEFORE YOU FILE"]
        for finding in findings:
            lines += [f"[{finding.severity}] {finding.what} {finding.do}"]
            if finding.after or finding.before:
                lines += [f"    before: {one_line(finding.before)}", f"    after:  {finding.after}"]
        lines += [""]
    lines += _blocks(fields)
    return "\n".join(lines).rstrip() + "\n"


def suspect_text(fields: Sequence[PortalField], portal: Portal) -> str:
    """The file for *Report Suspect*, tab *Deepfake*: for those who only saw it."""
    lines = [
        "DRAFT, NOT SUBMITTED",
        f"For {portal.report_suspect_url.value}, tab Deepfake ({portal.report_suspect_url.hedge}).",
        "It takes hints from anybody, without login. It is not a complaint: whoever is harmed has to file that.",
        "",
        *_blocks(fields),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _blocks(fields: Sequence[PortalField]) -> list[str]:
    lines: list[str] = []
    step = ""
    for field in fields:
        if field.step != step:
            step = field.step
            lines += [step.upper(), ""]
        lines += [f"{field.label} ({field.chars} characters)" if field.text else field.label]
        lines += [f"  {field.hint}"] if field.hint else []
        lines += [_RULE, *field.text.splitlines(), _RULE] if field.text else []
        lines += [""]
    return lines


def _complaint_fields(
    texts: ComplaintTexts, portal: Portal, evidence: Sequence[EvidenceFile]
) -> tuple[PortalField, ...]:
    case, narrative, links = texts.case, texts.narrative, texts.links
    categories = portal.categories_for(case.kind)
    suggested = _suggestion("; ".join(dict.fromkeys(entry.category for entry in categories)), portal)
    sub = "; ".join(dict.fromkeys(entry.sub_category for entry in categories if entry.sub_category))
    seen = case.seen_at.astimezone(IST) if case.seen_at else None
    return (
        _field(INCIDENT, "Category of complaint", "", suggested),
        _field(INCIDENT, "Sub-category", "", _suggestion(sub, portal) if sub else "Choose it on the screen."),
        _field(
            INCIDENT, "Date", f"{seen:%d/%m/%Y}" if seen else "", "" if seen else "When you saw or received it."
        ),
        _field(INCIDENT, "Time", f"{seen:%H:%M}" if seen else "", "Indian time (IST), approximate."),
        _field(
            INCIDENT,
            "Reason for delay in reporting",
            clean_narrative(case.delay_reason, portal),
            "Only if the portal asks for it.",
        ),
        _field(
            INCIDENT,
            "State",
            one_line(case.state),
            "Choose it from the list, then the district and the police station: the complaint goes there.",
        ),
        _field(
            INCIDENT, "Where did the incident occur", one_line(case.platform), "Choose it from the list, or Other."
        ),
        _field(INCIDENT, "Link, ID or e-mail", "\n".join(links), "" if links else "Full link of the post."),
        _field(INCIDENT, "Supporting evidence", "\n".join(_uploads(evidence)), _upload_hint(portal)),
        _field(
            INCIDENT,
            "Additional information about the incident",
            narrative.text,
            _length_hint(narrative, portal.narrative_min_chars, portal.narrative_max_chars),
        ),
        _field(
            SUSPECT,
            "Suspect name, identity and address",
            "",
            "Leave empty what you do not know; write facts only.",
        ),
        _field(
            SUSPECT,
            "Any other information about the suspect",
            f"Account: {handle}" if (handle := one_line(case.handle)) else "",
            "" if handle else "Name of the account and link to it, if you know them.",
        ),
        _field(
            COMPLAINANT,
            "Your own details",
            "",
            f"Type them on the portal yourself: {', '.join(COMPLAINANT_KEYS).replace('_', ' ')}. Nothing of it is "
            "stored here, and this package needs no identity document.",
        ),
        _field(
            SUBMIT, "Preview", "", "Read it, correct it, tick I Agree and submit it yourself. Keep the number."
        ),
    )


def _abroad_fields(texts: ComplaintTexts, evidence: Sequence[EvidenceFile]) -> tuple[PortalField, ...]:
    case, seen = texts.case, texts.case.seen_at
    return (
        _field(REPORT, "Date and time", seen.isoformat() if seen else "", "" if seen else "When you saw it."),
        _field(REPORT, "Platform or website", one_line(case.platform), ""),
        _field(REPORT, "Links", "\n".join(texts.links), ""),
        _field(REPORT, "Account", one_line(case.handle), ""),
        _field(
            REPORT, "What happened", texts.narrative.text, "Plain characters only, so that most forms take it."
        ),
        _field(REPORT, "Files", "\n".join(_uploads(evidence)), "Attach them where the form allows it."),
    )


def _field(step: str, label: str, text: str, hint: str) -> PortalField:
    return PortalField(step, label, text, units(text), hint)


def _uploads(evidence: Sequence[EvidenceFile]) -> list[str]:
    """The copy of the file first, then the report, then the images from it."""
    names = [entry.name for entry in evidence if entry.name.startswith(EVIDENCE_FOLDER)]
    copies = [name for name in names if name.startswith(COPY_PREFIX)]
    return [*copies, "4_forensic_report.pdf", *(name for name in names if name not in copies)]


def _upload_hint(portal: Portal) -> str:
    limit, types = portal.upload_limit_bytes, portal.upload_types
    return (
        f"Attach the files one by one, each of at most {limit.value:,} bytes ({limit.hedge}). Likeliest types: "
        f"{', '.join(types.value)} ({types.hedge})."
    )


def _suggestion(names: str, portal: Portal) -> str:
    return f"Suggested: {names}. The list on the screen decides ({portal.categories.hedge})."


def _length_hint(text: FittedText, low: Fact[int], high: Fact[int]) -> str:
    hint = f"At least {low.value} ({low.hedge}) and at most {high.value} ({high.hedge}) characters."
    if "(fill in" in text.text:
        hint += " Fill in the blank; that changes the count."
    if _DEVANAGARI.search(text.text):
        hint += " Whether the portal takes Hindi script here is not known: keep an English text at hand."
    if text.cut:
        hint += " Your own words were too long and were cut; attach the file full_statement.txt."
    return hint
