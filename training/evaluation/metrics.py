"""Compute metrics with intervals from the results that `evaluate` writes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score, roc_curve

from detector.types import OUTCOME_OF
from detector.verdict.calibration import Calibration

Row = dict[str, Any]
"""One scored file: the columns that `evaluate` writes, `logit` None without a face."""

_RESAMPLES = 1000
_FEWEST = 3
"""Least files of either label for an AUC."""
_WIDTHS_PX = (0, 64, 96, 128, 192, 10_000)
_SEXES = {"0": "male", "1": "female"}
_RACES = {"0": "White", "1": "Black", "2": "Asian", "3": "Indian", "4": "other"}
"""UTKFace's own codes and words (susanqq.github.io/UTKFace)."""


def auc_with_interval(labels: Sequence[int], logits: Sequence[float]) -> Row:
    """Area under the ROC curve with a 95 % bootstrap interval over files (1,000 resamples, fixed seed).

    Args:
        labels: 1 for fake, 0 for real.
        logits: in the same order.
    """
    y, x = np.asarray(labels), np.asarray(logits)
    picked = np.random.default_rng(0).integers(len(y), size=(_RESAMPLES, len(y)))
    times = np.stack([np.bincount(row, minlength=len(y)) for row in picked])
    draws = weighted_aucs(y, x, times)
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return {
        "auc": round(float(roc_auc_score(y, x)), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
        "real": int((y == 0).sum()),
        "fake": int(y.sum()),
    }


def weighted_aucs(y: NDArray[Any], x: NDArray[Any], times: NDArray[Any]) -> NDArray[np.float64]:
    """Compute the AUC for each row of weights `times`; NaN without both labels.

    Args:
        y: (files,), 1 for fake, 0 for real.
        x: (files,), logits.
        times: (rows, files), whole numbers from 0.

    A hundred times faster than calling scikit-learn for each row.
    """
    order = np.argsort(x, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(x[order]) != 0])  # ties count half
    fakes = np.add.reduceat((times * y)[:, order], starts, axis=1)
    reals = np.add.reduceat((times * (1 - y))[:, order], starts, axis=1)
    below = np.cumsum(reals, axis=1) - reals / 2
    with np.errstate(invalid="ignore"):
        aucs: NDArray[np.float64] = (fakes * below).sum(1) / (fakes.sum(1) * reals.sum(1))
    return aucs


def equal_error_rate(labels: Sequence[int], logits: Sequence[float]) -> float:
    """Equal error rate: false-alarm rate at the threshold where it equals the miss rate.

    >>> equal_error_rate([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
    0.5
    """
    false_alarms, hits, _ = roc_curve(labels, logits)
    at = int(np.argmin(np.abs(false_alarms - (1 - hits))))
    return float((false_alarms[at] + 1 - hits[at]) / 2)


def calibration_error(labels: Sequence[int], probabilities: Sequence[float], bins: int = 15) -> float:
    """Expected calibration error over bins of equal width (Guo et al., ICML 2017, arXiv:1706.04599).

    >>> calibration_error([0, 1, 1, 1], [0.75, 0.75, 0.75, 0.75])
    0.0
    """
    y, p = np.asarray(labels, float), np.asarray(probabilities, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [abs(y[place == b].mean() - p[place == b].mean()) * (place == b).mean() for b in set(place.tolist())]
    return float(sum(gaps))


def share_with_interval(count: int, of: int) -> Row:
    """A share with its 95 % Wilson interval."""
    if of == 0:
        return {"count": 0, "of": 0}
    interval = binomtest(count, of).proportion_ci(0.95, method="wilson")
    share = {"share": count / of, "low": interval.low, "high": interval.high}
    return {"count": count, "of": of} | {key: round(float(value), 4) for key, value in share.items()}


def outcome_of(row: Row, calibration: Calibration) -> Row:
    """Return `probability`, `grade` and `outcome` of a result by its logit."""
    if row["logit"] is None:
        return {"probability": None, "grade": None, "outcome": "no_face"}
    probability = calibration.probability(row["logit"])
    grade = calibration.grade(probability)
    return {"probability": probability, "grade": grade, "outcome": OUTCOME_OF[grade]}


def summarise(results: Sequence[Row]) -> Row:
    """Compute all metrics of one split for the model card.

    Returns:
        `ranking`: AUC by source, manipulation, compression and width of the face; groups with fewer than
        three files of either kind get none. `probabilities`: equal error rate, log-loss, Brier score and
        calibration error, by source with both labels. `grades`: how often each was given, by source and
        label. `false_alarms`: the share of genuine files called fake, by source, width, sex and race.
    """
    ranking, probabilities = {}, {}
    for name, rows in _ranked_groups(results).items():
        scored = [row for row in rows if row["logit"] is not None]
        labels = [int(row["label"] == "fake") for row in scored]
        if min(labels.count(0), labels.count(1)) < _FEWEST:
            continue
        logits = [row["logit"] for row in scored]
        ranking[name] = auc_with_interval(labels, logits)
        if ":" not in name:
            p = [row["probability"] for row in scored]
            figures = {
                "equal_error_rate": equal_error_rate(labels, logits),
                "log_loss": log_loss(labels, p),
                "brier": brier_score_loss(labels, p),
                "calibration_error": calibration_error(labels, p),
            }
            probabilities[name] = {key: round(float(value), 4) for key, value in figures.items()}
    grades: dict[str, dict[str, dict[str, int]]] = {}
    for source in ["all", *sorted({row["source"] for row in results})]:
        rows = [row for row in results if source in ("all", row["source"])]
        grades[source] = {
            label: dict(Counter(row["grade"] or "no_face" for row in rows if row["label"] == label))
            for label in ("real", "fake")
        }
    return {
        "ranking": ranking,
        "probabilities": probabilities,
        "grades": grades,
        "false_alarms": _false_alarms(results),
        "detection": detection_rates(results),
    }


def detection_rates(results: Sequence[Row], rates: Sequence[float] = (0.01, 0.05)) -> Row:
    """Compute detection rates at false-alarm rates of 1 % and 5 % within each source.

    Returns:
        For `all` and each source with both labels, and each rate, a share with its 95 % Wilson interval.
        Thresholds are set on the same genuine files, so this measures the ranking only.
    """
    found: Row = {}
    for source in ["all", *sorted({row["source"] for row in results})]:
        rows = [row for row in results if source in ("all", row["source"]) and row["logit"] is not None]
        real = np.array([row["logit"] for row in rows if row["label"] == "real"])
        fake = np.array([row["logit"] for row in rows if row["label"] == "fake"])
        if min(len(real), len(fake)) >= _FEWEST:
            found[source] = {}
            for rate in rates:
                above = int((fake > np.quantile(real, 1 - rate, method="higher")).sum())
                found[source][str(rate)] = share_with_interval(above, len(fake))
    return found


def _ranked_groups(results: Sequence[Row]) -> dict[str, list[Row]]:
    """Yield manipulated files with the genuine ones of the same source, compression or width."""
    groups: dict[str, list[Row]] = {"all": list(results)}
    for source in sorted({row["source"] for row in results}):
        of_source = [row for row in results if row["source"] == source]
        groups[source] = of_source
        genuine = [row for row in of_source if row["label"] == "real"]
        for kind in sorted({row["manipulation"] for row in of_source if row["label"] == "fake"}):
            groups[f"{source}: {kind}"] = genuine + [row for row in of_source if row["manipulation"] == kind]
    for naming, title in ((_compression, "compression"), (_width, "width of the face")):
        found: dict[str, list[Row]] = defaultdict(list)
        for row in results:
            if (name := naming(row)) is not None:
                found[name].append(row)
        groups |= {f"{title}: {name}": rows for name, rows in sorted(found.items())}
    return groups


def _compression(row: Row) -> str | None:
    """Return the FaceForensics++ compression level that the source names, if any."""
    found = re.search(r"\b(raw|c23|c40)\b", row["source"])
    return found[0] if found else None


def _width(row: Row) -> str | None:
    width_px = row.get("face_width_px")
    if not width_px:
        return None
    upper = next(limit for limit in _WIDTHS_PX if width_px < limit)
    lower = _WIDTHS_PX[_WIDTHS_PX.index(upper) - 1]
    return f"{lower:03d} px and more" if upper == _WIDTHS_PX[-1] else f"{lower:03d} to {upper - 1:03d} px"


def _false_alarms(results: Sequence[Row]) -> Row:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in results:
        if row["label"] != "real" or row["logit"] is None:
            continue
        groups["all"].append(row)
        groups[row["source"]].append(row)
        if (width := _width(row)) is not None:
            groups[f"width of the face: {width}"].append(row)
        known = dict(pair.split("=", 1) for pair in str(row.get("attributes") or "").split(";") if "=" in pair)
        sex, race = _SEXES.get(known.get("sex", "")), _RACES.get(known.get("race", ""))
        if sex:
            groups[f"sex: {sex}"].append(row)
        if race:
            groups[f"race: {race}"].append(row)
        if sex and race:
            groups[f"sex and race: {sex}, {race}"].append(row)
    return {
        name: share_with_interval(sum(row["outcome"] == "fake" for row in rows), len(rows))
        for name, rows in sorted(groups.items())
    }
