"""From an analysis to what a person can hand over: texts to paste, files to upload, and a package that others can
check.

No model is needed: importing this room loads none of the heavy libraries.
"""

from reporting.case import Case, read_case
from reporting.complaint.checks import check_case
from reporting.complaint.form_fields import PortalField, portal_fields, text_to_paste
from reporting.complaint.referrals import (
    Route,
    Routing,
    filing_page,
    followups,
    is_hard_stop,
    refuse_hard_stop,
    route,
)
from reporting.package.acknowledge import record_acknowledgement
from reporting.package.build import ReportPackage, build_package, case_id
from reporting.package.verify import verify_package

__all__ = [
    "Case",
    "PortalField",
    "ReportPackage",
    "Route",
    "Routing",
    "build_package",
    "case_id",
    "check_case",
    "filing_page",
    "followups",
    "is_hard_stop",
    "portal_fields",
    "read_case",
    "record_acknowledgement",
    "refuse_hard_stop",
    "route",
    "text_to_paste",
    "verify_package",
]
