"""What a visitor does with a list of files, as Gradio would call it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

OWNER, STRANGER = "a" * 32, "b" * 32


def visitor(session: str = "a", owner: str = OWNER) -> Any:
    return SimpleNamespace(session_hash=session, cookies={"deepfake_detector_visitor": owner})


def event(**data: Any) -> Any:
    return SimpleNamespace(_data=data)


def quiet(share: float, desc: str) -> None:
    """Stands in for the page's progress."""
