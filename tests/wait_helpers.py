"""Waits for a condition, never for a moment: a machine may be slow."""

from __future__ import annotations

import time
from collections.abc import Callable
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
