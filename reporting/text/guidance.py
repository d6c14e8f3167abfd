"""What to do now that a result is there; the words are in `guidance.toml`."""

from __future__ import annotations

from detector.types import Outcome
from reporting.portals import load_portal
from reporting.text.catalog import lines, sentence
from reporting.text.results import Language


def next_action(outcome: Outcome, language: Language) -> str:
    """Return what to do now, in one line; `next_steps` says more."""
    return sentence("guidance", f"action.{outcome}", language)


def next_steps(outcome: Outcome, language: Language) -> tuple[str, ...]:
    """Return what to do now, the most urgent first. Numbers and addresses come from the portal's dated facts.

    Raises:
        ReportError: those facts cannot be read.
    """
    portal = load_portal()
    urgent, *others = (
        step.format(
            emergency=portal.helpline_emergency.value,
            fraud=portal.helpline_cyber_fraud.value,
            portal=portal.home_url.value,
            hint=portal.report_suspect_url.value,
        )
        for step in lines("guidance", "steps", language)
    )
    return (urgent, sentence("guidance", f"first.{outcome}", language), *others)
