"""Components with texts that change with the language of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

from reporting.text.results import Language
from ui import text
from ui.text import Words

_B = TypeVar("_B", bound=Block)
Wording = Callable[[Words], dict[str, Any]]
"""Map the words of a language to the translated properties of a component."""


class LocalizedComponents:
    """The translated components of one page."""

    def __init__(self) -> None:
        self._made: list[tuple[Block, Wording]] = []

    def add(self, kind: Callable[..., _B], wording: Wording, **properties: Any) -> _B:
        """Create a component in the current layout and remember its texts."""
        component = kind(**wording(text.of(text.DEFAULT)), **properties)
        self._made.append((component, wording))
        return component

    def html(self, markup: Callable[[Words], str], **properties: Any) -> gr.HTML:
        """Create an HTML component with translated markup."""
        return self.add(gr.HTML, lambda words: {"value": markup(words)}, apply_default_css=False, **properties)

    def button(self, label: Callable[[Words], str], name: str, **properties: Any) -> gr.Button:
        """Create a button; `name` is its `elem_id`."""
        return self.add(gr.Button, lambda words: {"value": label(words)}, elem_id=name, **properties)

    def accordion(self, title: Callable[[Words], str], name: str, **properties: Any) -> gr.Accordion:
        """Create a collapsed section; `name` is its `elem_id`."""
        return self.add(
            gr.Accordion, lambda words: {"label": title(words)}, open=False, elem_id=name, **properties
        )

    @property
    def components(self) -> list[Block]:
        """The components, in the order of `updates`."""
        return [component for component, _ in self._made]

    def updates(self, language: Language) -> list[Any]:
        """Return an update of each component for a language."""
        return [gr.update(**wording(text.of(language))) for _, wording in self._made]


def plain_html(value: str = "", **properties: Any) -> gr.HTML:
    """Create an HTML component without Gradio's styles."""
    return gr.HTML(value, apply_default_css=False, **properties)
