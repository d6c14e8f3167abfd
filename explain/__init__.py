"""Where in a face the evidence for `fake` lies. `explain` is loaded when first asked for (PEP 562)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explain.types import Explanation, Explanations, FrameOverlay

if TYPE_CHECKING:
    from explain.explanations import explain

__all__ = ["Explanation", "Explanations", "FrameOverlay", "explain"]


def __getattr__(name: str) -> Any:
    if name == "explain":
        from explain.explanations import explain

        return explain
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
