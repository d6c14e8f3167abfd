"""How logits become an outcome: no number without a face, no vote against a manipulated person."""

from __future__ import annotations

import math

import pytest
from scipy.special import expit

from detector.aggregate import pool_faces, pool_tracks, weighty_tracks
from detector.calibrate import Calibration


@pytest.mark.parametrize(
    ("logits", "counts", "expected"),
    [
        pytest.param([], [], None, id="no face gives no number, not 0.5"),
        pytest.param([-3.0, 4.0, -3.0], [32, 30, 31], 4.0, id="one manipulated person of three is not outvoted"),
        pytest.param([-3.0, 9.0], [32, 1], -3.0, id="one stray detection does not make a clip fake"),
        pytest.param([-1.0, 2.0], [1, 1], 2.0, id="in a picture every face counts"),
    ],
)
def test_the_file_is_judged_by_its_most_suspicious_weighty_person(logits, counts, expected) -> None:
    assert pool_tracks(logits, weighty_tracks(counts)) == expected


def test_no_faces_have_no_logit() -> None:
    with pytest.raises(ValueError, match="no faces"):
        pool_faces([])


def test_probability_is_the_logistic_function_also_at_the_extremes() -> None:
    calibration = Calibration(slope=1.7, intercept=-0.4)
    for logit in (-1e9, -800.0, -3.0, 0.0, 0.1, 5.0, 800.0, 1e9):
        assert calibration.probability(logit) == pytest.approx(float(expit(1.7 * logit - 0.4)), abs=1e-15)


def test_a_higher_logit_never_gives_a_milder_outcome() -> None:
    order = {"real": 0, "inconclusive": 1, "fake": 2}
    calibration = Calibration(slope=0.8, intercept=0.3, threshold_fake=0.7, threshold_real=0.4)
    steps = [order[calibration.outcome(calibration.probability(x / 10))] for x in range(-60, 60)]
    assert steps == sorted(steps) and set(steps) == {0, 1, 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"slope": 0.0},
        {"slope": math.nan},
        {"threshold_fake": 0.3, "threshold_real": 0.4},
        {"threshold_fake": 1.2},
        {"threshold_real": -0.1},
    ],
)
def test_a_calibration_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Calibration(**wrong)
