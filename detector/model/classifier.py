"""Load and run the network: facenet-pytorch's InceptionResnetV1 (FaceNet's backbone) with a single logit, positive
for `fake`, with a second network beside it where the checkpoint has one; or a community detector of videos."""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from detector.errors import CheckpointMismatchError, ConfigError
from detector.model.checkpoint import (
    ARCHITECTURE,
    SECOND_ARCHITECTURE,
    SEQUENCE_ARCHITECTURE,
    require_same_keys,
    require_usable_tensors,
)
from detector.model.efficientnet_lite import EfficientNetLite2
from detector.model.fused_convolution import fuse_convolutions, usable
from detector.worker_threads import finish, worker_threads

Precision = Literal["fp32", "bf16"]
_HALVED_FROM = 8
"""On a CPU, batches of at least this many images are computed in two halves side by side."""


def build_network(architecture: str = ARCHITECTURE) -> nn.Module:
    """Build a network with random weights and a single output logit; `architecture` as in a checkpoint's card."""
    if architecture == SEQUENCE_ARCHITECTURE:
        from detector.model.sequence import SequenceNetwork

        return SequenceNetwork()
    if architecture == SECOND_ARCHITECTURE:
        return EfficientNetLite2()
    network: nn.Module = _library().InceptionResnetV1(pretrained=None, classify=True, num_classes=1)
    return network


@functools.cache
def _library() -> ModuleType:
    """Import facenet-pytorch's module of the network without the rest of the package, which imports torchvision:
    slow, and not needed."""
    spec = find_spec("facenet_pytorch")
    assert spec is not None
    package = ModuleType("_facenet_pytorch")
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules[package.__name__] = package
    return import_module(f"{package.__name__}.models.inception_resnet_v1")


def _fold_normalisation(network: nn.Module) -> None:
    """Fuse each batch normalisation into the layer before it; results are equal up to rounding."""
    for module in network.modules():
        parts = dict(module.named_children())
        conv, bn = parts.get("conv"), parts.get("bn")
        if isinstance(conv, nn.Conv2d) and isinstance(bn, nn.BatchNorm2d):
            module.conv, module.bn = fuse_conv_bn_eval(conv, bn), nn.Identity()
        linear, bn = parts.get("last_linear"), parts.get("last_bn")
        if isinstance(linear, nn.Linear) and isinstance(bn, nn.BatchNorm1d):
            module.last_linear, module.last_bn = fuse_linear_bn_eval(linear, bn), nn.Identity()


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """Return the device to use; `auto` prefers CUDA.

    Raises:
        ConfigError: CUDA was requested and is not available.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device is cuda, but PyTorch finds no CUDA device; choose auto or cpu")
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(wanted)


@functools.cache
def faster_cpu_precision() -> Precision:
    """Return the faster precision on this processor; measured once per process, in about 20 ms.

    float32 if the processor has no bfloat16 instructions. Otherwise a convolution is timed in both precisions, in
    processor time so that other programs do not count, and the best of several runs decides.
    """
    if not any(has for name, has in torch.cpu.get_capabilities().items() if "bf16" in name):
        return "fp32"
    layer = nn.Conv2d(128, 128, 3, bias=False).requires_grad_(False).to(memory_format=torch.channels_last)
    batch = torch.zeros(8, 128, 17, 17).contiguous(memory_format=torch.channels_last)
    seconds = {"fp32": float("inf"), "bf16": float("inf")}
    for _ in range(5):
        for precision, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
            layer, batch = layer.to(dtype), batch.to(dtype)
            with torch.inference_mode():
                layer(batch)
                start = time.process_time()
                layer(batch)
                seconds[precision] = min(seconds[precision], time.process_time() - start)
    return "bf16" if seconds["bf16"] < seconds["fp32"] else "fp32"


def _load(architecture: str, weights: Mapping[str, Tensor], device: torch.device, dtype: torch.dtype) -> nn.Module:
    with torch.device("meta"):  # no time is spent on random weights
        network = build_network(architecture)
    expected = network.state_dict()
    require_same_keys(weights, expected, "the checkpoint", architecture)
    require_usable_tensors(weights, expected, "the checkpoint")
    network.load_state_dict(weights, strict=True, assign=True)
    network.eval().requires_grad_(False)
    _fold_normalisation(network)
    if device.type == "cpu" and usable(dtype):
        fuse_convolutions(network)
    return network.requires_grad_(False).to(device, dtype).to(memory_format=torch.channels_last)


def _forward(network: nn.Module, batch: Tensor, precision: Precision) -> Tensor:
    bf16 = precision == "bf16"
    with torch.inference_mode(), torch.autocast(batch.device.type, torch.bfloat16, enabled=bf16):
        logits: Tensor = network(batch)
    return logits.float().squeeze(1).cpu()


class FaceClassifier:
    """The loaded network on its device. Hold `lock` to hook it or differentiate through it."""

    def __init__(
        self,
        weights: dict[str, Tensor],
        device: torch.device,
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        architecture: str = ARCHITECTURE,
        map_head: Mapping[str, Tensor] | None = None,
        second: Mapping[str, Tensor] | None = None,
        factors: tuple[float, ...] = (1.0,),
    ) -> None:
        """
        Args:
            precision: `auto` chooses the faster one on a CPU.
            map_head: weights of the map head, see `checkpoint.MapHead`.
            second: state dict of an `EfficientNetLite2` that scores too.
            factors: of the logit of each network.

        Raises:
            CheckpointMismatchError: the weights do not fit the architecture, or are not finite.
        """
        self.precision: Precision
        if precision == "auto":
            self.precision = faster_cpu_precision() if device.type == "cpu" else "fp32"
        else:
            self.precision = precision
        dtype = torch.bfloat16 if self.precision == "bf16" else torch.float32
        self.network = _load(architecture, weights, device, dtype)
        self.second: EfficientNetLite2 | None = None
        if second is not None:
            network = _load(SECOND_ARCHITECTURE, second, device, dtype)
            assert isinstance(network, EfficientNetLite2)
            self.second = network
        self.factors = factors
        self.map_head = map_head and {key: tensor.to(device) for key, tensor in map_head.items()}
        self.device = device
        self.lock = threading.RLock()
        cores = torch.get_num_threads()
        self._halves = worker_threads(2, cores // 2, "scores") if device.type == "cpu" and cores > 1 else None

    def contributions(self, batch: Tensor) -> Tensor:
        """Compute what each network adds to the logits of a batch.

        Args:
            batch: float32 (n, 3, size, size), normalised as the checkpoint's card says.

        Returns:
            float32 (n, networks) on the CPU, finite. A logit is the sum of a row.

        Raises:
            CheckpointMismatchError: a logit is not finite.
        """
        batch = batch.to(self.device).contiguous(memory_format=torch.channels_last)
        with self.lock:
            if self._halves is not None and len(batch) >= _HALVED_FROM:
                halves = [self._halves.submit(self._logits, half) for half in batch.chunk(2)]
                try:
                    logits = torch.cat([half.result() for half in halves])
                finally:
                    finish(halves)  # before the lock is released
            else:
                logits = self._logits(batch)
        added = logits * torch.tensor(self.factors)
        if not bool(added.isfinite().all()):
            raise CheckpointMismatchError(
                "the checkpoint gives a face a score that is not a finite number; its weights cannot be used. "
                "Choose another one with --checkpoint."
            )
        return added

    def _logits(self, batch: Tensor) -> Tensor:
        networks = [self.network] if self.second is None else [self.network, self.second]
        return torch.stack([_forward(network, batch, self.precision) for network in networks], 1)

    def logits(self, batch: Tensor) -> Tensor:
        """Compute the logits of a batch, see `contributions`; float32 (n,)."""
        return self.contributions(batch).sum(1)
