"""Linking faces of successive frames into tracks, one a person, by place and size alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from detector.types import FaceBox

_MIN_IOU = 0.2
_MAX_SHIFT = 0.6
"""Furthest a face may move between looked-at frames, in sides of its box, when the boxes no longer overlap."""
_MAX_SIZE_RATIO = 1.8
_MAX_MISSES = 5
"""Looked-at frames a face may be unseen before its track ends."""


class TrackLinker:
    """Gives every face of a frame the number of its track; frames must come in order of time."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[FaceBox, int]] = {}  # track -> last box, frames since
        self._next_id = 0

    def link(self, boxes: Sequence[FaceBox]) -> list[int]:
        """Track numbers of one frame's faces, in the order given; a face unlike all open tracks starts one.

        >>> linker = TrackLinker()
        >>> linker.link([FaceBox(0, 0, 10, 10), FaceBox(50, 0, 60, 10)])
        [0, 1]
        >>> linker.link([FaceBox(51, 1, 61, 11)])
        [1]
        """
        candidates = sorted(
            (-_likeness(last, box), track_id, index)
            for track_id, (last, _) in self._open.items()
            for index, box in enumerate(boxes)
            if _likeness(last, box) > 0
        )
        given: dict[int, int] = {}
        taken: set[int] = set()
        for _, track_id, index in candidates:
            if index not in given and track_id not in taken:
                given[index] = track_id
                taken.add(track_id)
        for index in range(len(boxes)):
            if index not in given:
                given[index] = self._next_id
                self._next_id += 1
        unseen = {
            track_id: (box, misses + 1)
            for track_id, (box, misses) in self._open.items()
            if track_id not in taken and misses < _MAX_MISSES
        }
        self._open = unseen | {given[index]: (box, 0) for index, box in enumerate(boxes)}
        return [given[index] for index in range(len(boxes))]


def _likeness(one: FaceBox, other: FaceBox) -> float:
    """Above 0 where the two can be the same face: 1 to 2 by overlap, 0 to 1 by nearness."""
    side, other_side = math.sqrt(one.width * one.height), math.sqrt(other.width * other.height)
    if max(side, other_side) > _MAX_SIZE_RATIO * min(side, other_side):
        return 0.0
    iou = one.iou(other)
    if iou >= _MIN_IOU:
        return 1.0 + iou
    apart = math.hypot((one.x1 + one.x2 - other.x1 - other.x2) / 2, (one.y1 + one.y2 - other.y1 - other.y2) / 2)
    return max(0.0, 1.0 - apart / (_MAX_SHIFT * (side + other_side) / 2))
