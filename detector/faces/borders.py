"""Find the part of an image that lies inside a plain border, such as the bars of a letterbox or a frame."""

from __future__ import annotations

import numpy as np

from detector.types import FaceBox, Pixels

_MEAN_OFF, _MOST_OFF = 2.0, 24
"""How far a line of a border may be off its colour, of 255: on average and at most. Compression leaves traces."""


def content_box(pixels: Pixels) -> FaceBox:
    """Return the image without lines of one colour at its edges.

    A crop that shows such a border looks like a face pasted into something
    (docs/decisions/0043-borders-are-not-part-of-a-crop.md).

    Args:
        pixels: uint8 (height, width, 3), RGB.

    Returns:
        In pixels of the image; the whole image if it is plain all over.
    """
    height, width = pixels.shape[:2]
    top = _plain_lines(pixels)
    if top == height:
        return FaceBox(0, 0, width, height)
    bottom = height - _plain_lines(pixels[::-1])
    columns = pixels[top:bottom].transpose(1, 0, 2)
    return FaceBox(_plain_lines(columns), top, width - _plain_lines(columns[::-1]), bottom)


def _plain_lines(lines: Pixels) -> int:
    """Count the lines from the first on that have the colour of the first one all along."""
    colour = np.median(lines[0], axis=0)
    for number, line in enumerate(lines):
        off = np.abs(line - colour)
        if off.mean() > _MEAN_OFF or off.max() > _MOST_OFF:
            return number
    return len(lines)
