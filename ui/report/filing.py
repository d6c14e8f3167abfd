"""After the package was made: what to look at before filing, the portal's fields to copy one by one, and what
follows once it was filed.

Pure functions from values to HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from reporting import PortalField, followups
from reporting.case import IST
from reporting.portals import load_portal
from reporting.text.findings import Finding, mark, versions
from reporting.text.results import Language
from ui import text
from ui.common.html import escape, fold, icon, verbatim
from ui.session.store import Prepared

SCRIPT = Path(__file__).with_name("filing.js")
_MOST_LINES = 8
_CHARS_A_LINE = 60


def before_filing(findings: Sequence[Finding], language: Language) -> str:
    """What the checks found, errors first; what is only good to know is folded away."""
    words = text.of(language)
    grave, minor = (
        "".join(_finding(entry, language) for entry in findings if (entry.severity == "info") is folded)
        for folded in (False, True)
    )
    return (f'<h3>{escape(words.LOOK_TITLE)}</h3><ul class="dd-look">{grave}</ul>' if grave else "") + (
        fold(words.LOOK_MORE, f'<ul class="dd-look">{minor}</ul>') if minor else ""
    )


def filing_list(fields: tuple[PortalField, ...], language: Language) -> str:
    """The fields in the portal's order, each with its text, its count, what to know, and a button to copy it."""
    words = text.of(language)
    steps = ""
    for step, group in groupby(fields, key=lambda field: field.step):
        entries = "".join(_field(field, language) for field in group)
        steps += f'<h3 lang="en">{escape(step)}</h3><ol class="dd-fields">{entries}</ol>'
    return (
        f"<h2>{escape(words.FILING_TITLE)}</h2><p>{escape(words.FILING_LEAD)}</p>"
        f'<p class="dd-unseen" role="status" aria-live="polite"></p>{steps}'
    )


def filed_panel(package: Prepared, language: Language) -> str:
    """The number stands in the package, and the dates that follow; dates are known for India alone."""
    words = text.of(language)
    said = f"<p>{escape(words.FILED_DONE)}</p>"
    if package.filed_at is None or package.case.country != "IN":
        return said
    dates = "".join(
        f"<li><strong>{followup.at.astimezone(IST):%d-%m-%Y, %H:%M}</strong>: {escape(followup.text[language])} "
        f'<small lang="en">({escape(followup.fact.hedge)})</small></li>'
        for followup in followups(package.filed_at, load_portal())
    )
    return f"{said}<h3>{escape(words.FOLLOWUPS_TITLE)}</h3><ul>{dates}</ul>"


def _finding(entry: Finding, language: Language) -> str:
    what, do = entry.said(language)
    marked = ""
    if entry.severity != "info":
        shape = icon("trouble") if entry.severity == "error" else ""
        marked = f'<strong class="dd-{entry.severity}">{shape}{escape(mark(entry.severity, language))}:</strong> '
    changed = ""
    if entry.changed:
        before, after = versions(language)
        changed = (
            f"<dl><dt>{escape(before)}</dt><dd>{verbatim(entry.before)}</dd>"
            f"<dt>{escape(after)}</dt><dd>{verbatim(entry.after)}</dd></dl>"
        )
    return f"<li>{marked}{escape(what)} {escape(do)}{changed}</li>"


def _field(field: PortalField, language: Language) -> str:
    words, label = text.of(language), escape(field.label)
    hint = f'<p class="dd-hint" lang="en">{escape(field.hint)}</p>' if field.hint else ""
    if not field.text:
        return f'<li><strong lang="en">{label}</strong> <span>({escape(words.FILING_EMPTY)})</span>{hint}</li>'
    lines = sum(1 + len(line) // _CHARS_A_LINE for line in field.text.split("\n"))
    copied, refused = (
        escape(said.format(field=field.label)) for said in (words.FILING_COPIED, words.FILING_REFUSED)
    )
    return (
        f'<li><strong lang="en">{label}</strong> '
        f"<span>({escape(words.FILING_CHARS.format(count=field.chars))})</span>"
        f'<textarea readonly lang="en" aria-label="{label}" rows="{min(lines, _MOST_LINES)}">'
        f"{verbatim(field.text)}</textarea>"
        f'<button type="button" class="dd-button" data-copied="{copied}" data-refused="{refused}">'
        f'{escape(words.FILING_COPY)} <span class="dd-unseen" lang="en">{label}</span></button>{hint}</li>'
    )
