"""Measure what makes a face hard to score, and its weight."""

from __future__ import annotations

import cv2
import numpy as np

from detector.types import FaceBox, FaceMark, Frame, Pixels

SMALL_FACE_PX = 64
"""Narrower faces have too few pixels for reliable scores."""
_DETAIL_PX = 48
"""Detail is measured at this size. At the size that the network sees, it changes so much when an image is made a
tenth smaller that one outcome in eighteen changed."""
_BLURRED_BELOW = 2.265
_MARKED_WEIGHT = 0.4
"""Weight factor of each mark."""


def face_marks(frame: Frame, box: FaceBox, face_detail: float) -> tuple[FaceMark, ...]:
    """Return the marks of a face: `small`, `blurred` (out of focus or motion) and `cut off` by the frame.

    Args:
        face_detail: `detail` of its crop.
    """
    height, width = frame.pixels.shape[:2]
    marks: list[FaceMark] = []
    if box.width < SMALL_FACE_PX:
        marks.append("small")
    if face_detail < _BLURRED_BELOW:
        marks.append("blurred")
    if box.x1 <= 0 or box.y1 <= 0 or box.x2 >= width or box.y2 >= height:
        marks.append("cut off")
    return tuple(marks)


def detail(pixels: Pixels) -> float:
    """Return the image detail of a crop: log10 of the variance of the Laplacian of its lightness at a fixed size.

    Low for soft, small or heavily compressed faces, high for sharp portraits.

    Args:
        pixels: uint8 (size, size, 3), RGB.

    Source:
        Pech-Pacheco et al., ICPR 2000.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_DETAIL_PX, _DETAIL_PX), interpolation=cv2.INTER_AREA)
    return float(np.log10(np.var(cv2.Laplacian(small, cv2.CV_32F)) + 1.0))


def mark_weight(marks: tuple[FaceMark, ...]) -> float:
    """
    >>> mark_weight(()), round(mark_weight(("small", "blurred")), 2)
    (1.0, 0.16)
    """
    return float(_MARKED_WEIGHT ** len(marks))
