"""Make short synthetic videos from labelled images, to calibrate on videos where only images are at hand.

The camera drifts, zooms and tilts slowly, the light changes slightly, the sensor adds noise, and H.264 at a random
quality compresses the frames. The face does not blink, speak or change expression, so logits vary less over time
than in footage.
"""

from __future__ import annotations

import itertools
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from detector.media.video_writer import VideoWriter
from detector.types import FaceBox, FaceTrack, Pixels
from training.datasets.labels import FaceItem, load_pixels
from training.evaluation.evaluate import ModelSource, Result, own_detector, result_of, write_results

RATE_HZ = 24
_CRF = (20, 36)
"""Range of x264's constant rate factors, end excluded."""
_FACE_SCALE = (0.5, 1.0)
"""Range of the scale of the face."""
_FACE_LEAST_PX = 64
"""Least width of the face, unless it is narrower in the image; MTCNN searches from 40 pixels."""
_FRAME_PER_FACE = (1.8, 2.6)
"""Height of the frame, in heights of the face."""
_FADE_FRAC = (0.3, 0.8)
"""Images are mirrored beyond their edge and fade into the background between these distances, in face lengths.
A seam near the face would look like a blend: see docs/experiments.md."""
_SWAYS = 2
"""Sine waves per movement."""


def still_frames(pixels: Pixels, box: FaceBox, rng: np.random.Generator, seconds: float) -> Iterator[Pixels]:
    """Make the frames of a synthetic video, before compression.

    Returns:
        uint8 RGB frames of one size, both sides even, `RATE_HZ` a second.
    """
    longer = max(box.width, box.height)
    scale = max(rng.uniform(*_FACE_SCALE), min(1.0, _FACE_LEAST_PX / longer))
    height = 2 * round(longer * scale * rng.uniform(*_FRAME_PER_FACE) / 2)
    width = 2 * round(height * rng.choice([3 / 4, 1.0, 4 / 3, 16 / 9]) / 2)
    canvas, centre = _surrounded(pixels, box, rng, (height / scale, width / scale))
    pan_x, pan_y = _sway(rng, 0.03 * width), _sway(rng, 0.03 * height)
    zoom, tilt, light = _sway(rng, 0.05), _sway(rng, 4.0), _sway(rng, 0.04)
    off_centre = rng.uniform(-0.08, 0.08, 2) * (width, height)
    sigma = rng.uniform(0.5, 4.0)
    grain = (sigma * rng.standard_normal((height + 64, width + 64, 3), dtype=np.float32)).astype(np.float32)
    for number in range(round(seconds * RATE_HZ)):
        time_s = number / RATE_HZ
        place = cv2.getRotationMatrix2D(centre, tilt(time_s), scale * (1 + zoom(time_s)))
        place[:, 2] += np.array([width / 2 + pan_x(time_s), height / 2 + pan_y(time_s)]) + off_centre - centre  # type: ignore[arg-type]
        frame = cv2.warpAffine(
            canvas, place, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)
        x, y = rng.integers(0, 64, 2)
        frame = frame * (1 + light(time_s)) + grain[y : y + height, x : x + width]
        yield frame.round().clip(0, 255).astype(np.uint8)


def _sway(rng: np.random.Generator, most: float) -> Callable[[float], float]:
    """Return a slow oscillation over time, at most `most` either way."""
    shares = rng.dirichlet(np.ones(_SWAYS)) * rng.uniform(0.2, 1.0) * most
    periods_s, phases = rng.uniform(2.0, 8.0, _SWAYS), rng.uniform(0, 2 * np.pi, _SWAYS)
    return lambda time_s: float((shares * np.sin(2 * np.pi * time_s / periods_s + phases)).sum())


def _surrounded(
    pixels: Pixels, box: FaceBox, rng: np.random.Generator, shown: tuple[float, float]
) -> tuple[Pixels, tuple[float, float]]:
    """Extend the image to show (height, width) around the face, and return it with the centre of the face. The
    background is the image mirrored and blurred, or one of its colours."""
    height, width = pixels.shape[:2]
    middle = ((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)
    reach_y, reach_x = 0.65 * shown[0], 0.65 * shown[1]  # half, plus the movement
    left, top = (max(0, round(reach - at)) for reach, at in ((reach_x, middle[0]), (reach_y, middle[1])))
    right = max(0, round(middle[0] + reach_x - width))
    bottom = max(0, round(middle[1] + reach_y - height))
    mirrored = cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_REFLECT)
    if rng.random() < 0.7:
        small = cv2.resize(mirrored, (32, 32), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), rng.uniform(1.0, 3.0))
        ground = cv2.resize(small, mirrored.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    else:
        colour = pixels[rng.integers(height), rng.integers(width)] * 0.5 + rng.uniform(0, 127, 3)
        ground = np.full(mirrored.shape, colour.round(), np.uint8)
    # Distance outside the image, over which the mirrored image fades.
    out_y, out_x = _outside(top, height, bottom), _outside(left, width, right)
    outside = np.hypot(out_y[:, None], out_x[None]) / max(box.width, box.height)
    alpha = ((outside - _FADE_FRAC[0]) / (_FADE_FRAC[1] - _FADE_FRAC[0])).clip(0, 1)[..., None]
    ground = ((1 - alpha) * mirrored + alpha * ground).round()
    return ground.astype(np.uint8, copy=False), (left + middle[0], top + middle[1])


def _outside(before: int, length: int, after: int) -> NDArray[np.float32]:
    """Return the distance outside the image for each position of border, image, border."""
    at = np.arange(before + length + after)
    return np.maximum(np.maximum(before - at, at - (before + length - 1)), 0).astype(np.float32)


def write_video(frames: Iterator[Pixels], file: Path, crf: int) -> None:
    """Encode as H.264 in MP4, reproducibly.

    Args:
        frames: uint8 RGB of one size, both sides even; at least one.
    """
    options = {"crf": str(crf), "preset": "veryfast", "threads": "1", "x264-params": "log-level=none:mbtree=0"}
    first = next(frames)
    with av.open(str(file), "w") as container:
        writer = VideoWriter(container, (first.shape[1], first.shape[0]), RATE_HZ, options)
        for number, pixels in enumerate(itertools.chain([first], frames)):
            writer.write(pixels, number / RATE_HZ)
        writer.finish()


def write_still(face: FaceItem, file: Path, seed: int, seconds: float) -> None:
    """Write a labelled image as a video, determined by image, seed and length."""
    rng = np.random.default_rng([seed, zlib.crc32(face.item.file.encode())])
    crf = int(rng.integers(*_CRF))
    write_video(still_frames(load_pixels(face), face.face.box, rng, seconds), file, crf)


def choose_faces(faces: Sequence[FaceItem], most: int, seed: int) -> list[FaceItem]:
    """Draw images of every source and label."""
    of_kind: dict[tuple[str, str], list[FaceItem]] = {}
    for face in faces:
        if not face.item.is_video:
            of_kind.setdefault((face.item.source, face.item.label), []).append(face)
    rng = np.random.default_rng(seed)
    chosen = []
    for _, kind in sorted(of_kind.items()):
        picked = rng.permutation(len(kind))[:most]
        chosen += [kind[index] for index in sorted(picked.tolist())]
    return chosen


def score_stills(
    model: ModelSource, faces: Sequence[FaceItem], out_file: Path, *, seconds: float, seed: int, workers: int
) -> None:
    """Score images as synthetic videos and write one line each, as `evaluate` does."""
    write_results(model, _score_still, [(face, seed, seconds) for face in faces], out_file, workers)


def _score_still(task: tuple[FaceItem, int, float]) -> Result:
    face, seed, seconds = task
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "still.mp4"
        write_still(face, file, seed, seconds)
        return result_of(face.item, main_track(own_detector().analyze(file, max_frames="moments").tracks))


def main_track(tracks: Sequence[FaceTrack]) -> FaceTrack | None:
    """Return the track with the highest weight, then width. The others are bystanders and mirrored faces, which
    the label does not cover."""

    def size(track: FaceTrack) -> tuple[float, float]:
        return sum(score.weight for score in track.scores), float(
            np.median([score.box.width for score in track.scores])
        )

    return max(tracks, key=size, default=None)
