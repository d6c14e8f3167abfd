"""Do the maps point at what was altered? Every method and layer, beside maps that know nothing of the network.

The altered region is known for self-blends (their mask) and for DFDC pictures whose genuine twin is the same
frame (the difference of the two). Measured on faces whose estimate is at least a half: energy inside the region;
pointing game (Zhang et al., IJCV 2018); IoU with the region at equal area; fall of the logit when the strongest
tenth is painted over beside the same shape elsewhere; deletion and insertion (Petsiuk et al., BMVC 2018) against a
blurred copy; and rank correlation with the map after permuting weights (Adebayo et al., NeurIPS 2018).
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from detector.config import DetectorConfig
from detector.crop import crop_face, cut_square
from detector.pictures import read_picture
from detector.pipeline import Detector
from detector.score import make_batch, score_crops
from detector.types import FaceCrop, Frame, Pixels
from explain.cam import activations_and_gradients, weigh
from explain.faithfulness import centre_prior, elsewhere, paint_over, top_region
from explain.regions import REGIONS, region_map
from explain.types import CAM_METHODS
from training.data import Item
from training.layouts import find_items
from training.selfblend import self_blend

Heat = NDArray[np.float32]
LAYERS = ("conv2d_4b", "repeat_1", "mixed_6a", "repeat_2", "repeat_1+repeat_2")
_STEPS = 10
_TWIN_LEVELS = 12.0
"""Difference of twins, in levels of 255, from where a pixel counts as altered."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A manipulated face of which the altered region is known."""

    crop: FaceCrop
    mask: NDArray[np.bool_]
    """Of the crop's size."""
    logit: float


def explanations(data: Path, count: int, seed: int) -> dict[str, Any]:
    """The table of every method and layer, and of the controls, on blends and on twins."""
    detector = Detector.from_checkpoint("default", DetectorConfig(precision="fp32"))
    items = [item for item in find_items(data) if item.split == "val"]
    result: dict[str, Any] = {"benchmark": "explanations", "checkpoint": detector.card.sha256, "seed": seed}
    for kind, cases in (
        ("self-blends", _blends(detector, data, items, count, seed)),
        ("DFDC twins", _twins(detector, data, items, count, seed)),
    ):
        maps = _maps(detector, cases)
        shuffled = _maps(_permuted(detector, seed), cases)
        rows = {}
        for name, heats in maps.items():
            rows[name] = _measure(detector, cases, heats, seed)
            if name in shuffled:
                pairs = zip(heats, shuffled[name], strict=True)
                rows[name]["rank_correlation_permuted"] = _mean(
                    [float(spearmanr(a.ravel(), b.ravel()).statistic) for a, b in pairs]
                )
        centre = rows["control: centre"]["energy_inside"]
        for row in rows.values():
            row["energy_over_centre"] = round(row["energy_inside"] / centre, 2)
        flagged = sum(
            detector.card.calibration.probability(case.logit) >= detector.card.calibration.threshold_fake
            for case in cases
        )
        result[kind] = {
            "faces": len(cases),
            "flagged": flagged,
            "altered_share": _mean([float(case.mask.mean()) for case in cases]),
            "rows": rows,
        }
    result["cost"] = _cost(detector, cases)
    return result


def _blends(detector: Detector, data: Path, items: Sequence[Item], count: int, seed: int) -> list[Case]:
    genuine = [
        item for item in items if item.label == "real" and item.source in ("lfw", "ffhq_stylegan", "us_congress")
    ]
    rng = np.random.default_rng(seed)
    cases: list[Case] = []
    for index in rng.permutation(len(genuine)):
        pixels = read_picture(data / genuine[index].file)
        faces = detector.finder.find(pixels)
        if not faces:
            continue
        _, blend, mask = self_blend(pixels, faces[0].box, faces[0].landmarks, rng)
        cases += _cases(detector, blend, mask >= 0.5 * mask.max())
        if len(cases) >= count:
            break
    return cases


def _twins(detector: Detector, data: Path, items: Sequence[Item], count: int, seed: int) -> list[Case]:
    real = {item.group: item for item in items if item.source == "dfdc" and item.label == "real"}
    fakes = [item for item in items if item.source == "dfdc" and item.label == "fake" and item.group in real]
    cases: list[Case] = []
    for index in np.random.default_rng(seed).permutation(len(fakes)):
        pixels, twin = (read_picture(data / item.file) for item in (fakes[index], real[fakes[index].group]))
        if pixels.shape != twin.shape:
            continue
        apart = np.abs(pixels.astype(np.float32) - twin).mean(2)
        altered = cv2.GaussianBlur(apart, (0, 0), 4) >= _TWIN_LEVELS
        rim = np.concatenate(
            [altered[:8].ravel(), altered[-8:].ravel(), altered[:, :8].ravel(), altered[:, -8:].ravel()]
        )
        if not 0.03 < altered.mean() < 0.5 or rim.mean() > 0.1:  # nothing altered, or another frame
            continue
        cases += _cases(detector, pixels, altered)
        if len(cases) >= count:
            break
    return cases


def _cases(detector: Detector, pixels: Pixels, altered: NDArray[np.bool_]) -> list[Case]:
    """The face of a manipulated picture, where its estimate is at least a half; else nothing."""
    spec, faces = detector.card.input, detector.finder.find(pixels)
    if not faces:
        return []
    crop = crop_face(Frame(pixels, 0, 0.0), faces[0], spec.margin_frac, spec.size_px)
    mask = (
        cut_square((altered * 255).astype(np.uint8)[..., None].repeat(3, 2), crop.window, spec.size_px)[..., 0]
        > 127
    )
    (logit,) = score_crops(detector.classifier, [crop.pixels], spec, 1)
    sure = detector.card.calibration.probability(logit) >= 0.5
    return [Case(crop, mask, logit)] if sure and 0.01 < mask.mean() < 0.9 else []


def _maps(detector: Detector, cases: Sequence[Case]) -> dict[str, list[Heat]]:
    """Every method at every layer, and the controls, each map of the crop's size."""
    size = detector.card.input.size_px
    maps: dict[str, list[Heat]] = {}
    for layer in (layer for layer in LAYERS if "+" not in layer):
        for case in cases:
            batch = make_batch([case.crop.pixels], detector.card.input)
            with detector.classifier.lock:
                weighed = activations_and_gradients(detector.classifier.network, layer, batch)
            for method in CAM_METHODS:
                heat = weigh(method, *weighed)[0].numpy()
                maps.setdefault(f"{method} {layer}", []).append(_grown(heat, size))
    for method in CAM_METHODS:
        parts = [maps[f"{method} {layer}"] for layer in ("repeat_1", "repeat_2")]
        maps[f"{method} repeat_1+repeat_2"] = [
            sum((heat / max(float(heat.max()), 1e-12) for heat in pair), np.zeros((size, size), np.float32))
            for pair in zip(*parts, strict=True)
        ]
    maps["control: centre"] = [centre_prior(size)] * len(cases)
    maps["control: uniform"] = [np.ones((size, size), np.float32)] * len(cases)
    maps["control: face"] = [
        (region_map(case.crop, size, size) != REGIONS.index("outside")).astype(np.float32) for case in cases
    ]
    maps["control: edges"] = [_edges(case.crop.pixels) for case in cases]
    return maps


def _grown(heat: Heat, size: int) -> Heat:
    return cv2.resize(heat, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _edges(pixels: Pixels) -> Heat:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return cv2.GaussianBlur(
        np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)), (0, 0), 2
    )


def _measure(detector: Detector, cases: Sequence[Case], heats: Sequence[Heat], seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    energy, pointing, iou, top_falls, random_falls, deletion, insertion = ([] for _ in range(7))
    for case, heat in zip(cases, heats, strict=True):
        total = float(heat.sum())
        energy.append(float(heat[case.mask].sum()) / total if total > 0 else float(case.mask.mean()))
        pointing.append(float(case.mask.ravel()[int(heat.argmax())]))
        equal = top_region(heat, len(heat), float(case.mask.mean()))
        iou.append(float((equal & case.mask).sum() / max(1, (equal | case.mask).sum())))
        top = top_region(heat, len(heat))
        painted = [paint_over(case.crop.pixels, region) for region in (top, *elsewhere(top, rng, 3))]
        curve = _curve(case.crop.pixels, heat)
        logits = np.array(score_crops(detector.classifier, [*painted, *curve], detector.card.input, 32))
        top_falls.append(case.logit - logits[0])
        random_falls.append(case.logit - logits[1:4].mean())
        deletion.append(case.logit - logits[4 : 4 + _STEPS].mean())
        insertion.append(logits[4 + _STEPS :].mean() - case.logit)
    return {
        "energy_inside": _mean(energy),
        "pointing_game": _mean(pointing),
        "iou": _mean(iou),
        "top_fall": _mean(top_falls),
        "random_fall": _mean(random_falls),
        "deletion_fall": _mean(deletion),
        "insertion_rise": _mean(insertion),
    }


def _curve(pixels: Pixels, heat: Heat) -> list[Pixels]:
    """The face with more and more of its strongest pixels blurred away, then a blurred face with them put in."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), 8)
    regions = [top_region(heat, len(heat), (step + 1) / (_STEPS + 1))[..., None] for step in range(_STEPS)]
    return [np.where(region, blurred, pixels) for region in regions] + [
        np.where(region, pixels, blurred) for region in regions
    ]


def _permuted(detector: Detector, seed: int) -> Detector:
    """The same network with the weights above the layers permuted within each tensor."""
    classifier = copy.copy(detector.classifier)
    classifier.network = copy.deepcopy(detector.classifier.network)
    generator = torch.Generator().manual_seed(seed)
    above = ("repeat_1", "mixed_6a", "repeat_2", "mixed_7a", "repeat_3", "block8", "last_linear", "logits")
    with torch.no_grad():
        for name, tensor in classifier.network.named_parameters():
            if name.startswith(above) and tensor.ndim > 1:
                order = torch.randperm(tensor.numel(), generator=generator)
                tensor.copy_(tensor.flatten()[order].reshape(tensor.shape))
    return Detector(detector.card, classifier, detector.finder, detector.config)


def _cost(detector: Detector, cases: Sequence[Case]) -> dict[str, float]:
    """Milliseconds a face of judging and of explaining batches of sixteen, in the same arithmetic."""
    batch = make_batch([cases[number % len(cases)].crop.pixels for number in range(16)], detector.card.input)
    layer = detector.card.explain_layer
    judge = _seconds(lambda: detector.classifier.logits(batch)) / 16
    both = (
        _seconds(lambda: weigh("Grad-CAM", *activations_and_gradients(detector.classifier.network, layer, batch)))
        / 16
    )
    return {
        "judge_ms": round(1000 * judge, 2),
        "judge_and_explain_ms": round(1000 * both, 2),
        "added_over_judging": round((both - judge) / judge, 2),
    }


def _seconds(action: Callable[[], object]) -> float:
    action()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if len(values) else float("nan")
