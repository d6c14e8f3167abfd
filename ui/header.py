"""The top of the page: its purpose, the steps, and where files are processed."""

from __future__ import annotations

from ui import text
from ui.common.html import escape, icon
from ui.text import Words


def lead(words: type[Words], *, shared: bool) -> str:
    """Return the introduction and the label of the drop zone, which Gradio writes in the browser's language."""
    way = "".join(f"<li>{escape(step)}</li>" for step in words.WAY)
    where = words.SHARED if shared else words.PRIVATE
    return (
        f"<style>:root {{ --dd-drop: '{words.UPLOAD_DROP}'; }}</style>"
        f'<p class="dd-question" lang="{words.LANGUAGE}" data-drop="{escape(words.UPLOAD_DROP)}">'
        f'{escape(words.LEAD)}</p><ol class="dd-way dd-intro">{way}</ol>'
        f'<p class="dd-private">{icon("private")}<span>{escape(where)}</span></p>'
    )


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
