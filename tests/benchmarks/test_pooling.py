"""Poolings, splices and crowds against plain arithmetic."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.__main__ import main
from benchmarks.pooling import (
    POOLINGS,
    Splice,
    above_all_genuine,
    compare,
    crowds,
    footage_of,
    gain,
    highest_window,
    make_splices,
    spliced,
    spliced_figures,
    stretched,
    table,
)
from training.evaluation.video_scores import Track, Video, load_series, save_series, video_logit


def track_of(logits, step_s: float = 0.25, weights=None, start_s: float = 0.0) -> Track:
    logits = np.asarray(logits, float)
    return Track(
        times_s=start_s + np.arange(len(logits)) * step_s,
        logits=logits,
        weights=np.ones(len(logits)) if weights is None else np.asarray(weights, float),
        widths_px=np.full(len(logits), 100.0),
    )


def video_of(file: str, label: str, *tracks: Track) -> Video:
    return Video(file=file, label=label, source="s", manipulation="m", group=file, tracks=tracks)


def test_poolings_are_what_their_names_say() -> None:
    rng = np.random.default_rng(0)
    track = track_of(rng.normal(0, 2, 30), weights=rng.choice([0.25, 0.5, 1.0], 30))
    x, w = track.logits, track.weights
    down = sorted(zip(x, w, strict=True), reverse=True)
    found = {name: pooling(track) for name, pooling in POOLINGS.items()}
    assert found["mean"] == pytest.approx((x * w).sum() / w.sum())
    assert found["median"] == pytest.approx((sorted(x)[14] + sorted(x)[15]) / 2)
    for name, count in (("highest 50 %", 15), ("highest 25 %", 8), ("highest 10 %", 3)):
        kept = down[:count]
        assert found[name] == pytest.approx(sum(a * b for a, b in kept) / sum(b for _, b in kept))
    assert found["highest"] == max(x)
    assert found["log-mean-exp"] == pytest.approx(np.log((np.exp(x) * w).sum() / w.sum()))
    for seconds in (1, 2, 3, 5):
        faces = 4 * seconds
        means = [np.average(x[at : at + faces], weights=w[at : at + faces]) for at in range(30 - faces + 1)]
        assert found[f"highest {seconds} s"] == pytest.approx(max(means))
    assert found["highest 10 s"] == pytest.approx(found["mean"])  # the track is shorter
    assert highest_window(3.0, track_of([2.5])) == 2.5


def test_a_window_with_most_faces_missing_does_not_decide() -> None:
    times_s = np.r_[np.arange(8) * 0.25, 4.0, 6.0 + np.arange(8) * 0.25]
    lonely = Track(times_s=times_s, logits=(times_s == 4.0) * 9.0, weights=np.ones(17), widths_px=np.ones(17))
    assert highest_window(1.0, lonely) == 0.0


def test_a_video_is_joined_by_the_detectors_rule() -> None:
    video = video_of("a", "real", track_of([1.0] * 20), track_of([3.0] * 10), track_of([9.0] * 2))
    assert video_logit(video, POOLINGS["mean"]) == 3.0  # the short track does not count
    assert video_logit(video_of("b", "real"), POOLINGS["mean"]) is None


def test_a_stretched_track_repeats_or_ends() -> None:
    longer = stretched(track_of([1.0, 2, 3], start_s=7.0), 2.0)
    assert longer.logits.tolist() == [1, 2, 3, 1, 2, 3, 1, 2]
    assert longer.times_s == pytest.approx(np.arange(8) * 0.25)
    assert stretched(track_of(range(40)), 5.0).logits.tolist() == list(range(20))
    with pytest.raises(ValueError, match="single moment"):
        stretched(track_of([1.0]), 5.0)


def test_the_right_seconds_are_exchanged() -> None:
    genuine, other = track_of(np.zeros(40)), track_of(np.arange(1.0, 41), start_s=100.0)
    put = spliced(genuine, other, at_s=2.0, from_s=4.0, seconds=3.0)
    assert put.times_s == pytest.approx(genuine.times_s)
    expected = np.zeros(40)
    expected[8:20] = np.arange(17.0, 29)  # seconds 4 to 7 of the other, at seconds 2 to 5
    assert put.logits.tolist() == expected.tolist()


def test_every_manipulated_video_goes_into_every_genuine_one_of_one_person() -> None:
    videos = [
        video_of("x/original_sequences/c23/videos/183.mp4", "real", track_of(np.zeros(50))),
        video_of("ffpp_youtube_c40_183.mp4", "real", track_of(np.zeros(50))),
        video_of("ffpp_Deepfakes_c40_183_253.mp4", "fake", track_of(np.full(50, 5.0))),
        video_of("two.mp4", "fake", track_of(np.full(50, 9.0)), track_of(np.zeros(50))),
    ]
    splices = make_splices(videos)
    put = [splice for splice in splices if splice.other]
    assert len(splices) - len(put) == 2 and len(put) == 2 * 4
    assert {splice.same_footage for splice in put if "youtube" in splice.genuine} == {True}
    assert {splice.same_footage for splice in put if "original" in splice.genuine} == {False}
    for splice in put:
        assert splice.track.times_s[-1] < 30 and abs((splice.track.logits == 5.0).sum() - 12) <= 1
    again = make_splices(videos)
    assert all((a.track.logits == b.track.logits).all() for a, b in zip(splices, again, strict=True))


@pytest.mark.parametrize(
    ("file", "footage"),
    [
        ("videos/ffpp_NeuralTextures_c23_004_982.mp4", "c23 004"),
        ("videos/ffpp_youtube_c23_004.mp4", "c23 004"),
        ("manipulated_sequences/FaceSwap/c40/videos/183_253.mp4", "c40 183"),
        ("videos/uadfv_0017_fake.mp4", None),
        ("videos/ffpp_000_003_lrnet.mp4", None),
    ],
)
def test_footage_is_read_from_names(file: str, footage: str | None) -> None:
    assert footage_of(file) == footage


def test_the_auc_of_splices_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    splices = [
        Splice(genuine=str(number % 5), other=None if number < 5 else str(number % 3), track=track_of([value]))
        for number, value in enumerate(rng.normal(size=40))
    ]
    figures = spliced_figures(splices, POOLINGS["mean"], None)["any"]
    labels, logits = [s.other is not None for s in splices], [s.track.logits[0] for s in splices]
    assert figures["auc"] == pytest.approx(roc_auc_score(labels, logits), abs=5e-4)
    assert figures["low"] < figures["auc"] < figures["high"] and figures["splices"] == 35


def test_a_gain_is_the_difference_of_two_aucs_on_the_same_videos() -> None:
    rng = np.random.default_rng(0)
    videos = [
        video_of(
            str(n), "fake" if n % 2 else "real", track_of(np.r_[rng.normal(n % 2, 1, 3), rng.normal(0, 3, 3)])
        )
        for n in range(60)
    ]
    first, last = (lambda track: float(track.logits[:3].mean())), (lambda track: float(track.logits[3:].mean()))
    found = gain(videos, [], first, last)["videos"]
    labels = [video.label == "fake" for video in videos]
    aucs = [roc_auc_score(labels, [pool(video.tracks[0]) for video in videos]) for pool in (first, last)]
    assert found["difference"] == pytest.approx(aucs[0] - aucs[1], abs=6e-4)
    assert found["low"] < found["difference"] < found["high"]
    none = gain(videos, [], first, lambda track: 2 * first(track) + 1)["videos"]
    assert none == {"difference": 0.0, "low": 0.0, "high": 0.0}


def test_a_crowd_is_judged_by_its_highest(rows) -> None:
    """Against the exact chances: five genuine people 0 to 4, manipulated ones between them."""
    real, fake = [0.0, 1.0, 2.0, 3.0, 4.0], [2.5, 9.0]
    found = crowds(rows("real", real) + rows("fake", fake), None)
    # The highest of four of five: 4 (4 in 5) or 3 (1 in 5). Of three of five: 4 in 6 of 10, 3 in 3, 2 in 1.
    genuine = {4.0: 0.8, 3.0: 0.2}
    others = {4.0: 0.6, 3.0: 0.3, 2.0: 0.1}
    expected = sum(
        p * q * 0.5 * ((max(b, f) > a) + 0.5 * (max(b, f) == a))
        for a, p in genuine.items()
        for b, q in others.items()
        for f in fake
    )
    assert found["auc"] == pytest.approx(expected, abs=0.02)
    assert crowds(rows("real", [1.0, 2.0]) + rows("fake", fake), None) == {}


def test_above_all_genuine_counts_only_what_is_above(rows) -> None:
    found = above_all_genuine(rows("real", [0.0, 1.0]) + rows("fake", [0.5, 1.0, 1.5, 3.0]))
    assert (found["count"], found["of"]) == (2, 4)


def test_the_command_compares_every_pooling_by_thresholds_set_on_stills(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)

    def videos(count: int, label: str, level: float, faces: int) -> list[Video]:
        return [
            video_of(f"{label}{n}", label, track_of(rng.normal(level + rng.normal(), 0.5, faces)))
            for n in range(count)
        ]

    save_series(videos(8, "real", -2, 40) + videos(8, "fake", 2, 40), tmp_path / "dev.csv")
    save_series(videos(120, "real", -2, 12) + videos(120, "fake", 2, 12), tmp_path / "stills.csv")
    given = ["--scores", str(tmp_path / "dev.csv"), "--stills", str(tmp_path / "stills.csv")]
    out = tmp_path / "out.json"
    assert main(["pooling", "--out", str(out), *given]) == 0
    found = json.loads(out.read_text())
    assert list(found) == list(POOLINGS)
    dev = load_series(tmp_path / "dev.csv")
    means = [float(video.tracks[0].logits.mean()) for video in dev]
    oracle = roc_auc_score([video.label == "fake" for video in dev], means)
    assert found["mean"]["videos"]["ranking"]["all"]["auc"] == pytest.approx(oracle, abs=5e-4)
    assert found["mean"]["calibration"] != found["highest"]["calibration"]
    assert "| highest 3 s |" in table(found)
    assert "called" not in table(compare(dev, poolings={"mean": POOLINGS["mean"]}))
