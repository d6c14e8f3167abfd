"""The values an explanation is: numpy and the detector's own types only, so that reporting can use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.errors import ExplainError
from detector.types import Analysis, FaceCrop, FaceScore, Pixels

ScaleSource = Literal["checkpoint", "report"]
"""What full colour means: a peak measured for the checkpoint on other faces, or the strongest heat of this one
report."""
FaceRegion = Literal["eyes", "nose", "mouth", "cheeks", "jaw", "forehead", "outside"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explanation:
    """Where in one face the evidence for `fake` lies."""

    track_id: int
    score: FaceScore
    crop: FaceCrop
    heatmap: NDArray[np.float32]
    """(rows, columns) of the layer, at least 0, on the raw scale of the method: comparable between faces,
    never scaled by itself. Row 0 is the top of the crop."""
    method: str
    layer: str
    regions: Mapping[FaceRegion, float]
    """Share of the heat in each part of the face and outside of it; they sum to 1, or are all 0 without heat."""
    concentrated: bool
    """False where the heat is as weak as in genuine faces, as far as that was measured, or spread evenly: no part
    of the face stands out."""
    overlay: Pixels
    """uint8 (height, width, 3) RGB: the upright face with the heat drawn over it, on the scale of the report."""

    @property
    def peak(self) -> float:
        """The largest value of the map; 0.0 says that nothing in the face speaks for `fake`."""
        return float(self.heatmap.max())


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
    heatmap_scale: float
    """The raw heat that is drawn in the strongest colour, the same in every image of the report."""
    scale_from: ScaleSource
    """Where that scale comes from: heat of two reports can be compared unless it is `report`."""


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """One file judged and explained."""

    analysis: Analysis
    explanations: Explanations | None = None
    """None where there is no face, or where `error` says why there is none."""
    error: ExplainError | None = None


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How far the fake logit falls when a tenth of the face crop is painted over."""

    top_fall: float
    """… where the map is strongest."""
    random_fall: float
    """… in regions of the same shape elsewhere, on average."""
    centre_fall: float
    """… in the middle of the crop."""

    @property
    def beats_chance(self) -> bool:
        """The map points at more than its shape would anywhere, and at more than the middle of the face."""
        return self.top_fall > max(self.random_fall, self.centre_fall, 0.0)
