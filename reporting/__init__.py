"""Prepare a report of an analysis: texts to paste, files to upload, and a package that others can verify.

No model is needed: this room loads no PyTorch. Names are imported on first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporting.case import Case as Case
    from reporting.case import read_case as read_case
    from reporting.complaint.checks import check_case as check_case
    from reporting.complaint.form_fields import PortalField as PortalField
    from reporting.complaint.form_fields import portal_fields as portal_fields
    from reporting.complaint.narrative import fit_texts as fit_texts
    from reporting.complaint.referrals import Route as Route
    from reporting.complaint.referrals import filing_page as filing_page
    from reporting.complaint.referrals import followups as followups
    from reporting.complaint.referrals import is_hard_stop as is_hard_stop
    from reporting.complaint.referrals import refuse_hard_stop as refuse_hard_stop
    from reporting.complaint.referrals import route as route
    from reporting.package.acknowledge import record_acknowledgement as record_acknowledgement
    from reporting.package.build import ReportPackage as ReportPackage
    from reporting.package.build import build_package as build_package
    from reporting.package.verify import verify_package as verify_package

_NAMES = {
    "case": "Case read_case",
    "complaint.checks": "check_case",
    "complaint.form_fields": "PortalField portal_fields",
    "complaint.narrative": "fit_texts",
    "complaint.referrals": "Route filing_page followups is_hard_stop refuse_hard_stop route",
    "package.acknowledge": "record_acknowledgement",
    "package.build": "ReportPackage build_package",
    "package.verify": "verify_package",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
