"""Fit quality offsets, Platt scaling and thresholds to validation logits."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from detector.types import OUTCOME_OF, Grade, GradeRate, MeasuredData
from detector.verdict.calibration import Calibration, QualityOffsets
from training.evaluation.metrics import Row, outcome_of

FALSE_ALARM_RATE = 0.01
SOME_SIGNS_RATE = 0.05
MISS_RATE = 0.05
FOLDS = 10
BINS = 4
FEWEST = 299
"""Least genuine faces in a bin: that many without an error bound the rate by 1 % at 95 % confidence
(Clopper-Pearson)."""
_LEAST_STEP = 0.01
"""Least change of an offset, in logits, while a source exceeds its rate."""
SOURCE_SLACK = 2
"""Factor by which the rate of a single source may exceed the overall rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """Offsets by image detail, and calibration of the adjusted logits."""

    quality: QualityOffsets
    calibration: Calibration

    def apply(self, row: Row) -> Row:
        """Return `probability`, `grade` and `outcome` of a result."""
        return outcome_of(row | {"logit": adjusted(row, self.quality)}, self.calibration)


def adjusted(row: Row, quality: QualityOffsets) -> float | None:
    """Return the logit of a result less the offset for its image detail; None without a face."""
    return None if row["logit"] is None else quality.adjust(row["logit"], row.get("detail") or 0.0)


def fit_offsets(results: Sequence[Row]) -> QualityOffsets:
    """Fit offsets that place the 1 % false-alarm threshold of every quality at about the same logit.

    Genuine faces are divided into BINS bins of equal size by image detail. The offset at the median detail of a
    bin comes from its threshold, a split-conformal quantile: the k-th largest of n logits with
    k = floor((n + 1) * rate). If a source exceeds twice the rate, the bin with most of its false alarms gets
    stricter until it does not, so that no source raises the threshold of every bin (`_strictest`). With fewer than
    FEWEST faces per bin, or bins of the same detail, there are no offsets.
    """
    genuine = [row for row in results if row["label"] == "real" and row["logit"] is not None]
    details = np.array([row.get("detail") or 0.0 for row in genuine])
    if len(genuine) < BINS * FEWEST or np.ptp(details) == 0:
        return QualityOffsets()
    places = np.searchsorted(np.quantile(details, np.arange(1, BINS) / BINS), details, side="right")
    points = np.array(
        [np.median(details[places == place]) if place in places else np.nan for place in range(BINS)]
    )
    if not (np.diff(points) > 0).all():
        return QualityOffsets()
    logits = np.array([row["logit"] for row in genuine])
    tops = np.array([_kth_largest(logits[places == place], FALSE_ALARM_RATE) for place in range(BINS)])
    level = float(np.median(tops))
    offsets = tops - level
    sources = np.array([row["source"] for row in genuine])
    for source in sorted(set(sources.tolist())):
        own = np.flatnonzero(sources == source)
        allowed = int((len(own) + 1) * SOURCE_SLACK * FALSE_ALARM_RATE)
        if allowed < 2:
            continue  # a single face would set the threshold
        while True:
            excess = logits - np.interp(details, points, offsets) - level
            above = own[excess[own] > 0]
            if len(above) < allowed:
                break
            place = np.bincount(places[above]).argmax()
            offsets[place] += max(excess[above[places[above] == place]].min(), _LEAST_STEP)
    return QualityOffsets(details=tuple(points.tolist()), offsets=tuple(offsets.tolist()))


def _strictest(genuine: Sequence[Row], rate: float) -> float:
    """Return the highest conformal quantile of adjusted logits: of all at `rate`, of each large source at twice
    it."""
    by_source: dict[str, list[float]] = {}
    for row in genuine:
        by_source.setdefault(row["source"], []).append(row["adjusted"])
    tops = [_kth_largest([row["adjusted"] for row in genuine], rate)]
    slack = SOURCE_SLACK * rate
    tops += [_kth_largest(own, slack) for own in by_source.values() if int((len(own) + 1) * slack) >= 2]
    footage = [row["adjusted"] for row in genuine if row.get("footage")]
    tops += [_kth_largest(footage, slack)] if footage else []
    return max(tops)


def calibrate(results: Sequence[Row], quality: QualityOffsets | None = None) -> OperatingPoint:
    """Fit offsets, then Platt scaling on the sources with both labels, then thresholds.

    `signs` starts where at most 1 % of all genuine faces, and `some signs` where at most 5 %, would get it, and
    twice that share of any single source (split conformal; small sources count into the pooled quantile only).
    `none found` ends where at most 5 % of the manipulated faces lie below.

    Args:
        results: of `evaluate`, with unadjusted logits.
        quality: offsets to use instead of fitting them; empty ones for logits that are already adjusted.

    Raises:
        ValueError: the results lack genuine or manipulated faces, no source has both, or the logits do not tell
            them apart.
    """
    scored = [row for row in results if row["logit"] is not None]
    real_sources = {row["source"] for row in scored if row["label"] == "real"}
    fake_sources = {row["source"] for row in scored if row["label"] == "fake"}
    if not real_sources or not fake_sources:
        raise ValueError("calibration needs genuine and manipulated faces")
    mixed = real_sources & fake_sources
    if not mixed:
        raise ValueError(
            "no source has both genuine and manipulated faces, so probabilities cannot be fitted; "
            "give files of both labels the same `source` in labels.csv"
        )
    quality = fit_offsets(scored) if quality is None else quality
    rows = [row | {"adjusted": adjusted(row, quality)} for row in scored]
    kept = [row for row in rows if row["source"] in mixed]
    platt = LogisticRegression(C=1e6).fit(
        np.array([[row["adjusted"]] for row in kept]), np.array([row["label"] == "fake" for row in kept])
    )
    if platt.coef_[0, 0] <= 0:
        raise ValueError("the logits do not rise from genuine to manipulated; this network has learned nothing")
    genuine = [row for row in rows if row["label"] == "real"]
    fake = [row["adjusted"] for row in rows if row["label"] == "fake"]
    upper = _strictest(genuine, FALSE_ALARM_RATE)
    some = min(_strictest(genuine, SOME_SIGNS_RATE), upper)
    lower = min(-_kth_largest([-logit for logit in fake], MISS_RATE), some)
    scale = Calibration(slope=float(platt.coef_[0, 0]), intercept=float(platt.intercept_[0]))
    # Just above the deciding genuine face.
    above = [min(1.0, scale.probability(value) + 1e-6) for value in (upper, some)]
    return OperatingPoint(
        quality=quality,
        calibration=Calibration(
            slope=scale.slope,
            intercept=scale.intercept,
            threshold_fake=above[0],
            threshold_some=above[1],
            threshold_real=max(0.0, scale.probability(lower) - 1e-6),
        ),
    )


def _kth_largest(values: Sequence[float] | NDArray[np.float64], rate: float) -> float:
    k = max(1, int((len(values) + 1) * rate))
    return float(np.sort(np.asarray(values))[-k])


def cross_validated(results: Sequence[Row], quality: QualityOffsets | None = None) -> list[Row]:
    """Add `probability`, `grade` and `outcome` by cross-validation: ten folds by group, each graded by the other
    nine."""
    fold_of = _folds(results)
    graded: list[Row] = [{} for _ in results]
    for fold in set(fold_of):
        point = calibrate([row for row, at in zip(results, fold_of, strict=True) if at != fold], quality)
        for index, (row, at) in enumerate(zip(results, fold_of, strict=True)):
            if at == fold:
                graded[index] = row | point.apply(row)
    return graded


def leave_one_source_out(results: Sequence[Row]) -> list[Row]:
    """ModelSource the genuine results of each source by an operating point fitted on the other sources."""
    graded = []
    for source in sorted({row["source"] for row in results if row["label"] == "real"}):
        others = [row for row in results if row["source"] != source]
        try:
            point = calibrate(others)
        except ValueError:  # no other source has both labels
            continue
        graded += [row | point.apply(row) for row in results if row["source"] == source and row["label"] == "real"]
    return graded


def grade_rates(graded: Iterable[Row]) -> dict[Grade, GradeRate]:
    """Return the share of genuine and of manipulated faces with each grade."""
    counts: dict[str, Counter[Grade]] = {"real": Counter(), "fake": Counter()}
    for row in graded:
        if row["grade"] is not None:
            counts[row["label"]][row["grade"]] += 1
    totals = {label: max(1, count.total()) for label, count in counts.items()}
    return {
        grade: GradeRate(
            genuine=round(counts["real"][grade] / totals["real"], 4),
            manipulated=round(counts["fake"][grade] / totals["fake"], 4),
        )
        for grade in OUTCOME_OF
    }


def _folds(results: Sequence[Row]) -> list[int]:
    """Return a fold for each result, the groups of each source and label distributed evenly and reproducibly."""
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


def error_rates(graded: Sequence[Row]) -> tuple[float, float, float]:
    """Return the shares of genuine faces called fake, manipulated called real, and all left inconclusive."""
    called: dict[str, list[str]] = {"real": [], "fake": []}
    for row in graded:
        if row["outcome"] != "no_face":
            called[row["label"]].append(row["outcome"])
    everything = called["real"] + called["fake"]
    return (
        called["real"].count("fake") / max(1, len(called["real"])),
        called["fake"].count("real") / max(1, len(called["fake"])),
        everything.count("inconclusive") / max(1, len(everything)),
    )


def video_block(stills: Sequence[Row], footage: Sequence[Row], measured_on: str) -> dict[str, Any]:
    """Compute the operating point of videos for a checkpoint's card.

    Args:
        stills: synthetic videos from still images, one row each, with pooled logits.
        footage: real videos, likewise. While they are too few to measure the rate on, `signs` starts above every
            genuine one, because footage varies more than synthetic videos.

    Returns:
        `calibration` as `Calibration` takes it; `false_alarm_rate`, `miss_rate`, `undecided_rate` and
        `grade_rates` from ten folds, each graded by thresholds set on the other nine; `measured_on`, `measured`.

    Raises:
        ValueError: the results lack genuine or manipulated videos, or the logits do not tell them apart.
    """
    results = [*stills, *(row | {"footage": True} for row in footage)]
    graded = cross_validated(results, QualityOffsets())
    false_alarm_rate, miss_rate, undecided_rate = error_rates(graded)
    return {
        "calibration": asdict(calibrate(results, QualityOffsets()).calibration),
        "false_alarm_rate": round(false_alarm_rate, 4),
        "miss_rate": round(miss_rate, 4),
        "undecided_rate": round(undecided_rate, 4),
        "measured_on": measured_on,
        "measured": asdict(MeasuredData(synthetic_videos=len(stills), videos=len(footage))),
        "grade_rates": {grade: asdict(rate) for grade, rate in grade_rates(graded).items()},
    }
