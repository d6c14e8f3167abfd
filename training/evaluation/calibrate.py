"""From validation logits to quality offsets, a probability and thresholds with stated error rates."""

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
from training.evaluation.metrics import Row

FALSE_ALARM_RATE = 0.01
SOME_SIGNS_RATE = 0.05
MISS_RATE = 0.05
FOLDS = 10
BINS = 5
FEWEST = 299
"""Genuine faces in a bin: so many without an error certify 1 % at 95 % confidence (Clopper-Pearson)."""
SOURCE_SLACK = 2
"""A single source may have this many times the rate that holds for each bin and for all together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """What `calibrate` sets: offsets by image detail, and probability and thresholds of adjusted logits."""

    quality: QualityOffsets
    calibration: Calibration

    def judge(self, row: Row) -> Row:
        """`probability`, `grade` and `outcome` of a result."""
        if row["logit"] is None:
            return {"probability": None, "grade": None, "outcome": "no_face"}
        probability = self.calibration.probability(adjusted(row, self.quality))
        grade = self.calibration.grade(probability)
        return {"probability": probability, "grade": grade, "outcome": OUTCOME_OF[grade]}


def adjusted(row: Row, quality: QualityOffsets) -> float:
    """The logit of a result less the offset for its image detail."""
    return quality.adjust(row["logit"], row.get("detail") or 0.0)


def fit_offsets(results: Sequence[Row]) -> QualityOffsets:
    """Offsets that place the 1 % false-alarm threshold of every quality bin at the same logit.

    Genuine faces are cut into BINS bins of equal number by image detail. A bin's threshold is a split-conformal
    quantile (the k-th largest of n logits with k = floor((n + 1) * rate)). Where more than twice the rate of a
    source lies above, the bin that holds most of those faces is made stricter until the source keeps to it. With
    fewer than FEWEST faces to a bin there is one bin for all.
    """
    genuine = [row for row in results if row["label"] == "real" and row["logit"] is not None]
    details = np.array([row.get("detail") or 0.0 for row in genuine])
    if len(genuine) < BINS * FEWEST or np.ptp(details) == 0:
        return QualityOffsets()
    edges = np.quantile(details, np.arange(1, BINS) / BINS)
    places = np.searchsorted(edges, details, side="right")
    logits = np.array([row["logit"] for row in genuine])
    tops = np.array([_kth_largest(logits[places == place], FALSE_ALARM_RATE) for place in range(BINS)])
    level = float(np.median(tops))
    offsets = tops - level
    sources = np.array([row["source"] for row in genuine])
    for source in sorted(set(sources.tolist())):
        own = np.flatnonzero(sources == source)
        allowed = int((len(own) + 1) * SOURCE_SLACK * FALSE_ALARM_RATE)
        if allowed < 2:
            continue  # one face would set the threshold
        while len(above := own[logits[own] - offsets[places[own]] > level]) > allowed:
            place = np.bincount(places[above]).argmax()
            offsets[place] = logits[above[places[above] == place]].min() - level
    return QualityOffsets(edges=tuple(edges.tolist()), offsets=tuple(offsets.tolist()))


def _strictest(genuine: Sequence[Row], rate: float) -> float:
    """The highest conformal quantile of adjusted logits: of all at `rate`, of each large source at twice that."""
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
    """Offsets, then Platt scaling on the sources that have both labels, then thresholds for the stated rates.

    `signs` starts where at most 1 %, and `some signs` where at most 5 %, of all genuine faces and twice that share
    of any single source would get it (split conformal); a source in which one face would decide counts into the
    pooled quantile only. `none found` ends where at most 5 % of the manipulated faces lie below.

    Args:
        results: of `evaluate`, with logits as the network gave them.
        quality: offsets to use; by default they are fitted. Empty ones for logits that are adjusted already.

    Raises:
        ValueError: the results lack genuine or manipulated faces, no source has both, or the logits do not tell
            them apart.
    """
    judged = [row for row in results if row["logit"] is not None]
    real_sources = {row["source"] for row in judged if row["label"] == "real"}
    fake_sources = {row["source"] for row in judged if row["label"] == "fake"}
    if not real_sources or not fake_sources:
        raise ValueError("calibration needs genuine and manipulated faces")
    mixed = real_sources & fake_sources
    if not mixed:
        raise ValueError(
            "no source has both genuine and manipulated faces, so probabilities cannot be fitted; "
            "give files of both labels the same `source` in labels.csv"
        )
    quality = fit_offsets(judged) if quality is None else quality
    rows = [row | {"adjusted": adjusted(row, quality)} for row in judged]
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
    # Just above the deciding genuine face, so that it does not get the grade itself.
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


def judged_by_others(results: Sequence[Row], quality: QualityOffsets | None = None) -> list[Row]:
    """The results with `probability`, `grade` and `outcome` from an operating point that did not see them.

    Ten folds by group: each is judged by what the other nine calibrate, so that the rates stated are not
    those of the data the thresholds were set on.
    """
    fold_of = _folds(results)
    judged: list[Row] = [{} for _ in results]
    for fold in set(fold_of):
        point = calibrate([row for row, at in zip(results, fold_of, strict=True) if at != fold], quality)
        for index, (row, at) in enumerate(zip(results, fold_of, strict=True)):
            if at == fold:
                judged[index] = row | point.judge(row)
    return judged


def judged_by_other_sources(results: Sequence[Row]) -> list[Row]:
    """The genuine results, each source judged by an operating point that never saw that source."""
    judged = []
    for source in sorted({row["source"] for row in results if row["label"] == "real"}):
        others = [row for row in results if row["source"] != source]
        try:
            point = calibrate(others)
        except ValueError:  # without this source no other has both labels
            continue
        judged += [row | point.judge(row) for row in results if row["source"] == source and row["label"] == "real"]
    return judged


def grade_rates(judged: Iterable[Row]) -> dict[Grade, GradeRate]:
    """Share of the genuine and of the manipulated faces that got each grade."""
    counts: dict[str, Counter[Grade]] = {"real": Counter(), "fake": Counter()}
    for row in judged:
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


def video_block(stills: Sequence[Row], footage: Sequence[Row], measured_on: str) -> dict[str, Any]:
    """An operating point of videos' own, for a checkpoint's card.

    Args:
        stills: moving stills, one line a video, with the logit pooled as the detector pools.
        footage: videos that are really videos, likewise. `signs` starts above every genuine one of them while they
            are fewer than the rate can be measured on: faces in stills do not speak, and footage varies more.
        measured_on: the data in a few words.

    Returns:
        `calibration` as `Calibration` takes it; `false_alarm_rate`, `miss_rate`, `undecided_rate` and
        `grade_rates` from ten folds, each judged by thresholds set on the other nine; `measured_on`, `measured`.

    Raises:
        ValueError: the results lack genuine or manipulated videos, or the logits do not tell them apart.
    """
    results = [*stills, *(row | {"footage": True} for row in footage)]
    judged = judged_by_others(results, QualityOffsets())
    false_alarm_rate, miss_rate, undecided_rate = error_rates(judged)
    return {
        "calibration": asdict(calibrate(results, QualityOffsets()).calibration),
        "false_alarm_rate": round(false_alarm_rate, 4),
        "miss_rate": round(miss_rate, 4),
        "undecided_rate": round(undecided_rate, 4),
        "measured_on": measured_on,
        "measured": asdict(MeasuredData(synthetic_videos=len(stills), videos=len(footage))),
        "grade_rates": {grade: asdict(rate) for grade, rate in grade_rates(judged).items()},
    }
