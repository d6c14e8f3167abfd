"""P-Net, R-Net and O-Net of MTCNN, arranged for speed on a CPU, with the weights of facenet-pytorch.

The same arithmetic as facenet-pytorch's modules, to rounding: normalisation is folded into the first convolution,
and channels are padded with zeros to multiples of 16 (docs/decisions/0036-networks-of-the-face-search.md).
facenet-pytorch itself is not imported, because it imports torchvision, which takes half of the start-up time.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

_POOLS = {"pnet": (2,), "rnet": (3, 3), "onet": (3, 3, 2)}
"""Side of the max-pooling after each of the first convolutions; its stride is 2."""
_CHANNELS = 16
"""Numbers of channels are padded to a multiple of this."""


class MtcnnNetwork:
    """One of the three networks. Outputs: probability of a face, offsets of the box's corners, landmarks."""

    def __init__(self, name: Literal["pnet", "rnet", "onet"], device: torch.device) -> None:
        weights = torch.load(_weights_folder() / f"{name}.pt", map_location="cpu", weights_only=True)
        self._device = device
        self._pools = _POOLS[name]
        self._convolutions: list[tuple[Tensor, Tensor, Tensor]] = []
        self._dense: list[tuple[Tensor, Tensor, Tensor]] = []
        channels = 3
        heads: list[str] = []
        for layer in dict.fromkeys(key.split(".")[0] for key in weights):
            if "_" in layer:
                heads.append(layer)
            elif layer.startswith("conv"):
                weight, bias = weights[f"{layer}.weight"], weights[f"{layer}.bias"]
                if layer == "conv1":  # takes pixels as they are instead of (pixels - 127.5) / 128
                    weight = weight / 128
                    bias = bias - 127.5 * weight.sum((1, 2, 3))
                weight = F.pad(weight, (0, 0, 0, 0, 0, channels - weight.shape[1]))
                more = -len(bias) % _CHANNELS
                channels = len(bias) + more
                weight = F.pad(weight, (0, 0, 0, 0, 0, 0, 0, more)).contiguous(memory_format=torch.channels_last)
                slope = weights[f"{layer.replace('conv', 'prelu')}.weight"]
                parts = weight, F.pad(bias, (0, more)), F.pad(slope, (0, more))
                self._convolutions.append((parts[0].to(device), parts[1].to(device), parts[2].to(device)))
            elif layer.startswith("dense"):
                slope = weights[f"{layer.replace('dense', 'prelu')}.weight"]
                parts = weights[f"{layer}.weight"], weights[f"{layer}.bias"], slope
                self._dense.append((parts[0].to(device), parts[1].to(device), parts[2].to(device)))
        self._head_weight = torch.cat([weights[f"{head}.weight"].flatten(1) for head in heads]).to(device)
        self._head_bias = torch.cat([weights[f"{head}.bias"] for head in heads]).to(device)

    def __call__(self, pixels: NDArray[np.uint8]) -> tuple[Tensor, Tensor, Tensor]:
        """Run the network on squares; P-Net runs on all squares of an image.

        Args:
            pixels: uint8 (n, height, width, 3), RGB.

        Returns:
            Probability of a face (n,), offsets of the corners (n, 4) and landmarks (n, 10; none from P-Net and
            R-Net), in sides of the square; from P-Net with (rows, columns) after n.
        """
        x = torch.from_numpy(pixels).to(self._device).permute(0, 3, 1, 2).float()
        for number, (weight, bias, slope) in enumerate(self._convolutions):
            x = F.prelu(F.conv2d(x, weight, bias), slope)
            if number < len(self._pools):
                x = F.max_pool2d(x, self._pools[number], 2, ceil_mode=True)
        if self._dense:
            x = x.permute(0, 3, 2, 1).flatten(1)  # columns before rows, as the weights were trained
        else:
            x = x.permute(0, 2, 3, 1)
        for weight, bias, slope in self._dense:
            x = F.prelu(F.linear(x, weight, bias), slope)
        answers = F.linear(x, self._head_weight, self._head_bias)
        chance = (answers[..., 1] - answers[..., 0]).sigmoid()
        return chance, answers[..., 2:6], answers[..., 6:]


def _weights_folder() -> Path:
    spec = find_spec("facenet_pytorch")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "data"
