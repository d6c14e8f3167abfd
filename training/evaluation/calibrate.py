"""From validation logits to a probability and two thresholds with stated error rates."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from detector.verdict.calibration import Calibration
from training.evaluation.metrics import Row, outcome_of

FALSE_ALARM_RATE = 0.01
MISS_RATE = 0.05
FOLDS = 10


def calibrate(results: Sequence[Row]) -> Calibration:
    """Platt scaling on the sources that have both labels, then thresholds for the stated rates.

    `fake` starts where at most 1 % of the genuine faces of *every* source would be called fake (split
    conformal: the k-th largest of n logits with k = floor((n + 1) * rate)); a source too small for that rate
    counts into the pooled quantile only. `real` ends where at most 5 % of the manipulated faces lie below.

    Raises:
        ValueError: the results lack genuine or manipulated faces, or the logits do not tell them apart.
    """
    judged = [row for row in results if row["logit"] is not None]
    real: dict[str, list[float]] = {row["source"]: [] for row in judged if row["label"] == "real"}
    fake: list[float] = []
    for row in judged:
        (fake if row["label"] == "fake" else real[row["source"]]).append(row["logit"])
    if not fake or not real:
        raise ValueError("calibration needs genuine and manipulated faces")
    mixed = {row["source"] for row in judged if row["label"] == "fake"} & set(real)
    kept = [row for row in judged if row["source"] in mixed]
    platt = LogisticRegression(C=1e6).fit(
        np.array([[row["logit"]] for row in kept]), np.array([row["label"] == "fake" for row in kept])
    )
    if platt.coef_[0, 0] <= 0:
        raise ValueError("the logits do not rise from genuine to manipulated; this network has learned nothing")
    pooled = [logit for logits in real.values() for logit in logits]
    enough = [logits for logits in [pooled, *real.values()] if len(logits) + 1 >= 1 / FALSE_ALARM_RATE]
    upper = max(_kth_largest(logits, FALSE_ALARM_RATE) for logits in enough or [pooled])
    lower = min(-_kth_largest([-logit for logit in fake], MISS_RATE), upper)
    scale = Calibration(slope=float(platt.coef_[0, 0]), intercept=float(platt.intercept_[0]))
    # Just above the deciding genuine face, so that it is not called fake itself.
    return Calibration(
        slope=scale.slope,
        intercept=scale.intercept,
        threshold_fake=min(1.0, scale.probability(upper) + 1e-6),
        threshold_real=max(0.0, scale.probability(lower) - 1e-6),
    )


def _kth_largest(values: Sequence[float], rate: float) -> float:
    k = max(1, int((len(values) + 1) * rate))
    return float(np.sort(np.asarray(values))[-k])


def judged_by_others(results: Sequence[Row]) -> list[Row]:
    """The results with `probability` and `outcome` from a calibration that did not see them.

    Ten folds by group: each is judged by what the other nine calibrate, so that the rates stated are not
    those of the data the thresholds were set on.
    """
    fold_of = _folds(results)
    judged: list[Row] = [{} for _ in results]
    for fold in set(fold_of):
        others = [row for row, at in zip(results, fold_of, strict=True) if at != fold]
        calibration = calibrate(others)
        for index, (row, at) in enumerate(zip(results, fold_of, strict=True)):
            if at == fold:
                judged[index] = row | outcome_of(row, calibration)
    return judged


def _folds(results: Sequence[Row]) -> list[int]:
    """A fold for each result. The groups of every source and label are dealt out evenly, so that no fold leaves
    a source with too few genuine faces to count; the same every time."""
    labels: dict[tuple[str, str], set[str]] = {}
    for row in results:
        labels.setdefault((row["source"], row["group"]), set()).add(row["label"])
    dealt: Counter[tuple[str, tuple[str, ...]]] = Counter()
    fold_of: dict[tuple[str, str], int] = {}
    for key in sorted(labels, key=lambda key: (zlib.crc32("/".join(key).encode()), key)):
        kind = (key[0], tuple(sorted(labels[key])))
        fold_of[key] = dealt[kind] % FOLDS
        dealt[kind] += 1
    return [fold_of[row["source"], row["group"]] for row in results]


def error_rates(judged: Sequence[Row]) -> tuple[float, float, float]:
    """Share of genuine faces called fake, of manipulated faces called real, and of all faces left open."""
    called: dict[str, list[str]] = {"real": [], "fake": []}
    for row in judged:
        if row["outcome"] != "no_face":
            called[row["label"]].append(row["outcome"])
    everything = called["real"] + called["fake"]
    return (
        called["real"].count("fake") / max(1, len(called["real"])),
        called["fake"].count("real") / max(1, len(called["fake"])),
        everything.count("inconclusive") / max(1, len(everything)),
    )


def video_block(results: Sequence[Row], measured_on: str) -> dict[str, Any]:
    """An operating point of videos' own, for a checkpoint's card: the rule is that for images.

    Args:
        results: moving stills of val, one line a video, pooled as the detector pools.
        measured_on: the data in a few words.

    Returns:
        `calibration` as `Calibration` takes it; `false_alarm_rate`, `miss_rate` and `undecided_rate` from ten
        folds, each judged by thresholds set on the other nine; `measured_on`.

    Raises:
        ValueError: the results lack genuine or manipulated videos, or the logits do not tell them apart.
    """
    false_alarm_rate, miss_rate, undecided_rate = error_rates(judged_by_others(results))
    return {
        "calibration": asdict(calibrate(results)),
        "false_alarm_rate": round(false_alarm_rate, 4),
        "miss_rate": round(miss_rate, 4),
        "undecided_rate": round(undecided_rate, 4),
        "measured_on": measured_on,
    }
