"""Where to turn: the steps in order, and the page on which to file. Pure functions to HTML."""

from __future__ import annotations

from collections.abc import Sequence

from reporting import Case
from reporting.complaint.referrals import Route, filing_page, route
from reporting.portals import load_portal
from reporting.text.findings import Finding
from reporting.text.results import Language
from ui import text
from ui.common.templates import render


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
