"""Gradio theme with system fonts and sufficient contrast in light and dark mode."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

STYLE_SHEET = Path(__file__).with_name("style.css")
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "Noto Sans Devanagari", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")


def make_theme() -> gr.themes.Base:
    """Return the theme; it loads no fonts from the network."""
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
