"""How much one visitor may ask for: a bucket of tokens each, and a memory that does not grow."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_WAITING = 16
"""Visitors in line for the detector; more are told to come back."""
_MOST_CLIENTS = 10_000


class Buckets:
    """One bucket a client: full at first, refilled all the time. Used from one thread."""

    def __init__(
        self, *, size: float, per_s: float, most: int = _MOST_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._per_s = per_s
        self._most = most
        self._clock = clock
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Client to tokens left, and when that was."""

    def take(self, client: str, tokens: float) -> float:
        """Take tokens.

        Returns:
            0 where they were there; otherwise none was taken, and so many seconds are to be waited.
        """
        now = self._clock()
        left, then = self._filled.pop(client, (self._size, now))
        left = min(self._size, left + (now - then) * self._per_s)
        wait_s = max(0.0, (tokens - left) / self._per_s)
        self._filled[client] = (left if wait_s else left - tokens, now)
        if len(self._filled) > self._most:
            self._filled.popitem(last=False)
        return wait_s

    def __len__(self) -> int:
        return len(self._filled)
