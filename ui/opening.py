"""What stands above everything else: what this is for, the way through it, and where a file goes."""

from __future__ import annotations

from ui.markup import escape, icon
from ui.text import Words


def lead(words: type[Words], *, shared: bool) -> str:
    """The first screen's words, and the words of the drop zone, which Gradio writes in the browser's language."""
    way = "".join(f"<li>{escape(step)}</li>" for step in words.WAY)
    drop = words.UPLOAD_DROP.replace('"', "'")
    where = words.SHARED if shared else words.PRIVATE
    return (
        f'<style>:root {{ --dd-drop: "{drop}"; }}</style>'
        f'<p class="dd-question">{escape(words.LEAD)}</p><ol class="dd-way">{way}</ol>'
        f'<p class="dd-private">{icon("private")}<span>{escape(where)}</span></p>'
    )


def camera_lead(words: type[Words], *, shared: bool) -> str:
    """What the camera section does, and where its pictures go."""
    where = words.CAMERA_SHARED if shared else words.CAMERA_PRIVATE
    return (
        f"<h2>{escape(words.CAMERA_TITLE)}</h2><p>{escape(words.CAMERA_LEAD)} <strong>{escape(where)}</strong></p>"
    )
