"""What a sparse sample passes over is found by a closer look, or the result says what was not examined."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.closer_look import frames_around, longest_gap, scene_starts, strongest_moments
from detector.media import media as media_module
from detector.media.images import read_image
from detector.media.media import open_media
from detector.messages import Message
from detector.verdict.accumulator import Accumulator
from detector.verdict.verdict import make_verdict

TIMES = [number / 25 for number in range(2500)]


def test_early_key_frames_come_first_and_their_number_is_bounded() -> None:
    regular = list(range(0, 2500, 250))
    assert scene_starts(TIMES, [*regular, 1333], []) == sorted([*regular, 1333])
    every = list(range(0, 2500, 2))
    assert len(scene_starts(TIMES, every, [])) <= 124
    assert {0, 2498} <= set(scene_starts(TIMES, every, []))
    many = sorted({*range(0, 2500, 10), 1333})
    assert 1333 in scene_starts(TIMES, many, [])
    assert scene_starts(TIMES, regular, TIMES) == []


def test_the_strongest_moments_are_apart_and_their_surroundings_dense() -> None:
    scored = [(time_s, 0.9 if 40 <= time_s < 41 else 0.3) for time_s in TIMES]
    (moment,) = strongest_moments(scored, 0.5, 3.0)
    around = frames_around(TIMES, moment, 3.0, [moment])
    times = [TIMES[index] for index in around]
    assert 37.9 < times[0] < 38.2 and 41.8 < times[-1] < 42.1
    assert max(np.diff(times)) < 0.3 and len(around) <= 40
    assert len([time_s for time_s in times if 40 <= time_s < 41]) >= 7


def test_the_longest_gap_includes_the_ends() -> None:
    assert longest_gap([5.0, 6.0], 0.0, 8.0) == 5.0
    assert longest_gap([], 0.0, 8.0) == 8.0


def test_a_second_of_a_fake_that_the_sample_passes_over_is_found(
    detector: Detector, examples: Path, film, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine, manipulated = (
        read_image(examples / f"{name}.jpg")[:256, 96:352] for name in ("genuine", "manipulated")
    )
    frames = [
        np.roll(manipulated if 12.0 <= number / 10 < 13.2 else genuine, number % 5, axis=1)
        for number in range(200)
    ]
    path = film("insert.mp4", frames, fps=10)
    monkeypatch.setattr(media_module, "_MOST", 16)  # as few for its length as of a video of many minutes
    analysis = detector.analyze(path)
    assert 16 < analysis.frames_examined < 120
    assert analysis.frame_interval_s is not None and 1.0 < analysis.frame_interval_s < 1.5
    assert analysis.verdict.outcome != "real"
    (track,) = analysis.tracks
    assert track.peak is not None and track.peak.start_s < 13.2 and track.peak.end_s > 12.0
    times = [score.time_s for score in track.scores]
    assert times == sorted(times)
    assert "sparse" in {message.code for message in analysis.warnings}
    assert analysis.to_dict()["frame_interval_s"] == analysis.frame_interval_s


def test_a_densely_sampled_video_is_examined_once(detector: Detector, examples: Path) -> None:
    analysis = detector.analyze(examples / "genuine.mp4")
    assert analysis.frames_examined == 16 and analysis.warnings == ()
    assert analysis.frame_interval_s == pytest.approx(0.25, abs=0.05)


def test_chosen_frames_are_those_that_were_asked_for(examples: Path, detector: Detector) -> None:
    media = open_media(examples / "genuine.mp4", detector.config)
    assert [frame.index for frame in media.frames_at([3, 50, 90])] == [3, 50, 90]
    assert media.key_indices[0] == 0 and len(media.times_s) == 96


@pytest.mark.parametrize(
    "code",
    [
        "faces_left_out",
        "small_faces",
        "brief_signs",
        "image_incomplete",
        "video_incomplete",
        "video_slow",
        "video_restarts",
    ],
)
def test_real_is_withheld_where_something_was_not_judged(detector: Detector, examples: Path, code) -> None:
    analysis = detector.analyze(examples / "genuine.jpg")
    track = dataclasses.replace(analysis.tracks[0], logit=-50.0)
    collected = Accumulator()
    assert make_verdict([track], collected, analysis.media, detector.card).outcome == "real"
    collected.warnings.append(Message(code, {"count": 3, "time_s": 3.0}))
    verdict = make_verdict([track], collected, analysis.media, detector.card)
    assert verdict.outcome == "inconclusive" and verdict.reasons[0].code == "real_withheld"
