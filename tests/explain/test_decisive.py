"""The faces shown of a video are those that decided, and show something new each."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.faces.crop import crop_face
from detector.media.media import Media, open_media
from detector.types import Analysis, DetectedFace, Span
from explain.decisive import choose_decisive


@pytest.fixture(scope="module")
def media(detector: Detector, examples: Path) -> Media:
    return open_media(examples / "manipulated.mp4", detector.config)


@pytest.fixture(scope="module")
def analysis(detector: Detector, media: Media) -> Analysis:
    return detector.analyze(media)


def with_peak(analysis: Analysis, start_s: float, end_s: float) -> Analysis:
    (track,) = analysis.tracks
    return replace(analysis, tracks=(replace(track, peak=Span(start_s, end_s, track.probability)),))


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 0.7), (2.0, 3.0)])
def test_the_faces_are_those_of_the_decisive_stretch(
    detector: Detector, analysis: Analysis, media: Media, start_s: float, end_s: float
) -> None:
    chosen = choose_decisive(detector, with_peak(analysis, start_s, end_s), media)
    (track,) = chosen.tracks
    assert track.key_crops and set(chosen.key_frames) == {crop.frame_index for crop in track.key_crops}
    score_of = {score.frame_index: score for score in track.scores}
    spec = detector.card.input
    for crop in track.key_crops:
        assert start_s <= crop.time_s <= end_s
        box = DetectedFace(score_of[crop.frame_index].box, 1.0, np.zeros((5, 2), np.float32))
        judged = crop_face(media.frame(crop.frame_index), box, spec.margin_frac, spec.size_px)
        assert (crop.pixels == judged.pixels).all(), "the pixels that were judged"
        assert np.ptp(crop.face.landmarks, axis=0).min() > 5, "its parts can be named"


def test_near_identical_faces_are_left_out(detector: Detector, analysis: Analysis, media: Media) -> None:
    still = replace(analysis, tracks=(replace(analysis.tracks[0], peak=None),))
    frozen = replace(analysis.tracks[0].scores[0])
    repeated = tuple(replace(frozen, time_s=float(number)) for number in range(8))
    same = replace(still, tracks=(replace(still.tracks[0], scores=repeated, timeline=()),))
    assert len(choose_decisive(detector, same, media).tracks[0].key_crops) == 1
    crops = choose_decisive(detector, still, media).tracks[0].key_crops
    for one, other in combinations(crops, 2):
        assert np.abs(one.pixels.astype(int) - other.pixels).mean() > 5


def test_what_cannot_be_decoded_again_keeps_its_key_crops(
    detector: Detector, analysis: Analysis, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Media, "frames_at", lambda self, indices: iter(()))
    kept = choose_decisive(detector, analysis, media)
    assert kept.tracks[0].key_crops == analysis.tracks[0].key_crops
    assert kept.key_frames == analysis.key_frames


def test_an_image_is_left_as_it_is(detector: Detector, examples: Path) -> None:
    opened = open_media(examples / "manipulated.jpg", detector.config)
    analysis = detector.analyze(opened)
    assert choose_decisive(detector, analysis, opened) is analysis
