"""Benchmark many small files: throughput by number of processes, and resuming a killed run."""

from __future__ import annotations

import json
import os
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from batch.local import cores
from benchmarks.sample_videos import PORTRAIT, write_video
from benchmarks.stages import processor_name

_ROOT = Path(__file__).resolve().parent.parent


def collection(count: int, kills: int, workers: tuple[int, ...] = (), *, videos: bool = False) -> dict[str, Any]:
    """Analyse a folder of small images or short videos several times.

    Args:
        count: files in the folder; each has another content.
        kills: how often a run is killed before it is allowed to end; 0 for no such run.
        workers: numbers of processes to compare, none for no comparison.
        videos: write videos of 10 s, 720p, one face, instead of images of 256 px.

    Returns:
        Wall and CPU seconds per number of processes, start-up included, and the result of the resumed run.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "files"
        folder.mkdir()
        (_write_videos if videos else _write_images)(folder, count)
        result: dict[str, Any] = {
            "benchmark": "collection",
            "processor": processor_name(),
            "cores": cores(),
            "load_of_others": round(os.getloadavg()[0], 1),
            "kind": "videos of 10 s, 720p, one face" if videos else "images of 256 px",
            "files": count,
            "runs": {},
        }
        for number in workers:
            out = Path(name) / f"{number}.jsonl"
            result["runs"][str(number)] = _timed(folder, out, number) | {"rows": _rows(out)}
            print(f"{number} processes: {result['runs'][str(number)]}", file=sys.stderr, flush=True)
        if kills:
            result["resumed"] = _resumed(folder, Path(name) / "resumed.jsonl", count, kills)
        return result


def _write_images(folder: Path, count: int) -> None:
    """Write the portrait at 256 px, each copy shifted differently."""
    with Image.open(PORTRAIT) as opened:
        image = np.asarray(opened.resize((256, 256)))
    for number in range(count):
        moved = np.roll(image, (number // 64, number % 64), axis=(0, 1))
        Image.fromarray(moved).save(folder / f"{number:05}.jpg")


def _write_videos(folder: Path, count: int) -> None:
    """One video, with another number each in a box at its end that players skip."""
    first = folder / "00000.mp4"
    write_video(first, 1280, 720, 10, 1)
    video = first.read_bytes()
    for number in range(count):
        (folder / f"{number:05}.mp4").write_bytes(video + struct.pack(">I4sI", 12, b"free", number))


def _command(folder: Path, out: Path, workers: int) -> list[str]:
    return [sys.executable, "cli.py", "scan", str(folder), "--out", str(out), "--workers", str(workers)]


def _timed(folder: Path, out: Path, workers: int) -> dict[str, float]:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(_command(folder, out, workers), cwd=_ROOT, env=environment, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    count = len(list(folder.iterdir()))
    return {
        "wall_s": round(wall, 1),
        "processor_s": round(processor, 1),
        "files_a_second": round(count / wall, 2),
        "processor_ms_a_file": round(1000 * processor / count, 1),
    }


def _rows(out: Path) -> int:
    return len(out.read_text(encoding="utf-8").splitlines())


def _resumed(folder: Path, out: Path, count: int, kills: int) -> dict[str, int]:
    journal = out.with_name(f"{out.name}.journal")
    for kill in range(kills):
        process = subprocess.Popen(
            _command(folder, out, cores()), cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wanted = (kill + 1) * count // (kills + 1)
        while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < wanted):
            time.sleep(0.05)
        process.kill()
        process.wait()
    last = subprocess.run(_command(folder, out, cores()), cwd=_ROOT, check=True, capture_output=True, text=True)
    files = [json.loads(line)["file"] for line in out.read_text(encoding="utf-8").splitlines()]
    earlier = re.search(r"(\d+) of them from earlier runs", last.stdout)
    return {
        "killed": kills,
        "rows": len(files),
        "files": len(set(files)),
        "from_earlier_runs": int(earlier[1]) if earlier else 0,
    }
