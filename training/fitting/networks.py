"""The two trained networks: the student InceptionResnetV1, which ships, and the teacher MobileNetV2.

InceptionResnetV1 from random weights does not converge in the time a laptop has; MobileNetV2 from ImageNet does,
and is distilled. Both return logit, features and maps of manipulated places.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models import mobilenet_v2

from detector.model.classifier import build_network

PIXEL_MEAN = PIXEL_STD = 127.5
"""RGB from 0..255 to -1..1, for both networks."""


class Outputs(NamedTuple):
    """Outputs for a batch (n, 3, size, size)."""

    logits: Tensor
    """(n,), fake positive."""
    pooled: Tensor
    """(n, c): the features before the classifying layer."""
    fine: Tensor
    """(n, c, h, w): the feature map at about an eighth of the input's side."""
    coarse: Tensor
    """(n, c, h, w): at about a sixteenth."""
    fine_map: Tensor
    """(n, 1, h, w): logits of `this place was manipulated`, from `fine`."""
    coarse_map: Tensor
    """(n, 1, h, w): the same from `coarse`."""


class TensorflowPadding(nn.Module):
    """A stride-2 convolution with TensorFlow's `same` padding for even sizes: one pixel right and below."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = conv
        conv.padding = (0, 0)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.conv(F.pad(x, (0, 1, 0, 1)))
        return answer


class Teacher(nn.Module):
    """MobileNetV2 (Sandler et al., CVPR 2018, arXiv:1801.04381) with one logit, fake positive."""

    pooled_count, fine_count, coarse_count = 1280, 32, 96
    _FINE_END, _COARSE_END = 7, 14

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
        self.head = nn.Linear(self.pooled_count, 1)
        self.map_fine = nn.Conv2d(self.fine_count, 1, 1)
        self.map_coarse = nn.Conv2d(self.coarse_count, 1, 1)

    def forward(self, x: Tensor) -> Outputs:
        fine = self.features[: self._FINE_END](x)
        coarse = self.features[self._FINE_END : self._COARSE_END](fine)
        pooled = self.features[self._COARSE_END :](coarse).mean((2, 3))
        logits = self.head(F.dropout(pooled, 0.2, self.training)).squeeze(1)
        return Outputs(logits, pooled, fine, coarse, self.map_fine(fine), self.map_coarse(coarse))


class Student(nn.Module):
    """The shipped network with its map head, which does not affect the logit."""

    pooled_count, fine_count, coarse_count = 1792, 256, 896
    _STEM = ("conv2d_1a", "conv2d_2a", "conv2d_2b", "maxpool_3a", "conv2d_3b", "conv2d_4a", "conv2d_4b")
    _TO_FINE = (*_STEM, "repeat_1")
    _TO_COARSE = ("mixed_6a", "repeat_2")
    _TO_POOLED = ("mixed_7a", "repeat_3", "block8", "avgpool_1a")

    def __init__(self) -> None:
        super().__init__()
        self.network = build_network()
        dropout = self.network.get_submodule("dropout")
        assert isinstance(dropout, nn.Dropout)
        dropout.p = 0.2  # the default of 0.6 is too strong here
        self.map_fine = nn.Conv2d(self.fine_count, 1, 1)
        self.map_coarse = nn.Conv2d(self.coarse_count, 1, 1)

    def _through(self, names: tuple[str, ...], x: Tensor) -> Tensor:
        for name in names:
            x = self.network.get_submodule(name)(x)
        return x

    def forward(self, x: Tensor) -> Outputs:
        fine = self._through(self._TO_FINE, x)
        coarse = self._through(self._TO_COARSE, fine)
        pooled = self._through(self._TO_POOLED, coarse)
        flat = self._through(("dropout",), pooled).flatten(1)
        logits = self._through(("last_linear", "last_bn", "logits"), flat).squeeze(1)
        return Outputs(logits, pooled.flatten(1), fine, coarse, self.map_fine(fine), self.map_coarse(coarse))


class Bridge(nn.Module):
    """Project the student's features to the teacher's, for distillation."""

    def __init__(self) -> None:
        super().__init__()
        self.pooled = nn.Linear(Student.pooled_count, Teacher.pooled_count)
        self.fine = nn.Conv2d(Student.fine_count, Teacher.fine_count, 1)
        self.coarse = nn.Conv2d(Student.coarse_count, Teacher.coarse_count, 1)

    def apart(self, student: Outputs, teacher: Outputs) -> tuple[Tensor, Tensor]:
        """Return the cosine distance (0 to 2) of the pooled features, and of the feature maps per position."""
        pooled = _apart(self.pooled(student.pooled), teacher.pooled)
        maps = [
            _apart(across(own), F.interpolate(other, own.shape[2:], mode="bilinear"))
            for across, own, other in (
                (self.fine, student.fine, teacher.fine),
                (self.coarse, student.coarse, teacher.coarse),
            )
        ]
        return pooled, (maps[0] + maps[1]) / 2


def _apart(own: Tensor, other: Tensor) -> Tensor:
    return 1 - F.cosine_similarity(own.float(), other.float()).mean()
