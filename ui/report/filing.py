"""Findings to check before filing, fields to copy, follow-up dates. Pure functions to HTML."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from reporting import PortalField, followups
from reporting.case import IST
from reporting.complaint.words import GLOSS
from reporting.portals import load_portal
from reporting.text.findings import Finding, mark, versions
from reporting.text.results import Language
from ui import text
from ui.common.html import escape, file_size, fold, icon, verbatim
from ui.session.store import Prepared, image_link

SCRIPT = Path(__file__).with_name("filing.js")
_MOST_LINES = 8
_CHARS_A_LINE = 60


def before_filing(findings: Sequence[Finding], language: Language) -> str:
    """Return the findings, errors first; hints are collapsed."""
    words = text.of(language)
    grave, minor = (
        "".join(_finding(entry, language) for entry in findings if (entry.severity == "info") is folded)
        for folded in (False, True)
    )
    seen = f'<ul class="dd-look">{grave}</ul>' if grave else f"<p>{escape(words.LOOK_NOTHING)}</p>"
    return f"<h2>{escape(words.LOOK_TITLE)}</h2>{seen}" + (
        fold(words.LOOK_MORE, f'<ul class="dd-look">{minor}</ul>') if minor else ""
    )


def filing_list(package: Prepared, language: Language) -> str:
    """Return the portal's fields in order, each with a copy button, or a link to save each attachment."""
    words = text.of(language)
    steps = ""
    for step, group in groupby(package.fields, key=lambda field: field.step):
        fields = list(group)
        entries = "".join(_field(field, package, language) for field in fields)
        steps += f'<h3>{_both(step, fields[0].step_hi, language)}</h3><ol class="dd-fields">{entries}</ol>'
    return (
        f"<h2>{escape(words.FILING_TITLE)}</h2><p>{escape(words.FILING_LEAD)}</p>"
        f'<p class="dd-unseen" role="status" aria-live="polite"></p>{steps}'
        f"<h2>{escape(words.DOWNLOAD_TITLE)}</h2>"
    )


def filed_panel(package: Prepared, language: Language) -> str:
    """Return that the number is recorded, and the follow-up dates, known for India only."""
    words = text.of(language)
    said = f"<p>{escape(words.FILED_DONE)}</p>"
    if package.filed_at is None or package.case.country != "IN":
        return said
    dates = "".join(
        f"<li><strong>{followup.at.astimezone(IST):%d-%m-%Y, %H:%M}</strong>: {escape(followup.text[language])} "
        f"<small>({escape(followup.fact.hedge_in(language))})</small></li>"
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


def _field(field: PortalField, package: Prepared, language: Language) -> str:
    words, label = text.of(language), escape(field.label)
    named = f"<strong>{_both(field.label, field.label_hi, language)}</strong>"
    said = [field.hint] if language == "en" else [field.hint_hi, field.hint]
    hint = "".join(
        f'<p class="dd-hint" lang="{"en" if line is field.hint else language}">{escape(line)}</p>'
        for line in said
        if line
    )
    if not field.complete:
        missing = f'<a href="#what-happened">{escape(words.FILING_MISSING)}</a>'
        return f'<li>{named}<p class="dd-error">{icon("trouble")}{missing}</p>{hint}</li>'
    if field.files:
        return f"<li>{named}{hint}{_saves(field, package, language)}</li>"
    if not field.text:
        return f"<li>{named} <span>({escape(words.FILING_EMPTY)})</span>{hint}</li>"
    lines = sum(1 + len(line) // _CHARS_A_LINE for line in field.text.split("\n"))
    copied, refused = (
        escape(said.format(field=field.label)) for said in (words.FILING_COPIED, words.FILING_REFUSED)
    )
    gloss = ""
    if language == "hi" and field.gloss_hi:
        gloss = f'<p class="dd-gloss" lang="hi"><strong>{escape(GLOSS)}:</strong> {escape(field.gloss_hi)}</p>'
    return (
        f"<li>{named} <span>({escape(words.FILING_CHARS.format(count=field.chars))})</span>"
        f'<textarea readonly lang="en" aria-label="{label}" rows="{min(lines, _MOST_LINES)}">'
        f"{verbatim(field.text)}</textarea>{gloss}"
        f'<button type="button" class="dd-button" data-copied="{copied}" data-refused="{refused}">'
        f'{escape(words.FILING_COPY)} <span class="dd-unseen" lang="en">{label}</span></button>{hint}</li>'
    )


def _saves(field: PortalField, package: Prepared, language: Language) -> str:
    """Return a link for each attachment, under the name that the portal gets."""
    words, saves = text.of(language), []
    named = {Path(name).name for name in field.files}
    for path in package.uploads:
        if path.name in named:
            label = words.FILING_SAVE.format(name=path.name, size=file_size(path.stat().st_size, language))
            saves.append(
                f'<li><a class="dd-button" href="{escape(image_link(path))}" download="{escape(path.name)}">'
                f"{escape(label)}</a></li>"
            )
    return f'<ul class="dd-saves">{"".join(saves)}</ul>'


def _both(english: str, hindi: str, language: Language) -> str:
    """Return the portal's own words, with a translation on a Hindi page."""
    own = f'<span lang="en">{escape(english)}</span>'
    return own if language == "en" else f"{own} ({escape(hindi)})"
