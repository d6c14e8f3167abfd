"""Schedule checks fairly: one works at a time; a video lets others pass between its frames."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CHECKS_AT_ONCE = 8
"""Checks that may have started; one works, the others wait, videos for the end of the previous video."""
CHECK = {"concurrency_id": "checks", "concurrency_limit": CHECKS_AT_ONCE}
"""Settings of events that check files."""
_ASK_EVERY_S = 0.5


class Scheduler:
    """Runs work in the order of arrival. At most one video and one image are in memory at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last_ticket = 0
        self._now_serving = 1
        self._video = threading.Lock()

    @contextmanager
    def image(self) -> Iterator[None]:
        """Wait for a turn and hold it."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def video(self, waiting: Callable[[], None]) -> Iterator[Callable[[], None]]:
        """Wait until no other video is in work, then for a turn.

        Args:
            waiting: called while waiting for another video; its exceptions end the wait.

        Returns:
            A function to call between steps, which lets the waiting ones pass.
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
