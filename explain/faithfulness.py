"""Measure the faithfulness of a heatmap: paint over its strongest region and score the face again.

The fake logit should fall more than with the same shape elsewhere, or with the centre of the crop, painted over.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.model.score import score_crops
from detector.pipeline import Detector
from detector.types import FaceCrop, Pixels
from explain.types import Faithfulness

REGION_FRAC = 0.1
"""Share of the crop painted over."""
RANDOM_REGIONS = 8
_INPAINT_PX = 3

Region = NDArray[np.bool_]


def measure_faithfulness(
    detector: Detector, crop: FaceCrop, heatmap: NDArray[np.float32], *, seed: int = 0
) -> Faithfulness:
    """Measure one heatmap on its face."""
    size = crop.pixels.shape[0]
    top = top_region(heatmap, size)
    others = elsewhere(top, np.random.default_rng(seed), RANDOM_REGIONS)
    before, after, middle, *random = _logits(detector, crop.pixels, [None, top, centre_region(size), *others])
    return Faithfulness(before - after, before - float(np.mean(random)), before - middle)


def top_region(heatmap: NDArray[np.float32], size_px: int, frac: float = REGION_FRAC) -> Region:
    """Return the strongest `frac` of a heatmap resized to the crop: bool (size_px, size_px).

    If less than that is above 0, the region grows around what is.
    """
    grown = stretched(heatmap, size_px)
    near = cv2.GaussianBlur(grown, (0, 0), size_px / 8)
    count = round(frac * size_px**2)
    order = np.lexsort((near.ravel(), grown.ravel()))
    region = np.zeros(size_px**2, bool)
    region[order[len(order) - count :]] = True
    return region.reshape(size_px, size_px)


def stretched(heatmap: NDArray[np.float32], size_px: int) -> NDArray[np.float32]:
    """Resize a heatmap to a square image: float32 (size_px, size_px)."""
    return cv2.resize(heatmap, (size_px, size_px), interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def centre_prior(size_px: int) -> NDArray[np.float32]:
    """Return a Gaussian a quarter of the side wide: a baseline that only knows that faces are centred."""
    axis = (np.arange(size_px, dtype=np.float32) + 0.5) / size_px - 0.5
    return np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 0.25**2)).astype(np.float32)


def centre_region(size_px: int, frac: float = REGION_FRAC) -> Region:
    return top_region(centre_prior(size_px), size_px, frac)


def elsewhere(region: Region, rng: np.random.Generator, count: int) -> list[Region]:
    """Move and mirror a region at random, wrapping around the edges."""
    size = region.shape[0]
    moved = []
    for _ in range(count):
        flipped = region[:, ::-1] if rng.random() < 0.5 else region
        moved.append(np.roll(flipped, tuple(rng.integers(0, size, 2)), axis=(0, 1)))
    return moved


def paint_over(pixels: Pixels, region: Region) -> Pixels:
    """Inpaint a region from its surroundings (Telea, J. Graphics Tools 2004), so that it has no visible edge."""
    filled = cv2.inpaint(pixels, region.astype(np.uint8), _INPAINT_PX, cv2.INPAINT_TELEA)
    return filled.astype(np.uint8, copy=False)


def _logits(detector: Detector, pixels: Pixels, regions: Sequence[Region | None]) -> list[float]:
    images = [pixels if region is None else paint_over(pixels, region) for region in regions]
    return score_crops(detector.classifier, images, detector.card.input, len(images))
