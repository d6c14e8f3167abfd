"""Load-test the page: many clients at once, each with its own image.

A client gets its result, or is told that the queue is full and retries. A result counts only if it is of the
uploaded file.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gradio_client import Client, handle_file
from gradio_client.utils import QueueError
from PIL import Image, ImageEnhance

from benchmarks.sample_videos import PORTRAIT, write_video

_ROOT = PORTRAIT.parent.parent
_START_S, _PATIENCE_S, _BACK_AFTER_S = 300, 900.0, 1.0
_HEAD_START_S = 3.0
"""Time between sending the video and the images."""


def visitors(count: int, video_s: int = 0) -> dict[str, Any]:
    """Start all clients at once.

    Args:
        count: visitors with an image each.
        video_s: seconds of a 720p video that one more visitor sends before them; 0 for none.

    Returns:
        How many got their result, waited (and how often), got another's result or none; times from upload to
        result; memory of the server before, at its peak and after; files left.
    """
    with tempfile.TemporaryDirectory() as folder:
        served = Path(folder) / "served"
        served.mkdir()
        images = _images(Path(folder), count)
        url, process = _start(served)
        try:
            before_mb = _memory_mb(process.pid, "VmRSS")
            begun = time.perf_counter()
            gate = threading.Barrier(count)
            with ThreadPoolExecutor(count + 1) as pool:
                long = None
                if video_s:
                    video = Path(folder) / "long.mp4"
                    write_video(video, 1280, 720, video_s, 1)
                    sent = threading.Barrier(2)
                    long = pool.submit(_visit, url, video, Path(folder), sent)
                    sent.wait(_START_S)
                    time.sleep(_HEAD_START_S)
                    begun = time.perf_counter()
                visits = list(pool.map(lambda image: _visit(url, image, Path(folder), gate), images))
                seconds = time.perf_counter() - begun
                longest = long.result() if long else None
            peak_mb, after_mb = _memory_mb(process.pid, "VmHWM"), _memory_mb(process.pid, "VmRSS")
            left = sorted(path.name for path in served.rglob("*.jpg"))
        finally:
            process.terminate()
            process.wait(60)
    waits = sorted(visit["seconds"] for visit in visits if visit["answered"])
    return {
        "benchmark": "visitors",
        "count": count,
        "answered": len(waits),
        "told_to_wait": sum(visit["told"] > 0 for visit in visits),
        "times_told": sum(visit["told"] for visit in visits),
        "crossed": sum(visit["crossed"] for visit in visits),
        "trouble": [visit["trouble"] for visit in visits if visit["trouble"]],
        "seconds": round(seconds, 1),
        "median_s": round(waits[len(waits) // 2], 1) if waits else None,
        "longest_s": round(waits[-1], 1) if waits else None,
        "video": longest and {"length_s": video_s} | {key: longest[key] for key in ("answered", "seconds")},
        "server_mb": {"before": before_mb, "peak": peak_mb, "after": after_mb},
        "files_left": left,
    }


def _visit(url: str, image: Path, folder: Path, gate: threading.Barrier) -> dict[str, Any]:
    visit: dict[str, Any] = {"told": 0, "answered": False, "crossed": False, "trouble": "", "seconds": 0.0}
    own = hashlib.sha256(image.read_bytes()).hexdigest()
    try:
        client = Client(url, verbose=False, download_files=folder / "downloads")
        gate.wait(_START_S)
        begun = time.perf_counter()
        while time.perf_counter() - begun < _PATIENCE_S:
            try:
                answer = client.predict(handle_file(image), api_name="/analyze")
            except QueueError:
                visit["told"] += 1
                time.sleep(_BACK_AFTER_S)
                continue
            visit["answered"] = True
            visit["crossed"] = (answer["sha256"], answer["file"]) != (own, image.name)
            break
        visit["seconds"] = time.perf_counter() - begun
        client.close()
    except Exception as error:  # noqa: BLE001 - any failure of a client is a result
        gate.abort()
        visit["trouble"] = f"{type(error).__name__}: {error}"
    return visit


def _images(folder: Path, count: int) -> list[Path]:
    """Make copies of the portrait, cropped and lit differently; some share a name."""
    images = []
    with Image.open(PORTRAIT) as portrait:
        for number in range(count):
            image = portrait.convert("RGB").crop((number % 7, number % 5, portrait.width, portrait.height))
            path = folder / str(number) / f"image-{number % 5}.jpg"
            path.parent.mkdir()
            ImageEnhance.Brightness(image).enhance(0.8 + 0.4 * number / count).save(path, quality=92)
            images.append(path)
    return images


def _start(served: Path) -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    process = subprocess.Popen(
        [sys.executable, "app.py", "--no-browser", "--port", url.rstrip("/").rpartition(":")[2]],
        cwd=_ROOT,
        env=os.environ | {"TMPDIR": str(served), "TEMP": str(served), "TMP": str(served)},
        stdout=subprocess.DEVNULL,
    )
    for _ in range(_START_S):
        if process.poll() is not None:
            raise RuntimeError(f"app.py ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}health", timeout=5).close()
        except OSError:
            time.sleep(1)
        else:
            return url, process
    process.kill()
    raise TimeoutError(f"no page at {url} after {_START_S} s")


def _memory_mb(pid: int, kind: str) -> int | None:
    """Read the memory of a process on Linux: `VmRSS` now, `VmHWM` at its peak."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return round(int(lines[kind].split()[0]) / 1024)
