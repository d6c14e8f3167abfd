"""Waits for a condition, never for a moment: a machine may be slow."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")


def wait_until(seen: Callable[[], _T], longest_s: float = 120) -> _T:
    """What is seen, once it is something.

    Raises:
        TimeoutError: nothing was seen in so long.
    """
    until = time.monotonic() + longest_s
    while not (found := seen()):
        if time.monotonic() > until:
            raise TimeoutError("waited in vain")
        time.sleep(0.02)
    return found


def files_below(folder: Path, pattern: str = "*") -> list[Path]:
    """What lies below a folder in which files come and go while they are listed."""
    while True:
        try:
            return list(folder.rglob(pattern))
        except FileNotFoundError:  # a folder was deleted between its listing and a look into it
            continue


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where it has just gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
