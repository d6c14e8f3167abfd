"""Benchmark time and memory of analysing and explaining files, beside the notebook baseline.

Both examine the same frames, four a second. Each run is a separate process, so peak memory is its own. Loading the
networks and the warm-up are timed separately.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from benchmarks.notebook_baseline import Notebook
from benchmarks.sample_videos import PORTRAIT, repeat_video, write_image, write_video
from benchmarks.stages import processor_name, stages
from detector.config import DetectorConfig
from detector.media.media import open_media
from detector.model.classifier import Precision, faster_cpu_precision
from detector.pipeline import Detector
from explain import explain

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
_IMAGES = {
    "image 1080p, 1 face": (1920, 1080, 1),
    "image 1080p, 10 faces": (1920, 1080, 10),
    "image 12 MP, 1 face": (4000, 3000, 1),
}
_VIDEOS = {
    "video 720p, 10 s, 1 face": (1280, 720, 10, 1),
    "video 720p, 10 s, 4 faces": (1280, 720, 10, 4),
    "video 1080p, 10 s, 1 face": (1920, 1080, 10, 1),
    "video 1080p, 10 s, 4 faces": (1920, 1080, 10, 4),
    "video 1080p, 10 s, 10 faces": (1920, 1080, 10, 10),
    "video 4K, 10 s, 1 face": (3840, 2160, 10, 1),
    "video 720p, 60 s, 1 face": (1280, 720, 60, 1),
    "video 720p, 60 s, 4 faces": (1280, 720, 60, 4),
    "video 1080p, 60 s, 1 face": (1920, 1080, 60, 1),
    "video 1080p, 60 s, 4 faces": (1920, 1080, 60, 4),
}
MOMENTS_HZ = 4
HOUR_S = 3600
SHORT_S = 10


def speed(
    repeats: int, rows: str = "", earlier: dict[str, Any] | None = None, precision: Precision | None = None
) -> dict[str, Any]:
    """Both ways on images and videos, their ratio, and the stages of one video against their floors.

    Args:
        repeats: of each short file, of which the medians count.
        rows: regular expression of the names of the rows to measure; `stages` is the name of the last.
        earlier: result whose other rows are kept.
        precision: of the classifier; None takes the faster one.
    """
    precision = precision or faster_cpu_precision()
    result: dict[str, Any] = {
        "benchmark": "speed",
        "processor": processor_name(),
        "precision": precision,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "files": {},
    }
    result = result | {key: kept for key, kept in (earlier or {}).items() if key in ("files", "stages")}
    with tempfile.TemporaryDirectory() as folder:
        for name in (*_IMAGES, *_VIDEOS):
            if not re.search(rows, name):
                continue
            file = Path(folder) / ("image.png" if name in _IMAGES else "video.mp4")
            if name in _IMAGES:
                write_image(file, *_IMAGES[name])
            else:
                write_video(file, *_VIDEOS[name])
            row = _compared(file, repeats if ", 60 s" not in name else 1, precision)
            result["files"][name] = row | {"load_of_others": round(os.getloadavg()[0], 1)}
            print(f"{name}: {row['ratio']}x", file=sys.stderr, flush=True)
        if re.search(rows, "stages"):
            video = Path(folder) / "stages.mp4"
            write_video(video, *SIZES["720p"], SHORT_S, 1)
            result["stages"] = stages(video, precision)
    return result


def hour() -> dict[str, Any]:
    """Measure one hour of 720p, made by repeating ten seconds, at both sampling settings of the app."""
    results: dict[str, Any] = {"benchmark": "hour", "threads": torch.get_num_threads()}
    with tempfile.TemporaryDirectory() as folder:
        short, video = Path(folder) / "short.mp4", Path(folder) / "hour.mp4"
        write_video(short, *SIZES["720p"], 10, 1)
        repeat_video(short, video, HOUR_S // 10)
        results["megabytes"] = round(video.stat().st_size / 1e6)
        for depth in ("auto", "moments"):
            results[depth] = _in_own_process("detector", video, 1, depth, "auto")
            print(f"{depth}: {results[depth]}", file=sys.stderr, flush=True)
    return results


def run_one(
    way: str, file: Path, repeats: int, depth: str, precision: Precision | Literal["auto"] = "auto"
) -> dict[str, float]:
    """Measure one way on one file in this process, after a warm-up; medians of the repeats."""
    start = time.perf_counter()
    config = DetectorConfig(max_frames="auto" if depth == "auto" else "moments", precision=precision)
    media = open_media(file, config)
    is_short = (media.info.duration_s or 0) <= SHORT_S
    runs: list[dict[str, float]]
    if way == "detector":
        detector = Detector.from_checkpoint("default", config)
        result = {"load_s": round(time.perf_counter() - start, 2)}
        explain(detector, detector.analyze(file if is_short else PORTRAIT))
        runs = [_timed(lambda: _detect(detector, file)) for _ in range(repeats)]
    else:
        notebook = Notebook()
        result = {"load_s": round(time.perf_counter() - start, 2)}
        wanted = media.indices(config.max_frames)
        notebook.analyze(*((file, wanted) if is_short else (PORTRAIT, [0])))
        runs = [_timed(lambda: notebook.analyze(file, wanted)) for _ in range(repeats)]
    for key in runs[0]:
        result[key] = round(float(np.median([run[key] for run in runs])), 3)
    result["moments"] = media.count(config.max_frames)
    result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return result


def _timed(run: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What a run gives, with the processor time it took, in which other programs do not count."""
    start = time.process_time()
    return run() | {"processor_s": time.process_time() - start}


def _detect(detector: Detector, file: Path) -> dict[str, float]:
    start = time.perf_counter()
    analysis = detector.analyze(file)
    analyzed = time.perf_counter()
    explain(detector, analysis)
    faces = sum(len(track.scores) for track in analysis.tracks)
    return {"analyze_s": analyzed - start, "explain_s": time.perf_counter() - analyzed, "faces": faces}


def _compared(file: Path, repeats: int, precision: Precision) -> dict[str, Any]:
    ours, notebook = (
        _in_own_process(way, file, repeats, "moments", precision) for way in ("detector", "notebook")
    )
    whole = [way["analyze_s"] + way["explain_s"] for way in (notebook, ours)]
    return {
        "detector": ours,
        "notebook": notebook,
        "ratio": round(whole[0] / whole[1], 1),
        "ratio_processor": round(notebook["processor_s"] / ours["processor_s"], 1),
        "ratio_without_explaining": round(notebook["analyze_s"] / ours["analyze_s"], 1),
    }


def _in_own_process(way: str, file: Path, repeats: int, depth: str, precision: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks", "speed-one", way, str(file), "--repeats", str(repeats)]
    command += ["--depth", depth, "--precision", precision]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=PORTRAIT.parent.parent)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer
