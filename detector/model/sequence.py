"""The community ResNeXt50 + LSTM video detectors, as a network that scores one face at a time.

They were trained as `linear(mean over frames of LSTM(ResNeXt(frame)))` with time and batch axes swapped: the LSTM
runs over the videos of a batch, so with one video every frame starts from a zero state. That step needs neither
recurrent weights nor forget gate, and the linear layer commutes with the mean: the logit of a video is exactly the
mean of its frames' logits.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torchvision.models import resnext50_32x4d

FEATURES = 2048
EXPLAIN_LAYER = "backbone.5"
"""ResNeXt's second stage: 14x14 cells at 112 px."""


class SequenceNetwork(nn.Module):
    """ResNeXt50-32x4d (Xie et al., CVPR 2017, arXiv:1611.05431), one LSTM step, two classes (1 is real)."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(*list(resnext50_32x4d(weights=None).children())[:-2])
        self.gates = nn.Linear(FEATURES, 4 * FEATURES, bias=False)
        self.classes = nn.Linear(FEATURES, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, 3, 112, 112) RGB, normalised by ImageNet's mean and deviation, to logits (n, 1), fake
        positive."""
        pooled = self.backbone(x).mean((2, 3))
        enter, _, new, leave = self.gates(pooled).chunk(4, dim=1)  # PyTorch's order: input, forget, cell, output
        cell = enter.sigmoid() * new.tanh()
        classes: Tensor = self.classes(leave.sigmoid() * cell.tanh())
        return classes[:, :1] - classes[:, 1:]


def is_sequence_state(state: Mapping[str, Tensor]) -> bool:
    """Return whether a state dict is of such a checkpoint."""
    return "lstm.weight_ih_l0" in state


def expected_keys() -> dict[str, Tensor]:
    """Return names and shapes of such a state dict, as meta tensors."""
    with torch.device("meta"):
        backbone = SequenceNetwork().backbone.state_dict()
        lstm = nn.LSTM(FEATURES, FEATURES, 1, bias=False).state_dict()
        classes = nn.Linear(FEATURES, 2).state_dict()
    return (
        {f"model.{key}": value for key, value in backbone.items()}
        | {f"lstm.{key}": value for key, value in lstm.items()}
        | {f"linear1.{key}": value for key, value in classes.items()}
    )


def convert_sequence_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors for `SequenceNetwork` and drop the unused ones."""
    converted = {
        key.replace("model.", "backbone.", 1): value for key, value in state.items() if key.startswith("model.")
    }
    converted["gates.weight"] = state["lstm.weight_ih_l0"]
    return converted | {f"classes.{part}": state[f"linear1.{part}"] for part in ("weight", "bias")}
