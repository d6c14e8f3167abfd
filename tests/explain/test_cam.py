"""The map is the library's own, on its raw scale, and stays right with several threads."""

from __future__ import annotations

import dataclasses
import threading
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM
from pytorch_grad_cam.utils.model_targets import BinaryClassifierOutputTarget
from scipy.special import expit
from scipy.stats import spearmanr

from benchmarks.explanations import METHODS
from detector import Detector
from detector.config import CHECKPOINTS
from detector.errors import ExplainError
from detector.model.checkpoint import load_map_head, load_second, load_weights
from detector.model.classifier import FaceClassifier, build_network
from detector.model.efficientnet_lite import EfficientNetLite2
from detector.model.score import make_batch
from detector.types import Analysis, FaceCrop
from explain import explain
from explain.cam import MIN_CELLS, activations_and_gradients, fake_heatmaps, grad_cam


@pytest.fixture(scope="module")
def analysis(detector: Detector, examples: Path) -> Analysis:
    return detector.analyze(examples / "manipulated.mp4", max_frames=6)


def crops_of(analysis: Analysis) -> list[FaceCrop]:
    return list(analysis.tracks[0].key_crops)


def with_weights(
    detector: Detector, weights: dict[str, torch.Tensor], second: dict[str, torch.Tensor] | None
) -> Detector:
    head, factors = detector.classifier.map_head, detector.classifier.factors
    classifier = FaceClassifier(
        weights, torch.device("cpu"), "fp32", map_head=head, second=second, factors=factors
    )
    return Detector(detector.card, classifier, detector.finder, detector.config)


@pytest.mark.parametrize(
    ("method", "library"),
    [("Grad-CAM", GradCAM), ("HiResCAM", HiResCAM), ("LayerCAM", LayerCAM), ("Grad-CAM++", GradCAMPlusPlus)],
)
@pytest.mark.parametrize("layer", ["repeat_1", "repeat_2"])
def test_a_batch_of_maps_is_the_librarys_before_its_scaling(detector, analysis, method, library, layer) -> None:
    crops = crops_of(analysis)
    batch = make_batch([crop.pixels for crop in crops], detector.card.input)
    ours = METHODS[method](*activations_and_gradients(detector.classifier, layer, batch)[:2]).relu().numpy()
    network = build_network()
    network.load_state_dict(load_weights(detector.card, CHECKPOINTS))
    module = dict(network.eval().named_modules())[layer]
    for crop, heatmap in zip(crops, ours, strict=True):
        batch = make_batch([crop.pixels], detector.card.input)
        with library(network, [module]) as cam:
            cam.activations_and_grads(batch).sum().backward()
            hooked = cam.activations_and_grads
            kept = hooked.activations[0].numpy(), hooked.gradients[0].numpy()
            theirs = cam.get_cam_image(batch, module, [BinaryClassifierOutputTarget(1)], *kept, eigen_smooth=False)
        # One crop at a time rounds differently from a batch.
        np.testing.assert_allclose(heatmap, np.maximum(theirs[0], 0), rtol=1e-3, atol=1e-3 * ours.max())


def test_what_is_shown_is_the_map_of_the_verdict_where_the_trained_layers_of_both_networks_see_a_change(
    detector: Detector, analysis: Analysis
) -> None:
    """With the grad-cam library, scipy and OpenCV: an oracle that shares no code with what it checks."""
    crop, card = crops_of(analysis)[0], detector.card
    batch = make_batch([crop.pixels], card.input)
    first, second = build_network(), EfficientNetLite2()
    first.load_state_dict(load_weights(card, CHECKPOINTS))
    second.load_state_dict(weights := load_second(card, CHECKPOINTS))
    heads = load_map_head(card, CHECKPOINTS), {key.removeprefix("map_"): value for key, value in weights.items()}
    layers = (card.map_head.fine, card.map_head.coarse), ("blocks.6", "blocks.14")

    def grown(heatmap: np.ndarray, size: int) -> np.ndarray:
        return cv2.resize(heatmap.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)

    heat, where, size = 0.0, 1.0, 17
    for network, head, names, factor in zip((first, second), heads, layers, card.second.factors, strict=True):
        modules = dict(network.eval().named_modules())
        with GradCAM(network, [modules[name] for name in names]) as cam:
            cam.activations_and_grads(batch).sum().backward()
            fine, coarse = (kept[0].numpy() for kept in cam.activations_and_grads.activations)
            weights = cam.activations_and_grads.gradients[1][0].numpy().mean((1, 2))
        heat += factor * grown(np.maximum(np.tensordot(weights, coarse, 1), 0), size)
        near, far = (
            expit(np.tensordot(head[f"{name}.weight"][0, :, 0, 0].numpy(), seen, 1) + head[f"{name}.bias"].numpy())
            for name, seen in (("fine", fine), ("coarse", coarse))
        )
        where *= grown(near * grown(far, len(near)), size)
    (heatmap,) = fake_heatmaps(detector, [crop])
    np.testing.assert_allclose(heatmap, heat * where, rtol=1e-2, atol=1e-3 * (heat * where).max())


def test_without_a_map_head_the_map_of_the_verdict_stands_alone(detector: Detector, analysis: Analysis) -> None:
    card = dataclasses.replace(detector.card, map_head=None, heatmap=None, explain_layer="repeat_1")
    headless = Detector(card, detector.classifier, detector.finder, detector.config)
    headless = with_weights(headless, load_weights(detector.card, CHECKPOINTS), None)
    crop = crops_of(analysis)[0]
    batch = make_batch([crop.pixels], card.input)
    factor = detector.classifier.factors[0]
    expected = factor * grad_cam(*activations_and_gradients(detector.classifier, "repeat_1", batch)[:2])[0].numpy()
    np.testing.assert_allclose(fake_heatmaps(headless, [crop])[0], expected, rtol=1e-4, atol=1e-6)
    explanations = explain(headless, analysis)
    assert explanations.heatmap_scale == max(face.peak for face in explanations.faces)


def test_more_faces_than_a_batch_come_back_in_order(detector: Detector, analysis: Analysis) -> None:
    crops = crops_of(analysis) * 9
    alone = [fake_heatmaps(detector, [crop])[0] for crop in crops[:4]]
    for number, heatmap in enumerate(fake_heatmaps(detector, crops)):
        right = alone[number % 4]
        np.testing.assert_allclose(heatmap, right, rtol=1e-3, atol=1e-4 * right.max())


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read where Linux tells it")
def test_hundreds_of_maps_leave_no_memory_behind(detector: Detector, analysis: Analysis) -> None:
    def resident_mb() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

    crops = crops_of(analysis) * 16
    fake_heatmaps(detector, crops)
    before = resident_mb()
    for _ in range(6):
        fake_heatmaps(detector, crops)
    assert resident_mb() - before < 60


def test_maps_are_raw_nonnegative_and_fine_enough(detector: Detector, analysis: Analysis) -> None:
    for heatmap in fake_heatmaps(detector, crops_of(analysis)):
        assert heatmap.dtype == np.float32 and heatmap.min() >= 0
        assert min(heatmap.shape) >= MIN_CELLS


def test_scaling_the_last_layer_scales_the_map(detector: Detector, analysis: Analysis) -> None:
    """A map scaled by itself would not notice: the raw scale is what makes two faces comparable."""
    crop = crops_of(analysis)[0]
    (heatmap,) = fake_heatmaps(detector, [crop])
    weights, second = load_weights(detector.card, CHECKPOINTS), load_second(detector.card, CHECKPOINTS)
    weights["logits.weight"], second["logit.weight"] = weights["logits.weight"] * 2, second["logit.weight"] * 2
    doubled = with_weights(detector, weights, second)
    np.testing.assert_allclose(fake_heatmaps(doubled, [crop])[0], 2 * heatmap, rtol=1e-3, atol=1e-7)


def test_no_hook_and_no_gradient_is_left_behind(detector: Detector, analysis: Analysis) -> None:
    network = detector.classifier.network
    before = detector.classifier.logits(make_batch([crops_of(analysis)[0].pixels], detector.card.input))
    explain(detector, analysis)
    assert all(not module._forward_hooks and not module._backward_hooks for module in network.modules())
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in network.parameters())
    after = detector.classifier.logits(make_batch([crops_of(analysis)[0].pixels], detector.card.input))
    assert torch.equal(before, after)


def test_threads_that_explain_at_once_get_their_own_maps(detector: Detector, analysis: Analysis) -> None:
    crop = crops_of(analysis)[0]
    turned = [dataclasses.replace(crop, pixels=np.rot90(crop.pixels, quarter).copy()) for quarter in range(4)]
    expected = fake_heatmaps(detector, turned)
    start = threading.Barrier(4)
    found: dict[int, list[np.ndarray]] = {}

    def explain_one(number: int) -> None:
        start.wait()
        found[number] = [fake_heatmaps(detector, [turned[number]])[0] for _ in range(6)]

    threads = [threading.Thread(target=explain_one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, right in enumerate(expected):
        for heatmap in found[number]:
            np.testing.assert_allclose(heatmap, right, rtol=1e-2, atol=1e-3 * right.max())


@pytest.mark.parametrize(
    ("layer", "message"),
    [("block8", "cells"), ("nowhere", "no such module")],
    ids=["three cells each way", "unknown layer"],
)
def test_a_layer_that_cannot_explain_is_refused(detector: Detector, analysis: Analysis, layer, message) -> None:
    blunt = Detector(
        dataclasses.replace(detector.card, explain_layer=layer, map_head=None),
        detector.classifier,
        detector.finder,
        detector.config,
    )
    with pytest.raises(ExplainError, match=message), warnings.catch_warnings():
        explain(blunt, analysis)


def test_the_strongest_faces_are_explained_and_drawn_on_one_scale(detector: Detector, analysis: Analysis) -> None:
    explanations = explain(detector, analysis, top_k=3)
    assert len(explanations.faces) == 3
    strongest = sorted((score.logit for score in analysis.tracks[0].scores), reverse=True)[:3]
    assert [face.score.logit for face in explanations.faces] == strongest
    assert explanations.heatmap_scale == detector.card.heatmap.strong
    shown = {face.score.frame_index for face in explanations.faces} & set(analysis.key_frames)
    assert {overlay.frame_index for overlay in explanations.frames} == shown


def test_every_person_gets_an_explanation_whatever_top_k_is(detector, examples, tmp_path) -> None:
    from PIL import Image

    from detector.media.images import read_image

    one = read_image(examples / "genuine.jpg")
    Image.fromarray(np.hstack([one, one, one])).save(tmp_path / "three.png")
    explanations = explain(detector, detector.analyze(tmp_path / "three.png"), top_k=1)
    assert sorted(face.track_id for face in explanations.faces) == [0, 1, 2]
    (overlay,) = explanations.frames
    assert sorted(overlay.track_ids) == [0, 1, 2]


def test_without_a_face_there_is_nothing_to_explain(detector: Detector, examples: Path) -> None:
    explanations = explain(detector, detector.analyze(examples / "no-face.jpg"))
    assert explanations.faces == () and explanations.frames == ()


def test_other_weights_give_another_map(detector: Detector, examples: Path) -> None:
    """The sanity check of Adebayo et al. (NeurIPS 2018): a map that ignores the weights explains nothing."""
    names = ("manipulated.jpg", "manipulated.mp4", "genuine.jpg", "genuine.mp4")
    crops = [crops_of(detector.analyze(examples / name))[0] for name in names]
    heatmaps, agreement = fake_heatmaps(detector, crops), []
    for seed in range(4):
        generator = torch.Generator().manual_seed(seed)
        both = load_weights(detector.card, CHECKPOINTS), load_second(detector.card, CHECKPOINTS)
        for weights in both:
            for key, tensor in weights.items():
                if key.endswith("conv.weight"):
                    order = torch.randperm(tensor.numel(), generator=generator)
                    weights[key] = tensor.flatten()[order].reshape(tensor.shape)
        others = fake_heatmaps(with_weights(detector, *both), crops)
        agreement += [
            spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(heatmaps, others, strict=True) if b.std()
        ]
    assert len(agreement) >= 8 and np.mean(agreement) < 0.2, agreement
