"""Collect the results of one pass over a file: every score, but only the few highest-scoring crops and frames."""

from __future__ import annotations

import heapq

from detector.messages import Message
from detector.types import FaceCrop, FaceScore, Frame

_KEY_FRAMES = 8
_KEY_CROPS = 4
"""Strongest crops kept of each track."""


class Accumulator:
    """Its memory grows by some bytes a face, not by pixels."""

    def __init__(self) -> None:
        self.times_s: list[float] = []
        """Times of the examined frames."""
        self.smallest_face_px: int | None = None
        """Least width of a face searched for."""
        self.waiting: list[tuple[int, FaceCrop, Frame]] = []
        """Faces not scored yet: track, crop and frame."""
        self.scores: dict[int, list[FaceScore]] = {}
        self.warnings: list[Message] = []
        self._key_crops: dict[int, list[tuple[float, int, FaceCrop]]] = {}
        self._frames: dict[int, tuple[float, Frame]] = {}

    @property
    def frames_examined(self) -> int:
        return len(self.times_s)

    def sort(self) -> None:
        """Sort the scores of each track by time."""
        for scores in self.scores.values():
            scores.sort(key=lambda score: score.time_s)

    def frames_waiting(self) -> int:
        return len({frame.index for _, _, frame in self.waiting})

    def keep(self, track_id: int, score: FaceScore, crop: FaceCrop, frame: Frame) -> None:
        """Add a scored face."""
        self.scores.setdefault(track_id, []).append(score)
        kept = self._key_crops.setdefault(track_id, [])
        heapq.heappush(kept, (score.logit, -score.frame_index, crop))
        if len(kept) > _KEY_CROPS:
            heapq.heappop(kept)
        strongest, _ = self._frames.get(frame.index, (score.logit, frame))
        self._frames[frame.index] = (max(strongest, score.logit), frame)
        if len(self._frames) > _KEY_FRAMES:
            del self._frames[min(self._frames, key=lambda index: self._frames[index][0])]

    def key_crops(self, track_id: int) -> tuple[FaceCrop, ...]:
        """Return the crops of a track, the highest logit first."""
        ordered = sorted(self._key_crops[track_id], key=lambda kept: -kept[0])
        return tuple(crop for _, _, crop in ordered)

    def key_frames(self) -> dict[int, Frame]:
        """Return the key frames by index."""
        return {index: self._frames[index][1] for index in sorted(self._frames)}
