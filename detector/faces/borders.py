"""Find the part of an image inside a plain border, such as letterbox bars."""

from __future__ import annotations

import numpy as np

from detector.types import FaceBox, Pixels

_MEAN_OFF, _MOST_OFF = 2.0, 24
"""Deviation of a border line from its colour, in levels of 255, mean and maximum; compression adds noise."""
_LEAST_PX = 128
"""Shorter side of the least content."""


def content_box(pixels: Pixels) -> FaceBox:
    """Return the image without lines of one colour at its edges.

    A crop that includes such a border resembles a pasted face
    (docs/decisions/0043-borders-are-not-part-of-a-crop.md).

    Args:
        pixels: uint8 (height, width, 3), RGB.

    Returns:
        In pixels of the image; the whole image if less than _LEAST_PX would be left, as for a small image on a
        large background.
    """
    height, width = pixels.shape[:2]
    top, bottom = _without_plain(pixels)
    left, right = _without_plain(pixels[top:bottom].transpose(1, 0, 2))
    if min(right - left, bottom - top) < _LEAST_PX:
        return FaceBox(0, 0, width, height)
    return FaceBox(left, top, right, bottom)


def _without_plain(lines: Pixels) -> tuple[int, int]:
    """Return the first line that is not plain and the one after the last; all of them if none is left."""
    first = _plain_lines(lines)
    last = first if first == len(lines) else len(lines) - _plain_lines(lines[::-1])
    return (first, last) if first < last else (0, len(lines))


def _plain_lines(lines: Pixels) -> int:
    """Count the lines from the first on that have its colour throughout."""
    colour = np.median(lines[0], axis=0)
    for number, line in enumerate(lines):
        off = np.abs(line - colour)
        if off.mean() > _MEAN_OFF or off.max() > _MOST_OFF:
            return number
    return len(lines)
