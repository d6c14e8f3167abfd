"""Labelled pictures of faces, and where the face is in each.

A data folder holds `labels.csv` with the columns `file` (relative to the folder), `label` (real or fake),
`source`, `manipulation`, `group` (pictures of one group never cross a split) and `split` (train, val or dev).
`prepare` looks for the face in every picture once, with the detector's own face finder, and writes
`faces.csv`; fitting and evaluation read only what is listed there.
"""

from __future__ import annotations

import csv
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from detector.config import DetectorConfig
from detector.faces import FaceFinder
from detector.pictures import read_picture
from detector.types import DetectedFace, FaceBox, Pixels

CLIP_SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif")
_FIELDS = ("file", "label", "source", "manipulation", "group", "split")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of `labels.csv`."""

    file: str
    label: str
    source: str
    manipulation: str
    group: str
    split: str

    @property
    def is_fake(self) -> bool:
        return self.label == "fake"

    @property
    def is_clip(self) -> bool:
        return self.file.lower().endswith(CLIP_SUFFIXES)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FaceItem:
    """A picture with its largest face."""

    item: Item
    face: DetectedFace


def read_labels(folder: Path) -> list[Item]:
    """Every line of `labels.csv`.

    Raises:
        FileNotFoundError: the folder has no labels.csv.
        ValueError: a column is missing, a label is neither real nor fake, or a group crosses a split.
    """
    with (folder / "labels.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        missing = set(_FIELDS) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{folder / 'labels.csv'} lacks the columns {sorted(missing)}")
        items = [Item(**{field: row[field] for field in _FIELDS}) for row in reader]
    split_of: dict[tuple[str, str], str] = {}
    for item in items:
        if item.label not in ("real", "fake"):
            raise ValueError(f"{item.file}: label is {item.label!r}; write real or fake")
        if split_of.setdefault((item.source, item.group), item.split) != item.split:
            raise ValueError(f"group {item.group!r} of {item.source} stands in two splits")
    return items


def prepare(folder: Path, out_file: Path, workers: int) -> None:
    """Find the largest face of every labelled picture and write one line for each to `out_file`.

    Pictures without a face are left out; how many, by source and label, is printed.
    """
    items = [item for item in read_labels(folder) if not item.is_clip]
    out_file.parent.mkdir(parents=True, exist_ok=True)
    faceless: Counter[tuple[str, str]] = Counter()
    start = time.monotonic()
    with (
        multiprocessing.get_context("spawn").Pool(workers, _start_worker, (folder,)) as pool,
        out_file.open("w", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow([*_FIELDS, "x1", "y1", "x2", "y2", "confidence", *(f"l{i}" for i in range(10))])
        for done, (item, face) in enumerate(pool.imap(_find, items, chunksize=32), start=1):
            if face is None:
                faceless[item.source, item.label] += 1
            else:
                points = [f"{value:.2f}" for value in face.landmarks.ravel()]
                row = [getattr(item, field) for field in _FIELDS]
                writer.writerow([*row, *face.box.as_list(), f"{face.detection_confidence:.4f}", *points])
            if done % 2000 == 0:
                left_s = (time.monotonic() - start) / done * (len(items) - done)
                print(f"{done}/{len(items)} pictures, {left_s / 60:.1f} min left", flush=True)
    print(f"no face in {faceless.total()} of {len(items)} pictures: {dict(faceless)}")


_worker: tuple[Path, FaceFinder]


def _start_worker(folder: Path) -> None:
    global _worker
    torch.set_num_threads(1)
    _worker = (folder, FaceFinder(DetectorConfig(), torch.device("cpu")))


def _find(item: Item) -> tuple[Item, DetectedFace | None]:
    folder, finder = _worker
    faces = finder.find(read_picture(folder / item.file))
    return item, faces[0] if faces else None


def read_faces(file: Path, split: str) -> list[FaceItem]:
    """The faces of one split, as `prepare` wrote them."""
    with file.open(newline="") as lines:
        return [_face_item(row) for row in csv.DictReader(lines) if row["split"] == split]


def _face_item(row: dict[str, str]) -> FaceItem:
    landmarks: NDArray[np.float32] = np.array([float(row[f"l{i}"]) for i in range(10)], np.float32)
    box = FaceBox(*(int(row[corner]) for corner in ("x1", "y1", "x2", "y2")))
    return FaceItem(
        item=Item(**{field: row[field] for field in _FIELDS}),
        face=DetectedFace(box, float(row["confidence"]), landmarks.reshape(5, 2)),
    )


def twins(faces: Iterable[FaceItem]) -> list[tuple[FaceItem, FaceItem]]:
    """Genuine and manipulated faces of the same group, paired in order: (real, fake)."""
    by_group: dict[tuple[str, str], tuple[list[FaceItem], list[FaceItem]]] = {}
    for face in faces:
        pair = by_group.setdefault((face.item.source, face.item.group), ([], []))
        pair[face.item.is_fake].append(face)
    return [
        (reals[index % len(reals)], fake)
        for reals, fakes in by_group.values()
        if reals
        for index, fake in enumerate(fakes)
    ]


def load_pixels(folder: Path, face: FaceItem) -> Pixels:
    """The whole upright picture a face was found in: uint8 (height, width, 3), RGB."""
    return read_picture(folder / face.item.file)
