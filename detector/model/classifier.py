"""The network: facenet-pytorch's InceptionResnetV1 (FaceNet's backbone) with one logit, fake positive; or one
of the shared detectors of videos."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Mapping
from typing import Literal

import torch
from facenet_pytorch import InceptionResnetV1
from torch import Tensor, nn

from detector.errors import CheckpointMismatchError, ConfigError
from detector.model.checkpoint import (
    ARCHITECTURE,
    SEQUENCE_ARCHITECTURE,
    require_same_keys,
    require_usable_tensors,
)
from detector.model.sequence import SequenceNetwork

Precision = Literal["fp32", "bf16"]


def build_network(architecture: str = ARCHITECTURE) -> nn.Module:
    """A network with random weights and a single output logit; `architecture` as in a checkpoint's card."""
    if architecture == SEQUENCE_ARCHITECTURE:
        return SequenceNetwork()
    network: nn.Module = InceptionResnetV1(pretrained=None, classify=True, num_classes=1)
    return network


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """CUDA where there is one, else the CPU.

    Raises:
        ConfigError: CUDA was asked for and there is none.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device is cuda, but PyTorch finds no CUDA device; choose auto or cpu")
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(wanted)


@functools.cache
def faster_cpu_precision(size_px: int) -> Precision:
    """Time one batch in float32 and under bfloat16 autocast on this processor; once a process.

    bfloat16 is faster on processors that have instructions for it and slower on others.
    """
    network = build_network().eval().to(memory_format=torch.channels_last)
    batch = torch.zeros(8, 3, size_px, size_px).contiguous(memory_format=torch.channels_last)
    seconds: dict[Precision, float] = {}
    for precision in ("fp32", "bf16"):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            _forward(network, batch, precision)
            times.append(time.perf_counter() - start)
        seconds[precision] = min(times)
    return "bf16" if seconds["bf16"] < seconds["fp32"] else "fp32"


def _forward(network: nn.Module, batch: Tensor, precision: Precision) -> Tensor:
    bf16 = precision == "bf16"
    with torch.inference_mode(), torch.autocast(batch.device.type, torch.bfloat16, enabled=bf16):
        logits: Tensor = network(batch)
    return logits.float().squeeze(1).cpu()


class FaceClassifier:
    """The loaded network on its device. `lock` must be held by whoever hooks it or differentiates through it."""

    def __init__(
        self,
        weights: dict[str, Tensor],
        size_px: int,
        device: torch.device,
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        architecture: str = ARCHITECTURE,
        map_head: Mapping[str, Tensor] | None = None,
    ) -> None:
        """
        Args:
            weights: of the network.
            size_px: side of a face, to find the faster precision with.
            device: where it runs.
            precision: `auto` takes the faster one on a CPU.
            architecture: of the network.
            map_head: weights of the layers that were trained to show where, see `checkpoint.MapHead`.

        Raises:
            CheckpointMismatchError: the weights are not those of this architecture, or not finite.
        """
        self.network = build_network(architecture)
        expected = self.network.state_dict()
        require_same_keys(weights, expected, "the checkpoint", architecture)
        require_usable_tensors(weights, expected, "the checkpoint")
        self.network.load_state_dict(weights, strict=True)
        self.network.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
        self.map_head = map_head and {key: tensor.to(device) for key, tensor in map_head.items()}
        self.device = device
        self.lock = threading.RLock()
        self.precision: Precision
        if precision == "auto":
            self.precision = faster_cpu_precision(size_px) if device.type == "cpu" else "fp32"
        else:
            self.precision = precision

    def logits(self, batch: Tensor) -> Tensor:
        """Judge a batch.

        Args:
            batch: float32 (n, 3, size, size), normalised as the checkpoint's card says.

        Returns:
            float32 (n,) on the CPU, finite.

        Raises:
            CheckpointMismatchError: the weights give a score that is not a finite number.
        """
        batch = batch.to(self.device).contiguous(memory_format=torch.channels_last)
        with self.lock:
            logits = _forward(self.network, batch, self.precision)
        if not bool(logits.isfinite().all()):
            raise CheckpointMismatchError(
                "the checkpoint gives a face a score that is not a finite number; its weights cannot be used. "
                "Choose another one with --checkpoint."
            )
        return logits
