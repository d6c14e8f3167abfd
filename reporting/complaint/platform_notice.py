"""Write the notice to the platform, with its deadlines. The user adds name and signature."""

from __future__ import annotations

from datetime import datetime

from detector.types import Analysis
from reporting.complaint.narrative import ComplaintTexts
from reporting.complaint.referrals import followups
from reporting.complaint.sanitize import one_line
from reporting.complaint.templates import render
from reporting.portals import Portal, load_places
from reporting.text import results as result_text
from reporting.text import verdict_notes


def platform_notice(
    texts: ComplaintTexts, analysis: Analysis, portal: Portal, case_id: str, created_at: datetime
) -> str:
    """Write the notice: in India to the Grievance Officer under rule 3(2)(b), elsewhere by the local rule.

    Args:
        analysis: the result, stated last, as an opinion.
        created_at: aware time from which deadlines are counted.
    """
    case, indian = texts.case, texts.case.country == "IN"
    place = None if indian else load_places().get(case.country)
    if indian:
        rule, hours = portal.rule_3_2_b.value, str(portal.platform_hours.value)
    else:
        rule, hours = (place.platform.value["rule"], place.platform.value["hours"]) if place else ("", "")
    return render(
        "platform_notice.txt.j2",
        case=case,
        case_id=case_id,
        created_at=created_at,
        indian=indian,
        platform=one_line(case.platform) or "(name of the platform)",
        links=texts.links or ["(full link of the post)"],
        media=analysis.media,
        result=f"{verdict_notes.result_sentence(analysis, 'en')} {result_text.not_proof('en')}",
        rule=rule,
        hours=hours,
        place=place,
        portal=portal,
        deadlines=followups(created_at, portal),
        abuse_link=portal.platform_link(case.platform),
    )
