"""Which faces of an analysis are explained, and their maps and pictures, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from detector.pipeline import Detector
from detector.types import Analysis, FaceCrop, FaceScore, FaceTrack
from explain.cam import METHOD, fake_heat
from explain.overlay import draw_face, draw_frame
from explain.types import Explanation, Explanations, FrameOverlay


def explain(detector: Detector, analysis: Analysis, top_k: int = 3) -> Explanations:
    """Explain the strongest face of every track, and further ones up to `top_k` faces in all.

    Args:
        detector: the one that made the analysis.
        analysis: what it found.
        top_k: faces to explain at least, where there are as many. Every track gets one whatever this is.

    Returns:
        Maps of the fake logit with their pictures, all drawn on one scale. Empty where no face was found.

    Raises:
        ExplainError: the checkpoint's layer does not exist or its map is coarser than 12x12.
    """
    chosen = _choose(analysis.tracks, top_k)
    layer = detector.card.explain_layer
    heats = fake_heat(detector, [crop for _, _, crop in chosen], layer)
    scale = max((float(heat.max()) for heat in heats), default=0.0)
    faces = tuple(
        Explanation(
            track_id=track.track_id,
            score=score,
            crop=crop,
            heat=heat,
            method=METHOD,
            layer=layer,
            overlay=draw_face(crop.pixels, heat, scale),
        )
        for (track, score, crop), heat in zip(chosen, heats, strict=True)
    )
    faces = tuple(sorted(faces, key=lambda face: face.score.logit, reverse=True))
    return Explanations(faces=faces, frames=_frames(analysis, faces, scale), heat_scale=scale)


def _choose(tracks: Sequence[FaceTrack], top_k: int) -> list[tuple[FaceTrack, FaceScore, FaceCrop]]:
    """The strongest face of each track first, then the strongest of what is left."""
    firsts: list[tuple[FaceTrack, FaceScore, FaceCrop]] = []
    rest: list[tuple[FaceTrack, FaceScore, FaceCrop]] = []
    for track in tracks:
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
            pixels = draw_frame(frame, shown, scale)
            ids = tuple(face.track_id for face in shown)
            overlays.append(FrameOverlay(index, frame.time_s, ids, pixels))
    return tuple(overlays)
