"""Findings to check before filing, fields to copy, follow-up dates. Pure functions to HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reporting import Case
from reporting.case import IST
from reporting.complaint.form_fields import PortalField
from reporting.complaint.referrals import followups, route
from reporting.portals import load_portal
from reporting.text.catalog import sentences
from reporting.text.findings import Finding, mark, versions
from reporting.text.results import Language
from ui import text
from ui.common.html import escape
from ui.common.templates import render
from ui.session.images import image_link
from ui.session.store import Prepared

_MOST_LINES = 4
_CHARS_A_LINE = 60


@dataclass(frozen=True, slots=True)
class FilingStep:
    """One step of the portal."""

    name: str
    name_hi: str
    runs: tuple[tuple[bool, tuple[tuple[int, PortalField], ...]], ...]
    """Its numbered fields in the portal's order. True: a text to copy, a file to attach, or a missing text;
    False: what the visitor types or chooses on the portal."""

    @property
    def ready(self) -> bool:
        """Whether a field has something to copy or attach, or lacks its text."""
        return any(ready for ready, _ in self.runs)


def before_filing(case: Case, findings: Sequence[Finding], language: Language) -> str:
    """Return the urgent steps and the findings. Warnings are collapsed while there are errors, hints always."""
    urgent = [step for step in route(case).steps if step.urgent]
    told = [entry for entry in findings if not (urgent and entry.key == "money")]  # the first step says it
    worst = "error" if any(entry.severity == "error" for entry in told) else "warn"
    return render(
        "report/before_filing.html.j2",
        language,
        urgent=urgent,
        grave=[entry for entry in told if entry.severity == worst],
        minor=[entry for entry in told if entry.severity != worst],
        mark=mark,
        versions=versions,
    )


def filing_list(package: Prepared, language: Language) -> str:
    """Return the portal's steps: a copy button for each text, links to save the files to attach.

    The first step with something to copy is open; fields without a text and hints are collapsed.
    """
    steps = _filing_steps(package.fields)
    return render(
        "report/filing.html.j2",
        language,
        steps=steps,
        opened=next((step for step in steps if step.ready), None),
        uploads={path.name: path for path in package.uploads},
        image_link=image_link,
        rows=_rows,
        gloss=sentences("complaint")["gloss"],
    )


def _filing_steps(fields: Sequence[PortalField]) -> list[FilingStep]:
    steps = []
    for name, group in groupby(fields, key=lambda field: field.step):
        numbered = tuple(enumerate(group, 1))
        runs = groupby(numbered, key=lambda entry: _is_ready(entry[1]))
        steps.append(FilingStep(name, numbered[0][1].step_hi, tuple((ready, tuple(run)) for ready, run in runs)))
    return steps


def _is_ready(field: PortalField) -> bool:
    return bool(field.text or field.files) or not field.complete


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
