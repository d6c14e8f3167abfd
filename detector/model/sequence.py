"""The widely shared ResNeXt50 + LSTM detectors of videos, as a network that judges one face at a time.

They were trained as `linear(mean over frames of LSTM(ResNeXt(frame)))` by code that hands the LSTM, which wants
time first, a batch with time second: the recurrence runs over the videos of a batch, and with one video, as in
use, every frame meets a fresh LSTM. One step from a zero state needs neither the recurrent weights nor the
forget gate, and the mean of a linear layer is the linear layer's mean; so a video's logit is the mean of its
frames' logits, exactly.
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
    """ResNeXt50-32x4d (Xie et al., CVPR 2017, arXiv:1611.05431), one LSTM step, two classes of which 1 is real."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(*list(resnext50_32x4d(weights=None).children())[:-2])
        self.gates = nn.Linear(FEATURES, 4 * FEATURES, bias=False)
        self.classes = nn.Linear(FEATURES, 2)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, 112, 112), RGB with ImageNet's mean and deviation taken out, to logits (n, 1), fake positive."""
        pooled = self.backbone(x).mean((2, 3))
        enter, _, new, leave = self.gates(pooled).chunk(4, dim=1)  # PyTorch's order: input, forget, cell, output
        cell = enter.sigmoid() * new.tanh()
        classes: Tensor = self.classes(leave.sigmoid() * cell.tanh())
        return classes[:, :1] - classes[:, 1:]


def is_sequence_state(state: Mapping[str, Tensor]) -> bool:
    """Whether a state dict has the layout of those checkpoints."""
    return "lstm.weight_ih_l0" in state


def expected_keys() -> dict[str, Tensor]:
    """Names and shapes of such a state dict, as tensors without memory."""
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
    """From their names to those of `SequenceNetwork`; what one step from a zero state never uses is dropped."""
    converted = {
        key.replace("model.", "backbone.", 1): value for key, value in state.items() if key.startswith("model.")
    }
    converted["gates.weight"] = state["lstm.weight_ih_l0"]
    return converted | {f"classes.{part}": state[f"linear1.{part}"] for part in ("weight", "bias")}
