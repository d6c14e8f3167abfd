"""Make the example files again: `python -m examples.make PORTRAIT.png LANDSCAPE.jpg`.

The manipulated twin is a self-blend: the face is taken from an altered copy of the same portrait, so no second
person's image is needed. The videos move slowly over the two images.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from PIL import Image

from detector.config import DetectorConfig
from detector.faces.face_detector import FaceFinder
from detector.media.images import read_image
from detector.types import FaceBox, Pixels
from training.datasets.self_blend import Mask, self_blend

FOLDER = Path(__file__).parent
_VIDEO_SIDE_PX, _VIDEO_FRAMES, _VIDEO_RATE = 384, 96, 24


def twins(portrait: Pixels) -> tuple[Pixels, Pixels]:
    """The portrait, and the first self-blend of it that covers the whole face at full strength and has lost
    three fifths of the fine detail there, as the face of many a swap has."""
    face = FaceFinder(DetectorConfig(), torch.device("cpu")).find(portrait)[0]
    covered = 0.55 * face.box.width * face.box.height
    for seed in range(1000):
        genuine, blend, mask = self_blend(portrait, face.box, face.landmarks, np.random.default_rng(seed))
        whole = mask.max() > 0.99 and mask.sum() > covered and np.array_equal(genuine, portrait)
        if whole and _detail(blend, mask) < 0.4 * _detail(portrait, mask):
            return portrait, blend
    raise RuntimeError("no seed under 1000 gives a whole-face blend")


def _detail(image: Pixels, mask: Mask) -> float:
    """Spread of the Laplacian where the mask is full."""
    edges = cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    return float(edges[mask > 0.9].std())


def write_video(image: Pixels, file: Path) -> None:
    """Four seconds of H.264 in which the camera moves a little over the image."""
    height, width = image.shape[:2]
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(_VIDEO_RATE), options={"crf": "20"})
        stream.width = stream.height = _VIDEO_SIDE_PX
        stream.pix_fmt = "yuv420p"
        for number in range(_VIDEO_FRAMES):
            share = number / _VIDEO_FRAMES
            side = round(min(height, width) * (0.9 - 0.1 * share))
            left = round((width - side) / 2 * (1 + 0.3 * np.sin(2 * np.pi * share)))
            window = FaceBox(left, 0, left + side, side)
            part = image[window.y1 : window.y2, window.x1 : window.x2]
            view = cv2.resize(part, (_VIDEO_SIDE_PX, _VIDEO_SIDE_PX), interpolation=cv2.INTER_AREA)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(view, format="rgb24")))
        container.mux(stream.encode())


def main(portrait_file: str, landscape_file: str) -> None:
    genuine, manipulated = twins(read_image(Path(portrait_file)))
    for name, image in (("genuine", genuine), ("manipulated", manipulated)):
        Image.fromarray(image).save(FOLDER / f"{name}.jpg", quality=92)
        write_video(image, FOLDER / f"{name}.mp4")
    landscape = Image.open(landscape_file).convert("RGB")
    landscape.thumbnail((800, 800))
    landscape.save(FOLDER / "no-face.jpg", quality=85)


if __name__ == "__main__":
    main(*sys.argv[1:])
