"""Rotate images by quarter turns, and map results back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.types import DetectedFace, FaceBox, Pixels, QuarterTurns


def turn_pixels(pixels: Pixels, turns: QuarterTurns) -> Pixels:
    """Rotate an image counter-clockwise."""
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def turn_face_back(face: DetectedFace, turns: QuarterTurns, height: int, width: int) -> DetectedFace:
    """Map a face from a rotated image to the original image.

    Args:
        face: in pixels of the rotated image.
        turns: of the rotation, counter-clockwise.
        height, width: of the original image, pixels.

    Returns:
        The face in pixels of the original image, with the turns that make it upright.
    """
    corners = turn_points_back(np.array(face.box.as_list(), np.float32).reshape(2, 2), turns, height, width)
    (x1, y1), (x2, y2) = corners.min(0).astype(int).tolist(), corners.max(0).astype(int).tolist()
    landmarks = turn_points_back(face.landmarks, turns, height, width)
    return DetectedFace(FaceBox(x1, y1, x2, y2), face.detection_confidence, landmarks, turns)


def turn_points_back(
    points: NDArray[np.float32], turns: QuarterTurns, height: int, width: int
) -> NDArray[np.float32]:
    """Map points (n, 2), XY, from a rotated image to the original image.

    >>> turn_points_back(np.array([[0.0, 0.0]], np.float32), 1, 10, 20).tolist()
    [[20.0, 0.0]]
    """
    x, y = points[:, 0], points[:, 1]
    if turns == 1:
        x, y = width - y, x
    elif turns == 2:
        x, y = width - x, height - y
    elif turns == 3:
        x, y = y, height - x
    return np.stack([x, y], axis=1).astype(np.float32)
