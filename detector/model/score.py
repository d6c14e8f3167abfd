"""Score crops in batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from detector.faces.quality import detail, face_marks, mark_weight
from detector.model.checkpoint import InputSpec
from detector.model.classifier import FaceClassifier
from detector.types import FaceCrop, FaceScore, Frame, Pixels
from detector.verdict.calibration import Calibration, QualityOffsets


def make_batch(crops: Sequence[Pixels], spec: InputSpec) -> Tensor:
    """Stack and normalise crops.

    Args:
        crops: uint8 (size, size, 3) RGB arrays of the size the spec asks for.

    Returns:
        float32 (n, 3, size, size).

    Raises:
        ValueError: a crop of another size.
    """
    shape = (spec.size_px, spec.size_px, 3)
    for crop in crops:
        if crop.shape != shape:
            raise ValueError(f"a crop has shape {crop.shape}, the network wants {shape}")
    stacked = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float()
    mean, std = (torch.tensor(value).reshape(-1, 1, 1) for value in (spec.pixel_mean, spec.pixel_std))
    return (stacked - mean) / std


def make_score(
    frame: Frame, crop: FaceCrop, contributions: Sequence[float], quality: QualityOffsets, calibration: Calibration
) -> FaceScore:
    """Make the score of a face: adjusted logit, probability, marks and weight.

    Args:
        contributions: what each network adds to the logit.
    """
    marks, sharp, logit = face_marks(frame, crop), detail(crop.pixels), sum(contributions)
    adjusted = quality.adjust(logit, sharp)
    return FaceScore(
        frame_index=crop.frame_index,
        time_s=crop.time_s,
        box=crop.face.box,
        logit=adjusted,
        probability=calibration.probability(adjusted),
        weight=mark_weight(marks),
        marks=marks,
        turns=crop.face.turns,
        detail=sharp,
        network_logit=logit,
        contributions=tuple(contributions),
    )


def network_contributions(
    classifier: FaceClassifier, crops: Sequence[Pixels], spec: InputSpec, batch_size: int
) -> NDArray[np.float32]:
    """Return what each network adds to the logit of each crop, float32 (n, networks), in order."""
    parts = [
        classifier.contributions(make_batch(crops[start : start + batch_size], spec)).numpy()
        for start in range(0, len(crops), batch_size)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(classifier.factors)), np.float32)


def score_crops(
    classifier: FaceClassifier, crops: Sequence[Pixels], spec: InputSpec, batch_size: int
) -> list[float]:
    """Return one logit per crop, in order."""
    logits: list[float] = network_contributions(classifier, crops, spec, batch_size).sum(1).tolist()
    return logits
