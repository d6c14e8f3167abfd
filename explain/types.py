"""The values an explanation is: numpy and the detector's own types only, so that reporting can use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.types import FaceCrop, FaceScore, Pixels


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explanation:
    """Where in one face the evidence for `fake` lies."""

    track_id: int
    score: FaceScore
    crop: FaceCrop
    heat: NDArray[np.float32]
    """(rows, columns) of the layer, at least 0, on the raw scale of the method: comparable between faces,
    never scaled by itself. Row 0 is the top of the crop."""
    method: str
    layer: str
    overlay: Pixels
    """uint8 (height, width, 3) RGB: the upright face with the heat drawn over it, on the scale of the report."""

    @property
    def peak(self) -> float:
        """The largest value of the map; 0.0 says that nothing in the face speaks for `fake`."""
        return float(self.heat.max())


@dataclass(frozen=True, slots=True, eq=False)
class FrameOverlay:
    """One whole upright frame, scaled down where large, with boxes and heat drawn over its explained faces."""

    frame_index: int
    time_s: float
    track_ids: tuple[int, ...]
    pixels: Pixels
    """uint8 (height, width, 3), RGB."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explanations:
    """All that is explained about one analysis, drawn on one scale."""

    faces: tuple[Explanation, ...]
    """The face that speaks most for `fake` first."""
    frames: tuple[FrameOverlay, ...]
    """In order of time."""
    heat_scale: float
    """The raw heat that is drawn in the strongest colour, the same in every picture of the report."""
