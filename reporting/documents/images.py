"""Shrink or blur images for documents."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

from detector.types import Pixels

BLOCKS = 6
"""Rows and columns of colours that a blurred image is made from."""
_BLURRED_PX = 240


def blurred(pixels: Pixels) -> Pixels:
    """Blur an image irreversibly: mean colours of 6 x 6 blocks, quantised to eight levels per channel, then
    blurred.

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
    """Encode uint8 (height, width, 3) RGB as JPEG without metadata, scaled down to `long_side_px`."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((long_side_px, long_side_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
