"""The trained networks are the ones they claim to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from detector.errors import CheckpointMismatchError
from training.fitting.networks import PIXEL_MEAN, PIXEL_STD, Bridge, Student, Teacher


def test_the_students_input_is_what_its_card_says() -> None:
    assert PIXEL_MEAN == PIXEL_STD == 127.5


def test_the_students_logit_is_that_of_the_network_that_ships() -> None:
    student = Student().eval()
    x = torch.randn(2, 3, 160, 160)
    with torch.no_grad():
        seen, logits = student(x), student.network(x).squeeze(1)
    assert torch.equal(seen.logits, logits)
    assert seen.pooled.shape == (2, Student.pooled_count)
    assert seen.fine.shape == (2, Student.fine_count, 17, 17) and seen.fine_map.shape == (2, 1, 17, 17)
    assert seen.coarse.shape == (2, Student.coarse_count, 8, 8) and seen.coarse_map.shape == (2, 1, 8, 8)


def test_the_teacher_shows_the_maps_of_its_own_pass() -> None:
    teacher = Teacher().eval()
    x = torch.randn(2, 3, 160, 160)
    with torch.no_grad():
        seen, logits = teacher(x), teacher.network(x).squeeze(1)
    torch.testing.assert_close(seen.logits, logits)
    assert seen.pooled.shape == (2, Teacher.pooled_count)
    assert seen.fine.shape[1:] == (Teacher.fine_count, 20, 20)
    assert seen.coarse.shape[1:] == (Teacher.coarse_count, 10, 10)


def test_features_are_no_way_apart_when_the_bridge_gives_the_teachers() -> None:
    """The distance is 0 for what points the same way, whatever its length, and at most 2."""
    student, teacher = (network.eval()(torch.randn(2, 3, 160, 160)) for network in (Student(), Teacher()))
    bridge = Bridge()
    with torch.no_grad():
        pooled, places = bridge.apart(student, teacher)
        assert 0 < pooled < 2 and 0 < places < 2
        told = teacher._replace(
            pooled=3 * bridge.pooled(student.pooled),
            fine=bridge.fine(student.fine),
            coarse=0.5 * bridge.coarse(student.coarse),
        )
        pooled, places = bridge.apart(student, told)
    assert pooled.abs() < 1e-5 and places.abs() < 1e-5


def test_a_teacher_starts_from_the_weights_of_the_package(imagenet: Path, tmp_path: Path) -> None:
    """All but the classifying layer."""
    theirs, started = torch.load(imagenet, weights_only=True), Teacher(imagenet).network.state_dict()
    for own, name in [
        ("stem.conv.weight", "_conv_stem.weight"),
        ("stem.bn.running_var", "_bn0.running_var"),
        ("blocks.0.depthwise.bn.bias", "_blocks.0._bn1.bias"),
        ("blocks.4.expand.bn.weight", "_blocks.4._bn0.weight"),
        ("blocks.20.project.conv.weight", "_blocks.20._project_conv.weight"),
        ("head.bn.running_mean", "_bn1.running_mean"),
    ]:
        assert torch.equal(started[own], theirs[name]), own
    assert len({float(tensor.flatten()[0]) for tensor in started.values()}) >= len(theirs) - 2, "each once"

    del theirs["_bn1.weight"]
    torch.save(theirs, tmp_path / "broken.pth")
    with pytest.raises(CheckpointMismatchError, match=r"head\.bn\.weight"):
        Teacher(tmp_path / "broken.pth")
