"""Make a copy of an image to upload: upright, without metadata, within the size limit.

An upright JPEG or PNG that is small enough keeps its pixels; only metadata is removed.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from detector.errors import MediaError
from detector.media.damage import BROKEN
from detector.media.images import decode_image
from detector.types import Pixels

_QUALITIES = (95, 90, 85, 75)
_SHRINK = 0.8
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCopy:
    """A copy and how it was made."""

    content: bytes
    ending: str
    """`jpg` or `png`."""
    made_how: str


def copy_image(path: Path, limit_bytes: int, pixels: Pixels | None = None) -> ImageCopy | None:
    """Make a copy of fewer than `limit_bytes`; None if the image cannot be decoded.

    Args:
        pixels: the image as it was judged, where they are at hand: it is not decoded again.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            bare = _bare(path, limit_bytes)
        if bare is not None:
            return bare
        if pixels is None:
            pixels = decode_image(path).pixels
    except MediaError:
        return None
    content = jpeg_within(pixels, limit_bytes)
    return ImageCopy(content=content, ending="jpg", made_how="coded anew as JPEG, upright, without metadata")


def jpeg_within(pixels: Pixels, limit_bytes: int) -> bytes:
    """Encode a JPEG of fewer than `limit_bytes`, at the best quality that fits, scaled down if none does.

    Args:
        pixels: uint8 (height, width, 3), RGB.
    """
    image = Image.fromarray(pixels)
    while True:
        for quality in _QUALITIES:
            buffer = io.BytesIO()
            image.save(buffer, format="JPEG", quality=quality, subsampling=0 if quality > 90 else 2)
            if buffer.tell() < limit_bytes:
                return buffer.getvalue()
        width, height = (max(1, int(side * _SHRINK)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)


def _bare(path: Path, limit_bytes: int) -> ImageCopy | None:
    """Return the same pixels without metadata; None if that fails or is too large."""
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            if image.getexif().get(_ORIENTATION, 1) != 1:
                return None
            if image.format == "PNG":
                buffer = io.BytesIO()
                image.save(buffer, format="PNG")  # writes the pixels, the palette and the colour profile only
                content, ending, made_how = buffer.getvalue(), "png", "the same pixels as PNG, without metadata"
            else:
                content, ending = _bare_jpeg(path.read_bytes()), "jpg"
                made_how = "the coded image as it is, without metadata"
                with Image.open(io.BytesIO(content)) as copy:
                    copy.load()
    except BROKEN:
        return None
    return ImageCopy(content=content, ending=ending, made_how=made_how) if len(content) < limit_bytes else None


def _bare_jpeg(data: bytes) -> bytes:
    """Keep the segments needed for decoding, and the colour profile.

    Source:
        ITU-T T.81, annex B: the order of markers; a run of coded data ends at a marker that is neither a stuffed
        zero nor a restart.
    """
    kept, at = [data[:2]], 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("a marker was expected")
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = data[at + 1]
        if marker == 0xD9:
            return b"".join((*kept, data[at : at + 2]))
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            while not (data[end] == 0xFF and data[end + 1] != 0 and not 0xD0 <= data[end + 1] <= 0xD7):
                end = data.index(b"\xff", end + 1)
        body = data[at + 4 : end]
        is_note = marker == 0xFE or 0xE1 <= marker <= 0xEF or (marker == 0xE0 and not body.startswith(b"JFIF\0"))
        if not is_note or marker == 0xEE or body.startswith(b"ICC_PROFILE\0"):
            kept.append(data[at:end])
        at = end
