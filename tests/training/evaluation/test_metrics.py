"""Figures against independent oracles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from detector.verdict.calibration import Calibration
from training.evaluation.metrics import (
    auc_with_interval,
    calibration_error,
    equal_error_rate,
    outcome_of,
    share_with_interval,
    summarise,
    weighted_aucs,
)


def test_the_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 1, 40), rng.normal(1, 1, 30)
    found = auc_with_interval([0] * 40 + [1] * 30, [*real, *fake])
    assert found["auc"] == pytest.approx(float((fake[:, None] > real[None]).mean()), abs=5e-4)
    assert found["low"] < found["auc"] < found["high"]
    assert (found["real"], found["fake"]) == (40, 30)


def test_resampled_aucs_are_scikit_learns_ties_included() -> None:
    rng = np.random.default_rng(0)
    y, x, times = rng.integers(0, 2, 50), rng.integers(0, 8, 50) / 2, rng.integers(0, 4, (20, 50))
    found = weighted_aucs(y, x, times)
    assert found == pytest.approx([roc_auc_score(y, x, sample_weight=row) for row in times])
    assert np.isnan(weighted_aucs(np.zeros(3), np.arange(3.0), np.ones((1, 3), int))).all()


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, covered = np.random.default_rng(1), 0
    for _ in range(60):
        found = auc_with_interval([0] * 60 + [1] * 60, [*rng.normal(0, 1, 60), *rng.normal(1, 1, 60)])
        covered += found["low"] <= norm.cdf(1 / np.sqrt(2)) <= found["high"]
    assert 50 <= covered


def test_the_equal_error_rate_of_two_normals_is_known() -> None:
    rng = np.random.default_rng(0)
    logits = [*rng.normal(0, 1, 20_000), *rng.normal(2, 1, 20_000)]
    crossing = brentq(lambda t: norm.sf(t) - norm.cdf(t - 2), 0, 2)
    assert equal_error_rate([0] * 20_000 + [1] * 20_000, logits) == pytest.approx(norm.sf(crossing), abs=0.005)


def test_calibration_error_is_none_for_honest_odds_and_the_gap_for_a_constant_lie() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(50_000)
    assert calibration_error((rng.random(50_000) < p).astype(int), p) < 0.01
    assert calibration_error([0] * 70 + [1] * 30, [0.9] * 100) == pytest.approx(0.6)
    assert calibration_error([1], [1.0]) == 0


def test_a_share_of_nothing_found_still_has_an_upper_bound() -> None:
    """The rule of three: none in n leaves up to about 3.8/n (Wilson)."""
    found = share_with_interval(0, 400)
    assert found["share"] == 0 and found["low"] == 0 and found["high"] == pytest.approx(3.84 / 404, abs=1e-3)


def test_a_summary_tells_sources_manipulations_compressions_widths_and_people_apart(rows) -> None:
    results = [
        *rows("real", [-2, -1, -3, 3], "c (c40)", face_width_px=80.0, attributes="age=30;sex=1;race=3"),
        *rows("fake", [2, 1, 3], "c (c40)", face_width_px=80.0, manipulation="A"),
        *rows("fake", [-5, -4, -6], "c (c40)", face_width_px=200.0, manipulation="B"),
        *rows("real", [-2, -2], "other", logit=None, face_width_px=None),
    ]
    found = summarise([row | outcome_of(row, Calibration(threshold_real=0.3)) for row in results])
    ranking = {name: row["auc"] for name, row in found["ranking"].items()}
    assert ranking == {
        "all": pytest.approx(9.5 / 24, abs=1e-3),
        "c (c40)": pytest.approx(9.5 / 24, abs=1e-3),
        "c (c40): A": pytest.approx(9.5 / 12, abs=1e-3),
        "c (c40): B": 0.0,
        "compression: c40": pytest.approx(9.5 / 24, abs=1e-3),
        "width of the face: 064 to 095 px": pytest.approx(9.5 / 12, abs=1e-3),
    }
    assert found["grades"]["other"] == {"real": {"no_face": 2}, "fake": {}}
    assert found["grades"]["all"]["real"] == {"none found": 3, "signs": 1, "no_face": 2}
    alarms = found["false_alarms"]
    for group in ("all", "c (c40)", "sex: female", "race: Indian", "sex and race: female, Indian"):
        assert (alarms[group]["count"], alarms[group]["of"]) == (1, 4)
    assert set(found["probabilities"]) == {"all", "c (c40)"}
