"""Job tokens: only the newest job of a kind may deliver its result.

Gradio runs events concurrently and responses arrive in any order. A stopped, edited or repeated job must not
overwrite a newer result.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["check", "route", "package", "copy", "camera"]
MAX_JOBS = 4096
"""Kinds of work of all pages that are remembered; what was silent for longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Job:
    """A token: it says what was asked, and how late."""

    page: str
    kind: Kind
    number: float


class Jobs:
    """The newest work of each kind on each page. Every method may be called from several threads.

    Numbers grow in the order in which a visitor asked. Where events may arrive in another order, the page counts
    them: with `SCRIPT` as `js` of the event, whose first input is the number.
    """

    SCRIPT = "(turn, ...rest) => [(window.ddTurn = (window.ddTurn ?? 0) + 1), ...rest]"

    def __init__(self) -> None:
        self._newest: OrderedDict[tuple[str, Kind], float] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, page: str, kind: Kind, number: float | None = None) -> Job:
        """Work is asked for: older work of this kind may deliver no more.

        Args:
            page: from `session_of`.
            kind: of work; one kind is never in the way of another.
            number: as the page counted; None where it comes after all before it.

        Returns:
            The token. It is not current where newer work was begun, or this work was ended, before it arrived.
        """
        with self._lock:
            newest = self._newest.pop((page, kind), 0.0)
            number = newest // 1 + 1 if number is None else number
            self._remember(page, kind, max(newest, number))
        return Job(page, kind, number)

    def end(self, page: str, kind: Kind, number: float | None = None) -> None:
        """Work is stopped, or what it works on was changed: what was asked before may deliver no more.

        Args:
            page: from `session_of`.
            kind: of work.
            number: as the page counted; None where it comes after all before it.
        """
        with self._lock:
            newest = self._newest.pop((page, kind), 0.0)
            self._remember(page, kind, newest // 1 + 0.5 if number is None else max(newest, number + 0.5))

    def is_current(self, job: Job) -> bool:
        """Whether nothing newer was begun or ended."""
        with self._lock:
            return self._is_current(job)

    def deliver(self, job: Job, store: Callable[[], None]) -> bool:
        """Store what came of the work if it is current; nothing is begun or ended meanwhile.

        Returns:
            Whether it was stored.
        """
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
