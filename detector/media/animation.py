"""Animations that FFmpeg does not decode, through Pillow: WebP, and GIF whose images state no time."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from PIL import Image

from detector.media.damage import BROKEN, filled, missing_bytes
from detector.media.decoding import Work, check_frame
from detector.media.frame_pixels import KEPT_PX
from detector.media.image_colours import srgb_pixels
from detector.types import Pixels

_SHORT_MS, SHORT_SHOWN_MS = 10, 100
"""Browsers and FFmpeg's GIF reader show frames of at most the first duration for the second one."""
_FILLED_BYTES = 100_000_000
"""Most missing bytes that are filled in."""


def webp_durations_ms(path: Path) -> list[int]:
    """Return the duration of each complete frame of a WebP, from its `ANMF` chunks (RFC 9649, 2.7.1.2); nothing is
    decoded."""
    durations = []
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            length = int.from_bytes(head[4:], "little")
            if file.tell() + length > size:  # cut off
                break
            if head[:4] == b"ANMF":
                place = file.read(16)
                if len(place) < 16:
                    break
                duration_ms = int.from_bytes(place[12:15], "little")
                durations.append(duration_ms if duration_ms > _SHORT_MS else SHORT_SHOWN_MS)
                length -= 16
            file.seek(length + length % 2, 1)
    return durations


def gif_durations_ms(path: Path) -> list[int | None]:
    """Return the duration of each image of a GIF, None if not stated. Nothing is decoded.

    Source:
        GIF89a specification, sections 15, 20 and 23.
    """
    durations: list[int | None] = []
    stated: int | None = None
    with path.open("rb") as file:
        _skip_colours(file, file.read(13)[10:11])
        while (block := file.read(1)) in (b"!", b","):
            if block == b",":
                durations.append(stated)
                stated = None
                _skip_colours(file, file.read(9)[8:9])
                file.read(1)
            elif file.read(1) == b"\xf9" and len(control := file.read(5)) == 5:
                duration_ms = 10 * int.from_bytes(control[2:4], "little")
                stated = duration_ms if duration_ms > _SHORT_MS else SHORT_SHOWN_MS
            while (size := file.read(1)) > b"\0":
                file.seek(size[0], 1)
    return durations


def _skip_colours(file: IO[bytes], flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 * (2 << (flags[0] & 7)), 1)


def animation_frames(path: Path, wanted: list[int], work: Work) -> Iterator[tuple[int, Pixels]]:
    """Decode the wanted frames, in order, uint8 (height, width, 3) sRGB. Ends where a frame cannot be decoded or
    decoding takes too much work.

    Args:
        path: the file.
        wanted: ascending positions.
        work: charged for every frame, also those between the wanted ones.
    """
    chosen = set(wanted)
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            whole: IO[bytes] = file
            if 0 < (missing := missing_bytes(file)) <= _FILLED_BYTES:
                file.seek(0)
                whole = filled(file.read(), missing)
                work.damaged += 1
            image = Image.open(whole, formats=("WEBP", "GIF"))
            check_frame(image.width, image.height, work.max_frame_px, work.name)
            for index in range(wanted[-1] + 1 if wanted else 0):
                start = time.perf_counter()
                image.seek(index)
                image.load()
                work.charge(image.width, image.height, time.perf_counter() - start)
                if index in chosen:
                    yield index, srgb_pixels(image, KEPT_PX)
                if work.spent:
                    return
        except BROKEN:
            work.damaged += 1
