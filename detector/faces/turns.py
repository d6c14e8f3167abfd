"""Quarter turns of images, and the way back for what was found in a turned one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.types import DetectedFace, FaceBox, Pixels, QuarterTurns


def turn_pixels(pixels: Pixels, turns: QuarterTurns) -> Pixels:
    """The image turned counter-clockwise; itself for 0 turns."""
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def turn_face_back(face: DetectedFace, turns: QuarterTurns, height: int, width: int) -> DetectedFace:
    """From a turned image to the image as it was before.

    Args:
        face: in pixels of the turned image.
        turns: of the image, counter-clockwise.
        height, width: of the image before it was turned, pixels.

    Returns:
        The same face in pixels of that image, with the turns that set it upright.
    """
    corners = turn_points_back(np.array(face.box.as_list(), np.float32).reshape(2, 2), turns, height, width)
    (x1, y1), (x2, y2) = corners.min(0).astype(int).tolist(), corners.max(0).astype(int).tolist()
    landmarks = turn_points_back(face.landmarks, turns, height, width)
    return DetectedFace(FaceBox(x1, y1, x2, y2), face.detection_confidence, landmarks, turns)


def turn_points_back(
    points: NDArray[np.float32], turns: QuarterTurns, height: int, width: int
) -> NDArray[np.float32]:
    """Points (n, 2), XY, of a turned image in pixels of the image before.

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
