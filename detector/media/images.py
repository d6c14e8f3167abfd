"""Still images: bytes in, one upright RGB array out."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from detector.errors import MediaDecodeError, MediaTooLargeError, UnsupportedMediaError
from detector.types import Pixels

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
"""Pillow's names of what we read; nothing else is even tried. (The two-image JPEG of some phones, MPO, is
opened by the JPEG reader.)"""

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, MemoryError, RuntimeError)
"""What Pillow's decoders raise on damaged bytes."""


@contextmanager
def open_image(path: Path, max_px: int) -> Iterator[Image.Image]:
    """Read the header of an image, without decoding it; the file is closed at the end of the block.

    Raises:
        UnsupportedMediaError: not one of `FORMATS`.
        MediaTooLargeError: more than `max_px` pixels.
        MediaDecodeError: one of them, but the header is broken.
    """
    pillow_heif.register_heif_opener(thumbnails=False)
    too_large = MediaTooLargeError(
        f"{path.name} has more than {max_px / 1e6:.0f} million pixels, the most that is opened. "
        "Save a smaller copy and try that; keep the original."
    )
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                image = Image.open(file, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise too_large from error
        except UnidentifiedImageError as error:
            raise UnsupportedMediaError(
                f"{path.name} begins like an image but cannot be read as one. Save it as JPEG and try that."
            ) from error
        except _BROKEN as error:
            raise _broken(path.name) from error
        if image.width * image.height > max_px:
            raise too_large
        yield image


def decode_image(image: Image.Image, name: str) -> Pixels:
    """Decode to upright RGB: EXIF rotation honoured, transparency composed on white, 16-bit scaled to 8.

    Returns:
        uint8 (height, width, 3), RGB; of an animation the first frame.

    Raises:
        MediaDecodeError: the data is damaged or cut off.
    """
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        return np.array(_to_rgb(upright), dtype=np.uint8)
    except _BROKEN as error:
        raise _broken(name) from error


def is_animated(path: Path, max_px: int) -> bool:
    """Whether an image file holds more than one frame; raises what `open_image` raises."""
    with open_image(path, max_px) as image:
        try:
            return bool(getattr(image, "is_animated", False))
        except _BROKEN as error:
            raise _broken(path.name) from error


def _broken(name: str) -> MediaDecodeError:
    return MediaDecodeError(
        f"{name} is damaged or incomplete and cannot be opened. Download or copy it again from where it came."
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey; Pillow would video it at 255 instead of scaling
        wide = np.asarray(image).astype(np.float32)
        return Image.fromarray((wide / 257).round().clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def read_image(path: Path, max_px: int = 110_000_000) -> Pixels:
    """Open and decode in one call; raises what `open_image` and `decode_image` raise."""
    with open_image(path, max_px) as image:
        return decode_image(image, path.name)
