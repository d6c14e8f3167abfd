"""Class activation maps of the fake logit: a batch in, one raw map a face out.

One pass forward and part of one back. The formulas are those of the papers as pytorch-grad-cam computes them
(equal to it to 1e-5 of the map, which a test checks); its scaling of every map to 0..1 is not used, because it
makes the evidence in a genuine face look as strong as in a manipulated one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from detector.errors import ExplainError
from detector.pipeline import Detector
from detector.score import make_batch
from detector.types import FaceCrop
from explain.types import CamMethod

METHOD: CamMethod = "Grad-CAM"
"""The one that is shown."""
MIN_CELLS = 12
"""A map with fewer cells each way says too little about where in a face something is."""
_BATCH = 16


def fake_heat(
    detector: Detector, crops: Sequence[FaceCrop], layer: str, method: CamMethod = METHOD
) -> list[NDArray[np.float32]]:
    """The map of the fake logit for each crop, at least 0, on its raw scale.

    The classifier's lock is held: hooks on a network that another thread uses give wrong maps without any error.

    Args:
        detector: whose network is asked.
        crops: faces.
        layer: name of the module whose activations are weighed.
        method: how they are weighed.

    Returns:
        float32 (rows, columns) of the layer for each crop, in order.

    Raises:
        ExplainError: the network has no such layer, or its map is coarser than 12x12.
    """
    network = detector.classifier.network
    heats: list[NDArray[np.float32]] = []
    for start in range(0, len(crops), _BATCH):
        batch = make_batch([crop.pixels for crop in crops[start : start + _BATCH]], detector.card.input)
        with detector.classifier.lock:
            weighed = activations_and_gradients(network, layer, batch.to(detector.classifier.device))
        heats.extend(weigh(method, *weighed).cpu().numpy())
    if heats and min(heats[0].shape) < MIN_CELLS:
        rows, columns = heats[0].shape
        raise ExplainError(
            f"the map of {layer!r} has {rows}x{columns} cells, too few to point at a part of a face; "
            f"the checkpoint's card must name a layer with at least {MIN_CELLS}x{MIN_CELLS}"
        )
    return heats


def activations_and_gradients(network: nn.Module, layer: str, batch: Tensor) -> tuple[Tensor, Tensor]:
    """The activations of a layer and the gradients of the fake logit by them, (n, channels, rows, columns) each.

    Only what lies above the layer is differentiated. Whoever calls holds the classifier's lock.

    Raises:
        ExplainError: the network has no such layer.
    """
    modules = dict(network.named_modules())
    if layer not in modules:
        raise ExplainError(
            f"the checkpoint names {layer!r} as its layer to explain; the network has no such module"
        )
    kept: list[Tensor] = []

    def cut(module: nn.Module, given: object, out: Tensor) -> Tensor:
        kept.append(out.detach().requires_grad_(True))
        return kept[0]

    handle = modules[layer].register_forward_hook(cut)
    try:
        with torch.enable_grad():
            logits = network(batch.contiguous(memory_format=torch.channels_last))
            (gradients,) = torch.autograd.grad(logits.sum(), kept[0])
    finally:
        handle.remove()
    return kept[0].detach(), gradients


def weigh(method: CamMethod, activations: Tensor, gradients: Tensor) -> Tensor:
    """Maps (n, rows, columns), at least 0, on the raw scale of the method."""
    return _WEIGH[method](activations, gradients).relu()


def _grad_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Selvaraju et al., ICCV 2017, arXiv:1610.02391."""
    return (gradients.mean((2, 3), keepdim=True) * activations).sum(1)


def _hires_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Draelos and Carin 2020, arXiv:2011.08891."""
    return (gradients * activations).sum(1)


def _layer_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Jiang et al., IEEE TIP 2021."""
    return (gradients.relu() * activations).sum(1)


def _grad_cam_plus_plus(activations: Tensor, gradients: Tensor) -> Tensor:
    """Chattopadhyay et al., WACV 2018, arXiv:1710.11063."""
    square, cube = gradients**2, gradients**3
    alpha = square / (2 * square + activations.sum((2, 3), keepdim=True) * cube + 1e-6)
    weights = (gradients.relu() * torch.where(gradients != 0, alpha, 0.0)).sum((2, 3), keepdim=True)
    return (weights * activations).sum(1)


_WEIGH: dict[CamMethod, Callable[[Tensor, Tensor], Tensor]] = {
    "Grad-CAM": _grad_cam,
    "HiResCAM": _hires_cam,
    "LayerCAM": _layer_cam,
    "Grad-CAM++": _grad_cam_plus_plus,
}
