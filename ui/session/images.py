"""Write the images of a result into the folder of its visit; each run has names of its own.

Key frames for the report package are kept on disk too: in memory they take hundreds of MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
from PIL import Image

from detector.types import Frame, Pixels
from ui.common.html import Picture

_STILL_LONG_SIDE_PX = 480
_SHEET_LONG_SIDE_PX = 1280
_KEY_FRAME_QUALITY = 95
_NAMES_A_RUN = 1000


@dataclass(frozen=True, slots=True)
class Still:
    """A frame of the contact sheet."""

    image: Picture
    time_s: float


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A stored frame."""

    index: int
    time_s: float
    path: Path


def save_images(images: Sequence[Pixels], folder: Path, prefix: str, run: int = 0) -> tuple[Picture, ...]:
    """Write images as PNG, in order, under names that no other run uses."""
    return tuple(
        _save(Image.fromarray(pixels), folder / f"{prefix}-{run * _NAMES_A_RUN + number}.png")
        for number, pixels in enumerate(images, 1)
    )


def still_file(folder: Path, run: int) -> Path:
    """Return the path of a thumbnail."""
    return folder / f"still-{run * _NAMES_A_RUN}.png"


def save_still(pixels: Pixels, folder: Path, run: int = 0) -> Picture:
    """Write a thumbnail as PNG."""
    image = Image.fromarray(pixels)
    image.thumbnail((_STILL_LONG_SIDE_PX, _STILL_LONG_SIDE_PX))
    return _save(image, still_file(folder, run))


def save_sheet(frames: Iterable[Frame], folder: Path) -> tuple[Still, ...]:
    """Write frames as JPEG without metadata, large enough for a reverse image search."""
    stills = []
    for number, frame in enumerate(frames, 1):
        image = Image.fromarray(frame.pixels)
        image.thumbnail((_SHEET_LONG_SIDE_PX, _SHEET_LONG_SIDE_PX))
        stills.append(Still(_save(image, folder / f"sheet-{number}.jpg"), frame.time_s))
    return tuple(stills)


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
        Image.fromarray(frame.pixels).save(path, quality=_KEY_FRAME_QUALITY, subsampling=0)
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


def delete_earlier_runs(folder: Path, run: int) -> None:
    """Delete the images of earlier results."""
    for path in folder.glob("*-*.png"):
        if int(path.stem.rsplit("-", 1)[1]) < run * _NAMES_A_RUN:
            path.unlink(missing_ok=True)


def _save(image: Image.Image, path: Path) -> Picture:
    image.save(path, quality=90)
    return Picture(image_link(path), image.width, image.height)


def image_link(path: Path) -> str:
    """Return the relative URL of a file, valid behind any host and path."""
    return f"gradio_api/file={quote(path.as_posix())}"
