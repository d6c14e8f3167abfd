"""The top of the page: its purpose, the steps, and where files are processed."""

from __future__ import annotations

from ui import text
from ui.common.html import escape
from ui.common.templates import render
from ui.text import Words


def lead(words: type[Words], *, shared: bool) -> str:
    """Return the introduction and the label of the drop zone, which Gradio writes in the browser's language."""
    return render("lead.html.j2", words.LANGUAGE, shared=shared)


def camera_lead(words: type[Words], *, shared: bool) -> str:
    """Return the introduction to the camera section, with where its images go."""
    where = words.CAMERA_SHARED if shared else words.CAMERA_PRIVATE
    return (
        f"<h2>{escape(words.CAMERA_TITLE)}</h2><p>{escape(words.CAMERA_LEAD)} <strong>{escape(where)}</strong></p>"
    )


def language_buttons() -> str:
    """Return the language switch; `ui/language.js` presses the active button."""
    buttons = "".join(
        f'<button type="button" lang="{language}" aria-pressed="false">{escape(name)}</button>'
        for language, name in text.LANGUAGES.items()
    )
    return f'<div role="group" class="dd-switch" aria-label="{escape(text.LANGUAGE_LABEL)}">{buttons}</div>'
