"""Choose the faces of an analysis to explain, and make their heatmaps and images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.pipeline import Detector
from detector.types import Analysis, FaceCrop, FaceScore, FaceTrack
from explain.cam import METHOD, explained_layers, fake_heatmaps
from explain.decisive import KEY_FACES
from explain.faithfulness import stretched, top_region
from explain.overlay import HeatedFace, as_shown, draw_face, draw_frame
from explain.regions import region_shares
from explain.types import Explanation, Explanations, FrameOverlay, ScaleSource

_MOST_TRACKS = 64
"""Most tracks to explain; each takes about a megabyte."""
_CONCENTRATED_FROM = 0.2
"""Least share of the heat in the strongest tenth of a concentrated map."""


def explain(detector: Detector, analysis: Analysis, top_k: int = KEY_FACES) -> Explanations:
    """Explain the strongest face of every track, and further ones up to `top_k` faces in all.

    Args:
        top_k: faces to explain in all; at least one of each track, up to the 64 strongest tracks.

    Returns:
        Heatmaps of the fake logit with their images, on one scale; empty without a face.

    Raises:
        ExplainError: the checkpoint's layer does not exist, or its heatmap is coarser than 12x12.
    """
    chosen = _choose(analysis.tracks, top_k)
    heatmaps = fake_heatmaps(detector, [crop for _, _, crop in chosen])
    known = detector.card.heatmap
    scale_from: ScaleSource = "checkpoint" if known else "report"
    scale = known.strong if known else max((float(heatmap.max()) for heatmap in heatmaps), default=0.0)
    faces = tuple(
        Explanation(
            track_id=track.track_id,
            score=score,
            crop=crop,
            heatmap=heatmap,
            method=METHOD,
            layers=explained_layers(detector),
            regions=region_shares(crop, heatmap),
            concentrated=_is_concentrated(heatmap, known.weak if known else 0.0),
            overlay=draw_face(crop.pixels, heatmap, scale),
        )
        for (track, score, crop), heatmap in zip(chosen, heatmaps, strict=True)
    )
    faces = tuple(sorted(faces, key=lambda face: face.score.logit, reverse=True))
    return Explanations(
        faces=faces, frames=_frames(analysis, faces, scale), heatmap_scale=scale, scale_from=scale_from
    )


def _is_concentrated(heatmap: NDArray[np.float32], weak: float) -> bool:
    """Return whether there is more heat than in genuine faces, and it is not spread evenly."""
    total = float(heatmap.sum())
    if total <= 0 or float(heatmap.max()) <= weak:
        return False
    side = 4 * max(heatmap.shape)
    grown = stretched(heatmap, side)
    return float(grown[top_region(heatmap, side)].sum()) >= _CONCENTRATED_FROM * float(grown.sum())


def _choose(tracks: Sequence[FaceTrack], top_k: int) -> list[tuple[FaceTrack, FaceScore, FaceCrop]]:
    """Return the strongest face of each track, then the strongest of the rest."""
    firsts: list[tuple[FaceTrack, FaceScore, FaceCrop]] = []
    rest: list[tuple[FaceTrack, FaceScore, FaceCrop]] = []
    for track in sorted(tracks, key=lambda track: track.logit, reverse=True)[:_MOST_TRACKS]:
        score_of = {score.frame_index: score for score in track.scores}
        for rank, crop in enumerate(track.key_crops):
            (rest if rank else firsts).append((track, score_of[crop.frame_index], crop))
    rest.sort(key=lambda entry: entry[1].logit, reverse=True)
    return firsts + rest[: max(0, top_k - len(firsts))]


def _frames(analysis: Analysis, faces: Sequence[Explanation], scale: float) -> tuple[FrameOverlay, ...]:
    overlays = []
    for index, frame in analysis.key_frames.items():
        shown = [face for face in faces if face.score.frame_index == index]
        if shown:
            heated = [
                HeatedFace(
                    face.track_id,
                    face.score.box,
                    face.crop.window,
                    as_shown(face.heatmap, face.score.turns),
                )
                for face in shown
            ]
            boxes = {
                track.track_id: score.box
                for track in analysis.tracks
                for score in track.scores
                if score.frame_index == index
            }
            pixels = draw_frame(frame, heated, scale, boxes)
            ids = tuple(face.track_id for face in shown)
            overlays.append(FrameOverlay(index, frame.time_s, ids, pixels))
    return tuple(overlays)
