"""How logits become an outcome: no number without a face, no vote against a manipulated person."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit

from detector.verdict.aggregate import pool_faces, pool_tracks, runs, weighty_tracks
from detector.verdict.calibration import Calibration


@pytest.mark.parametrize(
    ("logits", "counts", "expected"),
    [
        pytest.param([], [], None, id="no face gives no number, not 0.5"),
        pytest.param([-3.0, 4.0, -3.0], [32, 30, 31], 4.0, id="one manipulated person of three is not outvoted"),
        pytest.param([-3.0, 9.0], [32, 1], -3.0, id="one stray detection does not make a video fake"),
        pytest.param([-3.0, 4.0], [240, 12], 4.0, id="somebody seen for three of sixty seconds counts"),
        pytest.param([-1.0, 2.0], [1, 1], 2.0, id="in an image every face counts"),
    ],
)
def test_the_file_is_judged_by_its_most_suspicious_weighty_person(logits, counts, expected) -> None:
    assert pool_tracks(logits, weighty_tracks(counts)) == expected


def test_no_faces_have_no_logit() -> None:
    with pytest.raises(ValueError, match="no faces"):
        pool_faces([], [], [])


def series(seconds: float, hz: float, fake_from_s: float, fake_to_s: float) -> tuple[list[float], list[float]]:
    times = [number / hz for number in range(round(seconds * hz))]
    return times, [4.0 if fake_from_s <= time_s < fake_to_s else -2.0 for time_s in times]


@pytest.mark.parametrize("hz", [4.0, 30.0])
def test_three_manipulated_seconds_are_not_voted_down_by_the_rest_and_are_pointed_at(hz: float) -> None:
    times, logits = series(300.0, hz, 120.0, 123.2)
    pooled = pool_faces(times, logits, [1.0] * len(times))
    assert pooled.logit == pytest.approx(4.0, abs=0.5)
    first, last = pooled.peak
    assert times[first] == pytest.approx(120.0, abs=0.6) and times[last] == pytest.approx(123.2, abs=0.6)


def test_one_stray_face_does_not_speak_for_a_person() -> None:
    times, logits = series(30.0, 1.0, 12.0, 13.0)
    assert pool_faces(times, logits, [1.0] * 30).logit < 0


@pytest.mark.parametrize("hz", [0.1, 1.0, 7.0])
def test_the_windows_are_those_a_plain_loop_finds(hz: float) -> None:
    rng = np.random.default_rng(3)
    times = np.sort(rng.uniform(0, 40 / hz, 40))
    logits, weights = rng.normal(size=40), rng.uniform(0.2, 1.0, 40)
    pooled = pool_faces(times.tolist(), logits.tolist(), weights.tolist())
    for index, smoothed in enumerate(pooled.smoothed):
        inside = np.abs(times - times[index]) <= 1.5
        if inside.sum() < 5:
            inside = np.zeros(40, bool)
            inside[np.argsort(np.abs(times - times[index]))[:5]] = True
        assert smoothed == pytest.approx(np.average(logits[inside], weights=weights[inside]))
    assert pooled.logit == max(pooled.smoothed)


def test_a_face_that_is_hard_to_judge_counts_less() -> None:
    times, logits = [0.0, 0.1, 0.2], [6.0, 0.0, 0.0]
    plain = pool_faces(times, logits, [1.0, 1.0, 1.0]).logit
    assert pool_faces(times, logits, [0.25, 1.0, 1.0]).logit < plain / 2


def test_runs_are_the_unbroken_stretches() -> None:
    wanted = [bool(bit) for bit in (0, 1, 1, 0, 1, 0, 0, 1)]
    assert runs(wanted) == [(1, 2), (4, 4), (7, 7)]
    assert runs([]) == [] and runs([True] * 3) == [(0, 2)]


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
