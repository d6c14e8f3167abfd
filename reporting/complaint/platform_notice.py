"""Write the notice to the platform, with its deadlines. The user adds name and signature."""

from __future__ import annotations

from datetime import datetime

from detector.types import Analysis
from reporting.case import IST, Case
from reporting.complaint.narrative import ComplaintTexts
from reporting.complaint.referrals import followups
from reporting.complaint.sanitize import one_line
from reporting.portals import Place, Portal, load_places
from reporting.text import results as result_text
from reporting.text import verdict_notes

_DEMANDS = {
    "sexual": "It shows a person in nudity or in a sexual act and was made or altered artificially.",
    "impersonation": "It impersonates a person by an artificially made or altered image, video or account.",
    "fraud": "It impersonates a person by an artificially altered image or video in order to deceive others.",
    "fraud_money_lost": "It impersonates a person by an artificially altered image or video; money was lost.",
    "defamation": "It shows a person saying or doing what they did not say or do, and harms their name.",
    "other": "It shows a person by an artificially made or altered image or video, without consent.",
}


def platform_notice(
    texts: ComplaintTexts, analysis: Analysis, portal: Portal, case_id: str, created_at: datetime
) -> str:
    """Write the notice: in India to the Grievance Officer under rule 3(2)(b), elsewhere by the local rule.

    Args:
        analysis: the result, stated last, as an opinion.
        created_at: aware time from which deadlines are counted.
    """
    case = texts.case
    place = None if case.country == "IN" else load_places().get(case.country)
    indian = case.country == "IN"
    platform = one_line(case.platform) or "(name of the platform)"
    links = texts.links or ["(full link of the post)"]
    media = analysis.media
    lines = [
        "DRAFT, NOT SENT",
        "Change or delete what is not true before you send it. What stands in brackets is for you to fill in.",
        "",
        f"To: {'the Grievance Officer' if indian else 'the team for abuse and legal notices'}, {platform}",
        "From: (your name and how to reach you)",
        "Date and time of sending: (fill in; the time allowed counts from here)",
        f"Reference: {case_id}",
        "",
        f"Subject: Complaint about an artificially altered image of a person{_rule(portal, place, indian)}",
        "",
        f"1. The content stands here on {platform}:",
        *(f"   {link}" for link in links),
        f"   Account: {one_line(case.handle) or '(account name)'}",
        "",
        f"2. {_DEMANDS[case.kind]} I am {_standing(case)}.",
        *([f"   What it shows: {one_line(case.what_happened)}"] if case.what_happened.strip() else []),
        "",
        f"3. I ask that it be removed or access to it be disabled{_clock(portal, place, indian)}, that the "
        "account be looked into, and that the content, the account's records and its logs be kept for the police.",
        "",
        "4. Please acknowledge this complaint and tell me its number and what was done.",
        "",
        f"5. To tell the file: SHA-256 {media.sha256}, {media.size_bytes:,} bytes.",
        f"   {verdict_notes.result_sentence(analysis, 'en')} {result_text.not_proof('en')}",
        "",
        "(Name, date)",
        "",
    ]
    if indian:
        lines += [
            "-" * 10,
            "FOR YOU, NOT TO BE SENT",
            f"If it is sent on {created_at.astimezone(IST):%d-%m-%Y %H:%M} IST:",
        ]
        lines += [
            f"- {followup.at.astimezone(IST):%d-%m-%Y %H:%M} IST: {followup.text['en']} ({followup.fact.hedge})"
            for followup in followups(created_at, portal)
        ]
        lines += [
            f"- Appeals go to {portal.appeal_url.value}.",
            "- This is a complaint of an individual. It is not an order of a court or of the Government, and a "
            "complaint on the portal is none either.",
        ]
        if link := portal.platform_link(case.platform):
            lines += [f"- The platform's own page for reporting abuse: {link} ({portal.platform_links.hedge})"]
    elif place is not None:
        lines += ["-" * 10, "FOR YOU, NOT TO BE SENT", f"- {place.platform.value['en']} ({place.platform.hedge})"]
    return "\n".join(lines).rstrip() + "\n"


def _standing(case: Case) -> str:
    if case.witness_only:
        return "not the person shown; I saw it and report it"
    return "the person shown, or complain on that person's behalf (delete what does not fit); there was no consent"


def _rule(portal: Portal, place: Place | None, indian: bool) -> str:
    rule = portal.rule_3_2_b.value if indian else place.platform.value["rule"] if place else ""
    return f", under {rule}" if rule else ""


def _clock(portal: Portal, place: Place | None, indian: bool) -> str:
    hours = str(portal.platform_hours.value) if indian else place.platform.value["hours"] if place else ""
    return f" within {hours} hours of receiving this" if hours else " without delay"
