"""Track the faces of successive frames: search at intervals, follow in between.

A search of a whole frame costs as much as scoring several faces. Between searches, each face is predicted from its
motion and O-Net corrects the box. A search comes early if a face is lost, changes its appearance, or two boxes
merge.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.faces.crop import crop_window, cut_square
from detector.faces.face_detector import FaceFinder
from detector.faces.tracks import SAME_APPEARANCE, Appearance, Sighting, TrackLinker, appearance_distance
from detector.faces.turns import turn_face_back, turn_pixels
from detector.types import DetectedFace, FaceBox, Frame, Pixels, QuarterTurns

SEARCH_EVERY_S = 1.0
"""Longest time between searches: new faces are found this late."""
_BEGIN_S, _SEARCH_BEGIN_EVERY_S = 2.0, 0.25
"""In this time after the first frame, a video without a known face is searched this often."""
FOLLOW_WITHIN_S = 0.6
"""Longest gap between frames across which faces are followed."""
MOST_FACES = 50
"""Most faces of one frame to score, the largest first."""
_THOROUGH_EVERY = 4
"""One in this many searches includes small faces."""
_CUT_LEVELS = 25.0
"""Mean change of a coarse copy, in levels of 255, from which it counts as a cut."""
_COARSE = 24
_SAME_IOU, _MISSED_IOU = 0.5, 0.2
"""Overlap from which two followed faces have merged, and below which a followed face was missed by a search."""
_APPEARANCE_PX = 32
_APPEARANCE_CELLS = 8
_APPEARANCE_MARGIN_FRAC = 0.125


def appearance_of(face: Pixels) -> Appearance:
    """Return the appearance of a face crop, uint8 (n, n, 3) RGB, as float32 (8, 8, 3) Lab."""
    lab = cv2.cvtColor(face, cv2.COLOR_RGB2LAB)
    return cv2.resize(lab, (_APPEARANCE_CELLS, _APPEARANCE_CELLS), interpolation=cv2.INTER_AREA).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One face of one frame."""

    face: DetectedFace
    sighting: Sighting


class FaceFollower:
    """Tracks the faces of one video, frame by frame in order of time."""

    def __init__(self, finder: FaceFinder, turns: QuarterTurns = 0) -> None:
        """
        Args:
            turns: that make the frames upright.
        """
        self._finder = finder
        self._turns = turns
        self._linker = TrackLinker()
        self._searched_s = -np.inf
        self._time_s = 0.0
        self._begun_s: float | None = None
        self._coarse: NDArray[np.float32] | None = None
        self._known: dict[int, tuple[Sighting, NDArray[np.float64]]] = {}
        self._jumped = False
        self.searches = 0
        self.left_out: int | None = None
        """Most faces of one frame that were left out; 0 if unknown, None if none were."""

    def jump(self) -> None:
        """Allow the next frame to be anywhere in the video: faces are then matched by appearance only."""
        self._searched_s, self._coarse, self._known = -np.inf, None, {}
        self._jumped = True

    def find(self, frame: Frame) -> list[tuple[int, DetectedFace]]:
        """Return the faces of a frame with their track ids, the largest first; boxes in pixels of the frame."""
        pixels = turn_pixels(frame.pixels, self._turns)
        coarse = _coarse(pixels)
        passed_s = frame.time_s - self._time_s
        near = passed_s <= FOLLOW_WITHIN_S and not self._jumped
        followed = self._follow(pixels, passed_s) if near else []
        seen = [one for one in followed if one is not None]
        lost = self._jumped or not near or len(seen) < len(followed) or _run_together(seen)
        # A pan changes as many pixels as a cut: it is one only if the faces could not be followed.
        unfollowed = lost or not self._known
        cut = unfollowed and self._coarse is not None and _changed(self._coarse, coarse)
        if lost or cut or frame.time_s - self._searched_s >= self._interval_s(frame.time_s):
            seen = self._search(pixels, [] if cut else seen)
            self._searched_s = frame.time_s
        numbers = self._linker.link([one.sighting for one in seen], frame.time_s, cut=cut or self._jumped)
        self._jumped = False
        self._known = {
            track_id: (one.sighting, self._speed(track_id, one.face.box, passed_s, cut))
            for track_id, one in zip(numbers, seen, strict=True)
        }
        self._coarse, self._time_s = coarse, frame.time_s
        height, width = frame.pixels.shape[:2]
        found = [
            (track_id, turn_face_back(one.face, self._turns, height, width) if self._turns else one.face)
            for track_id, one in zip(numbers, seen, strict=True)
        ]
        return sorted(found, key=lambda entry: -entry[1].box.width * entry[1].box.height)

    def _interval_s(self, time_s: float) -> float:
        """Return the longest time between searches."""
        self._begun_s = time_s if self._begun_s is None else self._begun_s
        begins = not self._known and time_s - self._begun_s < _BEGIN_S
        return _SEARCH_BEGIN_EVERY_S if begins else SEARCH_EVERY_S

    def _search(self, pixels: Pixels, followed: list[_Seen]) -> list[_Seen]:
        """Return the faces of a search, and the followed ones that it missed."""
        found = self._finder.find_in_video(pixels, thorough=self.searches % _THOROUGH_EVERY == 0)
        self.searches += 1
        if len(found.faces) > MOST_FACES or not found.complete:
            self.left_out = max(self.left_out or 0, len(found.faces) - MOST_FACES, 0)
        faces = found.faces[:MOST_FACES]
        seen = [_Seen(face, _sighting(pixels, face)) for face in faces]
        missed = [
            one for one in followed if all(one.face.box.iou(face.box) <= _MISSED_IOU for face in found.faces)
        ]
        return seen + missed[: MOST_FACES - len(seen)]

    def _follow(self, pixels: Pixels, passed_s: float) -> list[_Seen | None]:
        """Return each followed face at its new place, None for a lost one."""
        height, width = pixels.shape[:2]
        expected: list[FaceBox | None] = []
        for known, speed in self._known.values():
            x1, y1, x2, y2 = (round(value) for value in np.add(known.box.as_list(), speed * passed_s))
            inside = x1 < width and y1 < height and x2 > max(x1, 0) and y2 > max(y1, 0)
            expected.append(FaceBox(x1, y1, x2, y2) if inside else None)
        refined = iter(self._finder.refine(pixels, [box for box in expected if box is not None]))
        followed: list[_Seen | None] = []
        for (known, _), box in zip(self._known.values(), expected, strict=True):
            face = next(refined) if box is not None else None
            sighting = _sighting(pixels, face) if face is not None else None
            if (
                face is None
                or sighting is None
                or appearance_distance(known.appearance, sighting.appearance) > SAME_APPEARANCE
            ):
                followed.append(None)
            else:
                followed.append(_Seen(face, sighting))
        return followed

    def _speed(self, track_id: int, box: FaceBox, passed_s: float, cut: bool) -> NDArray[np.float64]:
        """Velocity of each side of the box, pixels per second."""
        if cut or track_id not in self._known or not 0 < passed_s <= FOLLOW_WITHIN_S:
            return np.zeros(4)
        before, _ = self._known[track_id]
        return np.subtract(box.as_list(), before.box.as_list()) / passed_s


def _run_together(seen: list[_Seen]) -> bool:
    return any(one.face.box.iou(other.face.box) > _SAME_IOU for one, other in combinations(seen, 2))


def _sighting(pixels: Pixels, face: DetectedFace) -> Sighting:
    height, width = pixels.shape[:2]
    window = crop_window(face.box, _APPEARANCE_MARGIN_FRAC, (height, width))
    return Sighting(face.box, appearance_of(cut_square(pixels, window, _APPEARANCE_PX)))


def _coarse(pixels: Pixels) -> NDArray[np.float32]:
    """Sample a few hundred pixels of the frame."""
    height, width = pixels.shape[:2]
    return pixels[:: max(1, height // _COARSE), :: max(1, width // _COARSE)].astype(np.float32)


def _changed(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """Return whether the scene was cut or the camera moved."""
    return before.shape != after.shape or float(np.abs(after - before).mean()) > _CUT_LEVELS
