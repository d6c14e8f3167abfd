"""Heat means the same in every report, and where nothing stands out that is what is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.types import Analysis
from explain import explain
from explain.decisive import KEY_FACES


@pytest.fixture(scope="module")
def analyses(detector: Detector, examples: Path) -> dict[str, Analysis]:
    return {name: detector.analyze(examples / name) for name in ("genuine.jpg", "manipulated.jpg")}


def test_a_genuine_face_looks_darker_than_a_manipulated_one_on_the_same_scale(detector, analyses) -> None:
    genuine, manipulated = (explain(detector, analysis) for analysis in analyses.values())
    assert genuine.heatmap_scale == manipulated.heatmap_scale == detector.card.heatmap.strong
    assert genuine.faces[0].peak < 0.2 * manipulated.faces[0].peak
    plain = genuine.faces[0].crop.pixels.astype(int)
    drawn = genuine.faces[0].overlay[: genuine.faces[0].overlay.shape[1] :, :].astype(int)
    step = drawn.shape[0] // plain.shape[0]
    assert np.abs(drawn[step // 2 :: step, step // 2 :: step][: len(plain)] - plain).mean() < 12


def test_something_stands_out_in_the_manipulated_face_alone(detector, analyses) -> None:
    genuine, manipulated = (explain(detector, analysis).faces[0] for analysis in analyses.values())
    assert manipulated.concentrated and not genuine.concentrated
    assert sum(manipulated.regions.values()) == pytest.approx(1.0)
    assert manipulated.regions["outside"] < 0.5


def test_each_face_tells_what_both_networks_add_to_its_logit(detector, analyses) -> None:
    face = explain(detector, analyses["manipulated.jpg"]).faces[0]
    assert len(face.score.contributions) == 2
    assert sum(face.score.contributions) == pytest.approx(face.score.network_logit)


def test_each_face_names_a_layer_of_every_network(detector, analyses) -> None:
    layers = explain(detector, analyses["manipulated.jpg"]).faces[0].layers
    networks = detector.classifier.network, detector.classifier.second
    assert layers[0] == detector.card.explain_layer
    for name, network in zip(layers, networks, strict=True):
        assert name in dict(network.named_modules())


def test_heatmap_as_weak_as_in_genuine_faces_does_not_stand_out(detector, analyses) -> None:
    face = explain(detector, analyses["manipulated.jpg"]).faces[0]
    heatmap = dataclasses.replace(detector.card.heatmap, weak=1.01 * face.peak)
    card = dataclasses.replace(detector.card, heatmap=heatmap)
    cautious = Detector(card, detector.classifier, detector.finder, detector.config)
    assert not explain(cautious, analyses["manipulated.jpg"]).faces[0].concentrated


def test_an_imported_checkpoint_without_a_measured_scale_is_drawn_on_the_reports_own(detector, analyses) -> None:
    """And says so: full colour is then the strongest place of this one report."""
    card = dataclasses.replace(detector.card, heatmap=None)
    imported = Detector(card, detector.classifier, detector.finder, detector.config)
    own, measured = (explain(judge, analyses["genuine.jpg"]) for judge in (imported, detector))
    assert (own.scale_from, measured.scale_from) == ("report", "checkpoint")
    assert own.heatmap_scale == max(face.peak for face in own.faces) < measured.heatmap_scale


def test_of_a_video_the_moments_that_speak_most_are_explained(detector: Detector, examples: Path) -> None:
    analysis = detector.analyze(examples / "manipulated.mp4")
    explanations = explain(detector, analysis)
    (track,) = analysis.tracks
    assert 1 < len(explanations.faces) == len(track.key_crops) <= KEY_FACES
