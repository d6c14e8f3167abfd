"""Decode what is left of damaged and cut-off images.

Decoders of WebP, HEIC and AVIF refuse a file that ends early. So the missing bytes are filled in twice, with
different values: pixels that are equal both times do not depend on them.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from detector.types import Pixels

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    MemoryError,
    RuntimeError,
)
"""What Pillow's readers raise on damaged bytes."""
REPAIRED_BYTES = 100_000_000
"""Largest damaged file to repair in memory."""
_JPEG_2000 = (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
_PNG_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_PNG_KEPT = (b"tRNS", b"iCCP", b"eXIf")
_PNG_KEPT_BYTES = 100_000
"""Largest kept metadata chunk: a packed one of this size may still unpack to 100 MB."""
_MAX_BOXES = 10_000
_CONTENT_BOXES = (b"meta", b"mdat", b"moov", b"moof")
_RANDOM_SHARES = (0.0, 1.0, 0.5, 0.1, 0.3, 0.02)
WAYS = len(_RANDOM_SHARES)
_FILLER_PX = 64
"""Side of a square of equal pixels that counts as filled in by the decoder of a tiled image."""


def missing_bytes(file: IO[bytes]) -> int:
    """Return how many bytes are missing at the end of a WebP, HEIC or AVIF; 0 for other formats.

    Source:
        RFC 9649, 2.4 (RIFF); ISO/IEC 14496-12, 4.2 (boxes).
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return max(0, 8 + int.from_bytes(head[4:8], "little") - size)
    at = 0
    for _ in range(_MAX_BOXES if head[4:8] == b"ftyp" else 0):
        file.seek(at)
        box = file.read(16)
        if len(box) < 8:
            break
        length = int.from_bytes(box[:4], "big")
        if length == 1:
            length = int.from_bytes(box[8:16], "big")
        if length < 8:  # 0: to the end of the file
            break
        if at + length > size and box[4:8] not in _CONTENT_BOXES:  # bytes that somebody has appended
            break
        at += length
    return max(0, at - size)


def filled(content: bytes, missing: int, way: int = 0) -> io.BytesIO:
    """Fill in the missing bytes of a cut-off file with zeros, or with random bytes and then zeros.

    Args:
        content: of the file.
        missing: number of missing bytes.
        way: 0 to `WAYS` - 1: which share of them is random. Each decoder rejects some of these.
    """
    count = math.ceil(_RANDOM_SHARES[way] * missing)
    fill = np.random.default_rng(way).bytes(count).ljust(missing, b"\0")
    if content[:4] != b"RIFF":
        return io.BytesIO(content + fill)
    at = 12
    while at + 8 <= len(content):
        at += 8 + int.from_bytes(content[at + 4 : at + 8], "little")
        at += at % 2
        if at > len(content):  # the chunk in which it ends is filled, and made the last
            content += fill[: at - len(content)]
            break
    else:
        content = content[:at]
    return io.BytesIO(content[:4] + (len(content) - 8).to_bytes(4, "little") + content[8:])


def repaired(file: IO[bytes]) -> io.BytesIO | None:
    """Remove damaged metadata (PNG) or add the end marker (JPEG, JPEG 2000); None for other formats."""
    if file.seek(0, io.SEEK_END) > REPAIRED_BYTES:
        return None
    file.seek(0)
    data = file.read()
    if data.startswith(b"\xff\xd8"):
        return io.BytesIO(data + b"\xff\xd9")
    if data.startswith(_JPEG_2000):
        return io.BytesIO(data.removesuffix(b"\xff") + b"\xff\xd9")
    if not data.startswith(b"\x89PNG"):
        return None
    kept, at = [data[:8]], 8
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        whole = zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        if kind in _PNG_CRITICAL or (kind in _PNG_KEPT and whole and len(chunk) < _PNG_KEPT_BYTES):
            kept.append(chunk)
        at += 12 + length
    return io.BytesIO(b"".join(kept))


def is_tiled(content: bytes) -> bool:
    """Return whether a HEIC or AVIF has tiles; its decoder skips those that it cannot decode."""
    return b"grid" in content[: 1 << 18]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums of the rows and columns of an image, to compare two images without holding both."""

    rows: NDArray[np.uint32]
    columns: NDArray[np.uint32]

    @classmethod
    def of(cls, pixels: Pixels) -> Sums:
        return cls(pixels.sum(axis=1, dtype=np.uint32), pixels.sum(axis=0, dtype=np.uint32))


def kept_part(pixels: Pixels, other: Sums, tiled: bool) -> Pixels:
    """Return the part of an image that equals another, from the side at which the file begins.

    Args:
        pixels: uint8 (height, width, 3), as stored.
        other: of the same image with other filled-in bytes.
        tiled: the decoder may have filled tiles with one colour both times.

    Returns:
        Complete rows, or complete columns if the decoder rotated the image; height 0 if nothing is left.
    """
    own = Sums.of(pixels)
    if own.rows.shape != other.rows.shape or own.columns.shape != other.columns.shape:
        return pixels[:0]
    bad_rows = np.flatnonzero((own.rows != other.rows).any(axis=1))
    bad_columns = np.flatnonzero((own.columns != other.columns).any(axis=1))
    height, width = pixels.shape[:2]
    if not len(bad_rows):
        return _without_filler(pixels) if tiled else pixels
    sides = [  # whether the difference reaches this side, the share that is left, turns that put the side below
        (bad_rows[-1] == height - 1, bad_rows[0] / height, 0),
        (bad_rows[0] == 0, 1 - (bad_rows[-1] + 1) / height, 2),
        (bad_columns[-1] == width - 1, bad_columns[0] / width, 3),
        (bad_columns[0] == 0, 1 - (bad_columns[-1] + 1) / width, 1),
    ]
    _, share, turns = max(side for side in sides if side[0]) if any(side[0] for side in sides) else sides[0]
    turned = np.rot90(pixels, turns)
    part = turned[: round(share * len(turned))]
    return np.ascontiguousarray(np.rot90(_without_filler(part) if tiled else part, -turns))


def _without_filler(pixels: Pixels) -> Pixels:
    """Return the rows above the first square of one colour."""
    rows, columns = (side // _FILLER_PX for side in pixels.shape[:2])
    for row in range(rows):
        band = pixels[row * _FILLER_PX : (row + 1) * _FILLER_PX, : columns * _FILLER_PX]
        squares = band.reshape(_FILLER_PX, columns, _FILLER_PX, 3)
        if (squares.max(axis=(0, 2)) == squares.min(axis=(0, 2))).all(axis=1).any():
            return pixels[: row * _FILLER_PX]
    return pixels
