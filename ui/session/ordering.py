"""Whose page an event comes from, and which of its events came last."""

from __future__ import annotations

import threading
from collections import OrderedDict

import gradio as gr

MAX_SESSIONS = 1024
"""Sessions whose turns are remembered; the one silent for longest is forgotten."""


def session_of(request: gr.Request) -> str:
    """Gradio's page always says; a forged call that does not must share nothing.

    Raises:
        ValueError: the request names no session.
    """
    if request.session_hash is None:
        raise ValueError("the request names no session")
    return request.session_hash


class Turns:
    """The order in which events of a page began.

    Gradio sends an event while the one before may still be on its way, and the answers may come back in any order:
    the older must not overwrite the newer. `SCRIPT` counts on the page, as `js` of the event, whose first input is
    the count.
    """

    SCRIPT = "(turn, ...rest) => [(window.ddTurn = (window.ddTurn ?? 0) + 1), ...rest]"

    def __init__(self) -> None:
        self._newest: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, session: str, turn: float) -> None:
        """An event has arrived."""
        with self._lock:
            self._newest[session] = max(turn, self._newest.pop(session, turn))
            if len(self._newest) > MAX_SESSIONS:
                self._newest.popitem(last=False)

    def is_newest(self, session: str, turn: float) -> bool:
        """Whether none that began later has arrived."""
        with self._lock:
            return turn >= self._newest.get(session, turn)
