"""Check a case before filing: lengths, characters, files, dates, places and wording."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from detector.types import Analysis
from reporting.case import Case
from reporting.complaint.narrative import ComplaintTexts
from reporting.complaint.sanitize import clean_narrative, host_of, one_line, short_link
from reporting.portals import Portal
from reporting.text import results as result_text
from reporting.text.findings import SAVING, SEEING, TYPED_FIELDS, Finding, Severity, finding
from reporting.types import COPY_PREFIX, EVIDENCE_FOLDER, EvidenceFile

_RANKS: tuple[Severity, ...] = ("error", "warn", "info")
_HOSTS: Mapping[str, tuple[str, ...]] = {
    "facebook": ("facebook.com", "fb.com", "fb.watch"),
    "instagram": ("instagram.com", "instagr.am"),
    "x": ("x.com", "twitter.com", "t.co"),
    "youtube": ("youtube.com", "youtu.be"),
    "whatsapp": ("whatsapp.com", "wa.me"),
    "telegram": ("telegram.org", "t.me", "telegram.me"),
    "snapchat": ("snapchat.com",),
    "linkedin": ("linkedin.com", "lnkd.in"),
    "reddit": ("reddit.com", "redd.it"),
    "sharechat": ("sharechat.com",),
    "tiktok": ("tiktok.com",),
}
"""Platforms by name, with the domains of their links."""
_OTHER_NAMES = {
    "twitter": "x",
    "fb": "facebook",
    "insta": "instagram",
    "yt": "youtube",
    "फ़ेसबुक": "facebook",
    "फेसबुक": "facebook",
    "इंस्टाग्राम": "instagram",
    "यूट्यूब": "youtube",
    "व्हाट्सऐप": "whatsapp",
    "व्हाट्सएप": "whatsapp",
    "टेलीग्राम": "telegram",
    "ट्विटर": "x",
}


def check_case(
    texts: ComplaintTexts,
    analysis: Analysis,
    portal: Portal,
    now: datetime,
    evidence: Sequence[EvidenceFile] | None = None,
) -> tuple[Finding, ...]:
    """Return what the user should know before filing, errors first.

    Args:
        now: aware time of filing.
        evidence: files of the package; None before it is built.
    """
    case = texts.case
    found = [
        *_urgent(case, portal, now),
        *_texts(texts, portal),
        *_links(texts, portal),
        *_times(case, now),
        *_place(case, portal),
        *_result(analysis),
        *_files(case, portal, evidence),
    ]
    return tuple(sorted(found, key=lambda entry: _RANKS.index(entry.severity)))


def _urgent(case: Case, portal: Portal, now: datetime) -> Iterator[Finding]:
    if case.kind == "fraud_money_lost" and case.country == "IN":
        yield finding("money", fraud=portal.helpline_cyber_fraud.value)
    if case.country == "IN" and portal.is_stale(now.date()):
        yield finding("stale", days=portal.age_days(now.date()))


def _texts(texts: ComplaintTexts, portal: Portal) -> Iterator[Finding]:
    case, text = texts.case, texts.text
    low, high = texts.low.value, texts.high.value
    if not (low <= len(text.text) and text.count <= high):
        key = "suspect_length" if texts.is_hint else "narrative_length"
        yield finding(key, count=text.count, low=low, high=high)
    elif not texts.is_hint and text.count > portal.narrative_warn_chars.value:
        yield finding("narrative_long", count=text.count, limit=portal.narrative_warn_chars.value)
    if not (texts.is_hint or case.denied or case.witness_only):
        yield finding("not_denied")
    if text.cut:
        yield finding("narrative_cut")
    if not text.complete:
        yield finding("nothing_told")
    for name, label in TYPED_FIELDS.items():
        typed = one_line(getattr(case, name))
        if (cleaned := clean_narrative(typed, portal)) != typed:
            yield finding("characters_changed", field=label, before=typed, after=cleaned)


def _links(texts: ComplaintTexts, portal: Portal) -> Iterator[Finding]:
    case, links, limit = texts.case, texts.links, portal.suspect_identifier_max_chars.value
    if not links:
        yield finding("no_links")
    elif texts.is_hint and not any(short_link(link, limit) for link in links):
        yield finding("link_too_long", limit=limit)
    named, hosts = _platform_named(case.platform), [host_of(link) for link in links]
    found = {name for name, own in _HOSTS.items() if any(_below(host, own) for host in hosts)}
    if named and found and named not in found:
        yield finding("platform_link", platform=one_line(case.platform), host=next(filter(None, hosts)))
    if len(links) > len(set(map(one_line, case.urls))):
        yield finding("links_moved")


def _platform_named(typed: str) -> str | None:
    """Return the platform that a typed name means; None if unknown or ambiguous."""
    words = set(re.findall(r"[\w\u0900-\u097f]+", unicodedata.normalize("NFC", typed.casefold())))
    named = {name for name in _HOSTS if name in words}
    named |= {platform for other, platform in _OTHER_NAMES.items() if other in words}
    return named.pop() if len(named) == 1 else None


def _below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _times(case: Case, now: datetime) -> Iterator[Finding]:
    for what, at in ((SEEING, case.seen_at), (SAVING, case.saved_at)):
        if at is not None and at > now:
            yield finding("in_future", what=what)
    if case.seen_at is None:
        yield finding("no_date")
    elif now - case.seen_at > timedelta(days=1) and not case.delay_reason.strip():
        days = (now - case.seen_at).days
        yield finding("delay", days={"en": "1 day" if days == 1 else f"{days} days", "hi": f"{days} दिन"})
    if case.seen_at is not None and case.saved_at is not None and case.saved_at < case.seen_at:
        yield finding("saved_before_seen")


def _place(case: Case, portal: Portal) -> Iterator[Finding]:
    if case.country != "IN":
        return
    state = one_line(case.state)
    if not state:
        yield finding("no_state")
    elif state.casefold() not in {name.casefold() for name in portal.states.value}:
        yield finding("state", state=state, count=len(portal.states.value))
    if not case.witness_only:
        yield finding("identity_file")


def _result(analysis: Analysis) -> Iterator[Finding]:
    if analysis.verdict.outcome != "fake":
        outcome = analysis.verdict.outcome
        english, hindi = result_text.headline(outcome, "en").lower(), result_text.headline(outcome, "hi")
        yield finding("not_supported", headline={"en": english, "hi": hindi})


def _files(case: Case, portal: Portal, evidence: Sequence[EvidenceFile] | None) -> Iterator[Finding]:
    types = portal.upload_types.value
    for entry in evidence or ():
        name = entry.name.removeprefix(EVIDENCE_FOLDER)
        if name != entry.name and name.rpartition(".")[2] not in types:
            yield finding("file_type", file=name, types=", ".join(types))
    if not case.media_included:
        yield finding("media_left_out")
    elif evidence is not None and not any(entry.name.startswith(COPY_PREFIX) for entry in evidence):
        yield finding("no_copy")
