"""Where to turn: the steps in order, and the page on which to file. Pure functions to HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from reporting import Case, Route, filing_page, route
from reporting.portals import load_places, load_portal
from reporting.text.findings import Finding
from reporting.text.results import Language
from ui import text
from ui.common.html import escape
from ui.common.templates import render

_LINK = re.compile(r"https://[^\s,;)।]*[^\s,;.)।]")


def first_panel(case: Case, language: Language, *, age_missing: bool) -> str:
    """Return the region before the case is known: help in danger, and the question about the age if needed.

    The region exists from the start so that later content is announced.
    """
    danger = [step for step in route(case).steps if step.step in ("emergency", "abroad_emergency")]
    return _panel(danger, language, age_missing=age_missing)


def routes_panel(case: Case, language: Language) -> str:
    """Return the steps of a case; those after the urgent ones and the first other one are collapsed.

    After a hard stop every step is shown, and why nothing is made.
    """
    routing = route(case)
    shown = len(routing.steps) if routing.hard_stop else _leading(routing.steps)
    return _panel(routing.steps, language, shown=shown, titled=True, stopped=routing.hard_stop)


def _panel(
    steps: Sequence[Route],
    language: Language,
    *,
    shown: int | None = None,
    age_missing: bool = False,
    titled: bool = False,
    stopped: bool = False,
) -> str:
    return render(
        "report/steps.html.j2",
        language,
        steps=steps,
        shown=len(steps) if shown is None else shown,
        age_missing=age_missing,
        titled=titled,
        stopped=stopped,
        linked=linked,
    )


def _leading(steps: Sequence[Route]) -> int:
    """Return how many steps reach up to the first one that is not urgent and every urgent one."""
    urgent = [step.urgent for step in steps]
    last_urgent = max((place for place, now in enumerate(urgent, 1) if now), default=0)
    return max(last_urgent, [*urgent, False].index(False) + 1)


def portal_link(case: Case, findings: Sequence[Finding], language: Language) -> str:
    """Return the link to the portal and its address; without the link while findings have errors."""
    words, address = text.of(language), filing_page(case)
    home = address == load_portal().home_url.value
    return render(
        "report/portal.html.j2",
        language,
        address=address,
        label=words.PORTAL_BUTTON if home else words.PAGE_BUTTON.format(address=address),
        typed=words.PORTAL_ADDRESS if case.country == "IN" else words.PAGE_ADDRESS,
        errors=[" ".join(entry.sentences(language)) for entry in findings if entry.severity == "error"],
    )


def linked(sentence: str) -> Markup:
    """Escape a sentence and link its telephone numbers and addresses.

    >>> str(linked("Call 112 at once, or see https://stopncii.org."))  # doctest: +ELLIPSIS
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
    return Markup("".join((*pieces, escape(sentence[at:]))))


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
