"""Train a network; a run can be resumed at any step.

The loss is the cross-entropy of the labels, a ranking term within each pair and, where known, the cross-entropy of
the manipulated places; a student with a teacher adds the distance to its probability, features and feature maps.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from detector.faces.crop import crop_face
from detector.types import Frame
from training.datasets.labels import FaceItem, load_pixels, read_faces
from training.datasets.pairs import PairStream
from training.fitting.networks import PIXEL_MEAN, PIXEL_STD, Bridge, Outputs, Student, Teacher

MARGIN_FRAC = 0.125
"""Test-time margin of Self-Blended Images (arXiv:2204.08376)."""
MIRRORED_MARGIN_FRAC = 0.04
"""Of the second crop of a face in an image: of those tried it raised the AUC most, see docs/experiments.md."""
_LOOKED_AT = 400
"""Most images of a source per validation."""


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """Saved beside the weights as `settings.json`."""

    network: str
    """`teacher` or `student`."""
    steps: int
    size_px: int = 160
    pairs: int = 32
    """Pairs in a batch; twice as many images."""
    learning_rate: float = 5e-4
    weight_decay: float = 1e-4
    warmup_steps: int = 100
    ema_decay: float = 0.998
    seed: int = 0
    workers: int = 2
    save_every: int = 100
    look_every: int = 200
    """Steps between validations."""
    labels: float = 1.0
    """Weight of the labels; 0 uses the teacher's features only."""
    ranking: float = 0.3
    """Weight of log(1 + exp(genuine - manipulated)) within each pair."""
    constant_frac: float = 0.0
    """Share of the steps at the full learning rate, before the cosine begins."""
    maps: float = 0.5
    """Weight of the manipulated places."""
    distil_features: float = 2.0
    distil_maps: float = 1.0
    distil_logits: float = 0.5
    """Share of the label loss taken from the teacher's probability instead."""


def fit(
    settings: FitSettings,
    *,
    data: Path,
    faces_files: Sequence[Path],
    run: Path,
    imagenet: Path | None = None,
    teacher_run: Path | None = None,
    start_run: Path | None = None,
) -> None:
    """Train until `settings.steps`, resuming `run`.

    Args:
        faces_files: lists that `prepare` and `reconstruct` wrote.
        run: folder for `settings.json`, `precision`, `state.pt` (to resume) and `log.jsonl`.
        imagenet: initial weights of a teacher, or the teacher of a student without `teacher_run`.
        teacher_run: for a student, the finished run of its teacher.
        start_run: run of the same network, or checkpoint folder, to start from.

    Raises:
        ValueError: `run` holds a run of other settings, or `start_run` another network.
    """
    run.mkdir(parents=True, exist_ok=True)
    _claim(run, settings)
    _keep_freed_memory()
    # One thread per worker; OpenCV's thread pool does not survive a fork.
    cv2.setNumThreads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    learner: nn.Module = Teacher(imagenet) if settings.network == "teacher" else Student()
    if start_run is not None:
        start_from(learner, start_run)
    teacher: Teacher | None = None
    aid: Bridge | None = None
    if settings.network == "student" and (teacher_run or imagenet):
        teacher, aid = Teacher(imagenet), Bridge().to(device)
        if teacher_run is not None:
            start_from(teacher, teacher_run)
        teacher.to(device).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    learner.to(device).to(memory_format=torch.channels_last)
    ema = AveragedModel(learner, avg_fn=_average(settings.ema_decay), use_buffers=True).eval()
    ema.requires_grad_(False)
    trained = [*learner.parameters(), *(aid.parameters() if aid is not None else ())]
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )
    parts: dict[str, nn.Module | torch.optim.Optimizer] = {"learner": learner, "ema": ema, "optimiser": optimiser}
    if aid is not None:
        parts["aid"] = aid
    step = _resume(run, parts)

    faces = [face for file in faces_files for face in read_faces(file, data, "train")]
    where = {"size_px": settings.size_px, "seed": settings.seed}
    where |= {"first": step * settings.pairs, "block": settings.pairs}
    ramp_pairs = settings.steps * settings.pairs * 3 // 10
    stream = PairStream(faces, **where, ramp_pairs=ramp_pairs if start_run is None else 0)
    batches = iter(
        DataLoader(stream, batch_size=settings.pairs, num_workers=settings.workers, persistent_workers=True)
    )
    val_pixels, val_labels = _validation(data, faces_files, settings)
    precision = _kept_precision(run, lambda: _faster_precision(learner, settings, device))
    print(json.dumps({"precision": str(precision), "faces": len(faces), "step": step}), flush=True)
    began, first_step = time.monotonic(), step
    while step < settings.steps:
        for group in optimiser.param_groups:
            group["lr"] = _learning_rate(settings, step)
        torch.manual_seed((settings.seed << 32) + step)  # so that dropout resumes identically
        learner.train()
        pixels, labels, maps = _next(batches, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == torch.bfloat16):
            seen = learner(pixels)
            with torch.no_grad():
                told = teacher(pixels) if teacher is not None else None
            loss = _loss(settings, seen, labels, maps, told, aid)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        step += 1
        ema.update_parameters(learner)
        if step % settings.look_every == 0 or step == settings.steps:
            speed = (step - first_step) * settings.pairs * 2 / (time.monotonic() - began)
            left_s = (settings.steps - step) * settings.pairs * 2 / speed
            line: dict[str, Any] = {
                "step": step,
                "loss": round(loss.item(), 4),
                "images_a_second": round(speed, 1),
            }
            line |= {
                "minutes_left": round(left_s / 60, 1),
                "auc": _look(ema, val_pixels, val_labels, device, precision),
            }
            print(json.dumps(line), flush=True)
            with (run / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
        if step % settings.save_every == 0 or step == settings.steps:
            _save(run, parts, step)


def _keep_freed_memory() -> None:
    """Have glibc keep freed memory: each step allocates the same sizes, and returning it took half of the CPU
    time."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        for parameter in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            mallopt(parameter, 2**31 - 1)


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of glibc's malloc.h."""


def start_from(network: nn.Module, run: Path) -> None:
    """Load the averaged weights of a run; the map head may be missing.

    Raises:
        ValueError: the run is of another network.
    """
    if (run / "weights.safetensors").is_file():
        state = {
            f"network.{name}": value.float() for name, value in load_file(run / "weights.safetensors").items()
        }
        if (run / "map_head.safetensors").is_file():
            head = load_file(run / "map_head.safetensors")
            state |= {f"map_{name}": value.float() for name, value in head.items()}
    else:
        saved = torch.load(run / "state.pt", map_location="cpu", weights_only=True)["ema"]
        state = {name.removeprefix("module."): value for name, value in saved.items() if name != "n_averaged"}
    own = network.state_dict()
    missing, surplus = own.keys() - state.keys(), state.keys() - own.keys()
    if surplus or any("map_" not in name for name in missing):
        names = sorted([*missing, *surplus])[:3]
        raise ValueError(f"{run} does not hold a {type(network).__name__.lower()}: {', '.join(names)}")
    network.load_state_dict(own | state)


def _loss(
    settings: FitSettings,
    seen: Outputs,
    labels: Tensor,
    maps: Tensor,
    told: Outputs | None,
    bridge: Bridge | None,
) -> Tensor:
    logits = seen.logits.float()
    loss = logits.new_zeros(())
    if settings.labels:
        loss = F.binary_cross_entropy_with_logits(logits, labels)
        if told is not None:
            follow = F.binary_cross_entropy_with_logits(logits, told.logits.float().sigmoid())
            loss = (1 - settings.distil_logits) * loss + settings.distil_logits * follow
        genuine, manipulated = logits.reshape(-1, 2).unbind(1)
        loss = loss + settings.ranking * F.softplus(genuine - manipulated).mean()
        where = (_map_loss(seen.fine_map, maps) + _map_loss(seen.coarse_map, maps)) / 2
        loss = settings.labels * (loss + settings.maps * where)
    if told is not None and bridge is not None:
        pooled, places = bridge.apart(seen, told)
        loss = loss + settings.distil_features * pooled + settings.distil_maps * places
    return loss


def _map_loss(shown: Tensor, maps: Tensor) -> Tensor:
    """Compute the cross-entropy of manipulated places, where known."""
    known = ~maps.isnan().flatten(1).any(1)
    wanted = F.interpolate(maps[known].unsqueeze(1), shown.shape[2:], mode="area")
    return F.binary_cross_entropy_with_logits(shown[known].float(), wanted)


def _claim(run: Path, settings: FitSettings) -> None:
    """Check that a run folder belongs to these settings."""
    file, text = run / "settings.json", json.dumps(asdict(settings), indent=2) + "\n"
    if file.exists() and file.read_text() != text:
        raise ValueError(f"{run} holds a run of other settings; choose another folder or delete it")
    file.write_text(text)


def _learning_rate(settings: FitSettings, step: int) -> float:
    """Linear warm-up, then constant for `constant_frac` of the steps, then a cosine to zero."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    constant = max(settings.warmup_steps, round(settings.constant_frac * settings.steps))
    done = max(0.0, (step - constant) / max(1, settings.steps - constant))
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def _next(batches: Iterator[list[Tensor]], device: torch.device) -> list[Tensor]:
    pixels, labels, maps = (part.flatten(0, 1).to(device, non_blocking=True) for part in next(batches))
    pixels = ((pixels.float() - PIXEL_MEAN) / PIXEL_STD).contiguous(memory_format=torch.channels_last)
    return [pixels, labels, maps]


def _average(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """Exponential moving average with a shorter memory in the first steps."""

    def average(kept: Tensor, new: Tensor, count: Tensor | int) -> Tensor:
        if not kept.is_floating_point():
            return new
        steps = float(count)
        return torch.lerp(kept, new, 1 - min(decay, (1 + steps) / (10 + steps)))

    return average


def _kept_precision(run: Path, choose: Callable[[], torch.dtype]) -> torch.dtype:
    """Return the precision that the run began with: a resumed one must not change it."""
    kept = {str(precision): precision for precision in (torch.float32, torch.bfloat16)}
    file = run / "precision"
    if not file.exists():
        file.write_text(str(choose()))
    return kept[file.read_text()]


def _faster_precision(learner: nn.Module, settings: FitSettings, device: torch.device) -> torch.dtype:
    """Choose bfloat16 or float32, whichever is faster on this machine; bfloat16 on CUDA."""
    if device.type == "cuda":
        return torch.bfloat16
    trial = copy.deepcopy(learner).train()
    pixels = torch.randn(16, 3, settings.size_px, settings.size_px).contiguous(memory_format=torch.channels_last)
    times: dict[torch.dtype, float] = {}
    for precision in (torch.float32, torch.bfloat16, torch.float32, torch.bfloat16):
        began = time.monotonic()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            loss = trial(pixels).logits.float().mean()
        loss.backward()
        times[precision] = time.monotonic() - began
    return min(times, key=lambda precision: times[precision])


def _validation(
    data: Path, faces_files: Sequence[Path], settings: FitSettings
) -> tuple[Tensor, dict[str, list[int]]]:
    """Load a few hundred validation images as a uint8 batch, and the labels of each group, in order."""
    faces = [face for file in faces_files for face in read_faces(file, data, "val")]
    dev = [face for file in faces_files for face in read_faces(file, data, "dev")]
    chosen: list[FaceItem] = []
    groups: dict[str, list[int]] = {}
    for source in sorted({face.item.source for face in faces + dev if face.item.is_fake}):
        of_source = [face for face in faces + dev if face.item.source == source]
        order = np.random.default_rng(0).permutation(len(of_source))[:_LOOKED_AT]
        chosen += (picked := [of_source[index] for index in order])
        groups[source] = [int(face.item.is_fake) for face in picked]
    crops = [
        crop_face(Frame(load_pixels(face), 0, 0.0), face.face, MARGIN_FRAC, settings.size_px).pixels
        for face in chosen
    ]
    stream = PairStream(faces, size_px=settings.size_px, seed=1) if faces else None
    pairs = [stream.pair(number)[0] for number in range(min(150, 2 * len(faces)))] if stream else []
    groups["pairs of unseen faces"] = [0, 1] * len(pairs)
    still = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy()) if crops else torch.empty(0)
    return torch.cat([still, *pairs]), groups


@torch.inference_mode()
def _look(
    ema: nn.Module, pixels: Tensor, groups: dict[str, list[int]], device: torch.device, precision: torch.dtype
) -> dict[str, float]:
    logits = []
    for part in torch.split(pixels, 100):
        batch = (part.to(device).float() - PIXEL_MEAN) / PIXEL_STD
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == torch.bfloat16):
            seen = ema(batch.contiguous(memory_format=torch.channels_last))
            logits.append(seen.logits.float().cpu())
    values, start, aucs = torch.cat(logits).numpy(), 0, {}
    for name, labels in groups.items():
        if len(set(labels)) == 2:
            aucs[name] = round(float(roc_auc_score(labels, values[start : start + len(labels)])), 4)
        start += len(labels)
    return aucs


def _resume(run: Path, parts: dict[str, nn.Module | torch.optim.Optimizer]) -> int:
    """Load the saved state, if any, and return the number of finished steps."""
    if not (run / "state.pt").exists():
        return 0
    state = torch.load(run / "state.pt", map_location="cpu", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"])


def _save(run: Path, parts: dict[str, nn.Module | torch.optim.Optimizer], step: int) -> None:
    """Save atomically."""
    state = {name: part.state_dict() for name, part in parts.items()} | {"step": step}
    torch.save(state, run / "state.new")
    (run / "state.new").replace(run / "state.pt")
