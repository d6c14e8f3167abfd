"""Explain an analysis by heatmaps. Names are imported on first use (PEP 562)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from explain.types import Examination, Explanation, Explanations, Faithfulness, FrameOverlay

if TYPE_CHECKING:
    from explain.examination import examine
    from explain.explanations import explain
    from explain.faithfulness import measure_faithfulness

__all__ = [
    "Examination",
    "Explanation",
    "Explanations",
    "Faithfulness",
    "FrameOverlay",
    "examine",
    "explain",
    "measure_faithfulness",
]


_MODULE_OF = {"examine": "examination", "explain": "explanations", "measure_faithfulness": "faithfulness"}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
