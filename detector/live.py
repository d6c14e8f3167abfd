"""Score a running camera. Only the numbers of the last few seconds are kept, no image."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from detector.faces.crop import crop_faces
from detector.faces.face_follower import FaceFollower
from detector.model.score import make_score, network_contributions
from detector.pipeline import Detector
from detector.types import FaceBox, Frame, Outcome, Pixels

ROLLING_S = 3.0
"""Length of the rolling window."""


@dataclass(frozen=True, slots=True)
class LiveFace:
    """One face in view."""

    track_id: int
    box: FaceBox
    probability: float
    """Calibrated P(fake) over the last seconds in view."""
    outcome: Outcome


class LiveView:
    """Scores successive frames of one camera. Not thread-safe."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._follower = FaceFollower(detector.finder)
        self._recent: dict[int, deque[tuple[float, float, float]]] = {}  # track -> (time, logit, weight)

    def score_frame(self, pixels: Pixels, time_s: float) -> tuple[LiveFace, ...]:
        """Score one frame.

        Args:
            pixels: uint8 (height, width, 3), RGB, upright.
            time_s: on any monotonic clock.

        Returns:
            The faces in view, the largest first.
        """
        frame = Frame(pixels, 0, time_s)
        card = self._detector.card
        found = self._follower.find(frame)
        faces = [face for _, face in found]
        crops = crop_faces(frame, faces, card.input.margin_frac, card.input.size_px)
        added = network_contributions(
            self._detector.classifier,
            [crop.pixels for crop in crops],
            card.input,
            self._detector.config.batch_size,
        )
        for (track_id, _), crop, each in zip(found, crops, added.tolist(), strict=True):
            score = make_score(frame, crop, each, card.offsets("video"), card.operating_point("video").calibration)
            self._recent.setdefault(track_id, deque()).append((time_s, score.logit, score.weight))
        for track_id, views in list(self._recent.items()):
            while views and time_s - views[0][0] > ROLLING_S:
                views.popleft()
            if not views:
                del self._recent[track_id]
        return tuple(self._face(track_id, face.box) for track_id, face in found)

    def _face(self, track_id: int, box: FaceBox) -> LiveFace:
        _, logits, weights = zip(*self._recent[track_id], strict=True)
        calibration = self._detector.card.operating_point("video").calibration
        probability = calibration.probability(float(np.average(logits, weights=weights)))
        return LiveFace(track_id, box, probability, calibration.outcome(probability))
