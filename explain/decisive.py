"""Choose the faces of a video to show: from the peak of each track, without near-duplicates.

During the analysis only the highest-scoring faces are kept, and a single high score need not lie in the span that
decides the estimate of a track. So the faces of that span are decoded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.faces.crop import crop_face
from detector.media.media import Media
from detector.pipeline import Detector
from detector.types import Analysis, DetectedFace, FaceCrop, FaceScore, FaceTrack, Frame, Pixels

KEY_FACES = 12
"""Most faces of a video to show, distributed over its tracks."""
_MOST_EACH = 4
_KEY_FRAMES = 8
_ALIKE = 7.0
"""Mean difference of two small grey images, in levels of 255, up to which they are duplicates."""
_THUMB_PX = 24


def choose_decisive(detector: Detector, analysis: Analysis, media: Media) -> Analysis:
    """Replace the key crops and key frames by those of the peak of each track.

    Args:
        analysis: of a video; that of an image is returned unchanged.

    Returns:
        The same result. A track whose frames cannot be decoded again keeps its key crops.
    """
    if analysis.media.kind != "video":
        return analysis
    each = max(1, min(_MOST_EACH, KEY_FACES // max(1, len(analysis.tracks))))
    wanted = [(track, score) for track in analysis.tracks[:KEY_FACES] for score in _in_peak(track, each)]
    frames = {frame.index: frame for frame in media.frames_at(sorted({score.frame_index for _, score in wanted}))}
    crops: dict[int, list[FaceCrop]] = {}
    shown: dict[int, Frame] = {}
    for track, score in wanted:
        kept, frame = crops.setdefault(track.track_id, []), frames.get(score.frame_index)
        crop = _crop(detector, track, score, frame) if frame is not None else None
        if frame is not None and crop is not None and not any(alike(crop.pixels, one.pixels) for one in kept):
            kept.append(crop)
            if len(shown) < _KEY_FRAMES:
                shown[frame.index] = frame
    tracks = tuple(
        replace(track, key_crops=tuple(crops.get(track.track_id) or track.key_crops)) for track in analysis.tracks
    )
    return replace(
        analysis, tracks=tracks, key_frames={index: shown[index] for index in sorted(shown)} or analysis.key_frames
    )


def _in_peak(track: FaceTrack, count: int) -> list[FaceScore]:
    """Return up to `count` of the highest-scoring faces of the peak, apart in time, the highest first."""
    peak = track.peak
    inside = [score for score in track.scores if peak is None or peak.start_s <= score.time_s <= peak.end_s]
    apart_s = 0.0 if peak is None else (peak.end_s - peak.start_s) / (2 * count)
    chosen: list[FaceScore] = []
    for score in sorted(inside, key=lambda score: -score.logit):
        if len(chosen) < count and all(abs(score.time_s - other.time_s) >= apart_s for other in chosen):
            chosen.append(score)
    return chosen


def _crop(detector: Detector, track: FaceTrack, score: FaceScore, frame: Frame) -> FaceCrop:
    """Return the scored crop, with landmarks."""
    kept = next((crop for crop in track.key_crops if crop.frame_index == score.frame_index), None)
    if kept is not None:
        return kept
    landmarks = np.zeros((5, 2), np.float32)  # without them a face is divided by its box
    found: Sequence[DetectedFace] = () if score.turns else detector.finder.find_in_video(frame.pixels).faces
    nearest = max(found, key=lambda face: face.box.iou(score.box), default=None)
    if nearest is not None and nearest.box.iou(score.box) > 0.4:
        landmarks = nearest.landmarks
    spec = detector.card.input
    # Only the box and the turns decide the crop.
    return crop_face(frame, DetectedFace(score.box, 1.0, landmarks, score.turns), spec.margin_frac, spec.size_px)


def alike(pixels: Pixels, other: Pixels) -> bool:
    """Return whether two images, uint8 (height, width, 3) RGB, are near-duplicates."""
    return float(np.abs(_thumb(pixels) - _thumb(other)).mean()) <= _ALIKE


def _thumb(pixels: Pixels) -> NDArray[np.float32]:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
