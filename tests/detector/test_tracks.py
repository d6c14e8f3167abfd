"""A person keeps one number through time; two people never share one."""

from __future__ import annotations

from detector.tracks import TrackLinker
from detector.types import FaceBox


def box(x: float, y: float, side: int = 40) -> FaceBox:
    return FaceBox(round(x), round(y), round(x) + side, round(y) + side)


def test_two_people_walking_in_parallel_keep_their_numbers() -> None:
    linker = TrackLinker()
    ids = [linker.link([box(5 * t, 0), box(5 * t, 200)]) for t in range(30)]
    assert ids == [[0, 1]] * 30


def test_the_order_of_detection_does_not_matter() -> None:
    linker = TrackLinker()
    linker.link([box(0, 0), box(200, 0)])
    assert linker.link([box(203, 0), box(3, 0)]) == [1, 0]


def test_a_face_that_comes_back_soon_keeps_its_number_and_one_that_stays_away_gets_a_new_one() -> None:
    linker = TrackLinker()
    linker.link([box(0, 0)])
    for _ in range(3):
        linker.link([])
    assert linker.link([box(2, 0)]) == [0]
    for _ in range(7):
        linker.link([])
    assert linker.link([box(2, 0)]) == [1]


def test_a_face_of_another_size_in_the_same_place_is_another_person() -> None:
    linker = TrackLinker()
    linker.link([box(0, 0, 40)])
    assert linker.link([box(0, 0, 120)]) == [1]


def test_one_track_takes_one_face_a_frame() -> None:
    linker = TrackLinker()
    linker.link([box(0, 0)])
    assert sorted(linker.link([box(1, 0), box(3, 0)])) == [0, 1]
