"""Findings to check before filing, fields to copy, follow-up dates. Pure functions to HTML."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from reporting import followups
from reporting.case import IST
from reporting.complaint.words import GLOSS
from reporting.portals import load_portal
from reporting.text.findings import Finding, mark, versions
from reporting.text.results import Language
from ui import text
from ui.common.html import escape
from ui.common.templates import render
from ui.session.store import Prepared, image_link

SCRIPT = Path(__file__).with_name("filing.js")
_MOST_LINES = 8
_CHARS_A_LINE = 60


def before_filing(findings: Sequence[Finding], language: Language) -> str:
    """Return the findings, errors first; hints are collapsed."""
    return render(
        "report/before_filing.html.j2",
        language,
        grave=[entry for entry in findings if entry.severity != "info"],
        minor=[entry for entry in findings if entry.severity == "info"],
        mark=mark,
        versions=versions,
    )


def filing_list(package: Prepared, language: Language) -> str:
    """Return the portal's fields in order, each with a copy button, or a link to save each attachment."""
    return render(
        "report/filing.html.j2",
        language,
        steps=[(step, list(group)) for step, group in groupby(package.fields, key=lambda field: field.step)],
        uploads={path.name: path for path in package.uploads},
        image_link=image_link,
        rows=_rows,
        gloss=GLOSS,
    )


def filed_panel(package: Prepared, language: Language) -> str:
    """Return that the number is recorded, and the follow-up dates, known for India only."""
    words = text.of(language)
    message = f"<p>{escape(words.FILED_DONE)}</p>"
    if package.filed_at is None or package.case.country != "IN":
        return message
    dates = "".join(
        f"<li><strong>{followup.at.astimezone(IST):%d-%m-%Y, %H:%M}</strong>: {escape(followup.text[language])} "
        f"<small>({escape(followup.fact.hedge_in(language))})</small></li>"
        for followup in followups(package.filed_at, load_portal())
    )
    return f"{message}<h3>{escape(words.FOLLOWUPS_TITLE)}</h3><ul>{dates}</ul>"


def _rows(field: str) -> int:
    """Return the height of a text area, in lines."""
    return min(sum(1 + len(line) // _CHARS_A_LINE for line in field.split("\n")), _MOST_LINES)
