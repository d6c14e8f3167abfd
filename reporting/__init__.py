"""Prepare a report of an analysis: texts to paste, files to upload, and a package that others can verify.

No model is needed: this room loads no PyTorch. Names are imported on first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporting.case import Case as Case
    from reporting.case import read_case as read_case
    from reporting.package.acknowledge import record_acknowledgement as record_acknowledgement
    from reporting.package.build import ReportPackage as ReportPackage
    from reporting.package.build import build_package as build_package
    from reporting.package.verify import verify_package as verify_package

_MODULE_OF = {
    "Case": "case",
    "ReportPackage": "package.build",
    "build_package": "package.build",
    "read_case": "case",
    "record_acknowledgement": "package.acknowledge",
    "verify_package": "package.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
