"""Turns at the detector: one check works at a time, in order; a video lets others go first between its frames."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CHECKS_AT_ONCE = 8
"""Checks that may have begun. One of them works; the others wait, videos for the end of the video before them."""
_ASK_EVERY_S = 0.5


class Turns:
    """Hands out turns in order. At most one video is in memory at a time, beside one image."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last_ticket = 0
        self._now_serving = 1
        self._video = threading.Lock()

    @contextmanager
    def image(self) -> Iterator[None]:
        """Wait for a turn, and keep it."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def video(self, waiting: Callable[[], None]) -> Iterator[Callable[[], None]]:
        """Wait until no other video is worked on, then for a turn.

        Args:
            waiting: called while another video is worked on; an exception that it raises ends the wait.

        Returns:
            A function to call between two steps of the work: whoever waits for a turn is let go first.
        """
        while not self._video.acquire(timeout=_ASK_EVERY_S):
            waiting()
        try:
            with self.image():
                yield self._give_way
        finally:
            self._video.release()

    def _give_way(self) -> None:
        self._leave()
        self._enter()

    def _enter(self) -> None:
        with self._changed:
            self._last_ticket += 1
            ticket = self._last_ticket
            self._changed.wait_for(lambda: self._now_serving == ticket)

    def _leave(self) -> None:
        with self._changed:
            self._now_serving += 1
            self._changed.notify_all()
