"""Fuzz the media readers: mutated files must raise typed errors and stay within bounds of memory and time.

`python -m benchmarks fuzz --media 5000 --seed 0`. Files are determined by the seed and opened in a separate
process with limited memory, which is replaced if it dies or hangs.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
from PIL import Image

ROOT = Path(__file__).parent.parent
MAX_ADDED_MB, MAX_S = 1000.0, 60.0
"""Bounds of opening one file and reading its frames, as in docs/guard.md."""
_HANG_S = 180.0
_VIDEOS = {
    "mp4": ("libx264", "yuv420p"),
    "mov": ("libx265", "yuv420p10le"),
    "mkv": ("mpeg4", "yuv420p"),
    "webm": ("libvpx-vp9", "yuv420p"),
    "avi": ("mjpeg", "yuvj420p"),
    "ts": ("libx264", "yuv420p"),
    "gif": ("gif", "rgb8"),
    "av1.mp4": ("libsvtav1", "yuv420p"),
    "prores.mov": ("prores_ks", "yuva444p10le"),
    "alpha.webm": ("libvpx-vp9", "yuva420p"),
    "huffman.avi": ("huffyuv", "rgb24"),
    "mpg": ("mpeg2video", "yuv420p"),
    "mpeg1.mpg": ("mpeg1video", "yuv420p"),
}
_EXTREMES = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x80\0\0\0",
    b"\0\0\xff\xff",
)

_WORKER = """
import faulthandler, json, re, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
from detector.config import DetectorConfig
from detector.errors import MediaError
from detector.media.media import open_media
def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1])
for file in ("examples/genuine.jpg", "examples/genuine.mp4"):
    list(open_media(file, DetectorConfig()).frames(4))
print("ready", flush=True)
for line in sys.stdin:
    faulthandler.dump_traceback_later(float(sys.argv[1]), exit=True)
    open("/proc/self/clear_refs", "w").write("5")
    idle, start, warned, message = kilobytes("VmRSS"), time.process_time(), [], ""
    try:
        frames = sum(1 for _ in open_media(line.rstrip(), DetectorConfig()).frames(16, warned.append))
        outcome = "read with a warning" if warned else "read"
    except MediaError as error:
        outcome = type(error).__name__
    except BaseException as error:
        outcome, message = "UNTYPED " + type(error).__name__, str(error)
    print(json.dumps({"outcome": outcome, "message": message, "seconds": time.process_time() - start,
                      "added_mb": (kilobytes("VmHWM") - idle) / 1024}), flush=True)
"""


def fuzz(count: int, seed: int, kept: Path | None = None) -> dict[str, Any]:
    """Open `count` mutated files.

    Args:
        count: number of files.
        seed: of the mutations.
        kept: folder for files that broke a bound.

    Returns:
        Number of files by result, worst memory and time, and the files that broke a bound.
    """
    rng = np.random.default_rng(seed)
    outcomes: Counter[str] = Counter()
    worst = {"added_mb": 0.0, "seconds": 0.0}
    broken = []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        whole = dict(whole_files(Path(folder)))
        worker = _Worker()
        try:
            for number in range(count):
                name = list(whole)[number % len(whole)]
                other = whole[list(whole)[rng.integers(len(whole))]]
                path = Path(folder) / f"{number}{Path(name).suffix}"
                path.write_bytes(mutated(whole[name], other, rng))
                result = worker.open(path)
                outcomes[result["outcome"]] += 1
                worst = {key: max(value, result[key]) for key, value in worst.items()}
                typed = not result["outcome"].startswith(("UNTYPED", "died", "hung"))
                if not typed or result["added_mb"] > MAX_ADDED_MB or result["seconds"] > MAX_S:
                    broken.append({"file": f"{number}: {name}", **result})
                    if kept is not None:
                        kept.mkdir(parents=True, exist_ok=True)
                        (kept / path.name).write_bytes(path.read_bytes())
                path.unlink()
        finally:
            worker.close()
    return {
        "benchmark": "fuzz",
        "files": count,
        "seed": seed,
        "outcomes": dict(outcomes.most_common()),
        "worst_added_mb": round(worst["added_mb"], 1),
        "worst_seconds": round(worst["seconds"], 2),
        "broke_a_bound": broken,
        "elapsed_s": round(time.perf_counter() - start, 1),
    }


def whole_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Make a small file of every supported format, by name."""
    pillow_heif.register_heif_opener(thumbnails=False)
    with Image.open(ROOT / "examples" / "genuine.jpg") as opened:
        image = opened.convert("RGB").resize((160, 160))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    still: dict[str, dict[str, Any]] = {
        "plain.jpg": {"exif": exif},
        "progressive.jpg": {"progressive": True},
        "plain.png": {"exif": exif},
        "plain.webp": {},
        "lossless.webp": {"lossless": True, "exif": exif},
        "plain.gif": {},
        "plain.heic": {},
        "plain.avif": {},
        "plain.tif": {},
        "packed.tif": {"compression": "tiff_lzw"},
        "plain.bmp": {},
        "two.mpo": {"save_all": True, "append_images": [image.rotate(90)]},
        "restarts.jpg": {"restart_marker_rows": 1, "subsampling": 0},
        "cmyk.jpg": {"mode": "CMYK"},
        "palette.png": {"mode": "P"},
        "grey16.png": {"mode": "I;16"},
        "alpha.png": {"mode": "RGBA"},
        "alpha.avif": {"mode": "RGBA"},
        "tiled.heic": {},
        "float.tif": {"mode": "F"},
        "large.tif": {"big_tiff": True},
        "jpeg.tif": {"compression": "jpeg"},
        "plain.jp2": {},
    }
    for name, options in still.items():
        buffer, mode = io.BytesIO(), options.pop("mode", "RGB")
        pillow_heif.options.GRID_TILE_SIZE = 64 if name.startswith("tiled") else 0
        drawn = image.convert("L").convert("I").convert(mode) if mode == "I;16" else image.convert(mode)
        drawn.save(buffer, Image.registered_extensions()[Path(name).suffix], **options)
        pillow_heif.options.GRID_TILE_SIZE = 0
        yield name, buffer.getvalue()
    os.environ.setdefault("SVT_LOG", "1")  # else the AV1 encoder prints its settings
    moved = [image.rotate(angle) for angle in range(0, 60, 10)]
    for name in ("moving.png", "moving.webp", "moving.avif"):
        buffer = io.BytesIO()
        moved[0].save(
            buffer, name.rpartition(".")[2].upper(), save_all=True, append_images=moved[1:], duration=100
        )
        yield name, buffer.getvalue()
    for suffix, (codec, pix_fmt) in _VIDEOS.items():
        path = folder / f"whole.{suffix}"
        with av.open(str(path), "w") as container:
            options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
            stream = container.add_stream(codec, rate=25, options=options)
            stream.width, stream.height, stream.pix_fmt = 160, 160, pix_fmt
            for turned in moved * 2:
                container.mux(stream.encode(av.VideoFrame.from_image(turned).reformat(format=pix_fmt)))
            container.mux(stream.encode())
        yield f"video.{suffix}", path.read_bytes()


def mutated(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Mutate content: truncate, change bytes anywhere or in the header, insert extreme numbers, or replace, double
    or swap in a span of another file."""
    data = bytearray(content)
    kind = rng.integers(7)
    at = int(rng.integers(len(data)))
    head = min(len(data), 600)
    if kind == 0:
        return bytes(data[: rng.integers(1, len(data))])
    if kind in (1, 2):
        for _ in range(rng.integers(1, 30)):
            data[rng.integers(len(data) if kind == 1 else head)] = rng.integers(256)
    elif kind == 3:
        for _ in range(rng.integers(1, 6)):
            place = int(rng.integers(head if rng.integers(2) else len(data)))
            data[place : place + 4] = _EXTREMES[rng.integers(len(_EXTREMES))]
    elif kind == 4:
        data[at : at + int(rng.integers(1, 200))] = rng.bytes(int(rng.integers(0, 300)))
    elif kind == 5:
        stretch = data[at : at + int(rng.integers(1, 2000))]
        data[at:at] = stretch * int(rng.integers(1, 50))
    else:
        start = int(rng.integers(len(other)))
        data[at : at + int(rng.integers(0, 2000))] = other[start : start + int(rng.integers(1, 2000))]
    return bytes(data)


class _Worker:
    """The process that opens files, replaced if it dies; it exits with 1 if a file takes longer than `_HANG_S`."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(_HANG_S)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._line() != "ready\n":
            raise RuntimeError("the process that opens files did not start")

    def open(self, path: Path) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        if line := self._line():
            result: dict[str, Any] = json.loads(line)
            return result
        self.close()
        ended = self._process.returncode
        self._start()
        outcome, seconds = ("hung", _HANG_S) if ended == 1 else (f"died ({ended})", 0.0)
        return {"outcome": outcome, "message": "", "seconds": seconds, "added_mb": 0.0}

    def _line(self) -> str:
        """Read the next line; empty if the process ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def close(self) -> None:
        self._process.communicate()  # the end of its input ends it
