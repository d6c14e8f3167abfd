"""Thresholds that keep their promises, and rates that are not measured on what they were set on."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from detector.verdict.calibration import Calibration, QualityOffsets
from training.__main__ import main
from training.evaluation.calibrate import (
    FALSE_ALARM_RATE,
    MISS_RATE,
    SOME_SIGNS_RATE,
    calibrate,
    cross_validated,
    error_rates,
    grade_rates,
    leave_one_source_out,
    video_block,
)
from training.evaluation.evaluate import RESULT_FIELDS
from training.evaluation.metrics import outcome_of


def graded_by(results, calibration):
    return [row | outcome_of(row, calibration) for row in results]


def test_thresholds_keep_their_promises_on_the_data_they_were_set_on(rows) -> None:
    rng = np.random.default_rng(0)
    results = rows("real", rng.normal(-1, 1, 2000)) + rows("fake", rng.normal(1.5, 1, 1500))
    results += rows("real", rng.normal(0.5, 1, 400), "harder")
    graded = graded_by(results, calibrate(results).calibration)
    for source in ("s", "harder"):
        called = [row["outcome"] for row in graded if row["source"] == source and row["label"] == "real"]
        assert called.count("fake") / len(called) <= 2 * FALSE_ALARM_RATE
    false_alarms, misses, undecided = error_rates(graded)
    assert 0 < undecided < 1
    assert false_alarms <= FALSE_ALARM_RATE and 0.8 * MISS_RATE < misses <= MISS_RATE


def test_thresholds_keep_their_promise_on_faces_they_never_saw(rows) -> None:
    """Split conformal: over many draws, at most 1 % of new genuine faces are called fake."""
    rng, called = np.random.default_rng(0), []
    for _ in range(100):
        point = calibrate(rows("real", rng.normal(0, 1, 399)) + rows("fake", rng.normal(2, 1, 399)))
        new = graded_by(rows("real", rng.normal(0, 1, 1000)), point.calibration)
        called.append(sum(row["outcome"] == "fake" for row in new) / 1000)
    assert 0.007 < np.mean(called) < 0.012


def test_nobody_is_judged_by_a_threshold_they_set(rows) -> None:
    """One genuine face far above all others would hide below its own threshold."""
    rng = np.random.default_rng(0)
    results = rows("real", [*rng.normal(-1, 1, 150), 6.0]) + rows("fake", rng.normal(2, 1, 150))
    by_all = graded_by(results, calibrate(results).calibration)
    by_others = cross_validated(results)
    assert by_all[150]["outcome"] == "inconclusive" and by_others[150]["outcome"] == "fake"
    assert [row["file"] for row in by_others] == [row["file"] for row in results]


def test_a_group_lies_in_one_fold(rows) -> None:
    rng = np.random.default_rng(0)
    results = rows("real", rng.normal(-1, 1, 300)) + rows("fake", rng.normal(1, 1, 300))
    twice = [*results, *results]
    graded = cross_validated(twice)
    assert [row["outcome"] for row in graded[:600]] == [row["outcome"] for row in graded[600:]]


def test_platt_scaling_recovers_known_odds(rows) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    fake = rng.random(20_000) < 1 / (1 + np.exp(-(0.7 * logits + 0.5)))
    calibration = calibrate(rows("real", logits[~fake]) + rows("fake", logits[fake])).calibration
    assert calibration.slope == pytest.approx(0.7, abs=0.05)
    assert calibration.intercept == pytest.approx(0.5, abs=0.08)


def test_faces_without_a_logit_are_left_out_and_one_sided_results_refused(rows) -> None:
    with pytest.raises(ValueError, match="genuine and manipulated"):
        calibrate([*rows("real", np.zeros(5)), *rows("fake", [0], logit=None)])
    with pytest.raises(ValueError, match="learned nothing"):
        calibrate(rows("real", np.ones(5)) + rows("fake", np.zeros(5)))
    assert error_rates(graded_by(rows("fake", [0], logit=None), Calibration())) == (0, 0, 0)


def test_sources_that_never_have_both_labels_are_a_typed_refusal(rows) -> None:
    with pytest.raises(ValueError, match="give files of both labels"):
        calibrate(rows("real", np.zeros(5), "a") + rows("fake", np.ones(5), "b"))


def sharp_and_soft(rows, rng, count: int = 1500) -> list:
    """Genuine and manipulated faces whose logits rise by 3 where the image is sharp."""
    results = []
    for label, level in (("real", -1.0), ("fake", 2.0)):
        for detail, shift in ((1.0, 0.0), (2.0, 1.0), (3.0, 3.0)):
            logits = rng.normal(level + shift, 1, count // 3)
            made = rows(label, logits, f"s{detail}")
            results += [row | {"detail": detail + rng.uniform(-0.1, 0.1)} for row in made]
    return results


@pytest.fixture
def three_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as `sharp_and_soft` has levels of detail."""
    monkeypatch.setattr("training.evaluation.calibrate.BINS", 3)


@pytest.mark.usefixtures("three_bins")
def test_offsets_by_detail_find_more_at_the_same_false_alarms(rows) -> None:
    results = sharp_and_soft(rows, np.random.default_rng(0), 3000)
    point, plain = calibrate(results), calibrate(results, QualityOffsets())
    assert point.quality.offsets == pytest.approx([-1.0, 0.0, 2.0], abs=0.4)
    found = {name: [row | at.apply(row) for row in results] for name, at in (("bins", point), ("plain", plain))}
    for name, graded in found.items():
        for detail in (1, 2, 3):
            real = [row["outcome"] for row in graded if row["label"] == "real" and round(row["detail"]) == detail]
            assert real.count("fake") / len(real) <= 2 * FALSE_ALARM_RATE, name
    share = {name: grade_rates(graded)["signs"].manipulated for name, graded in found.items()}
    assert share["bins"] > 1.5 * share["plain"]


@pytest.mark.usefixtures("three_bins")
def test_bins_keep_their_promise_on_faces_they_never_saw(rows) -> None:
    rng, called = np.random.default_rng(1), []
    for _ in range(20):
        point = calibrate(sharp_and_soft(rows, rng, 3000))
        new = [row | point.apply(row) for row in sharp_and_soft(rows, rng, 3000) if row["label"] == "real"]
        called.append(
            [
                np.mean([row["outcome"] == "fake" for row in new if round(row["detail"]) == detail])
                for detail in (1, 2, 3)
            ]
        )
    assert np.mean(called, axis=0).max() < 0.013


@pytest.mark.usefixtures("three_bins")
def test_a_source_that_lies_above_its_bin_makes_that_bin_alone_stricter(rows) -> None:
    rng = np.random.default_rng(0)
    results = sharp_and_soft(rows, rng, 3000)
    high = [row | {"detail": 3.0} for row in rows("real", rng.normal(6, 0.5, 150), "odd")]
    point, without = calibrate(results + high), calibrate(results)
    called = [point.apply(row)["outcome"] == "fake" for row in high]
    assert (
        np.mean(called)
        <= 2 * FALSE_ALARM_RATE
        < np.mean([without.apply(row)["outcome"] == "fake" for row in high])
    )
    soft = [row for row in results if row["label"] == "fake" and row["detail"] < 1.5]
    found = [np.mean([at.apply(row)["outcome"] == "fake" for row in soft]) for at in (point, without)]
    assert found[0] > 0.7 * found[1]  # soft faces do not pay for it


def test_too_few_faces_make_one_bin_at_the_strictest_threshold(rows) -> None:
    results = sharp_and_soft(rows, np.random.default_rng(0), 600)
    assert calibrate(results).quality == QualityOffsets()


@pytest.mark.usefixtures("three_bins")
def test_faces_of_only_two_details_have_no_offsets(rows) -> None:
    results = sharp_and_soft(rows, np.random.default_rng(0), 3000)
    assert calibrate([row | {"detail": 1.0 + (row["detail"] > 2)} for row in results]).quality == QualityOffsets()


@pytest.mark.usefixtures("three_bins")
def test_a_small_source_of_sharp_faces_costs_only_sharp_faces(rows) -> None:
    results = sharp_and_soft(rows, np.random.default_rng(0), 3000)
    odd = [row | {"detail": 3.0, "source": "odd"} for row in rows("real", np.linspace(6, 9, 110), "odd")]
    before, after = calibrate(results), calibrate(results + odd)
    soft = [row for row in results if row["label"] == "fake" and row["detail"] < 1.5]
    found = [np.mean([at.apply(row)["outcome"] == "fake" for row in soft]) for at in (before, after)]
    assert found[1] > 0.9 * found[0]
    flagged = sum(after.apply(row)["outcome"] == "fake" for row in odd)
    assert flagged <= 2 * FALSE_ALARM_RATE * len(odd)


def test_some_signs_is_given_to_at_most_one_genuine_face_in_twenty(rows) -> None:
    rng = np.random.default_rng(0)
    results = rows("real", rng.normal(-1, 1, 2000)) + rows("fake", rng.normal(1.5, 1, 1500))
    graded = graded_by(results, calibrate(results).calibration)
    rates = grade_rates(graded)
    assert rates["signs"].genuine <= FALSE_ALARM_RATE
    assert 0.03 < rates["signs"].genuine + rates["some signs"].genuine <= SOME_SIGNS_RATE
    assert rates["none found"].manipulated <= MISS_RATE
    assert sum(rate.genuine for rate in rates.values()) == pytest.approx(1, abs=1e-3)


def test_a_left_out_source_is_judged_by_the_others(rows) -> None:
    rng = np.random.default_rng(0)
    results = rows("real", rng.normal(-1, 1, 500)) + rows("fake", rng.normal(2, 1, 500))
    results += rows("real", rng.normal(3, 1, 500), "harder")
    graded = leave_one_source_out(results)
    assert {row["source"] for row in graded} == {"harder"}  # without `s` nobody has both labels
    assert np.mean([row["outcome"] == "fake" for row in graded]) > 0.3


def test_videos_have_a_block_of_their_own_as_the_card_wants_it(rows) -> None:
    rng = np.random.default_rng(0)
    results = rows("real", rng.normal(-1, 1, 300)) + rows("fake", rng.normal(2, 1, 300))
    block = video_block(results, [], "moving stills")
    calibration = Calibration(**block["calibration"])
    assert calibration == calibrate(results).calibration
    rates = {"false_alarm_rate", "miss_rate", "undecided_rate", "grade_rates"}
    assert set(block) == {"calibration", "measured_on", "measured"} | rates
    called = [row["outcome"] for row in cross_validated(results)]
    assert block["undecided_rate"] == pytest.approx(called.count("inconclusive") / 600, abs=5e-5)
    assert block["false_alarm_rate"] == pytest.approx(called[:300].count("fake") / 300, abs=5e-5)
    assert block["miss_rate"] == pytest.approx(called[300:].count("real") / 300, abs=5e-5)


def test_no_genuine_footage_gets_signs_where_it_is_too_little_to_measure_a_rate_on(rows) -> None:
    rng = np.random.default_rng(0)
    stills = rows("real", rng.normal(-1, 1, 300)) + rows("fake", rng.normal(2, 1, 300))
    footage = rows("real", [0.0, 3.5, 4.0], "footage")
    point = Calibration(**video_block(stills, footage, "stills")["calibration"])
    called = graded_by(footage, point)
    assert all(row["grade"] != "signs" for row in called)
    assert point.threshold_fake > Calibration(**video_block(stills, [], "stills")["calibration"]).threshold_fake


def test_the_command_sets_videos_on_stills_and_genuine_footage_binds_too(tmp_path, rows) -> None:
    rng = np.random.default_rng(0)

    def write(name: str, results: list[dict[str, Any]]) -> str:
        with (tmp_path / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, RESULT_FIELDS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(results)
        return str(tmp_path / name)

    results = rows("real", rng.normal(-1, 1, 150)) + rows("fake", rng.normal(2, 1, 150))
    stills, dev = write("stills.csv", results), write("dev.csv", rows("real", rng.normal(1, 1, 3)))
    out = tmp_path / "videos.json"
    command = ["calibrate-videos", "--stills", stills, "--out", str(out)]
    assert main([*command, "--measured-on", "stills"]) == 0
    expected, found = calibrate(results), json.loads(out.read_text())["calibration"]
    assert found == pytest.approx(asdict(expected.calibration))
    assert main([*command, "--measured-on", "both", "--footage", dev]) == 0
    bound = json.loads(out.read_text())
    assert bound["calibration"]["threshold_fake"] >= found["threshold_fake"]
    assert bound["measured"]["videos"] == 3
