"""Measure each stage of a video analysis beside its floor on this machine.

Floors: for decoding, FFmpeg's rate with all threads and without conversion; for the networks, their floating-point
operations at this machine's rate of large matrix products in the same precision.
"""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import torch
from torch.utils.flop_counter import FlopCounterMode

from detector.config import DetectorConfig
from detector.faces.crop import crop_face
from detector.faces.face_follower import FaceFollower
from detector.media.media import open_media
from detector.model.efficientnet_lite import COARSE_LAYER
from detector.model.score import make_batch, score_crops
from detector.pipeline import Detector
from explain.cam import fake_heatmaps

_MATRIX = 2048


def stages(clip: Path) -> dict[str, dict[str, float]]:
    """Return milliseconds per examined frame of each stage, its floor and their ratio."""
    detector = Detector.from_checkpoint("default", DetectorConfig(max_frames="moments"))
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

    precision = detector.classifier.precision
    rates = {name: _matmul_flops_s(name) for name in ("fp32", precision)}
    measured: dict[str, tuple[float, float]] = {
        "decode": (best_seconds(lambda: list(media.frames("moments"))), best_seconds(lambda: _decode_only(clip))),
        "detect": (best_seconds(detect), _flops(detect) / rates["fp32"]),
        "classify": (
            best_seconds(classify),
            _flops(lambda: detector.classifier.logits(make_batch(pixels[:1], spec)))
            * len(crops)
            / rates[precision],
        ),
        "explain every face": (
            best_seconds(explain_all),
            _explaining_flops(detector, make_batch(pixels[:1], spec)) * len(crops) / rates[precision],
        ),
    }
    return {
        name: {
            "ms_a_moment": round(1000 * seconds / len(frames), 2),
            "floor_ms": round(1000 * floor / len(frames), 2),
            "times_floor": round(seconds / floor, 1),
        }
        for name, (seconds, floor) in measured.items()
    }


def processor_name() -> str:
    """The processor, with its number of cores and whether it multiplies bfloat16."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file() and (found := re.search(r"model name\s*: (.+)", cpuinfo.read_text())):
        name = found[1]
    bf16 = any(has for key, has in torch.cpu.get_capabilities().items() if "bf16" in key)
    return f"{name}, {torch.get_num_threads()} threads, {'with' if bf16 else 'without'} bfloat16"


def best_seconds(action: Callable[[], object]) -> float:
    """Return the best of several runs, after one warm-up."""
    action()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
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


def _matmul_flops_s(precision: str) -> float:
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    left, right = (torch.randn(_MATRIX, _MATRIX).to(dtype) for _ in range(2))
    return 2 * _MATRIX**3 / best_seconds(lambda: left @ right)
