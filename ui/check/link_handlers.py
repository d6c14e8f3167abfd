"""The field for a direct link to an image or video, and what it does. Only where the visitor is the user of this
computer (`Exposure.links_fetched`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr

from reporting.text.results import Language
from ui import text
from ui.check.file_check import Superseded
from ui.check.result_updates import answered
from ui.check.safe_download import fetch
from ui.check.upload_handlers import Handlers
from ui.common.html import escape
from ui.common.localized import LocalizedComponents
from ui.common.updates import Updates
from ui.result.status_panel import fetching_panel
from ui.session.own_files import RECEIVED, secret_folder
from ui.session.store import Visit
from ui.session.visitor import owner_of, session_of

TIMEOUT_S = 120.0
"""For all of a download."""


@dataclass(slots=True, eq=False)
class Fetching:
    """A link that a visitor waits for; says so in any language, and keeps the one it was last said in."""

    url: str
    language: Language = "en"

    def __call__(self, language: Language) -> str:
        self.language = language
        return fetching_panel(_site(self.url), language)


class LinkHandlers:
    """What the page does with a link; every method may be called from several threads."""

    def __init__(
        self, handlers: Handlers, root: Path, *, max_bytes: int, get: Callable[..., Path] = fetch
    ) -> None:
        self._handlers = handlers
        self._visits = handlers.visits
        self._root = root
        self._max_bytes = max_bytes
        self._get = get

    def begin(self, url: object, chosen: str, request: gr.Request) -> Updates:
        """Say at once that a link is being fetched; `bring` does it.

        Args:
            url: what the visitor typed.
            chosen: language of the page.
            request: whose page it is.

        Returns:
            Updates as `Handlers.receive`.
        """
        wanted = Fetching(url.strip() if isinstance(url, str) else "")
        self._visits.end(session_of(request), wanted)
        return {"upload": None} | answered(wanted(text.language_of(chosen)), working=True)

    def bring(self, request: gr.Request) -> Updates:
        """Fetch what was begun, and take it in like an upload.

        Where the visitor stopped it, left or took something else meanwhile, nothing is kept.

        Returns:
            Updates as `Handlers.receive`.
        """
        session = session_of(request)
        wanted = self._visits.told(session)
        if not isinstance(wanted, Fetching):
            return {}

        def step() -> None:
            if self._visits.told(session) is not wanted:
                raise Superseded

        def start() -> Visit:
            (self._root / RECEIVED).mkdir(mode=0o700, exist_ok=True)
            folder = secret_folder(self._root / RECEIVED, owner_of(request))
            try:
                path = self._get(wanted.url, folder, max_bytes=self._max_bytes, timeout_s=TIMEOUT_S, step=step)
                step()
                return self._visits.start_fetched(session, path, wanted.language, owner_of(request))
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        try:
            return self._handlers.arrived(session, wanted.language, start)
        except Superseded:
            return {}


def link_part(localized: LocalizedComponents) -> tuple[gr.Textbox, gr.Button]:
    """The field, folded away, and its button."""
    with localized.add(
        gr.Accordion,
        lambda words: {"label": words.LINK_TITLE},
        open=False,
        elem_id="link",
        elem_classes="dd-intro",
    ):
        localized.html(lambda words: f"<p>{escape(words.LINK_HINT)}</p>")
        field = localized.add(
            gr.Textbox, lambda words: {"label": words.LINK_LABEL}, placeholder="https://", max_lines=1
        )
        button = localized.add(gr.Button, lambda words: {"value": words.LINK_FETCH}, elem_id="link-fetch")
    return field, button


def _site(url: str) -> str:
    """The place a link leads to, as far as it can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
