"""Measure each stage of a video analysis beside its floor on this machine.

Floors: for decoding, FFmpeg's rate with all threads and without conversion; for the networks, their floating-point
operations at this machine's rate of large matrix products in the same precision. Both by time and by processor
time: a stage in one thread leaves the other cores to the rest.
"""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import av
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.flop_counter import FlopCounterMode

from detector.config import DetectorConfig
from detector.faces.crop import crop_face
from detector.faces.face_follower import FaceFollower
from detector.faces.mtcnn_networks import MtcnnNetwork
from detector.media.media import open_media
from detector.model.classifier import Precision
from detector.model.efficientnet_lite import COARSE_LAYER
from detector.model.score import make_batch, score_crops
from detector.pipeline import Detector
from explain.cam import fake_heatmaps

Clock = Callable[[], float]
_MATRIX = 2048


def stages(clip: Path, precision: Precision) -> dict[str, dict[str, float]]:
    """Return milliseconds per examined frame of each stage, its floor and their ratio."""
    detector = Detector.from_checkpoint("default", DetectorConfig(max_frames="moments", precision=precision))
    media = open_media(clip, detector.config)
    frames = list(media.frames("moments"))
    spec = detector.card.input

    def detect() -> list[Any]:
        follower = FaceFollower(detector.finder)
        return [(frame, face) for frame in frames for _, face in follower.find(frame)]

    crops = [crop_face(frame, face, spec.margin_frac, spec.size_px) for frame, face in detect()]
    pixels = [crop.pixels for crop in crops]

    def classify() -> object:
        return score_crops(detector.classifier, pixels, spec, 16)

    def explain_all() -> object:
        return fake_heatmaps(detector, crops)

    flops = {
        "detect": _search_flops(detect),
        "classify": _flops(lambda: detector.classifier.logits(make_batch(pixels[:1], spec))) * len(crops),
        "explain every face": _explaining_flops(detector, make_batch(pixels[:1], spec)) * len(crops),
    }
    actions = {"detect": detect, "classify": classify, "explain every face": explain_all}

    def beside_floors(clock: Clock) -> dict[str, tuple[float, float]]:
        seconds = {"decode": best_seconds(lambda: list(media.frames("moments")), clock)}
        floors = {"decode": best_seconds(lambda: _decode_only(clip), clock)}
        for name, action in actions.items():
            seconds[name] = best_seconds(action, clock)
            floors[name] = flops[name] / _matmul_flops_s("fp32" if name == "detect" else precision, clock)
        return {name: (seconds[name], floors[name]) for name in seconds}

    by_wall, by_processor = beside_floors(time.perf_counter), beside_floors(time.process_time)
    return {
        name: {
            "ms_a_moment": round(1000 * seconds / len(frames), 2),
            "floor_ms": round(1000 * floor / len(frames), 2),
            "times_floor": round(seconds / floor, 1),
            "times_floor_processor": round(by_processor[name][0] / by_processor[name][1], 1),
        }
        for name, (seconds, floor) in by_wall.items()
    }


def processor_name() -> str:
    """The processor, with its number of cores and whether it multiplies bfloat16."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file() and (found := re.search(r"model name\s*: (.+)", cpuinfo.read_text())):
        name = found[1]
    bf16 = any(has for key, has in torch.cpu.get_capabilities().items() if "bf16" in key)
    return f"{name}, {torch.get_num_threads()} threads, {'with' if bf16 else 'without'} bfloat16"


def best_seconds(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Return the best of several runs, after one warm-up."""
    action()
    times = []
    for _ in range(5):
        start = clock()
        action()
        times.append(clock() - start)
    return min(times)


def _decode_only(clip: Path) -> int:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def _flops(action: Callable[[], object]) -> float:
    with FlopCounterMode(display=False) as counter:
        action()
    return float(counter.get_total_flops())


def _search_flops(action: Callable[[], object]) -> float:
    """Count what MTCNN's networks compute, in threads of their own, which PyTorch's counter does not see."""
    run, counts = MtcnnNetwork.__call__, list[float]()

    def counted(network: MtcnnNetwork, pixels: NDArray[np.uint8]) -> tuple[torch.Tensor, ...]:
        with FlopCounterMode(display=False) as counter:
            answers = run(network, pixels)
        counts.append(counter.get_total_flops())
        return answers

    with patch.object(MtcnnNetwork, "__call__", counted):
        action()
    return sum(counts)


def _explaining_flops(detector: Detector, batch: torch.Tensor) -> float:
    """Count a forward pass of each network, and the backward pass to its explained layer.

    PyTorch's counter does not count `autograd.grad`.
    """
    classifier, layer = detector.classifier, detector.card.explain_layer.split(".")[0]
    parts = [name for name, _ in classifier.network.named_children()]
    total = _forward_and_back(classifier.network, parts[parts.index(layer) + 1 :], batch)
    if (second := classifier.second) is not None:
        deeper = range(int(COARSE_LAYER.split(".")[1]) + 1, len(second.blocks))
        total += _forward_and_back(second, [*(f"blocks.{number}" for number in deeper), "head", "logit"], batch)
    return total


def _forward_and_back(network: torch.nn.Module, above: Sequence[str], batch: torch.Tensor) -> float:
    """Count a forward pass, and once more the parts through which gradients come back."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(batch.to(next(network.parameters()).dtype))
    counts, root = counter.get_flop_counts(), type(network).__name__
    back = sum(sum(counts.get(f"{root}.{part}", {}).values()) for part in above)
    return float(counter.get_total_flops() + back)


def _matmul_flops_s(precision: str, clock: Clock) -> float:
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    left, right = (torch.randn(_MATRIX, _MATRIX).to(dtype) for _ in range(2))
    return 2 * _MATRIX**3 / best_seconds(lambda: left @ right, clock)
