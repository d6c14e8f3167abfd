"""The model card says what is in the card, and nothing about what was not measured."""

from __future__ import annotations

from dataclasses import replace

from detector.config import CHECKPOINTS
from detector.model.checkpoint import load_card
from training.release.model_card import model_card


def test_the_shipped_model_card_is_that_of_the_shipped_card() -> None:
    shipped = (CHECKPOINTS / "default" / "README.md").read_text(encoding="utf-8")
    assert model_card(load_card("default", CHECKPOINTS)) == shipped


def test_parts_without_figures_are_left_out() -> None:
    card = load_card("default", CHECKPOINTS)
    figures = {**card.figures, "changed": {}, "sources left out": {}}
    text = model_card(replace(card, second=None, videos=None, figures=figures))
    assert "Videos are judged by the same thresholds" in text
    for part in ("## Val after a change", "that the thresholds never saw", "The same crops are judged by"):
        assert part in model_card(card) and part not in text
