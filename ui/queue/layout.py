"""Lay out the list of files and connect its events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ui import text
from ui.common.html import escape
from ui.common.localized import LocalizedComponents
from ui.common.updates import by_name
from ui.queue.handlers import ListHandlers
from ui.queue.table import table
from ui.result.status_panel import idle_panel
from ui.session.tabs import Tabs
from ui.text import Words

_PICK = Path(__file__).with_name("pick.js").read_text(encoding="utf-8")
_FILES = Path(__file__).with_name("files.js").read_text(encoding="utf-8")
ACCEPT = "image/*,video/*,.heic,.heif,.avif,.jp2,.mkv,.ts,.mts,.m2ts,.avi,.webm,.mov"
"""File types that the browser suggests; others can be chosen too."""
_SAVE = "watch('value', () => element.querySelector('a[data-save]')?.click());"
_CLOSE = "element.addEventListener('click', (e) => { if (e.target.closest('[data-close]')) trigger('close'); });"


def pick_part(lettering: LocalizedComponents) -> None:
    """Lay out the buttons for a folder and a phone's camera; their script also takes dropped and pasted files."""
    lettering.html(_pick, js_on_load=_PICK, elem_id="pick", elem_classes="dd-intro")


def _pick(words: type[Words]) -> str:
    buttons = "".join(
        f'<button type="button" class="dd-button dd-pick-{name}" data-pick="{name}">{escape(label)}</button>'
        for name, label in (
            ("folder", words.PICK_FOLDER),
            ("photo", words.PICK_PHOTO),
            ("video", words.PICK_VIDEO),
        )
    )
    return (
        f'<div class="dd-pick" data-accept="{ACCEPT}">{buttons}'
        '<input type="file" name="folder" webkitdirectory multiple hidden tabindex="-1" aria-hidden="true">'
        '<input type="file" name="photo" accept="image/*" capture="environment" hidden tabindex="-1" '
        'aria-hidden="true">'
        '<input type="file" name="video" accept="video/*" capture="environment" hidden tabindex="-1" '
        f'aria-hidden="true"></div><p class="dd-hint">{escape(words.PICK_HINT)}</p>'
    )


class FilesPart:
    """The components of a page's list."""

    def __init__(self, max_bytes: int) -> None:
        """Lay out the list.

        Args:
            max_bytes: largest file that the browser sends.
        """
        self._ticket = gr.Textbox("", visible=False)
        self._files = gr.HTML(
            table(None, text.DEFAULT),
            html_template="<div></div>",
            js_on_load=_FILES,
            apply_default_css=False,
            elem_id="files",
            most=max_bytes,
        )
        with gr.Column(elem_id="files-working"):
            self._progress = gr.HTML("", apply_default_css=False, elem_id="files-progress")
        self._exported = gr.HTML(idle_panel(), apply_default_css=False, js_on_load=_SAVE, elem_id="exported")
        self._compared = gr.HTML("", apply_default_css=False, js_on_load=_CLOSE, elem_id="compared")

    def result_part(self, lettering: LocalizedComponents) -> None:
        """Lay out the buttons that export the shown result and delete everything."""
        self._save = lettering.add(gr.Button, lambda words: {"value": words.EXPORT_ONE}, size="sm", elem_id="save")
        self._saved = gr.HTML(idle_panel(), apply_default_css=False, js_on_load=_SAVE, elem_id="saved")
        self._erase = lettering.add(
            gr.Button, lambda words: {"value": words.FILES_ERASE}, size="sm", elem_id="erase"
        )

    def join(
        self,
        page: gr.Blocks,
        handlers: ListHandlers,
        language: gr.HTML,
        how: gr.Dropdown,
        arrivals: list[Any],
        found: list[Any],
        *,
        heavy: dict[str, Any],
        at_once: dict[str, Any],
        pressed: str,
    ) -> Any:
        """Connect the events.

        Args:
            page: their page.
            handlers: of the events.
            language: the switch.
            how: how densely to sample a video.
            arrivals: events after which another result is shown.
            found: components of a result.
            heavy: settings of slow events.
            at_once: settings of fast events.
            pressed: script that reads the language.

        Returns:
            The event after which another result is shown.
        """
        files, compared, exported = self._files, self._compared, self._exported
        everything = [files, compared, exported, *found]
        many: dict[str, Any] = {"trigger_mode": "multiple", **at_once}
        one = by_name(handlers.add, [files, *found])
        files.bring(one, language, [files, *found], **many)
        turn = files.work(
            by_name(handlers.check_next, [files]),
            [how, language],
            files,
            show_progress="full",
            show_progress_on=self._progress,
            trigger_mode="multiple",
            **heavy,
        )
        wait = "() => new Promise((done) => setTimeout(done, 5000))"
        turn.failure(None, js=wait, api_visibility="private").then(
            by_name(handlers.busy, [files]), language, files, **many
        )
        opened = files.open(by_name(handlers.open, [files, *found]), language, [files, *found], **many)
        files.mark(by_name(handlers.mark, [files]), language, files, **many)
        files.takeout(by_name(handlers.remove, [files, *found]), language, [files, *found], **many)
        files.pause(by_name(handlers.pause, [files]), language, files, **many)
        clear = by_name(handlers.clear, everything)
        files.clear(clear, language, everything, **many)
        self._erase.click(clear, language, everything, **many)
        saved = self._saved
        self._save.click(
            by_name(handlers.export_shown, [saved]),
            language,
            saved,
            show_progress_on=saved,
            **(heavy | {"concurrency_id": "documents", "concurrency_limit": 1}),
        )
        files.compare(by_name(handlers.compare, [compared]), language, compared, **many)
        compared.close(lambda: "", None, compared, **many)
        for arrival in [*arrivals, opened]:
            arrival.then(lambda: idle_panel(), None, self._saved, **at_once)
        # Not in the line of the detector: writing pages needs no model, and nobody should wait for it.
        files.export(
            by_name(handlers.export, [exported]),
            language,
            exported,
            show_progress_on=exported,
            **(heavy | {"concurrency_id": "documents", "concurrency_limit": 1}),
        )
        listed = [files, compared, exported]
        language.change(by_name(handlers.change_language, listed), language, listed, **at_once)
        script = Tabs.SCRIPT.replace("(ticket, ...rest) =>", "() =>").replace("...rest", f"({pressed})()")
        page.load(
            by_name(handlers.restore, [files, *found]),
            [self._ticket, language],
            [files, *found],
            js=script,
            **at_once,
        )
        return opened
