"""Where in a face the evidence for `fake` lies. The functions are loaded when first asked for (PEP 562)."""

from __future__ import annotations

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


def __getattr__(name: str) -> Any:
    if name == "examine":
        from explain.examination import examine

        return examine
    if name == "explain":
        from explain.explanations import explain

        return explain
    if name == "measure_faithfulness":
        from explain.faithfulness import measure_faithfulness

        return measure_faithfulness
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
