"""Updates of the page by component name, so that no handler depends on the order of outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
"""Settings of every event of the page."""
AT_ONCE: dict[str, Any] = PRIVATE | {"queue": False, "show_progress": "hidden"}
"""Settings of events that take no time."""
MANY: dict[str, Any] = AT_ONCE | {"trigger_mode": "multiple"}
"""The same where an event may occur again before it was answered."""
HEAVY: dict[str, Any] = PRIVATE | {"concurrency_id": "detector"}
"""Settings of slow events other than checks, which wait in one queue."""
Updates = dict[str, Any]
"""New value, or component with changed properties, by `elem_id`. Components not named stay as they are."""


def by_name(handler: Callable[..., Updates], outputs: Sequence[Block]) -> Callable[..., Any]:
    """Wrap a handler that returns `Updates` for Gradio.

    Args:
        handler: may name any of the outputs.
        outputs: of its event; each has an `elem_id`.

    Raises:
        KeyError: when called; the handler named a component that is not among the outputs.
    """
    names = [str(component.elem_id) for component in outputs]

    @functools.wraps(handler)
    def call(*args: Any, **kwargs: Any) -> Any:
        updates = handler(*args, **kwargs)
        if unknown := sorted(set(updates) - set(names)):
            raise KeyError(f"{handler.__qualname__} updates {unknown}, which are not outputs of its event")
        values = [updates.get(name, gr.skip()) for name in names]
        return values[0] if len(values) == 1 else values

    return call


def connect(
    event: Callable[..., Any],
    handler: Callable[..., Updates],
    inputs: Any,
    outputs: Sequence[Block],
    **settings: Any,
) -> Any:
    """Let a handler that returns `Updates` answer an event of Gradio; see `by_name`."""
    return event(by_name(handler, outputs), inputs, outputs, **settings)
