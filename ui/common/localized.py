"""Components whose words stand in the page from the start: made in the first language, written anew in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

from reporting.text.results import Language
from ui import text
from ui.text import Words

_B = TypeVar("_B", bound=Block)
Wording = Callable[[type[Words]], dict[str, Any]]
"""From the words of a language to the properties of a component that hold some."""


class Lettering:
    """Every such component of one page."""

    def __init__(self) -> None:
        self._made: list[tuple[Block, Wording]] = []

    def add(self, kind: Callable[..., _B], wording: Wording, **properties: Any) -> _B:
        """Make a component where it is called for, and remember what is written on it."""
        component = kind(**wording(text.of(text.DEFAULT)), **properties)
        self._made.append((component, wording))
        return component

    def html(self, markup: Callable[[type[Words]], str], **properties: Any) -> gr.HTML:
        """A piece of our own markup, in our own style."""
        return self.add(gr.HTML, lambda words: {"value": markup(words)}, apply_default_css=False, **properties)

    @property
    def components(self) -> list[Block]:
        """All of them, in the order of `written`."""
        return [component for component, _ in self._made]

    def written(self, language: Language) -> list[Any]:
        """An update for each of them."""
        return [gr.update(**wording(text.of(language))) for _, wording in self._made]
