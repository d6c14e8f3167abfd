"""How good a checkpoint is, on pictures and clips it never saw, through `Detector.analyze` like everybody else."""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from detector.config import DetectorConfig
from detector.pipeline import Detector
from training.data import read_labels

_FIELDS = ("file", "label", "source", "manipulation", "logit", "probability", "outcome")
_RESAMPLES = 1000
_FEWEST = 3
"""Files of either kind below which an AUC says nothing."""


def evaluate(checkpoint: str, config: DetectorConfig, folder: Path, split: str, out_file: Path) -> None:
    """Judge every file of a split and write one line for each: `logit` is the verdict's, empty without a face."""
    detector = Detector.from_checkpoint(checkpoint, config)
    items = [item for item in read_labels(folder) if item.split == split]
    out_file.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with out_file.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_FIELDS)
        for done, item in enumerate(items, start=1):
            analysis = detector.analyze(folder / item.file)
            weighty = [track.logit for track in analysis.tracks if track.weighty]
            row = [item.file, item.label, item.source, item.manipulation, max(weighty, default="")]
            writer.writerow([*row, analysis.verdict.probability, analysis.verdict.outcome])
            if done % 500 == 0:
                left_s = (time.monotonic() - start) / done * (len(items) - done)
                print(f"{done}/{len(items)} files, {left_s / 60:.1f} min left", flush=True)


def read_results(file: Path) -> list[dict[str, Any]]:
    """What `evaluate` wrote, with `logit` as a number or None."""
    with file.open(newline="") as lines:
        return [row | {"logit": float(row["logit"]) if row["logit"] else None} for row in csv.DictReader(lines)]


def auc_with_interval(labels: Sequence[int], logits: Sequence[float]) -> dict[str, Any]:
    """Area under the ROC curve with a 95 % bootstrap interval over files (1,000 resamples, fixed seed).

    Args:
        labels: 1 for fake, 0 for real.
        logits: in the same order.
    """
    y, x = np.asarray(labels), np.asarray(logits)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(_RESAMPLES):
        picked = rng.integers(len(y), size=len(y))
        if 0 < y[picked].sum() < len(y):
            draws.append(roc_auc_score(y[picked], x[picked]))
    low, high = np.percentile(draws, [2.5, 97.5])
    return {
        "auc": round(float(roc_auc_score(y, x)), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
        "real": int((y == 0).sum()),
        "fake": int(y.sum()),
    }


def summarise(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """AUC by source and manipulation, outcomes by source and label; files without a face are counted apart.

    Groups with fewer than three files of either kind get no AUC.
    """
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in results:
        groups["all"].append(row)
        groups[row["source"]].append(row)
    genuine = {name: [row for row in rows if row["label"] == "real"] for name, rows in groups.items()}
    for row in results:
        if row["label"] == "fake" and genuine[row["source"]]:
            groups[f"{row['source']}: {row['manipulation']}"].append(row)
    aucs, outcomes = {}, {}
    for name, rows in sorted(groups.items()):
        if ": " in name:
            rows = rows + genuine[name.split(": ")[0]]
        judged = [row for row in rows if row["logit"] is not None]
        labels = [int(row["label"] == "fake") for row in judged]
        if min(labels.count(0), labels.count(1)) >= _FEWEST:
            aucs[name] = auc_with_interval(labels, [row["logit"] for row in judged])
        if ": " not in name:
            outcomes[name] = {
                label: dict(Counter(row["outcome"] for row in rows if row["label"] == label))
                for label in ("real", "fake")
            }
    return {"auc": aucs, "outcomes": outcomes}
