"""Count the faces that the face finder misses, beside facenet-pytorch's MTCNN at its defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from facenet_pytorch import MTCNN

from detector.config import DetectorConfig
from detector.faces.face_detector import FaceFinder
from detector.media.images import read_image
from detector.model.classifier import choose_device
from training.datasets.labels import read_labels


def faces(folder: Path, source: str, split: str, count: int, seed: int) -> dict[str, Any]:
    """Search `count` random images of one source that each show a face.

    Returns:
        Number of images without a face found, by finder.
    """
    items = [item for item in read_labels(folder) if (item.source, item.split) == (source, split)]
    picked = np.random.default_rng(seed).permutation(len(items))[:count]
    device = choose_device("auto")
    ours = FaceFinder(DetectorConfig(), device)
    theirs = MTCNN(keep_all=True, device=device)
    missed, missed_by_default = [], 0
    for index in picked:
        pixels = read_image(folder / items[index].file)
        if not ours.find(pixels):
            missed.append(items[index].file)
        with torch.inference_mode():
            missed_by_default += theirs.detect(pixels)[0] is None
    return {
        "benchmark": "faces",
        "source": source,
        "split": split,
        "seed": seed,
        "images": len(picked),
        "no_face": len(missed),
        "no_face_share": len(missed) / len(picked),
        "no_face_mtcnn_defaults": missed_by_default,
        "missed": missed,
    }
