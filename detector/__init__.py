"""Estimate whether the faces in an image or video were swapped or re-enacted.

Names are imported on first use (PEP 562), so that errors and settings need neither NumPy nor PyTorch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector.config import DetectorConfig
    from detector.errors import (
        CheckpointError,
        ConfigError,
        DetectorError,
        ExplainError,
        MediaError,
        ReportError,
    )
    from detector.pipeline import Detector
    from detector.types import Analysis, Verdict

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


_MODULE_OF = {"Analysis": "types", "Verdict": "types", "Detector": "pipeline", "DetectorConfig": "config"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF.get(name, 'errors')}"), name)
