"""An upload as the page's route leaves it."""

from __future__ import annotations

from pathlib import Path

from ui.session.own_files import RECEIVED, secret_folder


def store_upload(root: Path, content: bytes, name: str = "holiday.jpg", owner: str = "") -> Path:
    """Store one below the root of all visits.

    Returns:
        The file, whose path the route tells the visitor.
    """
    (root / RECEIVED).mkdir(parents=True, exist_ok=True)
    path = secret_folder(root / RECEIVED, owner) / ("f" * 64) / name
    path.parent.mkdir()
    path.write_bytes(content)
    return path
