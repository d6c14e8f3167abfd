"""The trained networks are the ones they claim to be."""

from __future__ import annotations

import torch

from training.fitting.networks import PIXEL_MEAN, PIXEL_STD, Bridge, Student, Teacher, TensorflowPadding


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
        seen, pooled = teacher(x), teacher.features(x).mean((2, 3))
    torch.testing.assert_close(seen.pooled, pooled)
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


def test_tensorflow_padding_is_one_pixel_right_and_below() -> None:
    convolution = torch.nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False)
    torch.nn.init.ones_(convolution.weight)
    x = torch.zeros(1, 1, 6, 6)
    x[..., -1, -1] = 1
    assert TensorflowPadding(convolution)(x)[0, 0].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    strides = [m for m in Teacher().modules() if isinstance(m, torch.nn.Conv2d) and m.stride == (2, 2)]
    assert len(strides) == 5 and all(m.padding == (0, 0) for m in strides)
