"""A camera: the same numbers as a video, gaps without a face, and nothing kept but the last seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.live import ROLLING_S, LiveView
from detector.media.images import read_image
from detector.media.media import open_media


def test_the_rolling_estimate_is_the_mean_of_the_last_seconds(detector: Detector, examples: Path) -> None:
    view = LiveView(detector)
    for frame in open_media(examples / "genuine.mp4", detector.config).frames(None):
        (face,) = view.score_frame(frame.pixels, frame.time_s)
    (track,) = detector.analyze(examples / "genuine.mp4", max_frames=None).tracks
    end_s = track.scores[-1].time_s
    recent = [score.logit for score in track.scores if end_s - score.time_s <= ROLLING_S]
    assert face.probability == pytest.approx(
        detector.card.operating_point("video").calibration.probability(float(np.mean(recent))), abs=1e-3
    )
    assert face.box == track.scores[-1].box


def test_a_gap_without_a_face_is_an_empty_answer_and_the_estimate_starts_anew(detector, examples) -> None:
    view = LiveView(detector)
    genuine, manipulated, nobody = (
        read_image(examples / f"{name}.jpg") for name in ("genuine", "manipulated", "no-face")
    )
    for step in range(5):
        view.score_frame(manipulated, step * 0.2)
    for step in range(10):
        assert view.score_frame(nobody, 1.0 + step * 0.4) == ()
    (face,) = view.score_frame(genuine, 6.0)
    alone = LiveView(detector).score_frame(genuine, 0.0)[0]
    assert face.probability == pytest.approx(alone.probability, abs=1e-6)


def test_nothing_but_the_last_seconds_numbers_is_kept(detector: Detector, examples: Path) -> None:
    view = LiveView(detector)
    genuine = read_image(examples / "genuine.jpg")
    for step in range(60):
        view.score_frame(genuine, step * 0.25)
    assert sum(len(views) for views in view._recent.values()) <= ROLLING_S / 0.25 + 1


def test_a_camera_that_is_turned_goes_on(detector: Detector, examples: Path) -> None:
    view, genuine = LiveView(detector), read_image(examples / "genuine.jpg")
    wide = np.pad(genuine, ((0, 0), (60, 60), (0, 0)))
    for step, image in enumerate((genuine, wide, genuine)):
        assert len(view.score_frame(image, step * 0.1)) == 1
