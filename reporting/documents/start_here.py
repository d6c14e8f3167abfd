"""Render START_HERE.html: one page in English and Hindi that works offline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reporting.case import IST
from reporting.complaint.referrals import Route, is_hint
from reporting.portals import Portal
from reporting.text import results
from reporting.text.catalog import sentences
from reporting.text.evidence import purpose_in
from reporting.text.findings import Finding, mark, versions
from reporting.text.printable import printable
from reporting.text.results import Language
from reporting.text.verdict_notes import result_sentence
from reporting.types import ReportFacts

_COMPLAINTS = {"financial_fraud", "women_children", "other_cyber_crime"}
_INDIAN_FILES = {"3_report_suspect.txt", "8_bsa63_draft.pdf"}


def start_here_html(
    facts: ReportFacts,
    routes: Sequence[Route],
    findings: Sequence[Finding],
    portal: Portal,
    language: Language = "en",
) -> str:
    """Render the page. Every value is escaped.

    Args:
        facts: of the report.
        routes: steps to take, in order (`reporting.complaint.referrals.route(case).steps`).
        findings: what to look at before filing, errors first.
        portal: the dated facts.
        language: comes first, the other below it.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"address": _address, "one_line": _one_line}
    indian, steps = facts.case.country == "IN", {route.step for route in routes}
    urgent = [route for route in routes if route.urgent]
    return environment.get_template("start_here.html.j2").render(
        languages=("hi", "en") if language == "hi" else ("en", "hi"),
        sentences=sentences("start_here"),
        facts=facts,
        kind=facts.analysis.media.kind,
        verdict=facts.analysis.verdict,
        portal=portal,
        indian=indian,
        helplines=[portal.helpline_emergency, portal.helpline_cyber_fraud, portal.helpline_women],
        routes=routes,
        urgent=urgent if urgent or indian else routes[:1],
        findings=[entry for entry in findings if entry.severity != "info" or entry.changed],
        files_complaint=bool(steps & _COMPLAINTS),
        gives_hint="report_suspect" in steps,
        absent=_absent(facts),
        created=f"{facts.created_at.astimezone(IST):%d-%m-%Y %H:%M} IST",
        stale=portal.is_stale(facts.created_at.astimezone(IST).date()),
        results=results,
        result_sentence=result_sentence,
        mark=mark,
        versions=versions,
        purpose_in=purpose_in,
        mentions=lambda line, names: any(name in line for name in names),
    )


def _absent(facts: ReportFacts) -> set[str]:
    """Return the files that this package does not contain."""
    absent = {"2_complaint_copy_paste.txt" if is_hint(facts.case) else "3_report_suspect.txt"}
    if facts.case.country != "IN":
        absent |= _INDIAN_FILES
    return absent if any(file.in_package for file in facts.evidence) else absent | {"5_evidence/"}


def _address(value: object) -> Markup:
    """Link a phone number or a web page; escape anything else."""
    text = str(value)
    if re.fullmatch(r"[0-9+() -]{3,20}", text):
        return Markup('<a href="tel:{}">{}</a>').format(re.sub(r"[^0-9+]", "", text), text)
    if text.startswith("https://"):
        return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(text)
    return escape(text)


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
