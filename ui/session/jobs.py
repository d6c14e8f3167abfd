"""Job tokens: only the newest job of a kind may deliver its result.

Gradio runs events concurrently and responses arrive in any order. A stopped, edited or repeated job must not
overwrite a newer result.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeGuard

Kind = Literal["check", "route", "package", "copy", "camera"]
MAX_JOBS = 4096
"""Number of page and job kinds that are remembered; the least recently used is dropped."""


@dataclass(frozen=True, slots=True)
class Job:
    """Token of a job: which page asked for what, and when."""

    page: str
    kind: Kind
    number: float


class Jobs:
    """The newest job of each kind on each page. Thread-safe.

    Numbers grow in the order in which a visitor asked. Where events may arrive in another order, the page counts
    them: with `SCRIPT` as `js` of the event, whose first input is the number.
    """

    SCRIPT = "(turn, ...rest) => [(window.ddTurn = (window.ddTurn ?? 0) + 1), ...rest]"

    def __init__(self) -> None:
        self._newest: OrderedDict[tuple[str, Kind], float] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, page: str, kind: Kind, number: float | None = None) -> Job:
        """Start a job; older jobs of this kind on this page can no longer deliver.

        Args:
            page: from `session_of`.
            kind: jobs of different kinds are independent.
            number: the page's count; anything but a finite number means newer than all before it.

        Returns:
            The token. It is not current if a newer job was started, or this one cancelled, before it arrived.
        """
        with self._lock:
            newest = self._newest.pop((page, kind), 0.0)
            number = number if _is_count(number) else newest // 1 + 1
            self._remember(page, kind, max(newest, number))
        return Job(page, kind, number)

    def end(self, page: str, kind: Kind, number: float | None = None) -> None:
        """Cancel the jobs of a kind that were asked for so far.

        Args:
            page: from `session_of`.
            kind: of the jobs.
            number: the page's count; anything but a finite number cancels all before it.
        """
        with self._lock:
            newest = self._newest.pop((page, kind), 0.0)
            self._remember(page, kind, max(newest, number + 0.5) if _is_count(number) else newest // 1 + 0.5)

    def is_current(self, job: Job) -> bool:
        """Return whether no newer job was started and this one was not cancelled."""
        with self._lock:
            return self._is_current(job)

    def deliver(self, job: Job, store: Callable[[], None]) -> bool:
        """Call `store` if the job is current, under the lock, and return whether it was called."""
        with self._lock:
            current = self._is_current(job)
            if current:
                store()
            return current

    def _is_current(self, job: Job) -> bool:
        return job.number >= self._newest.get((job.page, job.kind), 0.0)

    def _remember(self, page: str, kind: Kind, number: float) -> None:
        self._newest[page, kind] = number
        if len(self._newest) > MAX_JOBS:
            self._newest.popitem(last=False)


def _is_count(number: object) -> TypeGuard[float]:
    """Return whether this is a page's count; an event from elsewhere may hold anything."""
    return isinstance(number, int | float) and math.isfinite(number)
