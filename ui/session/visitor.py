"""Whose page a request comes from."""

from __future__ import annotations

import re
from collections import OrderedDict

import gradio as gr

from ui.session.own_files import owner_in

_MOST_SESSIONS = 10_000
_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)


class SessionOwners:
    """The browser of each session: the one that named it first. Used from one thread."""

    def __init__(self, most: int = _MOST_SESSIONS) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._most = most

    def admit(self, session: str, owner: str) -> bool:
        """Whether a browser may use a session. Names longer than Gradio's are refused: they are kept.

        Args:
            session: its name, as a request gives it.
            owner: from `own_files.owner_in`, of the request.
        """
        if not _SESSION.fullmatch(session):
            return False
        first = self._owners.pop(session, owner)
        self._owners[session] = first
        if len(self._owners) > self._most:
            self._owners.popitem(last=False)
        return first == owner


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
