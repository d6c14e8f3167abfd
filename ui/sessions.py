"""Whose page an event comes from."""

from __future__ import annotations

import gradio as gr


def session_of(request: gr.Request) -> str:
    """Gradio's page always says; a forged call that does not must share nothing.

    Raises:
        ValueError: the request names no session.
    """
    if request.session_hash is None:
        raise ValueError("the request names no session")
    return request.session_hash
