"""Grad-CAM (Selvaraju et al., ICCV 2017, arXiv:1610.02391) of the fake logit, through pytorch-grad-cam.

The library gives activations, gradients and their weighting; its own scaling of every map to 0..1 is not used,
because it makes the evidence in a genuine face look as strong as in a manipulated one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import BinaryClassifierOutputTarget

from detector.errors import ExplainError
from detector.pipeline import Detector
from detector.score import make_batch
from detector.types import Analysis, FaceCrop, FaceScore, FaceTrack
from explain.overlay import draw_face, draw_frame
from explain.types import Explanation, Explanations, FrameOverlay

MIN_CELLS = 12
"""A map with fewer cells each way says too little about where in a face something is."""
METHOD = "Grad-CAM"


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


def fake_heat(detector: Detector, crops: Sequence[FaceCrop], layer: str) -> list[NDArray[np.float32]]:
    """Grad-CAM of the fake logit for each crop, at least 0, on its raw scale.

    One face at a time, holding the classifier's lock: hooks and gradients on a network that another thread
    uses give wrong maps without any error.

    Returns:
        float32 (rows, columns) of the layer for each crop, in order.

    Raises:
        ExplainError: as `explain`.
    """
    classifier = detector.classifier
    modules = dict(classifier.network.named_modules())
    if layer not in modules:
        raise ExplainError(
            f"the checkpoint names {layer!r} as its layer to explain; the network has no such module"
        )
    heats: list[NDArray[np.float32]] = []
    target = BinaryClassifierOutputTarget(1)
    with classifier.lock, GradCAM(model=classifier.network, target_layers=[modules[layer]]) as cam:
        for crop in crops:
            batch = make_batch([crop.pixels], detector.card.input).to(classifier.device).requires_grad_(True)
            with torch.enable_grad():
                logits = cam.activations_and_grads(batch)
                loss = sum(target(logit) for logit in logits)
                loss.backward()
            activations = cam.activations_and_grads.activations[0].numpy()
            gradients = cam.activations_and_grads.gradients[0].numpy()
            raw = cam.get_cam_image(batch, modules[layer], [target], activations, gradients)[0]
            heats.append(np.maximum(raw, 0).astype(np.float32))
    # The library's `with` swallows an IndexError; a map for each crop is the proof that none was raised.
    if len(heats) != len(crops):
        raise ExplainError(f"{METHOD} gave {len(heats)} maps for {len(crops)} faces; please report this")
    if heats and min(heats[0].shape) < MIN_CELLS:
        rows, columns = heats[0].shape
        raise ExplainError(
            f"the map of {layer!r} has {rows}x{columns} cells, too few to point at a part of a face; "
            f"the checkpoint's card must name a layer with at least {MIN_CELLS}x{MIN_CELLS}"
        )
    return heats


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
