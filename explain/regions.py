"""Compute each face region's share of a heatmap, from the five landmarks.

Coordinates are relative to the face: the origin is midway between the eyes, `u` is 1 at the right eye, `v` is 1 at
the middle of the mouth. The outline is an ellipse of the size of an adult face with eyes 63 mm apart: 140 mm wide,
68 mm from eyes to mouth, 112 mm to the chin, 60 mm to the hairline (round figures, checked on images).
"""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from detector.types import FaceCrop
from explain.types import FaceRegion

REGIONS: tuple[FaceRegion, ...] = get_args(FaceRegion)

_HALF_WIDTH = 140 / 63
_HAIRLINE, _CHIN = -60 / 68, 112 / 68
_EDGE = 0.8
"""Share of the outline's radius at which the jaw line begins, below the nose."""


def region_map(crop: FaceCrop, rows: int, columns: int) -> NDArray[np.int8]:
    """Return the region of each cell of a heatmap over a crop.

    Returns:
        (rows, columns) indices into REGIONS.
    """
    u, v = _face_coordinates(crop, rows, columns)
    middle, reach = (_CHIN + _HAIRLINE) / 2, (_CHIN - _HAIRLINE) / 2
    radius = np.hypot(u / _HALF_WIDTH, (v - middle) / reach)
    side = np.abs(u)
    regions = np.full(u.shape, REGIONS.index("cheeks"), np.int8)
    regions[v < -0.35] = REGIONS.index("forehead")
    regions[(v >= -0.35) & (v < 0.25)] = REGIONS.index("eyes")
    regions[(side < 0.6) & (v >= 0.25) & (v < 0.75)] = REGIONS.index("nose")
    regions[(side < 0.3) & (v >= 0.0) & (v < 0.25)] = REGIONS.index("nose")
    regions[(side < 1.1) & (v >= 0.75) & (v < 1.3)] = REGIONS.index("mouth")
    regions[(v >= 1.3) | ((radius > _EDGE) & (v >= 0.5))] = REGIONS.index("jaw")
    regions[radius > 1.0] = REGIONS.index("outside")
    return np.rot90(regions, crop.face.turns)  # landmarks lie in the frame, the crop is upright


def region_shares(crop: FaceCrop, heatmap: NDArray[np.float32]) -> dict[FaceRegion, float]:
    """Return the share of the heat in each of REGIONS, summing to 1; all 0 if there is no heat."""
    regions = region_map(crop, *heatmap.shape)
    total = float(heatmap.sum())
    return {
        name: float(heatmap[regions == number].sum()) / total if total > 0 else 0.0
        for number, name in enumerate(REGIONS)
    }


def _face_coordinates(crop: FaceCrop, rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return u and v of the centre of every cell, (rows, columns) each."""
    left_eye, right_eye, _, left_mouth, right_mouth = crop.face.landmarks.astype(np.float64)
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    axes = np.stack([(right_eye - left_eye) / 2, mouth - eyes], axis=1)
    if abs(np.linalg.det(axes)) < 1e-6:  # degenerate landmarks: use the box
        box = crop.face.box
        eyes = np.array([(box.x1 + box.x2) / 2, box.y1 + 0.4 * box.height])
        axes = np.array([[0.22 * box.width, 0.0], [0.0, 0.37 * box.height]])
    window = crop.window
    x = window.x1 + (np.arange(columns) + 0.5) * window.width / columns
    y = window.y1 + (np.arange(rows) + 0.5) * window.height / rows
    points = np.stack(np.meshgrid(x, y), axis=-1) - eyes
    u, v = np.moveaxis(points @ np.linalg.inv(axes).T, -1, 0)
    return u, v
