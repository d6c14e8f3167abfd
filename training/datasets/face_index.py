"""Index the largest face of every labelled image and of some frames of every labelled video."""

from __future__ import annotations

import csv
import multiprocessing
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from detector.config import DetectorConfig
from detector.errors import MediaError
from detector.faces.face_detector import FaceFinder
from detector.media.media import open_media
from detector.types import DetectedFace, FaceBox, Frame, Pixels
from training.datasets.labels import FACE_FIELDS, ITEM_FIELDS, Item
from training.datasets.layouts import find_items

CUTS = "cuts"
"""Folder beside the list, for faces cut out of videos and large images."""
_LARGE_PX = 1_000_000
_CONTEXT_FRAC = 0.75
"""Margin around a face that is cut out, as a share of its longer side."""

Row = list[str | int]


def prepare(folder: Path, out_file: Path, *, workers: int, frames_per_video: int) -> None:
    """Find the largest face and write one line for each image or frame to `out_file`.

    Faces of videos, and of images above a megapixel, are cut out with a margin and saved losslessly beside
    `out_file`. Files without a face and unreadable files are skipped and counted.
    """
    items = find_items(folder)
    out_file.parent.mkdir(parents=True, exist_ok=True)
    left_out: Counter[str] = Counter()
    start = time.monotonic()
    job = (folder, out_file.parent, frames_per_video)
    unfinished = out_file.with_suffix(".unfinished")
    with (
        multiprocessing.get_context("spawn").Pool(workers, _start_worker, job) as pool,
        unfinished.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(FACE_FIELDS)
        for done, (item, rows, why) in enumerate(pool.imap(_find, items, chunksize=8), start=1):
            writer.writerows(rows)
            if not rows:
                left_out[f"{why} in {item.source}, {item.label}"] += 1
            if done % 2000 == 0:
                left_s = (time.monotonic() - start) / done * (len(items) - done)
                print(f"{done}/{len(items)} files, {left_s / 60:.1f} min left", flush=True)
    unfinished.replace(out_file)
    print(f"{left_out.total()} of {len(items)} files left out: {dict(left_out)}")


_worker: tuple[Path, Path, int, FaceFinder, DetectorConfig]


def _start_worker(folder: Path, out_folder: Path, frames_per_video: int) -> None:
    global _worker
    torch.set_num_threads(1)
    config = DetectorConfig()
    finder = FaceFinder(config, torch.device("cpu"))
    _worker = (folder, out_folder, frames_per_video, finder, config)


def _find(item: Item) -> tuple[Item, list[Row], str]:
    folder, out_folder, frames_per_video, finder, config = _worker
    rows: list[Row] = []
    try:
        media = open_media(folder / item.file, config)
        for frame in media.frames(frames_per_video):
            faces = finder.find(frame.pixels)
            if faces:
                rows.append(_row(item, frame, faces[0], out_folder))
    except MediaError as error:
        return item, rows, type(error).__name__
    return item, rows, "no face"


def _row(item: Item, frame: Frame, face: DetectedFace, out_folder: Path) -> Row:
    cut = ""
    if item.is_video or frame.pixels.shape[0] * frame.pixels.shape[1] > _LARGE_PX:
        cut = f"{CUTS}/{item.file.replace('/', '__')}__{frame.index}.png"
        pixels, face = cut_out(frame.pixels, face)
        (out_folder / CUTS).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(out_folder / cut)
        return face_row(item, cut, pixels.shape[1], pixels.shape[0], face)
    return face_row(item, cut, frame.pixels.shape[1], frame.pixels.shape[0], face)


def face_row(item: Item, cut: str, width: int, height: int, face: DetectedFace) -> Row:
    """One line of the list, in the order of FACE_FIELDS."""
    points = [f"{value:.2f}" for value in face.landmarks.ravel()]
    known = [str(getattr(item, field)) for field in ITEM_FIELDS]
    return [*known, cut, width, height, *face.box.as_list(), f"{face.detection_confidence:.4f}", *points]


def cut_out(pixels: Pixels, face: DetectedFace) -> tuple[Pixels, DetectedFace]:
    """Cut out a face with its margin, clipped to the image, and return the face relative to the cut.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        face: in pixels of that image.
    """
    height, width = pixels.shape[:2]
    box, around = face.box, round(_CONTEXT_FRAC * max(face.box.width, face.box.height))
    x1, y1 = max(0, box.x1 - around), max(0, box.y1 - around)
    x2, y2 = min(width, box.x2 + around), min(height, box.y2 + around)
    moved = FaceBox(box.x1 - x1, box.y1 - y1, box.x2 - x1, box.y2 - y1)
    landmarks = (face.landmarks - np.array([x1, y1])).astype(np.float32)
    cut = np.ascontiguousarray(pixels[y1:y2, x1:x2])
    return cut, DetectedFace(moved, face.detection_confidence, landmarks)
