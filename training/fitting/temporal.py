"""A head over time: one person's faces in order, one logit out.

It hears what InceptionResnetV1 says of each face before its logit, and the logit. Its answer is the mean of the
logits plus what a small recurrent network adds; it begins as the mean and has to earn every change.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from training.evaluation.metrics import auc_with_interval
from training.evaluation.video_scores import FEATURES, Pooling, Track, Video

_WEIGHTS, _SETTINGS, _LOG = "weights.safetensors", "settings.json", "log.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalSettings:
    """How a head is learned. Written beside its weights."""

    units: int = 16
    """Of the recurrent network, each direction; as many numbers are made of the features."""
    steps: int = 1500
    batch: int = 64
    faces: int = 12
    """Faces of a video shown at once, drawn as a stretch of it."""
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    dropout: float = 0.3
    look_every: int = 50
    patience: int = 8
    """Looks at validation without a lower loss after which it ends."""
    seed: int = 0


class TemporalHead(nn.Module):
    """GRU (Cho et al., EMNLP 2014, arXiv:1406.1078) in both directions over one person's faces."""

    def __init__(self, units: int = 16, dropout: float = 0.3) -> None:
        super().__init__()
        self.shrink = nn.Linear(FEATURES, units)
        self.drop = nn.Dropout(dropout)
        self.recurrent = nn.GRU(units + 1, units, batch_first=True, bidirectional=True)
        self.says = nn.Linear(2 * units, 1)
        nn.init.zeros_(self.says.weight)
        nn.init.zeros_(self.says.bias)
        self.register_buffer("centre", torch.zeros(FEATURES))
        self.register_buffer("spread", torch.ones(FEATURES))

    def forward(self, features: Tensor, logits: Tensor) -> Tensor:
        """
        Args:
            features: float32 (n, faces, 512).
            logits: float32 (n, faces), of the same faces.

        Returns:
            float32 (n,), fake positive.
        """
        even = (features - self.centre) / self.spread
        shown = torch.cat([self.drop(self.shrink(even).tanh()), logits[..., None] / 3], dim=2)
        heard, _ = self.recurrent(shown)
        added: Tensor = self.says(self.drop(heard.mean(1))).squeeze(1)
        return logits.mean(1) + added


_Sample = tuple[Track, int]


def _samples(videos: Sequence[Video]) -> list[_Sample]:
    """The people who decide their videos, with 1 for fake.

    Raises:
        ValueError: videos without features, or of one label only.
    """
    samples = [(track, int(video.label == "fake")) for video in videos for track in video.weighty]
    if any(track.features is None for track, _ in samples):
        raise ValueError("these faces were kept without their features; judge them again with --features")
    if {label for _, label in samples} != {0, 1}:
        raise ValueError("a head needs genuine and manipulated videos")
    return samples


def fit_temporal(
    train: Sequence[Video], val: Sequence[Video], run: Path, settings: TemporalSettings
) -> TemporalHead:
    """Learn a head; the weights with the lowest loss on `val` are kept and written.

    Args:
        train: videos with features.
        val: of other people, for stopping early.
        run: folder for weights, settings and a log of every look at `val`.
        settings: how.

    Raises:
        ValueError: videos without features, or of one label only.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    shown, looked_at = _samples(train), _samples(val)
    head = TemporalHead(settings.units, settings.dropout)
    everything = torch.from_numpy(np.concatenate([_features(track) for track, _ in shown]))
    head.centre.copy_(everything.mean(0))
    head.spread.copy_(everything.std(0) + 1e-3)
    optimiser = torch.optim.AdamW(head.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    of_label = [np.flatnonzero([label == wanted for _, label in shown]) for wanted in (0, 1)]
    run.mkdir(parents=True, exist_ok=True)
    (run / _SETTINGS).write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
    best, waited = _look(head, looked_at, settings.faces), 0
    _keep(head, run)
    with (run / _LOG).open("w", encoding="utf-8") as log:
        log.write(json.dumps({"step": 0} | best) + "\n")
        for step in range(1, settings.steps + 1):
            # As many of either label, so that the logit stays centred.
            picked = np.concatenate([rng.choice(indices, settings.batch // 2) for indices in of_label])
            cut = [_stretch(shown[index][0], settings.faces, rng) for index in picked]
            labels = torch.tensor([float(shown[index][1]) for index in picked])
            head.train()
            loss = nn.functional.binary_cross_entropy_with_logits(
                head(torch.stack([part[0] for part in cut]), torch.stack([part[1] for part in cut])), labels
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            if step % settings.look_every:
                continue
            seen = _look(head, looked_at, settings.faces)
            log.write(json.dumps({"step": step} | seen) + "\n")
            log.flush()
            if seen["loss"] < best["loss"]:
                best, waited = seen, 0
                _keep(head, run)
            elif (waited := waited + 1) >= settings.patience:
                break
    return load_temporal(run)


def _keep(head: TemporalHead, run: Path) -> None:
    save_file({key: value.contiguous() for key, value in head.state_dict().items()}, run / _WEIGHTS)


def load_temporal(run: Path) -> TemporalHead:
    """The head of a run, ready to judge."""
    settings = TemporalSettings(**json.loads((run / _SETTINGS).read_text(encoding="utf-8")))
    head = TemporalHead(settings.units, settings.dropout)
    head.load_state_dict(load_file(run / _WEIGHTS))
    return head.eval()


def _features(track: Track) -> NDArray[np.float32]:
    assert track.features is not None
    return track.features


def _stretch(track: Track, faces: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """So many faces in a row; a shorter track is run to and fro."""
    count = len(track.logits)
    first = int(rng.integers(0, max(1, count - faces + 1)))
    there = np.concatenate([np.arange(count), np.arange(count)[-2:0:-1]])
    indices = there[(first + np.arange(faces)) % len(there)]
    if rng.random() < 0.5:
        indices = indices[::-1]
    return torch.from_numpy(_features(track)[indices]), torch.from_numpy(track.logits[indices]).float()


@torch.inference_mode()
def _look(head: TemporalHead, samples: Sequence[_Sample], faces: int) -> dict[str, float]:
    head.eval()
    rng = np.random.default_rng(0)  # the same stretches at every look
    cut = [_stretch(track, faces, rng) for track, _ in samples]
    labels = torch.tensor([float(label) for _, label in samples])
    logits = head(torch.stack([part[0] for part in cut]), torch.stack([part[1] for part in cut]))
    counts = torch.bincount(labels.long(), minlength=2)
    weight = (len(labels) / (2 * counts))[labels.long()]
    loss = nn.functional.binary_cross_entropy_with_logits(logits, labels, weight)
    return {
        "loss": round(float(loss), 5),
        "auc": float(auc_with_interval(labels.int().tolist(), logits.tolist())["auc"]),
    }


@torch.inference_mode()
def temporal_logits(head: TemporalHead, track: Track, faces: int | None) -> NDArray[np.float64]:
    """What a head says of a person.

    Args:
        head: ready to judge.
        track: with features.
        faces: how many in a row it is shown at a time, from every face on; None shows it all of them at once.

    Returns:
        One logit each time.
    """
    features, logits = torch.from_numpy(_features(track)), torch.from_numpy(track.logits).float()
    shown = len(logits) if faces is None else min(faces, len(logits))
    answers = head(features.unfold(0, shown, 1).transpose(1, 2), logits.unfold(0, shown, 1))
    return answers.double().numpy()


def head_poolings(head: TemporalHead, faces: int) -> dict[str, Pooling]:
    """A head in the place of a pooling: shown everything at once, and the highest over a moving window."""
    return {
        "head, whole track": lambda track: float(temporal_logits(head, track, None)[0]),
        f"head, highest of {faces} faces": lambda track: float(temporal_logits(head, track, faces).max()),
    }
