"""Fitting, resumable to the step: the teacher on the labels, or the student on the labels and the teacher."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.utils.data import DataLoader

from detector.crop import crop_face
from detector.types import Frame
from training.batches import PairStream
from training.data import FaceItem, load_pixels, read_faces
from training.networks import PIXEL_MEAN, PIXEL_STD, Student, Teacher


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """Saved beside the weights as `settings.json`."""

    network: str
    """`teacher` or `student`."""
    steps: int
    size_px: int = 160
    pairs: int = 32
    """Pairs in a batch; twice as many pictures."""
    learning_rate: float = 5e-4
    weight_decay: float = 1e-4
    warmup_steps: int = 100
    ema_decay: float = 0.998
    seed: int = 0
    workers: int = 2
    save_every: int = 100
    look_every: int = 200
    """Steps between looks at validation."""
    distil_features: float = 2.0
    distil_logits: float = 0.5
    """Share of the loss that follows the teacher's probability; the rest follows the labels."""


def fit(
    settings: FitSettings,
    *,
    data: Path,
    faces_file: Path,
    run: Path,
    imagenet: Path | None = None,
    teacher_run: Path | None = None,
    start_run: Path | None = None,
) -> None:
    """Train until `settings.steps`, continuing `run` where it stands.

    Args:
        settings: everything that decides the outcome, with the data.
        data: folder with labels.csv and the pictures.
        faces_file: what `prepare` wrote.
        run: folder for `settings.json`, `state.pt` (to resume) and `log.jsonl`.
        imagenet: where a teacher starts; None is random.
        teacher_run: for a student, the finished run of its teacher.
        start_run: for a student, an earlier run whose weights it starts from.

    Raises:
        ValueError: `run` holds a run of other settings, or a student has no teacher.
    """
    run.mkdir(parents=True, exist_ok=True)
    _claim(run, settings)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    learner: nn.Module = Teacher(imagenet) if settings.network == "teacher" else Student()
    if start_run is not None:
        learner.load_state_dict(torch.load(start_run / "state.pt", weights_only=True)["ema"])
    teacher, bridge = None, None
    if settings.network == "student":
        if teacher_run is None:
            raise ValueError("a student needs --teacher, the run of a fitted teacher")
        teacher = Teacher()
        teacher.load_state_dict(torch.load(teacher_run / "state.pt", weights_only=True)["ema"])
        teacher.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
        bridge = nn.Linear(Student.feature_count, Teacher.feature_count).to(device)
    learner.to(device, memory_format=torch.channels_last)
    ema = copy.deepcopy(learner).eval().requires_grad_(False)
    trained = [*learner.parameters(), *(bridge.parameters() if bridge is not None else ())]
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )
    parts = {"learner": learner, "ema": ema, "optimiser": optimiser}
    if bridge is not None:
        parts["bridge"] = bridge
    step, looks = _resume(run, parts)

    faces = read_faces(faces_file, "train")
    stream = PairStream(
        data,
        faces,
        size_px=settings.size_px,
        seed=settings.seed,
        first=step * settings.pairs,
        ramp_pairs=settings.steps * settings.pairs * 3 // 10,
    )
    batches = iter(
        DataLoader(stream, batch_size=settings.pairs, num_workers=settings.workers, persistent_workers=True)
    )
    val_pixels, val_labels = _validation(data, faces_file, settings)
    began, first_step = time.monotonic(), step
    while step < settings.steps:
        for group in optimiser.param_groups:
            group["lr"] = _learning_rate(settings, step)
        learner.train()
        pixels, labels = _next(batches, device)
        with torch.autocast(device.type, torch.bfloat16):
            logits, features = learner(pixels)
            loss = F.binary_cross_entropy_with_logits(logits.float(), labels)
            if teacher is not None and bridge is not None:
                with torch.no_grad():
                    told, shown = teacher(pixels)
                follow = F.binary_cross_entropy_with_logits(logits.float(), told.float().sigmoid())
                apart = 1 - F.cosine_similarity(bridge(features.float()), shown.float()).mean()
                loss = (
                    (1 - settings.distil_logits) * loss
                    + settings.distil_logits * follow
                    + settings.distil_features * apart
                )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        step += 1
        _follow(ema, learner, min(settings.ema_decay, (1 + step) / (10 + step)))
        if step % settings.look_every == 0 or step == settings.steps:
            looks += 1
            speed = (step - first_step) * settings.pairs * 2 / (time.monotonic() - began)
            left_s = (settings.steps - step) * settings.pairs * 2 / speed
            line = {"step": step, "loss": round(loss.item(), 4), "pictures_a_second": round(speed, 1)}
            line |= {"minutes_left": round(left_s / 60, 1), "auc": _look(ema, val_pixels, val_labels, device)}
            print(json.dumps(line), flush=True)
            with (run / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
        if step % settings.save_every == 0 or step == settings.steps:
            _save(run, parts, step, looks)


def _claim(run: Path, settings: FitSettings) -> None:
    """A run folder belongs to one set of settings."""
    file, text = run / "settings.json", json.dumps(asdict(settings), indent=2) + "\n"
    if file.exists() and file.read_text() != text:
        raise ValueError(f"{run} holds a run of other settings; choose another folder or delete it")
    file.write_text(text)


def _learning_rate(settings: FitSettings, step: int) -> float:
    """Linear warm-up, then a cosine to zero."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    done = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def _next(batches: Iterator[list[Tensor]], device: torch.device) -> tuple[Tensor, Tensor]:
    pixels, labels = next(batches)
    pixels = pixels.flatten(0, 1).to(device, non_blocking=True).float()
    pixels = ((pixels - PIXEL_MEAN) / PIXEL_STD).contiguous(memory_format=torch.channels_last)
    return pixels, labels.flatten().to(device, non_blocking=True)


@torch.no_grad()
def _follow(ema: nn.Module, learner: nn.Module, decay: float) -> None:
    for kept, new in zip(ema.state_dict().values(), learner.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


def _validation(data: Path, faces_file: Path, settings: FitSettings) -> tuple[Tensor, dict[str, list[int]]]:
    """A few hundred unseen pictures as a uint8 batch, and for each group of them positions and labels."""
    faces = read_faces(faces_file, "val")
    order = np.random.default_rng(0).permutation(len(faces))
    chosen: list[FaceItem] = [faces[i] for i in order if faces[i].item.source == "dfdc"][:400]
    crops = [
        crop_face(Frame(load_pixels(data, face), 0, 0.0), face.face, 0.125, settings.size_px).pixels
        for face in chosen
    ]
    groups = {"dfdc val": [int(face.item.is_fake) for face in chosen]}
    stream = PairStream(data, faces, size_px=settings.size_px, seed=1, first=0, ramp_pairs=1)
    pairs = [stream.pair(number)[0] for number in range(150)]
    groups["pairs of unseen faces"] = [0, 1] * len(pairs)
    still = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy()) if crops else torch.empty(0)
    return torch.cat([still, *pairs]), groups


@torch.inference_mode()
def _look(ema: nn.Module, pixels: Tensor, groups: dict[str, list[int]], device: torch.device) -> dict[str, float]:
    logits = []
    for part in pixels.split(100):
        batch = (part.to(device).float() - PIXEL_MEAN) / PIXEL_STD
        with torch.autocast(device.type, torch.bfloat16):
            logits.append(ema(batch.contiguous(memory_format=torch.channels_last))[0].float().cpu())
    values, start, aucs = torch.cat(logits).numpy(), 0, {}
    for name, labels in groups.items():
        if len(set(labels)) == 2:
            aucs[name] = round(float(roc_auc_score(labels, values[start : start + len(labels)])), 4)
        start += len(labels)
    return aucs


def _resume(run: Path, parts: dict[str, nn.Module | torch.optim.Optimizer]) -> tuple[int, int]:
    if not (run / "state.pt").exists():
        return 0, 0
    state = torch.load(run / "state.pt", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return state["step"], state["looks"]


def _save(run: Path, parts: dict[str, nn.Module | torch.optim.Optimizer], step: int, looks: int) -> None:
    """Whole or not at all, so that an interruption costs no more than the steps since the last save."""
    state = {name: part.state_dict() for name, part in parts.items()} | {"step": step, "looks": looks}
    torch.save(state, run / "state.new")
    (run / "state.new").replace(run / "state.pt")
