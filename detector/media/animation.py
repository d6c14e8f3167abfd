"""Animated WebP, which FFmpeg does not decode, through Pillow: its frame times, and its frames in order."""

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

_SHORT_MS, _SHORT_SHOWN_MS = 10, 100
"""Frames said to be shown so briefly are shown for so long, by browsers and by FFmpeg's GIF reader."""
_FILLED_BYTES = 100_000_000
"""Most bytes that a file may be short of."""


def webp_durations_ms(path: Path) -> list[int]:
    """How long each whole frame of a WebP is shown, from its `ANMF` chunks (RFC 9649, 2.7.1.2); nothing is
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
                durations.append(duration_ms if duration_ms > _SHORT_MS else _SHORT_SHOWN_MS)
                length -= 16
            file.seek(length + length % 2, 1)
    return durations


def webp_frames(path: Path, wanted: list[int], work: Work) -> Iterator[tuple[int, Pixels]]:
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
            image = Image.open(whole, formats=("WEBP",))
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
