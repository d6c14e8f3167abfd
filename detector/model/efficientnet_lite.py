"""EfficientNet-Lite2, the second network of a checkpoint that has two.

EfficientNet-Lite is EfficientNet (Tan and Le, ICML 2019, arXiv:1905.11946) without squeeze-and-excitation and with
ReLU6; stem and head are not widened. Lite2 is 1.1 times as wide and 1.2 times as deep as Lite0.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_STAGES = (
    # (blocks, kernel, stride, expansion, channels)
    (1, 3, 1, 1, 16),
    (3, 3, 2, 6, 24),
    (3, 5, 2, 6, 48),
    (4, 3, 2, 6, 88),
    (4, 5, 1, 6, 120),
    (5, 5, 2, 6, 208),
    (1, 3, 1, 6, 352),
)
FEATURES, FINE, COARSE = 1280, 48, 120
"""Channels of the pooled features, of the last map at an eighth of the input's side, and at a sixteenth."""
FINE_LAYER, COARSE_LAYER = "blocks.6", "blocks.14"
"""Modules that compute these two maps."""
_LONGEST_DROP = 0.1
"""Share of a batch in which the last block is skipped while training (stochastic depth, arXiv:1603.09382)."""


class _Conv(nn.Module):
    """Convolution with TensorFlow's `same` padding, batch normalisation, and ReLU6 if `active`."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, active: bool = True
    ) -> None:
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)
        # In place, so that wide maps are not allocated twice.
        self.relu = nn.ReLU6(inplace=True) if active else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.conv.kernel_size[0], self.conv.stride[0]
        if stride > 1:
            down, across = (max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in x.shape[2:])
            x = F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2))
        answer: Tensor = self.relu(self.bn(self.conv(x)))
        return answer


class _Block(nn.Module):
    """Inverted residual: expand, depthwise, project."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int, drop: float) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = _Conv(inputs, wide) if expansion > 1 else nn.Identity()
        self.depthwise = _Conv(wide, wide, kernel, stride, groups=wide)
        self.project = _Conv(wide, outputs, active=False)
        self.is_residual, self.drop = stride == 1 and inputs == outputs, drop

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        if not self.is_residual:
            return y
        if self.training and self.drop:
            kept = torch.rand(len(y), 1, 1, 1, device=y.device) >= self.drop
            y = y * kept / (1 - self.drop)
        return x + y


class Features(NamedTuple):
    """Activations for a batch (n, 3, size, size)."""

    fine: Tensor
    """(n, 48, size/8, size/8)."""
    coarse: Tensor
    """(n, 120, size/16, size/16)."""
    pooled: Tensor
    """(n, 1280)."""


class EfficientNetLite2(nn.Module):
    """One logit, positive for `fake`, from RGB crops scaled to -1..1."""

    def __init__(self) -> None:
        super().__init__()
        count, inputs = sum(stage[0] for stage in _STAGES), 32
        self.stem = _Conv(3, inputs, 3, stride=2)
        self.blocks = nn.ModuleList()
        for repeats, kernel, stride, expansion, outputs in _STAGES:
            for repeat in range(repeats):
                drop = _LONGEST_DROP * len(self.blocks) / count
                self.blocks.append(_Block(inputs, outputs, kernel, 1 if repeat else stride, expansion, drop))
                inputs = outputs
        self.head = _Conv(inputs, FEATURES)
        self.logit = nn.Linear(FEATURES, 1)
        self.map_fine, self.map_coarse = nn.Conv2d(FINE, 1, 1), nn.Conv2d(COARSE, 1, 1)
        """Trained to locate manipulation; they do not affect the logit."""

    def features(self, x: Tensor) -> Features:
        # ImageNet's weights expect (pixel - 127) / 128.
        x = self.stem(x * (127.5 / 128) + 0.5 / 128)
        maps = {}
        for block in self.blocks:
            x = block(x)
            maps[x.shape[1]] = x
        return Features(maps[FINE], maps[COARSE], self.head(x).mean((2, 3)))

    def map_head(self) -> dict[str, Tensor]:
        """Return the weights of the map convolutions, named as in `checkpoint.MapHead`."""
        return {
            f"{name}.{part}": tensor.float()
            for name, layer in (("fine", self.map_fine), ("coarse", self.map_coarse))
            for part, tensor in layer.state_dict().items()
        }

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, 3, size, size) to logits (n, 1)."""
        logit: Tensor = self.logit(self.features(x).pooled)
        return logit
