"""Write the model card from the figures of `card.json`."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from detector.model.checkpoint import CheckpointCard

_TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
).get_template("model_card.md.j2")


def model_card(card: CheckpointCard) -> str:
    """Return the model card as Markdown."""
    figures = card.figures
    return _TEMPLATE.render(
        card=card,
        val=figures["val"],
        dev=figures["dev"],
        changed=figures["changed"],
        left_out=figures["sources left out"],
    )
