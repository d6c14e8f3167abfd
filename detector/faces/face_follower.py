"""Faces from frame to frame: searched for at intervals, followed in between, and each given its person's number.

A search of the whole frame costs as much as judging several faces. Between two searches the known faces are
expected where they were heading and MTCNN's last network moves each box onto its face. A search comes early
when one of them is lost or looks like somebody else, or when two boxes run together.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.faces.crop import crop_window, cut_square
from detector.faces.face_detector import FaceFinder
from detector.faces.tracks import LOOKS_ALIKE, Look, Sighting, TrackLinker, looks_apart
from detector.types import DetectedFace, FaceBox, Frame, Pixels

SEARCH_EVERY_S = 1.0
"""New faces are noticed this late at the most."""
FOLLOW_WITHIN_S = 0.6
"""Between moments further apart than this a face moves too far to be followed."""
_CUT_LEVELS = 25.0
"""Mean change of a coarse copy, in levels of 255, from where it counts as a cut."""
_COARSE = 24
_SAME_IOU = 0.5
_LOOK_PX = 32
_LOOK_CELLS = 8
_LOOK_MARGIN_FRAC = 0.125


def look_of(face: Pixels) -> Look:
    """The looks of a face crop, uint8 (n, n, 3) RGB: float32 (8, 8, 3) Lab."""
    lab = cv2.cvtColor(cv2.resize(face, (32, 32), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)
    return cv2.resize(lab, (_LOOK_CELLS, _LOOK_CELLS), interpolation=cv2.INTER_AREA).astype(np.float32)


class FaceFollower:
    """Finds the people of successive frames of one clip, in order of time."""

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._linker = TrackLinker()
        self._searched_s = -np.inf
        self._time_s = 0.0
        self._coarse: NDArray[np.float32] | None = None
        self._known: dict[int, tuple[Sighting, NDArray[np.float64]]] = {}
        self.searches = 0

    def find(self, frame: Frame) -> list[tuple[int, DetectedFace]]:
        """The faces of a frame, the largest first, each with the number of its track."""
        coarse = _coarse(frame.pixels)
        passed_s = frame.time_s - self._time_s
        due = frame.time_s - self._searched_s >= SEARCH_EVERY_S or passed_s > FOLLOW_WITHIN_S
        followed = None if due else self._follow(frame, passed_s)
        # A pan changes as many pixels as a cut: only where the faces could not be followed is it taken for one.
        cut = followed is None and self._coarse is not None and _changed(self._coarse, coarse)
        if followed is None:
            faces = self._finder.find_in_video(frame.pixels).faces
            followed = [(face, _sighting(frame.pixels, face)) for face in faces]
            self._searched_s = frame.time_s
            self.searches += 1
        faces, sightings = [face for face, _ in followed], [sighting for _, sighting in followed]
        numbers = self._linker.link(sightings, frame.time_s, cut=cut)
        found = dict(zip(numbers, faces, strict=True))
        self._known = {
            track_id: (sighting, self._speed(track_id, sighting.box, passed_s, cut))
            for track_id, sighting in zip(numbers, sightings, strict=True)
        }
        self._coarse, self._time_s = coarse, frame.time_s
        return sorted(found.items(), key=lambda entry: -entry[1].box.width * entry[1].box.height)

    def _follow(self, frame: Frame, passed_s: float) -> list[tuple[DetectedFace, Sighting]] | None:
        """The known faces where they are now, in the order they were known; None where a search is needed."""
        height, width = frame.pixels.shape[:2]
        expected = []
        for known, speed in self._known.values():
            x1, y1, x2, y2 = (round(value) for value in np.add(known.box.as_list(), speed * passed_s))
            if x1 >= width or y1 >= height or x2 <= 0 or y2 <= 0 or x2 <= x1 or y2 <= y1:
                return None
            expected.append(FaceBox(x1, y1, x2, y2))
        followed = []
        for (known, _), face in zip(
            self._known.values(), self._finder.refine(frame.pixels, expected), strict=True
        ):
            if face is None:
                return None
            sighting = _sighting(frame.pixels, face)
            if looks_apart(known.look, sighting.look) > LOOKS_ALIKE:
                return None
            followed.append((face, sighting))
        if any(one.box.iou(other.box) > _SAME_IOU for (one, _), (other, _) in combinations(followed, 2)):
            return None
        return followed

    def _speed(self, track_id: int, box: FaceBox, passed_s: float, cut: bool) -> NDArray[np.float64]:
        """Pixels a second of each side of the box."""
        if cut or track_id not in self._known or not 0 < passed_s <= FOLLOW_WITHIN_S:
            return np.zeros(4)
        before, _ = self._known[track_id]
        return np.subtract(box.as_list(), before.box.as_list()) / passed_s


def _sighting(pixels: Pixels, face: DetectedFace) -> Sighting:
    height, width = pixels.shape[:2]
    window = crop_window(face.box, _LOOK_MARGIN_FRAC, (height, width))
    return Sighting(face.box, look_of(cut_square(pixels, window, _LOOK_PX)))


def _coarse(pixels: Pixels) -> NDArray[np.float32]:
    """A few hundred pixels picked out of the frame."""
    height, width = pixels.shape[:2]
    return pixels[:: max(1, height // _COARSE), :: max(1, width // _COARSE)].astype(np.float32)


def _changed(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """A cut, or a camera that was turned."""
    return before.shape != after.shape or float(np.abs(after - before).mean()) > _CUT_LEVELS
