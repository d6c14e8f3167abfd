"""Measure whether heatmaps locate the manipulation: every method and layer, beside control maps.

The altered region is known for self-blends (their mask) and for DFDC images whose genuine twin is the same
frame (their difference). Half of the faces are called fake, half are inconclusive with a probability of at least
0.5. Metrics: energy inside the region; pointing game (Zhang et al., IJCV 2018); IoU at equal area; fall of the
logit when the strongest tenth is painted over, and the same shape elsewhere; deletion and insertion (Petsiuk et
al., BMVC 2018) against a blurred copy; rank correlation after permuting weights (Adebayo et al., NeurIPS 2018).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import Tensor

from benchmarks.stages import best_seconds
from detector.config import DetectorConfig
from detector.faces.crop import crop_face, cut_square
from detector.media.images import read_image
from detector.model.score import make_batch, score_crops
from detector.pipeline import Detector
from detector.types import FaceCrop, Frame, Pixels
from explain.cam import METHOD, activations_and_gradients, fake_heatmaps, grad_cam, manipulation_map
from explain.faithfulness import centre_prior, elsewhere, paint_over, top_region
from explain.regions import REGIONS, region_map
from training.datasets.labels import Item
from training.datasets.layouts import find_items
from training.datasets.self_blend import self_blend

Heatmap = NDArray[np.float32]
LAYERS = ("conv2d_4b", "repeat_1", "mixed_6a", "repeat_2")
_STEPS = 5
_TOP = ("mixed_6a", "repeat_2", "mixed_7a", "repeat_3", "block8", "last_linear", "logits")
"""Layers that the fine layer of the map head does not depend on."""
_UPPER = ("repeat_1", *_TOP)
_SECOND_TOP = (*(f"blocks.{number}." for number in range(7, 21)), "head.", "logit.")
"""Layers of the second network that its fine map does not depend on."""
SHOWN = f"{METHOD} of both networks x their trained maps"
_TWIN_LEVELS = 12.0
"""Difference of twins, in levels of 255, from which a pixel counts as manipulated."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A manipulated face with its known region."""

    crop: FaceCrop
    mask: NDArray[np.bool_]
    """Of the crop's size."""
    logit: float
    flagged: bool
    """Whether it is called fake, at the threshold for images."""


def explanations(data: Path, count: int, seed: int) -> dict[str, Any]:
    """Measure every method and layer, and the controls, on blends and twins."""
    detector = Detector.from_checkpoint("default", DetectorConfig())
    items = [item for item in find_items(data) if item.split == "val"]
    result: dict[str, Any] = {
        "benchmark": "explanations",
        "checkpoint": detector.card.weights_id,
        "seed": seed,
        "shown": SHOWN,
    }
    for kind, cases in (
        ("self-blends", _blends(detector, data, items, count, seed)),
        ("DFDC twins", _twins(detector, data, items, count, seed)),
    ):
        result[kind] = _table(detector, cases, seed)
    result["cost"] = _cost(detector, cases)
    return result


def _table(detector: Detector, cases: Sequence[Case], seed: int) -> dict[str, Any]:
    """Make one row per map, over all faces and over those called fake."""
    maps = maps_of(detector, cases)
    others = {
        f"rank_correlation_{name}": maps_of(_permuted(detector, layers, seed), cases)
        for name, layers in (("permuted", _UPPER), ("top_permuted", _TOP))
    }
    flagged = np.array([case.flagged for case in cases])
    rows: dict[str, dict[str, Any]] = {}
    for name, heatmaps in maps.items():
        figures = _measure(detector, cases, heatmaps, seed)
        row: dict[str, Any] = {key: _mean(values) for key, values in figures.items()}
        row["flagged"] = {
            key: _mean(figures[key][flagged]) for key in ("energy_inside", "top_fall", "random_fall")
        }
        if not name.startswith("control"):
            row |= {key: _rank_correlation(heatmaps, permuted[name]) for key, permuted in others.items()}
        rows[name] = row
    for row in rows.values():
        centre = rows["control: centre"]
        row["energy_over_centre"] = round(row["energy_inside"] / centre["energy_inside"], 2)
        row["flagged"]["energy_over_centre"] = round(
            row["flagged"]["energy_inside"] / centre["flagged"]["energy_inside"], 2
        )
        row["flagged"]["top_over_random"] = round(row["flagged"]["top_fall"] / row["flagged"]["random_fall"], 2)
    return {
        "faces": len(cases),
        "flagged": int(flagged.sum()),
        "altered_share": _mean([float(case.mask.mean()) for case in cases]),
        "rows": rows,
    }


def _blends(detector: Detector, data: Path, items: Sequence[Item], count: int, seed: int) -> list[Case]:
    genuine = [
        item for item in items if item.label == "real" and item.source in ("lfw", "ffhq_stylegan", "us_congress")
    ]
    rng = np.random.default_rng(seed)
    cases: list[Case] = []
    for index in rng.permutation(len(genuine)):
        pixels = read_image(data / genuine[index].file)
        faces = detector.finder.find(pixels)
        if not faces:
            continue
        _, blend, mask = self_blend(pixels, faces[0].box, faces[0].landmarks, rng)
        if _take(cases, _case(detector, blend, mask >= 0.5 * mask.max()), count):
            break
    return cases


def _twins(detector: Detector, data: Path, items: Sequence[Item], count: int, seed: int) -> list[Case]:
    real = {item.group: item for item in items if item.source == "dfdc" and item.label == "real"}
    fakes = [item for item in items if item.source == "dfdc" and item.label == "fake" and item.group in real]
    cases: list[Case] = []
    for index in np.random.default_rng(seed).permutation(len(fakes)):
        pixels, twin = (read_image(data / item.file) for item in (fakes[index], real[fakes[index].group]))
        if pixels.shape != twin.shape:
            continue
        apart = np.abs(pixels.astype(np.float32) - twin).mean(2)
        altered = cv2.GaussianBlur(apart, (0, 0), 4) >= _TWIN_LEVELS
        rim = np.concatenate(
            [altered[:8].ravel(), altered[-8:].ravel(), altered[:, :8].ravel(), altered[:, -8:].ravel()]
        )
        if not 0.03 < altered.mean() < 0.5 or rim.mean() > 0.1:  # nothing altered, or another frame
            continue
        if _take(cases, _case(detector, pixels, altered), count):
            break
    return cases


def _take(cases: list[Case], case: Case | None, count: int) -> bool:
    """Add a case if its half has room, and return whether both are full."""
    if case is not None and sum(kept.flagged == case.flagged for kept in cases) < count // 2:
        cases.append(case)
    return len(cases) >= count // 2 * 2


def _case(detector: Detector, pixels: Pixels, altered: NDArray[np.bool_]) -> Case | None:
    """Return the face of a manipulated image if its probability is at least 0.5."""
    spec, faces = detector.card.input, detector.finder.find(pixels)
    if not faces:
        return None
    crop = crop_face(Frame(pixels, 0, 0.0), faces[0], spec.margin_frac, spec.size_px)
    mask = (
        cut_square((altered * 255).astype(np.uint8)[..., None].repeat(3, 2), crop.window, spec.size_px)[..., 0]
        > 127
    )
    (logit,) = score_crops(detector.classifier, [crop.pixels], spec, 1)
    estimate = detector.card.calibration.probability(logit)
    flagged = estimate >= detector.card.calibration.threshold_fake
    return Case(crop, mask, logit, flagged) if estimate >= 0.5 and 0.01 < mask.mean() < 0.9 else None


def maps_of(detector: Detector, cases: Sequence[Case]) -> dict[str, list[Heatmap]]:
    """Compute the maps of every method and layer, alone and times the trained map, and the controls, at crop
    size."""
    size, head, classifier = detector.card.input.size_px, detector.card.map_head, detector.classifier
    assert head is not None and classifier.map_head is not None, "the shipped checkpoint has a map head"
    crops = [case.crop for case in cases]
    trained: list[Heatmap] = []
    shown = [_grown(heatmap, size) for heatmap in fake_heatmaps(detector, crops)]
    maps: dict[str, list[Heatmap]] = {SHOWN: shown, "trained map": trained}
    for layer in LAYERS:
        activations, gradients = [], []
        for crop in crops:
            batch = make_batch([crop.pixels], detector.card.input)
            with classifier.lock:
                seen = activations_and_gradients(classifier, layer, batch, [head.fine, head.coarse])
            activations.append(seen[0])
            gradients.append(seen[1])
            if layer == LAYERS[0]:
                trained.append(_grown(manipulation_map(classifier.map_head, *seen[2])[0].cpu().numpy(), size))
        for method, weigh in METHODS.items():
            weighed = [weigh(*pair)[0].relu().numpy() for pair in zip(activations, gradients, strict=True)]
            maps[f"{method} {layer}"] = [_grown(heatmap, size) for heatmap in weighed]
            if layer in (head.fine, head.coarse):
                maps[f"{method} {layer} x trained map"] = [
                    heatmap * where for heatmap, where in zip(maps[f"{method} {layer}"], trained, strict=True)
                ]
    maps["control: centre"] = [centre_prior(size)] * len(cases)
    maps["control: uniform"] = [np.ones((size, size), np.float32)] * len(cases)
    maps["control: face"] = [
        (region_map(crop, size, size) != REGIONS.index("outside")).astype(np.float32) for crop in crops
    ]
    maps["control: edges"] = [_edges(crop.pixels) for crop in crops]
    return maps


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


METHODS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Grad-CAM": grad_cam,
    "HiResCAM": _hires_cam,
    "LayerCAM": _layer_cam,
    "Grad-CAM++": _grad_cam_plus_plus,
}


def _grown(heatmap: Heatmap, size: int) -> Heatmap:
    return cv2.resize(heatmap, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _edges(pixels: Pixels) -> Heatmap:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return cv2.GaussianBlur(
        np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)), (0, 0), 2
    )


def _measure(
    detector: Detector, cases: Sequence[Case], heatmaps: Sequence[Heatmap], seed: int
) -> dict[str, NDArray[np.float64]]:
    """Compute every metric of each face."""
    rng = np.random.default_rng(seed)
    rows = []
    for case, heatmap in zip(cases, heatmaps, strict=True):
        total = float(heatmap.sum())
        equal = top_region(heatmap, len(heatmap), float(case.mask.mean()))
        top = top_region(heatmap, len(heatmap))
        painted = [paint_over(case.crop.pixels, region) for region in (top, *elsewhere(top, rng, 3))]
        curve = _curve(case.crop.pixels, heatmap)
        logits = np.array(score_crops(detector.classifier, [*painted, *curve], detector.card.input, 32))
        rows.append(
            {
                "energy_inside": float(heatmap[case.mask].sum()) / total if total > 0 else float(case.mask.mean()),
                "pointing_game": float(case.mask.ravel()[int(heatmap.argmax())]),
                "iou": float((equal & case.mask).sum() / max(1, (equal | case.mask).sum())),
                "top_fall": case.logit - logits[0],
                "random_fall": case.logit - logits[1:4].mean(),
                "deletion_fall": case.logit - logits[4 : 4 + _STEPS].mean(),
                "insertion_rise": logits[4 + _STEPS :].mean() - case.logit,
            }
        )
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def _curve(pixels: Pixels, heatmap: Heatmap) -> list[Pixels]:
    """Return the face with its strongest pixels blurred step by step, then the blurred face with them restored."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), 8)
    regions = [top_region(heatmap, len(heatmap), (step + 1) / (_STEPS + 1))[..., None] for step in range(_STEPS)]
    return [np.where(region, blurred, pixels) for region in regions] + [
        np.where(region, pixels, blurred) for region in regions
    ]


def _rank_correlation(heatmaps: Sequence[Heatmap], others: Sequence[Heatmap]) -> float:
    """Return Spearman's rank correlation on every fourth pixel, over faces where neither map is flat."""
    pairs = [
        (heatmap[::4, ::4].ravel(), other[::4, ::4].ravel())
        for heatmap, other in zip(heatmaps, others, strict=True)
    ]
    return _mean([float(spearmanr(*pair).statistic) for pair in pairs if pair[0].std() and pair[1].std()])


def _permuted(detector: Detector, layers: tuple[str, ...], seed: int) -> Detector:
    """Permute the weights of some layers, and the upper ones of the second network, within each tensor."""
    classifier = copy.copy(detector.classifier)
    classifier.network, classifier.second = copy.deepcopy((classifier.network, classifier.second))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for network, prefixes in ((classifier.network, layers), (classifier.second, _SECOND_TOP)):
            for name, tensor in network.named_parameters() if network is not None else ():
                if name.startswith(prefixes) and tensor.ndim > 1:
                    order = torch.randperm(tensor.numel(), generator=generator)
                    tensor.copy_(tensor.flatten()[order].reshape(tensor.shape))
    return Detector(detector.card, classifier, detector.finder, detector.config)


def _cost(detector: Detector, cases: Sequence[Case]) -> dict[str, float]:
    """Return milliseconds per face of scoring and of explaining sixteen at once, end to end."""
    crops = [cases[number % len(cases)].crop for number in range(16)]
    pixels = [crop.pixels for crop in crops]
    score = best_seconds(lambda: score_crops(detector.classifier, pixels, detector.card.input, 16)) / 16
    explain = best_seconds(lambda: fake_heatmaps(detector, crops)) / 16
    return {
        "score_ms": round(1000 * score, 2),
        "explain_ms": round(1000 * explain, 2),
        "explain_over_scoring": round(explain / score, 2),
    }


def _mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    return round(float(np.mean(values)), 4) if len(values) else float("nan")
