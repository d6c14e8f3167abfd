"""Sentences about where to report and deadlines, from `referrals.toml` with the portal's facts."""

from __future__ import annotations

from collections.abc import Mapping

from reporting.portals import Place, Portal
from reporting.text.catalog import sentences
from reporting.text.results import Language


def step_words(step: str, portal: Portal, place: Place | None) -> Mapping[Language, tuple[str, str]]:
    """Return title and text of one step in each language.

    Args:
        step: its name in `reporting.complaint.referrals.Step`.
        portal: India's dated facts.
        place: those of the case's country, outside India.
    """
    return {
        language: (title.format(portal=portal, place=place), text.format(portal=portal, place=place))
        for language, (title, text) in sentences("referrals")["steps"][step].items()
    }


def hard_stop_sentence(language: Language) -> str:
    """Return why nothing was made."""
    return str(sentences("referrals")["hard_stop"][language])


def followup_words(name: str, span: int) -> Mapping[Language, str]:
    """Return the meaning of a deadline: `platform_acts`, `platform_resolves` or `appeal`."""
    return {
        language: text.format(span=span) for language, text in sentences("referrals")["followups"][name].items()
    }
