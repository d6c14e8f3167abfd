"""Link faces of successive frames into tracks, one per person, by place, size and appearance.

Appearance is an 8x8 Lab thumbnail of hair, skin and background: of the same person in one video, 1 in 20 pairs of
frames differ by more than 13.5 levels; of different people, 1 in 20 by less than 15. It does not recognise people
across files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.types import FaceBox

Appearance = NDArray[np.float32]

_MIN_IOU = 0.2
_MAX_SHIFT = 0.6
"""Furthest a face may move between examined frames without overlap, in sides of its box."""
_MAX_SIZE_RATIO = 1.8
_NEAR_S = 1.5
"""After this time out of view, place no longer counts."""
SAME_APPEARANCE = 13.0
"""Mean difference in appearance, in levels of 255, up to which two faces may be one person anywhere."""
_OTHER_APPEARANCE = 30.0
"""Mean difference from which they are two people even in the same place."""
_REMEMBERED = 64
"""Most tracks that may continue."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A face in one frame."""

    box: FaceBox
    appearance: Appearance
    """float32 (8, 8, 3), Lab, from `detector.faces.face_follower.appearance_of`."""


@dataclass(slots=True, eq=False)
class _OpenTrack:
    sighting: Sighting
    time_s: float
    in_view: bool
    """Whether there was no cut since."""


class TrackLinker:
    """Assigns faces to tracks; frames must come in order of time."""

    def __init__(self) -> None:
        self._open: dict[int, _OpenTrack] = {}
        self._next_id = 0

    def link(self, sightings: Sequence[Sighting], time_s: float, *, cut: bool = False) -> list[int]:
        """Return the track ids of one frame's faces, in order; an unmatched face starts a track.

        Args:
            cut: the scene changed since the last frame, so place does not count.
        """
        if cut:
            for known in self._open.values():
                known.in_view = False
        pairs = sorted(
            (
                (-likeness, track_id, index)
                for track_id, known in self._open.items()
                for index, sighting in enumerate(sightings)
                if (likeness := _likeness(known, sighting, time_s)) > 0
            )
        )
        given: dict[int, int] = {}
        taken: set[int] = set()
        for _, track_id, index in pairs:
            if index not in given and track_id not in taken:
                given[index] = track_id
                taken.add(track_id)
        for index in range(len(sightings)):
            if index not in given:
                given[index] = self._next_id
                self._next_id += 1
        for index, sighting in enumerate(sightings):
            self._open.pop(given[index], None)  # latest last
            self._open[given[index]] = _OpenTrack(sighting, time_s, True)
        while len(self._open) > _REMEMBERED:
            del self._open[next(iter(self._open))]
        return [given[index] for index in range(len(sightings))]


def appearance_distance(one: Appearance, other: Appearance) -> float:
    """Return the mean difference in appearance, in levels of 255."""
    return float(np.abs(one - other).mean())


def _likeness(known: _OpenTrack, seen: Sighting, time_s: float) -> float:
    """Return a score above 0 if the two can be the same person; higher for same place and appearance."""
    apart = appearance_distance(known.sighting.appearance, seen.appearance)
    if apart > _OTHER_APPEARANCE:
        return 0.0
    alike = max(0.0, 1.0 - apart / SAME_APPEARANCE)
    near = known.in_view and time_s - known.time_s <= _NEAR_S
    place = _same_place(known.sighting.box, seen.box) if near else 0.0
    return place + alike if place > 0 else 0.5 * alike


def _same_place(one: FaceBox, other: FaceBox) -> float:
    """Return a score above 0 if the face can have moved there: 1 to 2 by overlap, 0 to 1 by distance."""
    side, other_side = math.sqrt(one.width * one.height), math.sqrt(other.width * other.height)
    if max(side, other_side) > _MAX_SIZE_RATIO * min(side, other_side):
        return 0.0
    iou = one.iou(other)
    if iou >= _MIN_IOU:
        return 1.0 + iou
    apart = math.hypot((one.x1 + one.x2 - other.x1 - other.x2) / 2, (one.y1 + one.y2 - other.y1 - other.y2) / 2)
    return max(0.0, 1.0 - apart / (_MAX_SHIFT * (side + other_side) / 2))
