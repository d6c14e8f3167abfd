"""How the page is put on the network, the same for `app.py` and for the tests."""

from __future__ import annotations

import gradio as gr

from ui.page import MAX_UPLOAD_MB
from ui.theme import STYLE_SHEET, make_theme

MAX_WAITING = 16
"""Visitors in line for the detector; more are told to come back."""


def launch(
    page: gr.Blocks,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    share: bool = False,
    in_browser: bool = False,
) -> tuple[str, str | None]:
    """Serve the page from background threads.

    Args:
        page: made by `build_page`.
        host: address to listen on.
        port: None takes the first free one from 7860.
        share: ask Gradio for a public link.
        in_browser: open the page in this computer's browser.

    Returns:
        The local address, and the public one where it was asked for and granted.

    Raises:
        OSError: the port is taken.
    """
    page.queue(max_size=MAX_WAITING, default_concurrency_limit=1, api_open=False)
    _, local_url, share_url = page.launch(
        server_name=host,
        server_port=port,
        share=share,  # said each time: an environment variable would turn it on otherwise
        inbrowser=in_browser,
        prevent_thread_lock=True,
        quiet=True,
        show_error=False,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        max_file_size=f"{MAX_UPLOAD_MB}mb",
        footer_links=[],
        theme=make_theme(),
        css_paths=STYLE_SHEET,
    )
    return local_url, share_url
