"""Draw one scored frame of a video on demand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from detector.faces.crop import crop_face
from detector.pipeline import Detector
from detector.types import DetectedFace, FaceCrop, FaceScore, FaceTrack, Frame, Pixels
from explain.cam import fake_heatmaps
from explain.overlay import HeatedFace, as_shown, draw_frame


def scores_in_frame(tracks: Iterable[FaceTrack], frame_index: int) -> list[tuple[int, FaceScore]]:
    """Return the scores of one frame, each with its track id."""
    return [
        (track.track_id, score) for track in tracks for score in track.scores if score.frame_index == frame_index
    ]


def recrop(detector: Detector, frame: Frame, score: FaceScore) -> FaceCrop:
    """Cut the scored crop out of a decoded frame again."""
    # A crop depends on the box and the turns only.
    face = DetectedFace(score.box, 1.0, np.zeros((5, 2), np.float32), score.turns)
    spec = detector.card.input
    return crop_face(frame, face, spec.margin_frac, spec.size_px)


def draw_scored_frame(
    detector: Detector, tracks: Iterable[FaceTrack], frame: Frame, heatmap_scale: float
) -> Pixels:
    """Draw a frame with box, number and heatmap of every face scored in it.

    Args:
        heatmap_scale: raw heat drawn in the strongest colour; 0 draws boxes only.

    Returns:
        uint8 (height, width, 3), RGB.

    Raises:
        ExplainError: as `explain`.
    """
    scored = scores_in_frame(tracks, frame.index)
    crops = [recrop(detector, frame, score) for _, score in scored]
    heatmaps = fake_heatmaps(detector, crops)
    faces = [
        HeatedFace(track_id, score.box, crop.window, as_shown(heatmap, score.turns))
        for (track_id, score), crop, heatmap in zip(scored, crops, heatmaps, strict=True)
    ]
    return draw_frame(frame, faces, heatmap_scale)
