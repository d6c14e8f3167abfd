"""Shrink or blur images for documents."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

from detector.types import Pixels

BLOCKS = 6
"""A blurred image is made from so many by so many colours, and nothing else of the image is left in it."""
_BLURRED_PX = 240


def blurred(pixels: Pixels) -> Pixels:
    """An image of the same proportions made from the mean colours of 6 x 6 blocks, each rounded to one of eight
    levels a channel, and then blurred: no face can be matched with it.

    Args:
        pixels: uint8 (height, width, 3), RGB.

    Returns:
        uint8 (height, width, 3), RGB, long side 240 px.
    """
    height, width = pixels.shape[:2]
    small = Image.fromarray(np.ascontiguousarray(pixels)).resize((BLOCKS, BLOCKS), Image.Resampling.BOX)
    coarse = (np.asarray(small) // 32) * 32 + 16
    factor = _BLURRED_PX / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    grown = Image.fromarray(coarse.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    return np.asarray(grown.filter(ImageFilter.GaussianBlur(_BLURRED_PX / BLOCKS / 3)))


def jpeg(pixels: Pixels, long_side_px: int, quality: int) -> bytes:
    """JPEG without metadata, shrunk where longer. Pixels are uint8 (height, width, 3), RGB."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((long_side_px, long_side_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
