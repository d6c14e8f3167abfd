"""Keep key frames on disk for the report package; in memory they take hundreds of MB."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from detector.types import Frame

_QUALITY = 95


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A stored frame."""

    index: int
    time_s: float
    path: Path


def store_frames(frames: Iterable[Frame], folder: Path) -> tuple[KeyFrame, ...]:
    """Write frames as JPEG without metadata or chroma subsampling.

    Args:
        frames: of one file.
        folder: is created; never served.
    """
    folder.mkdir(parents=True, mode=0o700)
    kept = []
    for frame in frames:
        path = folder / f"{frame.index}.jpg"
        Image.fromarray(frame.pixels).save(path, quality=_QUALITY, subsampling=0)
        kept.append(KeyFrame(frame.index, frame.time_s, path))
    return tuple(kept)


def load_frames(kept: Iterable[KeyFrame]) -> dict[int, Frame]:
    """Read stored frames, by index.

    Raises:
        OSError: they were deleted meanwhile.
    """
    frames = {}
    for frame in kept:
        with Image.open(frame.path, formats=["JPEG"]) as image:
            frames[frame.index] = Frame(np.asarray(image.convert("RGB")), frame.index, frame.time_s)
    return frames
