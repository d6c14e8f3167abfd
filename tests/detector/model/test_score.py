"""Crops become input exactly as the card says, and a face's logit does not depend on its neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from detector import Detector
from detector.model.checkpoint import InputSpec
from detector.model.score import make_batch, score_crops
from detector.types import Pixels


@pytest.fixture(scope="module")
def crops(detector: Detector, examples) -> list[Pixels]:
    files = ("genuine.jpg", "manipulated.jpg")
    tracks = [track for file in files for track in detector.analyze(examples / file).tracks]
    faces = [crop.pixels for track in tracks for crop in track.key_crops]
    return [*faces, faces[0][:, ::-1].copy(), np.zeros_like(faces[0])]


def test_normalisation_keeps_the_order_of_channels_and_axes() -> None:
    crop = np.zeros((80, 80, 3), np.uint8)
    crop[7, 11] = (10, 20, 30)
    batch = make_batch([crop], InputSpec(size_px=80, margin_frac=0, pixel_mean=100.0, pixel_std=50.0))
    assert batch.shape == (1, 3, 80, 80)
    assert batch[0, :, 7, 11].tolist() == pytest.approx([-1.8, -1.6, -1.4])
    assert batch[0, :, 11, 7].tolist() == pytest.approx([-2.0, -2.0, -2.0])


def test_a_crop_of_another_size_is_refused(detector: Detector) -> None:
    with pytest.raises(ValueError, match="shape"):
        make_batch([np.zeros((10, 10, 3), np.uint8)], detector.card.input)


@pytest.mark.parametrize("batch_size", [1, 3, 32])
def test_a_logit_does_not_depend_on_batch_or_neighbours(detector: Detector, crops, batch_size: int) -> None:
    classifier, spec = detector.classifier, detector.card.input
    crops = crops * 3  # more than the second network takes at once
    alone = [score_crops(classifier, [crop], spec, 1)[0] for crop in crops]
    together = score_crops(classifier, crops[::-1], spec, batch_size)[::-1]
    assert together == pytest.approx(alone, abs=1e-4)


def test_no_crops_give_no_logits(detector: Detector) -> None:
    assert score_crops(detector.classifier, [], detector.card.input, 32) == []


def test_bfloat16_agrees_with_float32_to_a_tenth_of_a_logit(detector: Detector, crops) -> None:
    batch = make_batch(crops, detector.card.input)
    classifier = detector.classifier
    full = classifier.logits(batch)
    classifier.precision = "bf16"
    try:
        half = classifier.logits(batch)
    finally:
        classifier.precision = "fp32"
    assert torch.allclose(full, half, atol=0.1)
    assert not torch.equal(full, half)
