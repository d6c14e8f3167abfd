"""List the portal's fields in its order, each with the text to enter. Identity fields are named but never filled
in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from reporting.case import IST
from reporting.complaint.narrative import ComplaintTexts, FittedText
from reporting.complaint.referrals import Routing
from reporting.complaint.sanitize import clean_narrative, one_line, short_link, units
from reporting.complaint.templates import render
from reporting.portals import Fact, Portal
from reporting.text import results as result_text
from reporting.text.catalog import sentence, sentences
from reporting.text.findings import Finding, mark
from reporting.text.results import Language
from reporting.types import COPY_PREFIX, EVIDENCE_FOLDER, EvidenceFile

INCIDENT, SUSPECT, COMPLAINANT, SUBMIT = (
    "Step 1: Incident details",
    "Step 2: Suspect details",
    "Step 3: Complainant details",
    "Step 4: Preview and submit",
)
REPORT_SUSPECT = "Report Suspect, tab Deepfake"
REPORT = "Report"
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


class _Words(NamedTuple):
    """English, and the same in Hindi."""

    en: str
    hi: str


_NO_HINT = _Words("", "")


class PortalField(NamedTuple):
    """One field of the portal."""

    step: str
    label: str
    text: str
    """Text to copy; empty if the user types or chooses."""
    chars: int
    """Length of the text as a browser counts it."""
    hint: str
    """Limits with their certainty, and what to do if the text is empty."""
    step_hi: str
    """Step, label and hint in Hindi."""
    label_hi: str
    hint_hi: str
    gloss_hi: str = ""
    """Meaning of a long English text, in Hindi."""
    complete: bool = True
    """False if the user has to complete the text before pasting it."""
    files: tuple[str, ...] = ()
    """Names of the files of the package to attach here."""


def portal_fields(
    texts: ComplaintTexts, portal: Portal, evidence: Sequence[EvidenceFile] = ()
) -> tuple[PortalField, ...]:
    """Return all fields of a case, in order: of the complaint for a victim, of *Report Suspect* for a witness."""
    if texts.case.country != "IN":
        return _abroad_fields(texts, evidence)
    fields = _suspect_fields if texts.is_hint else _complaint_fields
    return fields(texts, portal, evidence)


def _suspect_fields(
    texts: ComplaintTexts, portal: Portal, evidence: Sequence[EvidenceFile]
) -> tuple[PortalField, ...]:
    """The fields of *Report Suspect*, tab *Deepfake*, as far as they are known."""
    limit = portal.suspect_identifier_max_chars
    case, links = texts.case, texts.links
    short = [link for link in (short_link(link, limit.value) for link in links) if link]
    unfit = ["no_short_link"] if links and not short else []
    identifier = _hint("identifier", *unfit, limit=limit.value, hedge=_hedges(limit))
    return (
        _field(REPORT_SUSPECT, "State of incident", one_line(case.state), _hint("suspect_state")),
        _field(REPORT_SUSPECT, "Platform or content type", one_line(case.platform), _hint("suspect_platform")),
        _field(REPORT_SUSPECT, "Link or identifier", short[0] if short else "", identifier),
        _files_field(REPORT_SUSPECT, "Evidence", _uploads(evidence)[:1], _upload_hint(portal)),
        _text_field(REPORT_SUSPECT, "Description", texts.text, _length_hint(texts)),
    )


def copy_paste_text(
    fields: Sequence[PortalField],
    findings: Sequence[Finding],
    routing: Routing,
    portal: Portal,
    language: Language = "en",
) -> str:
    """Write the text file with one block per field.

    Args:
        language: hints and findings stand in this one first; what is to be pasted is English.
    """
    return render(
        "copy_paste.txt.j2",
        steps=[(step, list(group)) for step, group in groupby(fields, key=lambda field: field.step)],
        findings=findings,
        routing=routing,
        portal=portal,
        language=language,
        languages=("en",) if language == "en" else (language, "en"),
        words=sentences("complaint"),
        not_an_fir=result_text.not_an_fir,
        mark=mark,
    )


def _complaint_fields(
    texts: ComplaintTexts, portal: Portal, evidence: Sequence[EvidenceFile]
) -> tuple[PortalField, ...]:
    case, links = texts.case, texts.links
    categories = portal.categories_for(case.kind)
    suggested = _suggestion("; ".join(dict.fromkeys(entry.category for entry in categories)), portal)
    sub = "; ".join(dict.fromkeys(entry.sub_category for entry in categories if entry.sub_category))
    seen = case.seen_at.astimezone(IST) if case.seen_at else None
    asked = complainant_keys()
    return (
        _field(INCIDENT, "Category of complaint", "", suggested),
        _field(INCIDENT, "Sub-category", "", _suggestion(sub, portal) if sub else _hint("choose")),
        _field(INCIDENT, "Date", f"{seen:%d/%m/%Y}" if seen else "", _NO_HINT if seen else _hint("date")),
        _field(INCIDENT, "Time", f"{seen:%H:%M}" if seen else "", _hint("time")),
        _field(
            INCIDENT, "Reason for delay in reporting", clean_narrative(case.delay_reason, portal), _hint("delay")
        ),
        _field(INCIDENT, "State", one_line(case.state), _hint("state")),
        _field(INCIDENT, "Where did the incident occur", one_line(case.platform), _hint("platform")),
        _field(INCIDENT, "Link, ID or e-mail", "\n".join(links), _NO_HINT if links else _hint("link")),
        _files_field(INCIDENT, "Supporting evidence", _uploads(evidence), _upload_hint(portal)),
        _text_field(INCIDENT, "Additional information about the incident", texts.text, _length_hint(texts)),
        _field(SUSPECT, "Suspect name, identity and address", "", _hint("suspect")),
        _field(
            SUSPECT,
            "Any other information about the suspect",
            f"Account: {handle}" if (handle := one_line(case.handle)) else "",
            _NO_HINT if handle else _hint("account"),
        ),
        _field(
            COMPLAINANT,
            "Your own details",
            "",
            _hint("own_details", keys={"en": ", ".join(asked).replace("_", " "), "hi": ", ".join(asked.values())}),
        ),
        _field(SUBMIT, "Preview", "", _hint("preview")),
    )


def _abroad_fields(texts: ComplaintTexts, evidence: Sequence[EvidenceFile]) -> tuple[PortalField, ...]:
    case, seen = texts.case, texts.case.seen_at
    at = seen.isoformat() if seen else ""
    return (
        _field(REPORT, "Date and time", at, _NO_HINT if seen else _hint("when_seen")),
        _field(REPORT, "Platform or website", one_line(case.platform), _NO_HINT),
        _field(REPORT, "Links", "\n".join(texts.links), _NO_HINT),
        _field(REPORT, "Account", one_line(case.handle), _NO_HINT),
        _text_field(REPORT, "What happened", texts.text, _hint("plain")),
        _files_field(REPORT, "Files", _uploads(evidence), _hint("attach")),
    )


def _field(step: str, label: str, text: str, hints: _Words) -> PortalField:
    words = sentences("complaint")
    return PortalField(
        step, label, text, units(text), hints.en, words["steps"][step], words["labels"][label], hints.hi
    )


def complainant_keys() -> Mapping[str, str]:
    """Return what the portal asks about the complainant, with the Hindi name; never filled in here."""
    keys: Mapping[str, str] = sentences("complaint")["complainant"]
    return keys


def _hint(*keys: str, **values: object) -> _Words:
    """Hints of a field, one after the other, in both languages; a value may be a mapping by language.

    >>> _hint("time").en
    'Indian time (IST), approximate.'
    """
    told = []
    for language in result_text.LANGUAGES:
        own = {name: value[language] if isinstance(value, Mapping) else value for name, value in values.items()}
        told.append(" ".join(sentence("complaint", f"hints.{key}", language, **own) for key in keys))
    return _Words(*told)


def _text_field(step: str, label: str, text: FittedText, hints: _Words) -> PortalField:
    """A field for one of the two long texts."""
    if not text.complete:
        hints = _Words(*(" ".join(pair) for pair in zip(_hint("incomplete"), hints, strict=True)))
    return _field(step, label, text.text, hints)._replace(gloss_hi=text.gloss, complete=text.complete)


def _files_field(step: str, label: str, names: Sequence[str], hints: _Words) -> PortalField:
    """A field that takes files."""
    return _field(step, label, "\n".join(names), hints)._replace(files=tuple(names))


def _uploads(evidence: Sequence[EvidenceFile]) -> list[str]:
    """Return the files to upload: the copy first, then the report, then images."""
    names = [entry.name for entry in evidence if entry.name.startswith(EVIDENCE_FOLDER)]
    copies = [name for name in names if name.startswith(COPY_PREFIX)]
    return [*copies, "4_forensic_report.pdf", *(name for name in names if name not in copies)]


def _upload_hint(portal: Portal) -> _Words:
    limit, types = portal.upload_limit_bytes, portal.upload_types
    values = {"limit": f"{limit.value:,}", "types": ", ".join(types.value)}
    return _hint("uploads", **values, hedge=_hedges(limit), types_hedge=_hedges(types))


def _suggestion(names: str, portal: Portal) -> _Words:
    return _hint("suggested", names=names, hedge=_hedges(portal.categories))


def _length_hint(texts: ComplaintTexts) -> _Words:
    further = ["hindi_script"] if _DEVANAGARI.search(texts.text.text) else []
    further += ["cut"] if texts.text.cut else []
    hedges = {"low_hedge": _hedges(texts.low), "high_hedge": _hedges(texts.high)}
    return _hint("length", *further, low=texts.low.value, high=texts.high.value, **hedges)


def _hedges(fact: Fact[Any]) -> dict[Language, str]:
    return {language: fact.hedge_in(language) for language in result_text.LANGUAGES}
