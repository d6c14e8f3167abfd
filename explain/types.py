"""Values of an explanation. Imports NumPy and the detector's types only, so that `reporting` can use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.errors import ExplainError
from detector.types import Analysis, FaceCrop, FaceScore, Pixels

ScaleSource = Literal["checkpoint", "report"]
"""Where the heatmap scale comes from: measured for the checkpoint, or the strongest heat of this report."""
FaceRegion = Literal["eyes", "nose", "mouth", "cheeks", "jaw", "forehead", "outside"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explanation:
    """The heatmap of one face."""

    track_id: int
    score: FaceScore
    crop: FaceCrop
    heatmap: NDArray[np.float32]
    """(rows, columns), at least 0, unnormalised and so comparable between faces. Row 0 is the top of the crop."""
    method: str
    layers: tuple[str, ...]
    """Explained module of each network, the first network's first."""
    regions: Mapping[FaceRegion, float]
    """Share of the heat in each region; they sum to 1, or are all 0 without heat."""
    concentrated: bool
    """False where the heat is as weak as in genuine faces or spread evenly: no region stands out."""
    overlay: Pixels
    """uint8 (height, width, 3) RGB: the upright face with its heatmap and colour bar."""

    @property
    def peak(self) -> float:
        """The largest value of the heatmap; 0.0 means no evidence for `fake`."""
        return float(self.heatmap.max())


@dataclass(frozen=True, slots=True, eq=False)
class FrameOverlay:
    """An upright frame, scaled down where large, with boxes and heatmaps of its explained faces."""

    frame_index: int
    time_s: float
    track_ids: tuple[int, ...]
    pixels: Pixels
    """uint8 (height, width, 3), RGB."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explanations:
    """The explanations of one analysis, on one scale."""

    faces: tuple[Explanation, ...]
    """The highest logit first."""
    frames: tuple[FrameOverlay, ...]
    """In order of time."""
    heatmap_scale: float
    """Raw heat drawn in the strongest colour, the same in every image of the report."""
    scale_from: ScaleSource
    """Heatmaps of two reports can be compared unless this is `report`."""

    @property
    def strongest(self) -> tuple[Explanation, ...]:
        """The face with the highest logit of each track."""
        first: dict[int, Explanation] = {}
        for face in self.faces:
            first.setdefault(face.track_id, face)
        return tuple(first.values())


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """The analysis of one file with its explanations."""

    analysis: Analysis
    explanations: Explanations | None = None
    """None without a face, or where `error` says why there are none."""
    error: ExplainError | None = None


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """Fall of the fake logit when a tenth of the face crop is painted over."""

    top_fall: float
    """In the strongest tenth of the heatmap."""
    random_fall: float
    """In regions of the same shape elsewhere, on average."""
    centre_fall: float
    """In the centre of the crop."""

    @property
    def beats_chance(self) -> bool:
        """Whether the heatmap finds more evidence than its shape elsewhere and than the centre."""
        return self.top_fall > max(self.random_fall, self.centre_fall, 0.0)
