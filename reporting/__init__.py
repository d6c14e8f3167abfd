"""Prepare a report of an analysis: texts to paste, files to upload, and a package that others can verify.

No model is needed: this room loads no PyTorch. Names are imported on first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporting.case import Case, read_case
    from reporting.complaint.checks import check_case
    from reporting.complaint.form_fields import PortalField, portal_fields
    from reporting.complaint.narrative import fit_texts
    from reporting.complaint.referrals import (
        Route,
        Routing,
        filing_page,
        followups,
        is_hard_stop,
        is_hint,
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
    "fit_texts",
    "followups",
    "is_hard_stop",
    "is_hint",
    "portal_fields",
    "read_case",
    "record_acknowledgement",
    "refuse_hard_stop",
    "route",
    "verify_package",
]

_MODULE_OF = {
    "Case": "case",
    "read_case": "case",
    "check_case": "complaint.checks",
    "PortalField": "complaint.form_fields",
    "portal_fields": "complaint.form_fields",
    "fit_texts": "complaint.narrative",
    "Route": "complaint.referrals",
    "Routing": "complaint.referrals",
    "filing_page": "complaint.referrals",
    "followups": "complaint.referrals",
    "is_hard_stop": "complaint.referrals",
    "is_hint": "complaint.referrals",
    "refuse_hard_stop": "complaint.referrals",
    "route": "complaint.referrals",
    "record_acknowledgement": "package.acknowledge",
    "ReportPackage": "package.build",
    "build_package": "package.build",
    "case_id": "package.build",
    "verify_package": "package.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
