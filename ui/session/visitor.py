"""Identify the page and browser of a request."""

from __future__ import annotations

import re
from collections import OrderedDict

import gradio as gr

from ui.session.own_files import owner_in

_MOST_SESSIONS = 10_000
_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)


class SessionOwners:
    """The browser of each session: the first that used it. Used from one thread."""

    def __init__(self, most: int = _MOST_SESSIONS) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._most = most

    def admit(self, session: str, owner: str) -> bool:
        """Return whether a browser may use a session. Overlong names are refused, since they are stored.

        Args:
            session: its name in the request.
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
    """Return the page of an event: its session and browser. A session name is useless in another browser.

    Raises:
        ValueError: no session in the request, as in forged calls.
    """
    if request.session_hash is None:
        raise ValueError("the request names no session")
    owner = owner_of(request)
    return f"{owner}/{request.session_hash}" if owner else request.session_hash


def owner_of(request: gr.Request) -> str:
    """Return the browser of an event, see `own_files.owner_in`."""
    return owner_in(getattr(request, "cookies", None) or {})
