"""Where to turn: the steps in order, and the page on which to file. Pure functions to HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reporting import Case, Route, filing_page, route
from reporting.portals import load_places, load_portal
from reporting.text.findings import Finding
from reporting.text.results import Language
from ui import text
from ui.common.html import bullets, escape, icon

_REGION = '<div id="route-steps" role="status" aria-live="polite" tabindex="-1">{content}</div>'
_LINK = re.compile(r"https://[^\s,;)।]*[^\s,;.)।]")


def first_panel(case: Case, language: Language, *, age_missing: bool) -> str:
    """Return the region before the case is known: help in danger, and the question about the age if needed.

    The region exists from the start so that later content is announced.
    """
    words = text.of(language)
    ask = f'<p class="dd-pending"><strong>{escape(words.AGE_FIRST)}</strong></p>' if age_missing else ""
    danger = [step for step in route(case).steps if step.step in ("emergency", "abroad_emergency")]
    listed = "".join(_step(step, language) for step in danger)
    help_now = f'<section class="dd-routes"><ol>{listed}</ol></section>' if danger else ""
    return _REGION.format(content=help_now + ask)


def routes_panel(case: Case, language: Language) -> str:
    """Return the steps of a case; after a hard stop also why nothing is made."""
    words, routing = text.of(language), route(case)
    stopped = ""
    if routing.hard_stop:
        stopped = f'<p class="dd-stop">{icon("trouble")}<strong>{escape(words.HARD_STOP)}</strong></p>'
    steps = "".join(_step(step, language) for step in routing.steps)
    again = (
        f'<p><a href="?lang={language}" data-reload>{escape(words.START_AGAIN)}</a></p>'
        if routing.hard_stop
        else ""
    )
    kind = "dd-routes dd-halted" if routing.hard_stop else "dd-routes"
    return _REGION.format(
        content=f'<section class="{kind}"><h3>{escape(words.ROUTES_TITLE)}</h3>{stopped}<ol>{steps}</ol>'
        f"{again}</section>"
    )


def portal_link(case: Case, findings: Sequence[Finding], language: Language) -> str:
    """Return the link to the portal and its address; without the link while findings have errors."""
    words, address, home = text.of(language), filing_page(case), load_portal().home_url.value
    title = f"<h2>{escape(words.PORTAL_TITLE)}</h2>"
    if not address:
        return f"{title}<p>{escape(words.PORTAL_UNKNOWN)}</p>"
    label = words.PORTAL_BUTTON if address == home else words.PAGE_BUTTON.format(address=address)
    said = words.PORTAL_ADDRESS if case.country == "IN" else words.PAGE_ADDRESS
    wrong = [" ".join(entry.said(language)) for entry in findings if entry.severity == "error"]
    button = (
        f'<span class="dd-button dd-off" role="link" aria-disabled="true">{escape(label)}</span></p>'
        f"<p>{escape(words.PORTAL_OFF)}</p>{bullets(wrong)}"
        if wrong
        else f'<a class="dd-button" href="{escape(address)}" target="_blank" '
        f'rel="noopener noreferrer">{escape(label)}</a></p>'
    )
    return f"{title}<p>{button}<p>{escape(said.format(address=address))}</p><p>{escape(words.PORTAL_HINT)}</p>"


def linked(sentence: str) -> str:
    """Escape a sentence and link its telephone numbers and addresses.

    >>> linked("Call 112 at once, or see https://stopncii.org.")  # doctest: +ELLIPSIS
    'Call <a href="tel:112">112</a> at once, or see <a href="https://stopncii.org" target=...</a>.'
    """
    numbers = "|".join(map(re.escape, _numbers()))
    pieces, at = [], 0
    for found in re.finditer(rf"{_LINK.pattern}|(?<![\w,])(?:{numbers})(?!\w)", sentence):
        pieces.append(escape(sentence[at : found.start()]))
        name = escape(found.group())
        if found.group().startswith("https:"):
            pieces.append(f'<a href="{name}" target="_blank" rel="noopener noreferrer">{name}</a>')
        else:
            pieces.append(f'<a href="tel:{name.replace(" ", "")}">{name}</a>')
        at = found.end()
    return "".join((*pieces, escape(sentence[at:])))


def _step(step: Route, language: Language) -> str:
    words = text.of(language)
    now = f'<span class="dd-now">{icon("fake")}{escape(words.ROUTES_NOW)}</span> ' if step.urgent else ""
    link = ""
    if step.address.startswith("https:") and step.address not in step.text[language]:
        link = f" {linked(step.address)}"
    said = step.hedge if language == "en" else step.hedge_hi
    hedge = f"<small>({escape(said)})</small>" if said else ""
    return (
        f'<li class="{"dd-urgent" if step.urgent else ""}">{now}<strong>{escape(step.title[language])}</strong>'
        f"<p>{linked(step.text[language])}{link} {hedge}</p></li>"
    )


def _numbers() -> list[str]:
    """Return every telephone number of the dated facts, longest first."""
    portal = load_portal()
    known = {
        portal.helpline_emergency.value,
        portal.helpline_cyber_fraud.value,
        portal.helpline_women.value,
        portal.helpline_child.value,
        portal.helpline_legal_aid.value,
    }
    for place in load_places().values():
        known.add(place.emergency.value)
        known |= set(re.findall(r"\b0\d{3}(?: \d{3,4})+\b", place.report.value["address"]))
    return sorted(known, key=len, reverse=True)
