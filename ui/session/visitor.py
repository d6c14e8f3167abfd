"""Whose page an event comes from."""

from __future__ import annotations

import gradio as gr

from ui.session.own_files import owner_in


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
