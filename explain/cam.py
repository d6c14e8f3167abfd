"""Compute class activation maps of the fake logit.

The values equal those of pytorch-grad-cam before its scaling of each map to 0..1, which would make a genuine face
look as suspicious as a manipulated one. The maps of two networks are added like their logits. Where the checkpoint
has a map head, the sum is multiplied by the maps of the layers trained to locate manipulation
(docs/decisions/0012-what-a-map-shows.md; measured by `python -m benchmarks explanations`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from detector.errors import ExplainError
from detector.model.checkpoint import CheckpointCard
from detector.model.classifier import FaceClassifier
from detector.model.efficientnet_lite import COARSE_LAYER, FINE_LAYER
from detector.model.score import make_batch
from detector.pipeline import Detector
from detector.types import FaceCrop

METHOD = "Grad-CAM"
MIN_CELLS = 12
"""Least rows and columns of a heatmap."""
_BATCH = 16


def fake_heatmaps(detector: Detector, crops: Sequence[FaceCrop]) -> list[NDArray[np.float32]]:
    """Unnormalised, non-negative class activation map of the fake logit for each crop.

    Holds the classifier's lock: hooks on a network that another thread uses give wrong maps without an error.

    Returns:
        float32 (rows, columns) for each crop, in order.

    Raises:
        ExplainError: the network has no such layer, or the map is coarser than 12x12.
    """
    heatmaps: list[NDArray[np.float32]] = []
    for start in range(0, len(crops), _BATCH):
        batch = make_batch([crop.pixels for crop in crops[start : start + _BATCH]], detector.card.input)
        with detector.classifier.lock:
            heatmaps.extend(_heatmaps(detector.classifier, detector.card, batch).cpu().numpy())
    if heatmaps and min(heatmaps[0].shape) < MIN_CELLS:
        rows, columns = heatmaps[0].shape
        raise ExplainError(
            f"the map of {detector.card.explain_layer!r} has {rows}x{columns} cells, too few to point at a part "
            "of a face; the checkpoint's card must name a layer with at least "
            f"{MIN_CELLS}x{MIN_CELLS}, or a map head"
        )
    return heatmaps


def explained_layers(detector: Detector) -> tuple[str, ...]:
    """Return the module of each network whose activations explain a face, the first network's first."""
    first = detector.card.explain_layer
    return (first,) if detector.classifier.second is None else (first, COARSE_LAYER)


def _heatmaps(classifier: FaceClassifier, card: CheckpointCard, batch: Tensor) -> Tensor:
    """Explain a batch: (n, rows, columns)."""
    layers = [card.map_head.fine, card.map_head.coarse] if card.map_head else []
    activations, gradients, seen = activations_and_gradients(classifier, card.explain_layer, batch, layers)
    heatmap, where = classifier.factors[0] * grad_cam(activations, gradients), None
    if classifier.map_head and seen:
        where = manipulation_map(classifier.map_head, *seen)
        heatmap = _grown(heatmap, where.shape[1:])
    if (second := classifier.second) is not None:
        layers = [FINE_LAYER, COARSE_LAYER]
        activations, gradients, seen = activations_and_gradients(classifier, COARSE_LAYER, batch, layers, second)
        heatmap = heatmap + classifier.factors[1] * _grown(grad_cam(activations, gradients), heatmap.shape[1:])
        if where is not None:
            where = where * _grown(manipulation_map(second.map_head(), *seen), where.shape[1:])
    return heatmap if where is None else heatmap * where


def activations_and_gradients(
    classifier: FaceClassifier,
    layer: str,
    batch: Tensor,
    also: Sequence[str] = (),
    network: nn.Module | None = None,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Run one forward pass and the backward pass to one layer, in the classifier's precision.

    The caller holds the classifier's lock.

    Args:
        batch: float32 (n, 3, size, size), normalised.
        also: further modules whose activations are returned.
        network: the classifier's network to run; by default the first.

    Returns:
        Activations of the layer, gradients of the fake logit with respect to them, and activations of the
        further modules; float32 (n, channels, rows, columns) each.

    Raises:
        ExplainError: the network has no such module.
    """
    network = classifier.network if network is None else network
    modules = dict(network.named_modules())
    for name in (layer, *also):
        if name not in modules:
            raise ExplainError(
                f"the checkpoint names {name!r} as a layer to explain with; the network has no such module"
            )
    kept: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], Tensor | None]:
        def hook(module: nn.Module, given: object, out: Tensor) -> Tensor | None:
            if name != layer:
                kept[name] = out.detach()
                return None
            kept[name] = out.detach().requires_grad_(True)  # differentiate only the layers above
            return kept[name]

        return hook

    handles = [modules[name].register_forward_hook(keep(name)) for name in dict.fromkeys((layer, *also))]
    try:
        batch = batch.to(classifier.device).contiguous(memory_format=torch.channels_last)
        bf16 = classifier.precision == "bf16"
        with torch.enable_grad(), torch.autocast(batch.device.type, torch.bfloat16, enabled=bf16):
            logits = network(batch)
            (gradients,) = torch.autograd.grad(logits.sum(), kept[layer])
    finally:
        for handle in handles:
            handle.remove()
    return kept[layer].detach().float(), gradients.float(), [kept[name].detach().float() for name in also]


def manipulation_map(head: Mapping[str, Tensor], fine: Tensor, coarse: Tensor) -> Tensor:
    """Return the product of both layers of a map head: (n, rows, columns) of the fine one, 0 to 1."""
    near = F.conv2d(fine, head["fine.weight"], head["fine.bias"]).sigmoid()[:, 0]
    far = F.conv2d(coarse, head["coarse.weight"], head["coarse.bias"]).sigmoid()[:, 0]
    return near * _grown(far, near.shape[1:])


def _grown(heatmap: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(heatmap[:, None], tuple(size), mode="bilinear", align_corners=False)[:, 0]


def grad_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weigh activations by their mean gradients: (n, rows, columns), at least 0, not scaled.

    Source:
        Selvaraju et al., ICCV 2017, arXiv:1610.02391.
    """
    return (gradients.mean((2, 3), keepdim=True) * activations).sum(1).relu()
