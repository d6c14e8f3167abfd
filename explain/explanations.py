"""Which faces of an analysis are explained, and their maps and images, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.pipeline import Detector
from detector.types import Analysis, FaceCrop, FaceScore, FaceTrack
from explain.cam import METHOD, fake_heatmap
from explain.decisive import KEY_FACES
from explain.faithfulness import stretched, top_region
from explain.overlay import HeatedFace, as_shown, draw_face, draw_frame
from explain.regions import region_shares
from explain.types import Explanation, Explanations, FrameOverlay, ScaleSource

_MOST_TRACKS = 64
"""Tracks that are explained; each costs about a megabyte."""
_CONCENTRATED_FROM = 0.2
"""Share of the heat that the strongest tenth of a map holds at the least where something stands out."""


def explain(detector: Detector, analysis: Analysis, top_k: int = KEY_FACES) -> Explanations:
    """Explain the strongest face of every track, and further ones up to `top_k` faces in all.

    Args:
        detector: the one that made the analysis.
        analysis: what it found.
        top_k: faces to explain at least, where there are as many. Every track gets one whatever this is, up to the
            64 strongest tracks.

    Returns:
        Maps of the fake logit with their images, all drawn on one scale. Empty where no face was found.

    Raises:
        ExplainError: the checkpoint's layer does not exist, or its map is coarser than 12x12.
    """
    chosen = _choose(analysis.tracks, top_k)
    heatmaps = fake_heatmap(detector, [crop for _, _, crop in chosen])
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
            layer=detector.card.explain_layer,
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
    """More heat than genuine faces have, and not the same everywhere."""
    total = float(heatmap.sum())
    if total <= 0 or float(heatmap.max()) <= weak:
        return False
    side = 4 * max(heatmap.shape)
    grown = stretched(heatmap, side)
    return float(grown[top_region(heatmap, side)].sum()) >= _CONCENTRATED_FROM * float(grown.sum())


def _choose(tracks: Sequence[FaceTrack], top_k: int) -> list[tuple[FaceTrack, FaceScore, FaceCrop]]:
    """The strongest face of each track first, then the strongest of what is left."""
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
