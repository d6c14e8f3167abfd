"""Interpolate the box of a track between the frames in which it was scored."""

from __future__ import annotations

import bisect

import numpy as np

from detector.types import FaceBox, FaceScore, FaceTrack

_GAP_FACTOR = 2.5
"""Boxes are interpolated across gaps of at most this many median gaps."""


class PersonPath:
    """The box of one track over time."""

    def __init__(self, track: FaceTrack) -> None:
        self.track_id = track.track_id
        self._scores = sorted(track.scores, key=lambda score: score.time_s)
        self._times_s = [score.time_s for score in self._scores]
        self._at_index = {score.frame_index: score for score in self._scores}
        steps = np.diff(self._times_s)
        self._usual_s = float(np.median(steps)) if len(steps) else 0.0

    def score_at(self, frame_index: int) -> FaceScore | None:
        """Return the score of the track in a frame, if it has one."""
        return self._at_index.get(frame_index)

    def box(self, time_s: float) -> FaceBox | None:
        """Return the box at a time, linearly interpolated; None where the face may be out of view."""
        right = bisect.bisect_left(self._times_s, time_s)
        if right < len(self._times_s) and self._times_s[right] == time_s:
            return self._scores[right].box
        if right in (0, len(self._times_s)):
            nearest = self._scores[0 if right == 0 else -1]
            return nearest.box if abs(nearest.time_s - time_s) <= self._usual_s else None
        before, after = self._scores[right - 1], self._scores[right]
        gap_s = after.time_s - before.time_s
        if gap_s > _GAP_FACTOR * self._usual_s:
            return None
        share = (time_s - before.time_s) / gap_s
        between = np.add(np.multiply(before.box.as_list(), 1 - share), np.multiply(after.box.as_list(), share))
        return FaceBox(*(round(value) for value in between))
