"""Estimates whether the faces in an image or video were swapped or re-enacted.

Heavy names are loaded when first asked for (PEP 562), so that `detector.types` and `detector.errors` can be
used without PyTorch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detector.config import DetectorConfig
from detector.errors import (
    CheckpointError,
    ConfigError,
    DetectorError,
    ExplainError,
    MediaError,
    ReportError,
)
from detector.types import Analysis, Verdict

if TYPE_CHECKING:
    from detector.pipeline import Detector

__all__ = [
    "Analysis",
    "CheckpointError",
    "ConfigError",
    "Detector",
    "DetectorConfig",
    "DetectorError",
    "ExplainError",
    "MediaError",
    "ReportError",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    if name == "Detector":
        from detector.pipeline import Detector

        return Detector
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
