"""Find what an image file holds besides the image that is read: further pages, and the video of a motion photo."""

from __future__ import annotations

import re
import warnings
from typing import IO

from PIL import Image, TiffImagePlugin

from detector.media.damage import BROKEN
from detector.messages import Message

_MOST_PAGES = 100
"""Most pages of a TIFF that are counted."""
_SUBFILE_TYPE, _NO_PAGE = 254, 0b101
"""Tag whose bits mark reduced images and masks, such as thumbnails and overviews (TIFF 6.0, `NewSubfileType`)."""
_WITH_VIDEO = ("JPEG", "MPO", "HEIF")
"""Formats of motion photos: phones append an MP4 to the image, or put it into a box of its own."""
_MP4_START = re.compile(rb"\0\0\0[\x10-\x40]ftyp(?:mp4|iso|qt |avc|MSNV|3gp)")
_BLOCK_BYTES, _OVERLAP_BYTES = 1 << 20, 16


def other_content(file: IO[bytes], image: Image.Image) -> tuple[Message, ...]:
    """Return notes on what the file holds besides its image. Nothing is decoded.

    Args:
        file: of the image.
        image: opened.
    """
    notes = []
    pages = _pages(file) if isinstance(image, TiffImagePlugin.TiffImageFile) else 1
    if image.format == "HEIF":
        pages = getattr(image, "n_frames", 1)
    if pages > 1:
        notes.append(Message("other_images", {"count": pages}))
    if image.format in _WITH_VIDEO and _holds_video(file):
        notes.append(Message("motion_photo"))
    return tuple(notes)


def _pages(file: IO[bytes]) -> int:
    """Count the pages of a TIFF, as far as they can be read."""
    count = 0
    try:
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata, and about sizes
            pages = Image.open(file, formats=("TIFF",))
            for number in range(_MOST_PAGES):
                pages.seek(number)
                kind = pages.tag_v2.get(_SUBFILE_TYPE, 0)  # type: ignore[attr-defined]
                count += not (isinstance(kind, int) and kind & _NO_PAGE)
    except (*BROKEN, Image.DecompressionBombError):
        pass  # there are no more
    return count


def _holds_video(file: IO[bytes]) -> bool:
    file.seek(0)
    last = b""
    while block := file.read(_BLOCK_BYTES):
        if _MP4_START.search(last + block):
            return True
        last = block[-_OVERLAP_BYTES:]
    return False
