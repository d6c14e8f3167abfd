"""Convolutions that apply their activation as they write, with weights kept in the layout that oneDNN computes in.

`torch.nn.functional.conv2d` reorders the weights in every call, which for one face takes longer than the
convolution does, and an activation is another pass over the data. PyTorch's compiler avoids both with operators of
`torch.ops.mkldnn`. They need no compiler but are not public, so `usable` tries them before they are used
(docs/decisions/0056-fused-convolutions.md).
"""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor, nn

_POINTWISE: dict[type[nn.Module], tuple[str, list[float]]] = {
    nn.Identity: ("none", []),
    nn.ReLU: ("relu", []),
    nn.ReLU6: ("hardtanh", [0.0, 6.0]),
}
"""oneDNN's names and parameters of the activations."""


class FusedConvolution(nn.Conv2d):
    """A convolution and its activation, for inference: the weights must not change after the first call.

    A single image, which wants another layout, and an input through which gradients flow are computed as usual.
    """

    def __init__(self, convolution: nn.Conv2d, activation: nn.Module) -> None:
        conv = convolution
        sizes = conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, conv.dilation
        super().__init__(*sizes, conv.groups, conv.bias is not None, device="meta")  # type: ignore[arg-type]
        self.weight, self.bias = conv.weight, conv.bias
        self.activation = activation
        self._packed: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, channels, rows, columns), channels last in memory, to the activations."""
        if len(x) == 1 or x.requires_grad:
            answer: Tensor = self.activation(super().forward(x))
            return answer
        x = x.to(self.weight.dtype)
        settings = self.padding, self.stride, self.dilation, self.groups
        if self._packed is None:
            # The best layout depends on the size of the input, but not on the number of images from two on.
            self._packed = torch.ops.mkldnn._reorder_convolution_weight(self.weight, *settings, list(x.shape))
        name, parameters = _POINTWISE[type(self.activation)]
        answer = torch.ops.mkldnn._convolution_pointwise(
            x, self._packed, self.bias, *settings, name, parameters, ""
        )
        return answer

    def __getstate__(self) -> dict[str, Any]:
        """Leave the packed weights out of a copy, which may get other weights."""
        return {**self.__dict__, "_packed": None}


def fuse_convolutions(network: nn.Module) -> None:
    """Replace each convolution of a network whose batch normalisations are folded by a fused one.

    A module's `relu` belongs to its `conv`, as in InceptionResnetV1 and EfficientNet-Lite2; other convolutions get
    no activation.
    """
    for module in list(network.modules()):
        parts = dict(module.named_children())
        for name, part in parts.items():
            if isinstance(part, nn.Conv2d):
                activation = parts.get("relu") if name == "conv" else None
                setattr(module, name, FusedConvolution(part, activation or nn.Identity()))
                if activation is not None:
                    module.relu = nn.Identity()


@functools.cache
def usable(dtype: torch.dtype) -> bool:
    """Return whether fused convolutions work on this processor and in this version of PyTorch.

    Only with AVX-512: with AVX2 the best layout depends on the number of images, so that packed weights would
    often be reordered again, at a higher price. With AMX they were not measured.
    """
    has = torch.cpu.get_capabilities()
    if not has.get("avx512_f") or has.get("amx_tile") or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    plain = nn.Conv2d(16, 32, 3, padding=1).requires_grad_(False).to(dtype).to(memory_format=torch.channels_last)
    images = torch.linspace(-1, 1, 2 * 16 * 64).reshape(2, 16, 8, 8).to(dtype)
    images = images.contiguous(memory_format=torch.channels_last)
    try:
        found = FusedConvolution(plain, nn.ReLU())(images)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    return torch.allclose(found, plain(images).relu(), atol=0.01)
