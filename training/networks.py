"""The two networks that are trained: the InceptionResnetV1 that ships, and a MobileNetV2 that teaches it.

From random weights InceptionResnetV1 learns nothing in the time a laptop has; a MobileNetV2 that starts from
ImageNet does, and what it has learned can be distilled.
"""

from __future__ import annotations

from pathlib import Path

import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models import mobilenet_v2

from detector.model import build_network

PIXEL_MEAN = PIXEL_STD = 127.5
"""RGB from 0..255 to -1..1, for both networks."""


class TensorflowPadding(nn.Module):
    """A stride-2 convolution with TensorFlow's `same` padding for even sizes: one pixel right and below."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = conv
        conv.padding = (0, 0)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Teacher(nn.Module):
    """MobileNetV2 (Sandler et al., CVPR 2018, arXiv:1801.04381) with one logit, fake positive."""

    feature_count = 1280

    def __init__(self, imagenet: Path | None = None) -> None:
        """
        Args:
            imagenet: safetensors of `torchvision.models.mobilenet_v2(num_classes=1001)` as TensorFlow trained
                it: RGB in -1..1, stride-2 convolutions padded right and below. None starts at random.
        """
        super().__init__()
        network = mobilenet_v2(num_classes=1001)
        if imagenet is not None:
            network.load_state_dict({k: v.float() for k, v in load_file(imagenet).items()}, strict=True)
        self.features = network.features
        for parent in list(self.features.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, nn.Conv2d) and child.stride == (2, 2):
                    setattr(parent, name, TensorflowPadding(child))
        self.head = nn.Linear(self.feature_count, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, size, size) to logits (n,) and pooled features (n, 1280)."""
        pooled = self.features(x).mean((2, 3))
        return self.head(F.dropout(pooled, 0.2, self.training)).squeeze(1), pooled


class Student(nn.Module):
    """The network that ships, giving its pooled features beside the logit."""

    feature_count = 1792

    def __init__(self) -> None:
        super().__init__()
        self.network = build_network()
        self._pooled: Tensor | None = None
        self.network.avgpool_1a.register_forward_hook(self._keep)

    def _keep(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self._pooled = output.flatten(1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, size, size) to logits (n,) and pooled features (n, 1792)."""
        logits = self.network(x).squeeze(1)
        assert self._pooled is not None
        return logits, self._pooled
