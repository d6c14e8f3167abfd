"""Benchmark time and memory of analysing and explaining files, beside the notebook baseline.

Both examine the same frames, four a second. Each run is a separate process, so peak memory is its own. Loading the
networks and the warm-up are timed separately.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.notebook_baseline import Notebook
from benchmarks.sample_videos import PORTRAIT, repeat_video, write_image, write_video
from benchmarks.stages import stages
from detector.config import DetectorConfig
from detector.media.media import open_media
from detector.pipeline import Detector
from explain import explain

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
MOMENTS_HZ = 4
HOUR_S = 3600
SHORT_S = 10


def speed(repeats: int, seconds: tuple[int, ...] = (10, 60)) -> dict[str, Any]:
    """Measure both ways on every file, their ratio, and the stages of the first video against their floors."""
    results: dict[str, Any] = {
        "benchmark": "speed",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "files": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.png"
        write_image(image, *SIZES["1080p"])
        results["files"]["image 1080p, 1 face"] = _compared(image, repeats)
        for length in seconds:
            for size, (width, height) in SIZES.items():
                for people in (1, 4):
                    video = Path(folder) / f"{size}-{length}-{people}.mp4"
                    write_video(video, width, height, length, people)
                    name = f"video {size}, {length} s, {people} face{'s' if people > 1 else ''}"
                    results["files"][name] = _compared(video, repeats if length <= SHORT_S else 1)
                    print(f"{name}: {results['files'][name]['ratio']}x", file=sys.stderr, flush=True)
                    if "stages" not in results:
                        results["stages"] = stages(video)
    return results


def hour() -> dict[str, Any]:
    """Measure one hour of 720p, made by repeating ten seconds, at both sampling settings of the app."""
    results: dict[str, Any] = {"benchmark": "hour", "threads": torch.get_num_threads()}
    with tempfile.TemporaryDirectory() as folder:
        short, video = Path(folder) / "short.mp4", Path(folder) / "hour.mp4"
        write_video(short, *SIZES["720p"], 10, 1)
        repeat_video(short, video, HOUR_S // 10)
        results["megabytes"] = round(video.stat().st_size / 1e6)
        for depth in ("auto", "moments"):
            results[depth] = _in_own_process("detector", video, 1, depth)
            print(f"{depth}: {results[depth]}", file=sys.stderr, flush=True)
    return results


def run_one(way: str, file: Path, repeats: int, depth: str) -> dict[str, float]:
    """Measure one way on one file in this process, after a warm-up; medians of the repeats."""
    start = time.perf_counter()
    config = DetectorConfig(max_frames="auto" if depth == "auto" else "moments")
    media = open_media(file, config)
    is_short = (media.info.duration_s or 0) <= SHORT_S
    runs: list[dict[str, float]]
    if way == "detector":
        detector = Detector.from_checkpoint("default", config)
        result = {"load_s": round(time.perf_counter() - start, 2)}
        explain(detector, detector.analyze(file if is_short else PORTRAIT))
        runs = [_detect(detector, file) for _ in range(repeats)]
    else:
        notebook = Notebook()
        result = {"load_s": round(time.perf_counter() - start, 2)}
        wanted = media.indices(config.max_frames)
        notebook.judge(*((file, wanted) if is_short else (PORTRAIT, [0])))
        runs = [notebook.judge(file, wanted) for _ in range(repeats)]
    for key in runs[0]:
        result[key] = round(float(np.median([run[key] for run in runs])), 3)
    result["moments"] = media.count(config.max_frames)
    result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return result


def _detect(detector: Detector, file: Path) -> dict[str, float]:
    start = time.perf_counter()
    analysis = detector.analyze(file)
    judged = time.perf_counter()
    explain(detector, analysis)
    faces = sum(len(track.scores) for track in analysis.tracks)
    return {"judge_s": judged - start, "explain_s": time.perf_counter() - judged, "faces": faces}


def _compared(file: Path, repeats: int) -> dict[str, Any]:
    ours, notebook = (_in_own_process(way, file, repeats, "moments") for way in ("detector", "notebook"))
    whole = [way["judge_s"] + way["explain_s"] for way in (notebook, ours)]
    return {
        "detector": ours,
        "notebook": notebook,
        "ratio": round(whole[0] / whole[1], 1),
        "ratio_judging_alone": round(notebook["judge_s"] / ours["judge_s"], 1),
    }


def _in_own_process(way: str, file: Path, repeats: int, depth: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks", "speed-one", way, str(file), "--repeats", str(repeats)]
    command += ["--depth", depth]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=PORTRAIT.parent.parent)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer
