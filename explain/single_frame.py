"""One moment of a video that was judged, drawn when somebody asks for it: nothing of it is kept meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from detector.faces.crop import crop_face
from detector.pipeline import Detector
from detector.types import DetectedFace, FaceCrop, FaceScore, FaceTrack, Frame, Pixels
from explain.cam import fake_heatmap
from explain.overlay import HeatedFace, as_shown, draw_frame


def judged_in(tracks: Iterable[FaceTrack], frame_index: int) -> list[tuple[int, FaceScore]]:
    """The faces that were judged in one frame, each with its track's number."""
    return [
        (track.track_id, score) for track in tracks for score in track.scores if score.frame_index == frame_index
    ]


def crop_again(detector: Detector, frame: Frame, score: FaceScore) -> FaceCrop:
    """The pixels that were judged, cut out of the decoded frame once more."""
    # Only the box and the turns decide the crop.
    face = DetectedFace(score.box, 1.0, np.zeros((5, 2), np.float32), score.turns)
    spec = detector.card.input
    return crop_face(frame, face, spec.margin_frac, spec.size_px)


def draw_moment(detector: Detector, tracks: Iterable[FaceTrack], frame: Frame, heatmap_scale: float) -> Pixels:
    """A whole frame with box, number and heat of every face that was judged in it.

    Args:
        detector: the one that judged.
        tracks: what it found.
        frame: of the same video.
        heatmap_scale: of the report, so that heat means the same everywhere; 0 draws boxes only.

    Returns:
        uint8 (height, width, 3), RGB.

    Raises:
        ExplainError: as `explain`.
    """
    judged = judged_in(tracks, frame.index)
    crops = [crop_again(detector, frame, score) for _, score in judged]
    heatmaps = fake_heatmap(detector, crops)
    faces = [
        HeatedFace(track_id, score.box, crop.window, as_shown(heatmap, score.turns))
        for (track_id, score), crop, heatmap in zip(judged, crops, heatmaps, strict=True)
    ]
    return draw_frame(frame, faces, heatmap_scale)
