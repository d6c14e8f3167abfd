"""Rate limits: a token bucket per client, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_WAITING = 16
"""Longest queue for the detector."""
_MOST_CLIENTS = 10_000


class Buckets:
    """Token buckets by client. Used from one thread."""

    def __init__(
        self, *, size: float, per_s: float, most: int = _MOST_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._per_s = per_s
        self._most = most
        self._clock = clock
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Tokens left by client, and at which time."""

    def take(self, client: str, tokens: float) -> float:
        """Take tokens.

        Returns:
            0 if they were available; else the seconds to wait, and no token is taken.
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
