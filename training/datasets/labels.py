"""Labelled images and videos, and the faces that `prepare` found in them.

A data folder holds `labels.csv` or has one of the layouts of `layouts.py`. `labels.csv` needs the columns `file`
(relative to the folder) and `label` (real or fake). Optional columns and their defaults: `source` (the folder's
name), `manipulation` (`none` for genuine files), `group` (the file; files of one video or person share a group,
which never crosses splits), `split` (drawn from the group: nine in ten `train`, else `val`) and `attributes` (such
as `age=30;sex=0;race=2`).
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.media.formats import VIDEO_SUFFIXES
from detector.media.images import read_image
from detector.types import DetectedFace, FaceBox, Pixels

TIGHT_FRAC = 0.85
"""A face longer than this share of its image's shorter side has hardly any margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One labelled file."""

    file: str
    """Relative to the data folder, with forward slashes."""
    label: str
    source: str
    manipulation: str
    group: str
    split: str
    attributes: str = ""

    @property
    def is_fake(self) -> bool:
        return self.label == "fake"

    @property
    def is_video(self) -> bool:
        return self.file.lower().endswith(VIDEO_SUFFIXES)

    @property
    def is_generated(self) -> bool:
        """Whether the whole face is generated, by the name of the manipulation."""
        return self.manipulation.lower().startswith(("stylegan", "generated", "gan", "diffusion", "reconstructed"))


ITEM_FIELDS = tuple(field.name for field in fields(Item))
_POINTS = tuple(f"l{i}" for i in range(10))
FACE_FIELDS = (*ITEM_FIELDS, "cut", "width_px", "height_px", "x1", "y1", "x2", "y2", "confidence", *_POINTS)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FaceItem:
    """An image, or a frame cut out of a video, with its largest face."""

    item: Item
    image: Path
    width_px: int
    height_px: int
    face: DetectedFace

    @property
    def frame_index(self) -> int:
        """Number of the frame in its video; 0 for an image."""
        number = self.image.stem.rpartition("__")[2]
        return int(number) if self.item.is_video and number.isdecimal() else 0

    @property
    def is_tight(self) -> bool:
        longer = max(self.face.box.width, self.face.box.height)
        return longer > TIGHT_FRAC * min(self.width_px, self.height_px)


def drawn_split(group: str) -> str:
    """`train` for nine groups in ten, else `val`: the same for the same group, everywhere and always.

    >>> [drawn_split(name) for name in ("video 2", "video 3", "video 1")]
    ['train', 'train', 'val']
    """
    return "val" if zlib.crc32(group.encode()) % 10 == 0 else "train"


def read_labels(folder: Path) -> list[Item]:
    """Read `labels.csv`.

    Raises:
        FileNotFoundError: the folder has no labels.csv.
        ValueError: a column is missing, a label is neither real nor fake, or a group crosses a split.
    """
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = {"file", "label"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{folder / 'labels.csv'} lacks the columns {sorted(missing)}")
        items = [_completed(row, folder.name) for row in reader]
    check_items(items)
    return items


def _completed(row: Mapping[str, str], source: str) -> Item:
    group = row.get("group") or row["file"]
    return Item(
        file=row["file"],
        label=row["label"],
        source=row.get("source") or source,
        manipulation=row.get("manipulation") or ("unknown" if row["label"] == "fake" else "none"),
        group=group,
        split=row.get("split") or drawn_split(group),
        attributes=row.get("attributes") or "",
    )


def check_items(items: Iterable[Item]) -> None:
    """Check the labels.

    Raises:
        ValueError: a label is neither real nor fake, or a group crosses a split.
    """
    split_of: dict[tuple[str, str], str] = {}
    for item in items:
        if item.label not in ("real", "fake"):
            raise ValueError(f"{item.file}: label is {item.label!r}; write real or fake")
        if split_of.setdefault((item.source, item.group), item.split) != item.split:
            raise ValueError(f"group {item.group!r} of {item.source} stands in two splits")


def read_faces(file: Path, data: Path, split: str) -> list[FaceItem]:
    """Read the faces of one split."""
    with file.open(newline="", encoding="utf-8") as lines:
        return [_face_item(row, file.parent, data) for row in csv.DictReader(lines) if row["split"] == split]


def _face_item(row: Mapping[str, str], cuts: Path, data: Path) -> FaceItem:
    landmarks: NDArray[np.float32] = np.array([float(row[name]) for name in _POINTS], np.float32)
    box = FaceBox(*(int(row[corner]) for corner in ("x1", "y1", "x2", "y2")))
    return FaceItem(
        item=Item(**{field: row[field] for field in ITEM_FIELDS}),
        image=cuts / row["cut"] if row["cut"] else data / row["file"],
        width_px=int(row["width_px"]),
        height_px=int(row["height_px"]),
        face=DetectedFace(box, float(row["confidence"]), landmarks.reshape(5, 2)),
    )


Groups = dict[tuple[str, str], tuple[list[FaceItem], list[FaceItem]]]


def _grouped(faces: Iterable[FaceItem]) -> Groups:
    """Map (source, group) to its genuine and manipulated faces."""
    groups: Groups = {}
    for face in faces:
        groups.setdefault((face.item.source, face.item.group), ([], []))[face.item.is_fake].append(face)
    return groups


def twins(faces: Iterable[FaceItem]) -> list[tuple[FaceItem, FaceItem]]:
    """Return (real, fake) pairs of the same group: video frames matched by number, images in order."""
    return [
        (_counterpart(fake, index, reals), fake)
        for reals, fakes in _grouped(faces).values()
        if reals
        for index, fake in enumerate(fakes)
    ]


def _counterpart(fake: FaceItem, index: int, reals: Sequence[FaceItem]) -> FaceItem:
    if not fake.item.is_video:
        return reals[index % len(reals)]
    return min(reals, key=lambda real: abs(real.frame_index - fake.frame_index))


def lone_fakes(faces: Iterable[FaceItem]) -> list[FaceItem]:
    """Return manipulated faces whose group has no genuine one."""
    return [fake for reals, fakes in _grouped(faces).values() if not reals for fake in fakes]


def load_pixels(face: FaceItem) -> Pixels:
    """Read the upright image of a face: uint8 (height, width, 3), RGB."""
    return read_image(face.image)
