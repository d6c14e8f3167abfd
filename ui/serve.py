"""Serve the page, for `app.py` and the tests."""

from __future__ import annotations

import os
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from ui import text
from ui.check.file_check import MAX_UPLOAD_MB
from ui.security.access import Exposure
from ui.security.login import PasswordLogin
from ui.security.middleware import UPLOAD, Guard
from ui.security.rate_limit import MAX_WAITING
from ui.security.upload_route import upload_route

_STYLE_SHEET = Path(__file__).with_name("style.css")
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "Noto Sans Devanagari", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")


def launch(
    page: gr.Blocks,
    exposure: Exposure,
    *,
    port: int | None = None,
    share: bool = False,
    password: str | None = None,
    api: bool = True,
    in_browser: bool = False,
) -> tuple[str, str | None]:
    """Serve the page from background threads, behind the guard.

    Args:
        page: from `build_page`.
        exposure: who can reach it, and the address to listen on.
        port: None takes the first free one from 7860.
        share: ask Gradio for a public link.
        password: required from visitors; None lets everybody in.
        api: as given to `build_page`.
        in_browser: open the page in this computer's browser.

    Returns:
        The local URL, and the public one if it was asked for and granted.

    Raises:
        OSError: the port is taken.
    """
    root = Path(os.path.realpath(get_upload_folder()))
    guard = Middleware(
        Guard,
        exposure=exposure,
        root=root,
        max_upload_mb=MAX_UPLOAD_MB,
        login=PasswordLogin(password) if password else None,
        api=api,
    )
    page.queue(max_size=MAX_WAITING, default_concurrency_limit=1, api_open=False)
    _, local_url, share_url = page.launch(
        server_name=exposure.host,
        server_port=port,
        share=share,  # explicit: an environment variable would override the default
        inbrowser=in_browser,
        prevent_thread_lock=True,
        quiet=True,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        num_workers=0,  # worker processes would serve files without the guard
        run_history=False,
        enable_monitoring=False,
        max_file_size=f"{MAX_UPLOAD_MB}mb",
        footer_links=[],
        i18n=gr.I18n(**{language: dict(text.of(language).GRADIO) for language in text.LANGUAGES}),
        theme=_theme(),
        css_paths=_STYLE_SHEET,
        app_kwargs={
            "middleware": [guard],
            "routes": [upload_route(UPLOAD, root, MAX_UPLOAD_MB)],  # takes precedence over Gradio's route
            "openapi_url": None,
            "docs_url": None,
            "redoc_url": None,
        },
        _frontend=False,  # no second request to its own address, which a busy machine answers too late
    )
    # Gradio's page for shared apps loads scripts from the internet; use the local one.
    page.share = False
    return local_url, share_url


def _theme() -> gr.themes.Base:
    """Return a theme with system fonts and sufficient contrast in light and dark mode."""
    return gr.themes.Default(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        font=_FONTS,
        font_mono=_MONO_FONTS,
        text_size=gr.themes.sizes.text_lg,
    ).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        input_border_color="*neutral_400",
        input_border_color_dark="*neutral_500",
        input_border_width="1px",
        input_placeholder_color="*neutral_600",
        input_placeholder_color_dark="*neutral_300",
    )
