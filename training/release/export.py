"""Export a finished run as a checkpoint: float16 safetensors, card and model card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from detector.model.checkpoint import (
    SECOND_ARCHITECTURE,
    CheckpointCard,
    SecondNetwork,
    VideoOperatingPoint,
    load_card,
    save_card,
    save_checkpoint,
    save_second,
)
from detector.types import MeasuredData
from training.evaluation.calibrate import (
    OperatingPoint,
    adjusted,
    calibrate,
    cross_validated,
    error_rates,
    grade_rates,
    leave_one_source_out,
)
from training.evaluation.evaluate import uncalibrated_card
from training.evaluation.metrics import Row, outcome_of, share_with_interval, summarise
from training.fitting.fit import FitSettings, start_from
from training.fitting.networks import Student, Teacher
from training.release.model_card import model_card


def export(run: Path, name: str, root: Path, *, terms: str) -> CheckpointCard:
    """Write the averaged weights of a student's run, with its map head, as an uncalibrated checkpoint."""
    settings = json.loads((run / "settings.json").read_text())
    student = Student()
    start_from(student, run)
    card = replace(uncalibrated_card(name, FitSettings(**settings), terms=terms), training=settings)
    head = {
        f"{name}.{part}": tensor
        for name, layer in (("fine", student.map_fine), ("coarse", student.map_coarse))
        for part, tensor in layer.state_dict().items()
    }
    return save_checkpoint(card, student.network.state_dict(), root, head)


def add_second(run: Path, name: str, root: Path, *, factors: tuple[float, float]) -> CheckpointCard:
    """Add the averaged weights of a teacher's run to a checkpoint, as its second network.

    The checkpoint has to be calibrated anew.

    Args:
        run: folder of `fit`.
        name: of the checkpoint.
        root: folder of the checkpoints.
        factors: of the logit of each network.
    """
    teacher = Teacher()
    start_from(teacher, run)
    second = SecondNetwork(architecture=SECOND_ARCHITECTURE, sha256="", factors=factors)
    card = replace(load_card(name, root), second=second)
    return save_second(card, teacher.network.state_dict(), root)


def calibrate_checkpoint(
    name: str,
    root: Path,
    *,
    val: Sequence[Row],
    dev: Sequence[Row],
    changed: Mapping[str, Sequence[Row]],
    measured_on: str,
    training: Mapping[str, Any],
    sources: str = "",
    videos: VideoOperatingPoint | None = None,
) -> CheckpointCard:
    """Calibrate a checkpoint on val and write its figures into the card and the model card.

    Rates and probabilities on val are cross-validated.

    Args:
        val: results of `evaluate` on the val split.
        dev: results on the dev videos; those that carry an `outcome`, from folds, keep it.
        changed: results on images of val after a change, by its name; reported alone.
        measured_on: the val data in a few words, for the sentence that says how often the tool errs.
        sources: names of the collections in val, for the sentences in other languages.
        videos: operating point of videos, from `calibrate.video_block`; None uses that of images.
    """
    card = load_card(name, root)
    point = calibrate(val)
    seen = [row | {"logit": adjusted(row, point.quality)} for row in cross_validated(val)]
    false_alarm_rate, miss_rate, undecided_rate = error_rates(seen)
    settled = replace(
        card,
        videos=videos,
        calibration=point.calibration,
        quality=point.quality,
        grade_rates=grade_rates(seen),
        false_alarm_rate=round(false_alarm_rate, 4),
        miss_rate=round(miss_rate, 4),
        undecided_rate=round(undecided_rate, 4),
        measured_on=measured_on,
        measured=MeasuredData(images=sum(row["logit"] is not None for row in val), sources=sources),
        training={**card.training, **training},
        figures={
            "val": summarise(seen),
            "sources left out": {
                name: share_with_interval(sum(row["outcome"] == "fake" for row in rows), len(rows))
                for name, rows in _by_source(leave_one_source_out(val)).items()
            },
            "dev": summarise(
                [row if "outcome" in row else row | outcome_of(row, (videos or point).calibration) for row in dev]
            ),
            "changed": {key: _after_change(rows, val, point) for key, rows in changed.items()},
        },
    )
    written = save_card(settled, root)
    (root / name / "README.md").write_text(model_card(written), encoding="utf-8")
    return written


def _after_change(rows: Sequence[Row], before: Sequence[Row], point: OperatingPoint) -> Row:
    """Figures of changed images, AUCs of the same images before, and how often the outcome became another."""
    names = {row["file"] for row in rows}
    graded, same = (
        [row | point.apply(row) | {"logit": adjusted(row, point.quality)} for row in chosen]
        for chosen in (rows, [row for row in before if row["file"] in names])
    )
    outcome = {row["file"]: row["outcome"] for row in same}
    pairs = [(row["outcome"], outcome[row["file"]]) for row in graded if row["file"] in outcome]
    return summarise(graded) | {
        "before": summarise(same)["ranking"],
        "another outcome": share_with_interval(sum(now != then for now, then in pairs), len(pairs)),
        "turned over": share_with_interval(
            sum({now, then} == {"fake", "real"} for now, then in pairs), len(pairs)
        ),
    }


def _by_source(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["source"], []).append(row)
    return found
