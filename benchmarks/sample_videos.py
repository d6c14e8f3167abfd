"""Make videos for benchmarks: the shipped portrait, or up to ten people made from it, moving."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image

from detector.media.images import read_image
from detector.media.video_writer import VideoWriter
from detector.types import Pixels

PORTRAIT = Path(__file__).parent.parent / "examples" / "genuine.jpg"
FPS = 30
_TINTS = ((1.0, 1.0, 1.0), (0.65, 0.8, 1.0), (1.0, 0.75, 0.55), (0.7, 1.0, 0.75))


def write_image(file: Path, width: int, height: int, people: int = 1) -> None:
    """A PNG of up to ten people."""
    Image.fromarray(_Stage(width, height, people).frame(0.0)).save(file)


def write_video(file: Path, width: int, height: int, seconds: float, people: int) -> None:
    """An H.264 video, 30 frames a second, of up to ten people before a textured background.

    The camera sways, so every pixel changes between frames; each face moves at a walking pace.
    """
    stage = _Stage(width, height, people)
    with av.open(str(file), "w") as container:
        writer = VideoWriter(container, (width, height), FPS, {"crf": "23", "preset": "veryfast"})
        for number in range(round(seconds * FPS)):
            writer.write(stage.frame(number / FPS), number / FPS)
        writer.finish()


def repeat_video(file: Path, longer: Path, times: int) -> None:
    """Repeat a video `times` times without encoding it again."""
    with av.open(str(file)) as source, av.open(str(longer), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        packets = [
            (bytes(packet), packet.pts, packet.dts, packet.duration, packet.is_keyframe)
            for packet in source.demux(stream)
            if packet.dts is not None and packet.pts is not None
        ]
        length = max(pts + (duration or 0) for _, pts, _, duration, _ in packets)
        for turn in range(times):
            for data, pts, dts, duration, is_key in packets:
                packet = av.Packet(data)
                packet.stream, packet.time_base = copy, stream.time_base
                packet.pts, packet.dts, packet.duration = pts + turn * length, dts + turn * length, duration or 0
                packet.is_keyframe = is_key
                target.mux(packet)


class _Stage:
    def __init__(self, width: int, height: int, people: int) -> None:
        self._size = width, height
        rng = np.random.default_rng(0)
        coarse = rng.uniform(40, 210, (height // 40 + 4, width // 40 + 4, 3)).astype(np.float32)
        backdrop = cv2.resize(coarse, (width + 80, height + 80), interpolation=cv2.INTER_CUBIC)
        backdrop += rng.normal(0, 6, backdrop.shape)
        self._backdrop = backdrop.clip(0, 255).astype(np.uint8)
        self._rows = 1 if people <= 4 else 2
        columns = math.ceil(people / self._rows)
        side = round(min(height / self._rows * 0.8, width * 0.9 / columns)) // 2 * 2
        portrait = cv2.resize(read_image(PORTRAIT), (side, side), interpolation=cv2.INTER_AREA)
        self._people = [
            (portrait * np.array(tint)).astype(np.uint8) for tint, _ in zip(itertools.cycle(_TINTS), range(people))
        ]

    def frame(self, time_s: float) -> Pixels:
        width, height = self._size
        left, top = round(40 + 35 * np.sin(0.3 * time_s)), round(40 + 35 * np.cos(0.2 * time_s))
        scene = self._backdrop[top : top + height, left : left + width].copy()
        columns = math.ceil(len(self._people) / self._rows)
        room, high = width / columns, height // self._rows
        for number, person in enumerate(self._people):
            side, (row, column) = len(person), divmod(number, columns)
            x = round(column * room + (room - side) / 2 * (1 + np.sin(0.35 * time_s + number)))
            y = row * high + round((high - side) / 2 * (1 + 0.6 * np.sin(0.25 * time_s + 2 * number)))
            scene[y : y + side, x : x + side] = person
        return np.ascontiguousarray(scene)
