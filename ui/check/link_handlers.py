"""Download from a direct link: the field and its handlers. Only for the user of this computer
(`Exposure.links_fetched`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from reporting.complaint.sanitize import host_of
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Superseded
from ui.check.result_updates import answer_updates
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
"""For the whole download."""


@dataclass(slots=True, eq=False)
class Fetching:
    """A link that is being downloaded; called with a language, it returns its panel."""

    url: str
    language: Language = "en"

    def __call__(self, language: Language) -> str:
        self.language = language
        return fetching_panel(host_of(self.url), language)


class LinkHandlers:
    """Handlers of the link field. Thread-safe."""

    def __init__(
        self, handlers: Handlers, root: Path, *, max_bytes: int, get: Callable[..., Path] = fetch
    ) -> None:
        self._handlers = handlers
        self._visits = handlers.visits
        self._root = root
        self._max_bytes = max_bytes
        self._get = get

    def start(self, url: object, chosen: str, request: gr.Request) -> Updates:
        """Show at once that a link is being downloaded; `download` follows."""
        fetching = Fetching(url.strip() if isinstance(url, str) else "")
        self._visits.end(session_of(request), fetching)
        return {"upload": None} | answer_updates(fetching(text.language_of(chosen)), working=True)

    def download(self, request: gr.Request) -> Updates:
        """Download the link and take the file in like an upload, unless it was superseded meanwhile."""
        session = session_of(request)
        fetching = self._visits.notice(session)
        if not isinstance(fetching, Fetching):
            return {}

        def step() -> None:
            if self._visits.notice(session) is not fetching:
                raise Superseded

        def start() -> Visit:
            (self._root / RECEIVED).mkdir(mode=0o700, exist_ok=True)
            folder = secret_folder(self._root / RECEIVED, owner_of(request))
            try:
                path = self._get(fetching.url, folder, max_bytes=self._max_bytes, timeout_s=TIMEOUT_S, step=step)
                step()
                return self._visits.receive_download(path, fetching.language, owner_of(request))
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        try:
            return self._handlers.start_check(session, fetching.language, start)
        except Superseded:
            return {}


def link_part(localized: LocalizedComponents) -> tuple[gr.Textbox, gr.Button]:
    """Lay out the field and its button, collapsed."""
    with localized.accordion(lambda words: words.LINK_TITLE, "link", elem_classes="dd-intro"):
        localized.html(lambda words: f"<p>{escape(words.LINK_HINT)}</p>")
        field = localized.add(
            gr.Textbox, lambda words: {"label": words.LINK_LABEL}, placeholder="https://", max_lines=1
        )
        button = localized.button(lambda words: words.LINK_FETCH, "link-fetch")
    return field, button
