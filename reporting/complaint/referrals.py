"""Decide where to report, and in which order. Danger and money come first.

Sexual content that may show a minor is a hard stop: nothing is copied or written, only where to report is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from detector.errors import HardStopError
from reporting.case import Case
from reporting.portals import Fact, Portal, load_places, load_portal
from reporting.text.catalog import sentence, sentences
from reporting.text.results import LANGUAGES, Language

Step = Literal[
    "emergency",
    "do_not_copy",
    "child_report",
    "child_help",
    "take_it_down",
    "bank",
    "financial_fraud",
    "stop_ncii",
    "women_children",
    "other_cyber_crime",
    "report_suspect",
    "platform",
    "support",
    "police",
    "appeal",
    "abroad_emergency",
    "abroad_bank",
    "abroad_report",
    "abroad_platform",
    "abroad_child_report",
    "elsewhere",
]
Card = Literal["WOMEN/CHILDREN", "FINANCIAL FRAUD", "OTHER CYBER CRIME", "Report Suspect, tab Deepfake", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One step to take."""

    step: Step
    urgent: bool
    """Whether to do it at once, before anything else."""
    address: str
    """Phone number or web page; empty if there is neither."""
    hedge: str
    """Certainty of the address or rule, in words; may be empty."""
    hedge_hi: str
    """The same in Hindi."""
    title: Mapping[Language, str]
    text: Mapping[Language, str]
    """What to do, in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The steps that follow from a case."""

    hard_stop: bool
    """Whether no package may be made: sexual content that may show a minor."""
    card: Card
    """Card or page of the portal; empty outside India."""
    anonymous_possible: bool
    can_withdraw: bool | None
    """False for complaints about women or children, True for others (before an FIR), None without a complaint."""
    steps: tuple[Route, ...]
    """In order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A deadline."""

    at: datetime
    """Aware, in the time zone of the start."""
    text: Mapping[Language, str]
    fact: Fact[Any]
    """The fact it follows from."""


def is_hard_stop(case: Case) -> bool:
    """Return whether no package may be made: sexual content, and the person is not stated to be an adult."""
    return case.kind == "sexual" and case.depicted != "adult"


def is_hint(case: Case) -> bool:
    """Return whether the case goes to *Report Suspect* instead of a complaint: a witness in India."""
    return case.country == "IN" and case.witness_only and not is_hard_stop(case)


def route(case: Case) -> Routing:
    """Return the steps for a case.

    Raises:
        ReportError: the portal's facts cannot be read.
    """
    indian, stop = case.country == "IN", is_hard_stop(case)
    card = _card(case) if indian else ""
    names = _stopped(case, indian) if stop else _indian(case) if indian else _abroad(case)
    return Routing(
        hard_stop=stop,
        card=card,
        anonymous_possible=indian and (stop or case.kind == "sexual" or case.witness_only),
        can_withdraw=None if not indian or is_hint(case) else case.kind != "sexual",
        steps=tuple(_route(name, case, load_portal()) for name in names),
    )


def filing_page(case: Case) -> str:
    """Return the address of the page to file a case; empty if none is known.

    Raises:
        ReportError: the portal's facts cannot be read.
    """
    if case.country == "IN":
        portal = load_portal()
        hint = _card(case) == "Report Suspect, tab Deepfake"
        return portal.report_suspect_url.value if hint else portal.home_url.value
    place = load_places().get(case.country)
    found = None if place is None else re.match(r"https://[^\s,]+", place.report.value["address"])
    return found.group() if found else ""


def refuse_hard_stop(case: Case) -> None:
    """Refuse a hard stop before anything is made of the file.

    Raises:
        HardStopError: it is a hard stop; the message says where to report.
    """
    if not is_hard_stop(case):
        return
    steps = (f"{step.title['en']}: {step.text['en']}" for step in route(case).steps)
    raise HardStopError(" ".join((sentence("referrals", "hard_stop", "en"), *steps)))


def followups(start: datetime, portal: Portal) -> tuple[FollowUp, ...]:
    """Return the deadlines after the platform was notified.

    Args:
        start: aware time at which the complaint or the notice went out.

    Raises:
        ValueError: `start` has no time zone.
    """
    if start.utcoffset() is None:
        raise ValueError(f"start needs a time zone, got {start}")
    deadlines = (
        ("platform_acts", portal.platform_hours, timedelta(hours=portal.platform_hours.value)),
        ("platform_resolves", portal.platform_resolve_days, timedelta(days=portal.platform_resolve_days.value)),
        ("appeal", portal.appeal_days, timedelta(days=portal.appeal_days.value)),
    )
    return tuple(
        FollowUp(
            at=start + span,
            text={each: sentence("referrals", f"followups.{name}", each, span=fact.value) for each in LANGUAGES},
            fact=fact,
        )
        for name, fact, span in deadlines
    )


def _card(case: Case) -> Card:
    if is_hint(case):
        return "Report Suspect, tab Deepfake"
    if case.kind == "sexual":
        return "WOMEN/CHILDREN"
    return "FINANCIAL FRAUD" if case.kind == "fraud_money_lost" else "OTHER CYBER CRIME"


def _stopped(case: Case, indian: bool) -> list[Step]:
    if indian:
        return ["do_not_copy", *_danger(case, indian), "child_report", "child_help", "take_it_down"]
    return ["do_not_copy", *_danger(case, indian), "abroad_child_report", "take_it_down"]


def _indian(case: Case) -> list[Step]:
    steps = _danger(case, True)
    if case.kind == "fraud_money_lost":
        steps += ["bank"]
    if is_hint(case):
        return [*steps, "report_suspect"]
    if case.kind == "sexual":
        steps += ["stop_ncii", "platform", "women_children", "support"]
    else:
        steps += ["financial_fraud" if case.kind == "fraud_money_lost" else "other_cyber_crime", "platform"]
    return [*steps, "police", "appeal"]


def _abroad(case: Case) -> list[Step]:
    steps = _danger(case, False)
    if case.kind == "fraud_money_lost":
        steps += ["abroad_bank"]
    if case.kind == "sexual" and not case.witness_only:
        steps += ["stop_ncii"]
    return [*steps, "abroad_platform", "abroad_report"] if case.country in load_places() else [*steps, "elsewhere"]


def _danger(case: Case, indian: bool) -> list[Step]:
    if not case.in_danger:
        return []
    return ["emergency"] if indian else ["abroad_emergency"] if case.country in load_places() else []


def _route(step: Step, case: Case, portal: Portal) -> Route:
    entry, place = sentences("referrals")["steps"][step], load_places().get(case.country)
    address, fact = _address(step, case, portal)
    title, text = (
        {language: entry[language][part].format(portal=portal, place=place) for language in LANGUAGES}
        for part in (0, 1)
    )
    return Route(
        step=step,
        urgent=entry.get("urgent", False),
        address=address,
        hedge="" if fact is None else fact.hedge,
        hedge_hi="" if fact is None else fact.hedge_in("hi"),
        title=title,
        text=text,
    )


def _address(step: Step, case: Case, portal: Portal) -> tuple[str, Fact[Any] | None]:
    """Return the address of a step and the fact it rests on."""
    if name := sentences("referrals")["steps"][step].get("address"):
        fact: Fact[str] = getattr(portal, name)
        return fact.value, fact
    if step == "platform":
        return portal.platform_link(case.platform), portal.platform_hours
    place = load_places().get(case.country)
    if place is None:
        return "", None
    if step == "abroad_emergency":
        return place.emergency.value, place.emergency
    if step == "abroad_report":
        return place.report.value["address"], place.report
    return "", place.platform if step == "abroad_platform" else None
