"""A finished run becomes a checkpoint: float16 safetensors, a card, and a model card for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from detector.calibrate import Calibration
from detector.checkpoint import (
    ARCHITECTURE,
    CheckpointCard,
    InputSpec,
    load_card,
    load_weights,
    save_checkpoint,
)
from training.calibrate import calibrate, error_rates
from training.evaluate import summarise
from training.fit import FitSettings
from training.networks import PIXEL_MEAN, PIXEL_STD, Student

MARGIN_FRAC = 0.125
"""Test-time margin of Self-Blended Images (arXiv:2204.08376)."""
EXPLAIN_LAYERS = {160: "repeat_1", 224: "repeat_2", 256: "repeat_2"}
"""The deepest block whose map has at least 12x12 cells, by input side."""


def export(run: Path, name: str, root: Path, *, terms: str) -> CheckpointCard:
    """Write the averaged weights of a student's run as a checkpoint, not yet calibrated.

    Args:
        run: folder of `fit`.
        name: of the checkpoint.
        root: folder of the checkpoints.
        terms: under what terms the weights may be used.
    """
    state = torch.load(run / "state.pt", map_location="cpu", weights_only=True)
    settings = FitSettings(**json.loads((run / "settings.json").read_text()))
    student = Student()
    student.load_state_dict(state["ema"])
    card = CheckpointCard(
        name=name,
        sha256="",
        architecture=ARCHITECTURE,
        input=InputSpec(
            size_px=settings.size_px, margin_frac=MARGIN_FRAC, pixel_mean=PIXEL_MEAN, pixel_std=PIXEL_STD
        ),
        calibration=Calibration(),
        explain_layer=EXPLAIN_LAYERS[settings.size_px],
        false_alarm_rate=None,
        miss_rate=None,
        undecided_rate=None,
        measured_on="never measured",
        licence=terms,
        training=json.loads((run / "settings.json").read_text()),
    )
    return save_checkpoint(card, student.network.state_dict(), root)


def settle(
    name: str,
    root: Path,
    *,
    val: Sequence[dict[str, Any]],
    dev: Sequence[dict[str, Any]],
    measured_on: str,
    training: Mapping[str, Any],
) -> CheckpointCard:
    """Calibrate a checkpoint on val and write its figures into the card and the model card.

    Args:
        val: results of `evaluate` on the val split.
        dev: results on the dev clips, reported and never fitted to.
        measured_on: the val data in a few words, for the sentence that says how often the tool errs.
        training: added to what the card says about its making.
    """
    card = load_card(name, root)
    calibration = calibrate(val)
    false_alarm_rate, miss_rate, undecided_rate = error_rates(val, calibration)
    for row in (*val, *dev):
        if row["logit"] is not None:
            row["outcome"] = calibration.outcome(calibration.probability(row["logit"]))
    settled = replace(
        card,
        calibration=calibration,
        false_alarm_rate=round(false_alarm_rate, 4),
        miss_rate=round(miss_rate, 4),
        undecided_rate=round(undecided_rate, 4),
        measured_on=measured_on,
        training={**card.training, **training},
        figures={"val": summarise(val), "dev": summarise(dev)},
    )
    written = save_checkpoint(settled, load_weights(card, root), root)
    (root / name / "README.md").write_text(model_card(written), encoding="utf-8")
    return written


def model_card(card: CheckpointCard) -> str:
    """The Markdown beside the weights, every figure taken from the card."""
    calibration = card.calibration
    lines = [
        f"# Model card: {card.name}",
        "",
        f"{card.architecture} (facenet-pytorch's class, one logit, fake positive), {card.input.size_px} px, "
        f"MTCNN crops with {card.input.margin_frac:.1%} margin a side, RGB "
        f"`(x - {card.input.pixel_mean}) / {card.input.pixel_std}`.",
        "",
        f"Use: {card.licence}",
        "",
        "## How it was made",
        "",
        *(f"- {key.replace('_', ' ')}: {value}" for key, value in card.training.items()),
        "",
        "## Operating point",
        "",
        f"`fake` from {calibration.threshold_fake:.3f}, `real` up to {calibration.threshold_real:.3f}, in "
        f"between undecided. On {card.measured_on}, {card.false_alarm_rate:.1%} of genuine faces were called "
        f"fake and {card.miss_rate:.1%} of manipulated faces were called real; {card.undecided_rate:.1%} of "
        "all were left open. The thresholds were set on these same pictures; on clips they were not set at all.",
        "",
    ]
    for split, what in (("val", "Val: pictures, one face each"), ("dev", "Dev: whole clips, 32 frames")):
        figures = card.figures[split]
        lines += [f"## {what}", "", "| on | AUC | 95 % interval | real | fake |", "|---|---|---|---|---|"]
        lines += [
            f"| {on} | {row['auc']:.3f} | {row['low']:.3f} to {row['high']:.3f} | {row['real']} | {row['fake']} |"
            for on, row in figures["auc"].items()
        ]
        lines += ["", "Groups with fewer than three files of either kind have no AUC."]
        lines += ["", "| source | label | fake | undecided | real | no face |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {source} | {label} | "
            + " | ".join(str(counts.get(key, 0)) for key in ("fake", "inconclusive", "real", "no_face"))
            + " |"
            for source, by_label in figures["outcomes"].items()
            for label, counts in by_label.items()
            if counts
        ]
        lines.append("")
    lines += [
        "## What it cannot see",
        "",
        "Wholly generated clips, generators unlike those of its training data, voices; it is weak on tiny, "
        "blurred or heavily compressed faces, and ordinary retouching may look like manipulation to it. Its "
        "rates hold for the data named above and nothing else.",
        "",
    ]
    return "\n".join(lines)
