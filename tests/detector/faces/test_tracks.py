"""A person keeps one number through time, cuts and absences; two people never share one."""

from __future__ import annotations

import numpy as np

from detector.faces.face_follower import appearance_of
from detector.faces.tracks import Sighting, TrackLinker
from detector.media.images import read_image
from detector.types import FaceBox

NOBODY: list[Sighting] = []


def seen(x: float, y: float, side: int = 40, tone: float = 100.0) -> Sighting:
    """A face at a place; people differ by the tone of their looks."""
    box = FaceBox(round(x), round(y), round(x) + side, round(y) + side)
    return Sighting(box, np.full((8, 8, 3), tone, np.float32))


def test_two_people_walking_in_parallel_keep_their_numbers() -> None:
    linker = TrackLinker()
    ids = [linker.link([seen(5 * t, 0), seen(5 * t, 200)], t / 10) for t in range(30)]
    assert ids == [[0, 1]] * 30


def test_the_order_of_detection_does_not_matter() -> None:
    linker = TrackLinker()
    linker.link([seen(0, 0), seen(200, 0)], 0.0)
    assert linker.link([seen(203, 0), seen(3, 0)], 0.1) == [1, 0]


def test_people_who_cross_keep_their_numbers_by_their_looks() -> None:
    linker = TrackLinker()
    for step in range(21):  # they meet in the middle, at the same place
        left_to_right, right_to_left = seen(10 * step, 0, tone=80), seen(200 - 10 * step, 0, tone=105)
        assert linker.link([left_to_right, right_to_left], step / 10) == [0, 1]


def test_who_comes_back_elsewhere_after_a_minute_keeps_the_number_and_a_stranger_gets_a_new_one() -> None:
    linker = TrackLinker()
    assert linker.link([seen(0, 0, tone=80)], 0.0) == [0]
    linker.link(NOBODY, 1.0)
    assert linker.link([seen(300, 0, tone=140)], 30.0) == [1]
    assert linker.link([seen(500, 90, tone=82)], 60.0) == [0]


def test_a_cut_puts_another_person_in_the_same_place_and_the_same_person_in_another() -> None:
    for cut, expected in ((True, [1]), (False, [0])):
        linker = TrackLinker()
        linker.link([seen(0, 0, tone=80)], 0.0)
        assert linker.link([seen(0, 0, tone=100)], 0.1, cut=cut) == expected
    linker = TrackLinker()
    linker.link([seen(0, 0, tone=80)], 0.0)
    assert linker.link([seen(300, 0, tone=82)], 0.1, cut=True) == [0]


def test_light_may_change_while_the_face_stays_in_place() -> None:
    linker = TrackLinker()
    ids = [linker.link([seen(0, 0, tone=60 + 20 * step)], step / 10) for step in range(6)]
    assert ids == [[0]] * 6


def test_a_face_of_another_size_and_other_looks_in_the_same_place_is_another_person() -> None:
    linker = TrackLinker()
    linker.link([seen(0, 0, 40)], 0.0)
    assert linker.link([seen(0, 0, 120, tone=120)], 0.1) == [1]


def test_one_track_takes_one_face_a_frame() -> None:
    linker = TrackLinker()
    linker.link([seen(0, 0)], 0.0)
    assert sorted(linker.link([seen(1, 0), seen(3, 0)], 0.1)) == [0, 1]


def test_a_crowd_does_not_grow_without_end() -> None:
    linker = TrackLinker()
    for step in range(500):
        linker.link([seen(0, 0, tone=float(step * 40))], float(step))
    assert len(linker._open) <= 64


def test_looks_of_one_face_at_two_sizes_are_alike_and_of_two_faces_are_not(examples) -> None:
    face = read_image(examples / "genuine.jpg")[62:172, 170:280]
    other = face[:, :, ::-1] // 2
    assert np.abs(appearance_of(face) - appearance_of(face[::2, ::2])).mean() < 6
    assert np.abs(appearance_of(face) - appearance_of(np.ascontiguousarray(other))).mean() > 30
