"""Self-blended images (Shiohara and Yamasaki, CVPR 2022, arXiv:2204.08376), re-implemented from the paper.

An image is blended with a slightly altered copy of itself inside a face mask, so that genuine and manipulated
version differ by the blend only. The mask comes from MTCNN's five landmarks and a mean face outline instead of 68
landmarks. Added to the paper: face regions, generator artefacts, colour transfer, Poisson blending, and donor
faces fitted to the landmarks (Face X-ray, CVPR 2020, arXiv:1912.13458).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.types import FaceBox, Pixels
from training.datasets.augment import colour_shift, jpeg

Mask = NDArray[np.float32]

# Mean face in units of the distance between the eye centres, origin midway between the eyes, y downwards.
_LANDMARKS = np.array([(-0.5, 0.0), (0.5, 0.0), (0.0, 0.58), (-0.4, 1.06), (0.4, 1.06)], np.float32)
_JAW = [(-1.0, 0.0), (-0.97, 0.45), (-0.84, 0.95), (-0.58, 1.38), (-0.25, 1.64), (0.0, 1.7)]
_BROW = [(-0.92, -0.3), (-0.6, -0.52), (-0.2, -0.5)]
_FOREHEAD = [(-0.95, -0.45), (-0.7, -0.85), (-0.3, -1.05)]


def _mirrored(half: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return half + [(-x, y) for x, y in reversed(half)]


_OUTLINES = {
    "face": _mirrored(_JAW) + _mirrored(_BROW),
    "face and forehead": _mirrored(_JAW) + _mirrored(_FOREHEAD),
    "inner face": [(-0.85, -0.4), (0.85, -0.4), (0.7, 0.6), (0.55, 1.3), (-0.55, 1.3), (-0.7, 0.6)],
    "eyes": [(-0.95, -0.35), (0.95, -0.35), (0.9, 0.3), (-0.9, 0.3)],
    "mouth": [(-0.6, 0.85), (0.0, 0.7), (0.6, 0.85), (0.5, 1.35), (0.0, 1.5), (-0.5, 1.35)],
}
_SHARES = {
    "face": 0.4,
    "face and forehead": 0.2,
    "inner face": 0.15,
    "eyes": 0.08,
    "mouth": 0.09,
    "ellipse": 0.08,
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Donor:
    """Another person's face to blend in."""

    pixels: Pixels
    """uint8 (height, width, 3), RGB."""
    landmarks: NDArray[np.float32]
    """(5, 2) XY pixels."""


def face_mask(
    shape_hw: tuple[int, int],
    landmarks: NDArray[np.float32],
    region: str,
    rng: np.random.Generator,
    jitter: float = 0.07,
) -> Mask:
    """Draw a hard mask of one face region.

    Args:
        shape_hw: height and width of the image, pixels.
        landmarks: (5, 2) XY, in the order of `DetectedFace.landmarks`.
        region: `face`, `face and forehead`, `inner face`, `eyes`, `mouth`, or `ellipse` for one of any shape
            and place on the face.
        jitter: standard deviation by which the outline's points are shifted, in eye distances.

    Returns:
        float32 (height, width), 0 outside and 1 inside the region's convex hull.
    """
    outline: NDArray[Any] = _ellipse(rng) if region == "ellipse" else np.array(_OUTLINES[region], np.float32)
    outline = outline + rng.normal(0, jitter, outline.shape).astype(np.float32)
    design = np.column_stack([_LANDMARKS, np.ones(5, np.float32)])
    affine, *_ = np.linalg.lstsq(design, landmarks, rcond=None)
    points = np.column_stack([outline, np.ones(len(outline), np.float32)]) @ affine
    mask = np.zeros(shape_hw, np.float32)
    hull = cv2.convexHull(points.round().astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 1.0)
    return mask


def _ellipse(rng: np.random.Generator) -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    centre, radii = rng.uniform((-0.4, 0.0), (0.4, 1.2)), rng.uniform(0.25, 0.75, 2)
    return np.column_stack([np.cos(turn), np.sin(turn)]).astype(np.float32) * radii + centre


def self_blend(
    pixels: Pixels,
    box: FaceBox,
    landmarks: NDArray[np.float32],
    rng: np.random.Generator,
    donor: Donor | None = None,
) -> tuple[Pixels, Pixels, Mask]:
    """Make a genuine image and its manipulated twin, at native resolution.

    One of two copies is altered slightly, then the face of one is blended over the other. The genuine twin is the
    image underneath, so that the two differ inside the mask only.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        landmarks: (5, 2) XY pixels.
        donor: face to blend in instead of the image's own.

    Returns:
        Genuine twin, manipulated twin (both uint8 like `pixels`), and the soft mask, float32 (height, width),
        0 where they are identical.
    """
    height, width = pixels.shape[:2]
    region = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    mask = face_mask((height, width), landmarks, region, rng)
    if donor is not None:
        face = _fitted(donor, landmarks, (height, width))
        face = _alter(face, rng) if rng.random() < 0.5 else face
        source, target = _transfer_colour(face, pixels, mask), pixels
    else:
        altered = _alter(pixels, rng)
        source, target = (altered, pixels) if rng.random() < 0.5 else (pixels, altered)
        if rng.random() < 0.1:
            source = _transfer_colour(source, target, mask)
    move = _small_move(box, rng)
    source = np.asarray(cv2.warpAffine(source, move, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.uint8)
    mask = np.asarray(cv2.warpAffine(mask, move, (width, height)), np.float32)
    if rng.random() < 0.5:
        mask = _bend(mask, box, rng)
    if rng.random() < 0.15 and region.startswith("face"):
        source = _poisson(source, target, mask)
    mask = _soften(mask, box, rng) * float(rng.choice([0.25, 0.5, 0.75, 1.0, 1.0, 1.0]))
    weight = mask[..., None]
    blend = source.astype(np.float32) * weight + target.astype(np.float32) * (1 - weight)
    return target, blend.round().clip(0, 255).astype(np.uint8), mask


def _alter(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Shift colours, then usually change sharpness or add generator artefacts."""
    altered = colour_shift(pixels, rng, strength=1.0)
    kind = rng.choice(["coarser", "sharper", "generated", "recompressed", "colour alone"], p=_ALTERATIONS)
    if kind == "coarser":
        factor = rng.uniform(1.5, 4.0)
        down = cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_NEAREST
        altered = _down_up(altered, factor, down, cv2.INTER_LINEAR)
    elif kind == "sharper":
        altered = _sharpened(altered, rng.uniform(0.8, 2.0), rng.uniform(0.3, 1.0))
    elif kind == "generated":
        # Imitate a decoder: low resolution, smoothed inside edges, then enlarged and sharpened.
        altered = _down_up(altered, rng.uniform(1.2, 2.5), cv2.INTER_AREA, cv2.INTER_CUBIC)
        altered = np.asarray(cv2.bilateralFilter(altered, 5, rng.uniform(10, 40), 2.0), np.uint8)
        altered = _sharpened(altered, rng.uniform(0.8, 1.5), rng.uniform(0.0, 0.8))
    elif kind == "recompressed":
        altered = jpeg(altered, int(rng.uniform(30, 75)))
    return altered.astype(np.uint8, copy=False)


_ALTERATIONS = [0.38, 0.22, 0.25, 0.08, 0.07]


def _down_up(pixels: Pixels, factor: float, down: int, up: int) -> Pixels:
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (max(8, round(width / factor)), max(8, round(height / factor))), interpolation=down)
    return cv2.resize(small, (width, height), interpolation=up).astype(np.uint8, copy=False)


def _sharpened(pixels: Pixels, sigma: float, amount: float) -> Pixels:
    blurred = cv2.GaussianBlur(pixels, (0, 0), sigma)
    return cv2.addWeighted(pixels, 1 + amount, blurred, -amount, 0).astype(np.uint8, copy=False)


def _fitted(donor: Donor, landmarks: NDArray[np.float32], shape_hw: tuple[int, int]) -> Pixels:
    """Warp the donor's image so that its landmarks best fit the given ones."""
    design = np.column_stack([donor.landmarks, np.ones(5, np.float32)])
    affine, *_ = np.linalg.lstsq(design, landmarks, rcond=None)
    height, width = shape_hw
    moved = cv2.warpAffine(donor.pixels, affine.T, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return moved.astype(np.uint8, copy=False)


def _transfer_colour(source: Pixels, target: Pixels, mask: Mask) -> Pixels:
    """Transfer mean and spread of the target's colours under the mask, in Lab (Reinhard et al., 2001)."""
    inside = mask > 0.5
    if inside.sum() < 16:
        return source
    of, to = (cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32) for pixels in (source, target))
    mean_of, mean_to = of[inside].mean(0), to[inside].mean(0)
    scale = (to[inside].std(0) + 1) / (of[inside].std(0) + 1)
    moved = ((of - mean_of) * scale + mean_to).round().clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(moved, cv2.COLOR_LAB2RGB), np.uint8)


def _small_move(box: FaceBox, rng: np.random.Generator) -> NDArray[np.float64]:
    """Shift up to 3 % across and 1.5 % down, scale 0.95 to 1.05, about the centre of the face."""
    scale = rng.uniform(0.95, 1.05)
    centre_x, centre_y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    shift_x = rng.uniform(-0.03, 0.03) * box.width + (1 - scale) * centre_x
    shift_y = rng.uniform(-0.015, 0.015) * box.height + (1 - scale) * centre_y
    return np.array([[scale, 0, shift_x], [0, scale, shift_y]])


def _bend(mask: Mask, box: FaceBox, rng: np.random.Generator) -> Mask:
    """Deform elastically, by up to about 5 % of the face."""
    height, width = mask.shape
    coarse = rng.normal(0, 0.03 * box.width, (5, 5, 2)).astype(np.float32)
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(mask, x + field[..., 0], y + field[..., 1], cv2.INTER_LINEAR)
    return bent.astype(np.float32, copy=False)


def _soften(mask: Mask, box: FaceBox, rng: np.random.Generator) -> Mask:
    """Soften the edge inwards, so that the mask stays within its region."""
    sigma = rng.uniform(0.01, 0.07) * box.width
    inner = (cv2.GaussianBlur(mask, (0, 0), sigma) > 0.95).astype(np.float32)
    soft = cv2.GaussianBlur(inner, (0, 0), max(0.5, sigma * rng.uniform(0.4, 1.0)))
    soft[soft < 1 / 512] = 0
    return soft.clip(0, 1).astype(np.float32, copy=False)


def _poisson(source: Pixels, target: Pixels, mask: Mask) -> Pixels:
    """Blend by Poisson editing (Perez et al., SIGGRAPH 2003) if the mask lies well inside the image."""
    hard = (mask > 0.5).astype(np.uint8) * 255
    hard[:2], hard[-2:], hard[:, :2], hard[:, -2:] = 0, 0, 0, 0
    x, y, width, height = cv2.boundingRect(hard)
    if width < 16 or height < 16:
        return source
    centre = (x + width // 2, y + height // 2)
    return cv2.seamlessClone(source, target, hard, centre, cv2.NORMAL_CLONE).astype(np.uint8, copy=False)
