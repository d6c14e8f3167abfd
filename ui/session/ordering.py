"""Whose page an event comes from, and which of its events came last."""

from __future__ import annotations

import threading
from collections import OrderedDict

import gradio as gr

from ui.session.own_files import owner_in

MAX_SESSIONS = 1024
"""Sessions whose turns are remembered; the one silent for longest is forgotten."""


def session_of(request: gr.Request) -> str:
    """The page that an event comes from: its session, and the browser it runs in.

    Whoever learns the name of a session has nothing of it in another browser.

    Raises:
        ValueError: the request names no session. Gradio's page always does; a forged call must share nothing.
    """
    if request.session_hash is None:
        raise ValueError("the request names no session")
    owner = owner_of(request)
    return f"{owner}/{request.session_hash}" if owner else request.session_hash


def owner_of(request: gr.Request) -> str:
    """The browser that an event comes from, see `own_files.owner_in`."""
    return owner_in(getattr(request, "cookies", None) or {})


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
