"""Lay out the list of files and connect its events."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from ui import text
from ui.check.scheduler import CHECK
from ui.common.localized import LocalizedComponents, plain_html
from ui.common.templates import render, script
from ui.common.updates import AT_ONCE, MANY, PRIVATE, connect
from ui.queue.handlers import ListHandlers
from ui.queue.table import table
from ui.result.status_panel import idle_panel
from ui.session.tabs import Tabs
from ui.text import Words

ACCEPT = "image/*,video/*,.heic,.heif,.avif,.jp2,.mkv,.ts,.mts,.m2ts,.mpg,.mpeg,.vob,.avi,.webm,.mov"
"""File types that the browser suggests; others can be chosen too."""
_SAVE = "watch('value', () => element.querySelector('a[data-save]')?.click());"
_CLOSE = "element.addEventListener('click', (e) => { if (e.target.closest('[data-close]')) trigger('close'); });"


def pick_part(localized: LocalizedComponents, max_bytes: int) -> gr.HTML:
    """Lay out the buttons for a folder and a phone's camera; their script also takes dropped and pasted files.

    Args:
        localized: components of the page.
        max_bytes: largest file that the browser sends; a single larger one triggers `large` instead.
    """
    write = partial(_pick, max_bytes)
    return localized.html(write, js_on_load=script("queue/pick.js"), elem_id="pick", elem_classes="dd-intro")


def _pick(max_bytes: int, words: Words) -> str:
    buttons = {"folder": words.PICK_FOLDER, "photo": words.PICK_PHOTO, "video": words.PICK_VIDEO}
    return render("queue/pick.html.j2", words.LANGUAGE, accept=ACCEPT, most=max_bytes, buttons=buttons)


class FilesPart:
    """The components of a page's list."""

    def __init__(self, max_bytes: int) -> None:
        """Lay out the list.

        Args:
            max_bytes: largest file that the browser sends.
        """
        self._ticket = gr.Textbox("", visible=False)
        empty = table(None, text.DEFAULT)
        self._files = plain_html(
            empty,
            html_template="<div></div>",
            js_on_load=script("queue/files.js"),
            elem_id="files",
            most=max_bytes,
        )
        with gr.Column(elem_id="files-working"):
            self._progress = plain_html("", elem_id="files-progress")
        self._exported = plain_html(idle_panel(), js_on_load=_SAVE, elem_id="exported")
        self._compared = plain_html("", js_on_load=_CLOSE, elem_id="compared")

    def result_part(self, localized: LocalizedComponents) -> None:
        """Lay out the buttons that export the shown result and delete everything."""
        self._save = localized.button(lambda words: words.EXPORT_ONE, "save", size="sm")
        self._saved = plain_html(idle_panel(), js_on_load=_SAVE, elem_id="saved")
        self._erase = localized.button(lambda words: words.FILES_ERASE, "erase", size="sm")

    def join(
        self,
        page: gr.Blocks,
        handlers: ListHandlers,
        language: gr.HTML,
        sampling: gr.Dropdown,
        arrivals: list[Any],
        found: list[Any],
        *,
        pressed: str,
    ) -> Any:
        """Connect the events.

        Args:
            page: their page.
            handlers: of the events.
            language: the switch.
            sampling: how densely to sample a video.
            arrivals: events after which another result is shown.
            found: components of a result.
            pressed: script that reads the language.

        Returns:
            The event after which another result is shown.
        """
        files, compared, exported, saved = self._files, self._compared, self._exported, self._saved
        with_result, everything = [files, *found], [files, compared, exported, *found]
        connect(files.bring, handlers.add, language, with_result, **MANY)
        settings = {"show_progress": "full", "show_progress_on": self._progress, "trigger_mode": "multiple"}
        turn = connect(
            files.work, handlers.check_next, [sampling, language], [files], **settings, **CHECK, **PRIVATE
        )
        wait = "() => new Promise((done) => setTimeout(done, 5000))"
        connect(turn.failure(None, js=wait, **PRIVATE).then, handlers.busy, language, [files], **MANY)
        opened = connect(files.open, handlers.open, language, with_result, **MANY)
        connect(files.mark, handlers.mark, language, [files], **MANY)
        connect(files.takeout, handlers.remove, language, with_result, **MANY)
        connect(files.pause, handlers.pause, language, [files], **MANY)
        for event in (files.clear, self._erase.click):
            connect(event, handlers.clear, language, everything, **MANY)
        connect(files.compare, handlers.compare, language, [compared], **MANY)
        compared.close(lambda: "", None, compared, **MANY)
        # A queue of their own: documents need no detector.
        documents = PRIVATE | {"concurrency_id": "documents", "concurrency_limit": 1}
        connect(self._save.click, handlers.export_shown, language, [saved], show_progress_on=saved, **documents)
        connect(files.export, handlers.export, language, [exported], show_progress_on=exported, **documents)
        for arrival in [*arrivals, opened]:
            arrival.then(lambda: idle_panel(), None, saved, **AT_ONCE)
        listed = [files, compared, exported]
        connect(language.change, handlers.change_language, language, listed, **AT_ONCE)
        both = f"() => [({Tabs.SCRIPT})(), ({pressed})()]"
        connect(page.load, handlers.restore, [self._ticket, language], with_result, js=both, **AT_ONCE)
        return opened
