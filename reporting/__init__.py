"""From an analysis to what a person can hand over: a draft complaint and a package that others can check.

No model is needed: importing this room loads none of the heavy libraries.
"""

from reporting.case import Case
from reporting.package import ReportPackage, build_package
from reporting.verify import verify_package

__all__ = ["Case", "ReportPackage", "build_package", "verify_package"]
