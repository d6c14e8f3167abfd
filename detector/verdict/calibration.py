"""Map logits to probability, grade and outcome by the card's operating point. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from detector.types import OUTCOME_OF, Grade, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityOffsets:
    """Offset subtracted from the logit of an image, as a function of the detail of the crop.

    The network gives sharp portraits higher logits than soft video frames. The offsets place the false-alarm
    threshold of every detail at about the same logit. Between two points the offset is linear, beyond the first
    and the last it is constant.
    """

    details: tuple[float, ...] = (0.0,)
    """Ascending points, in units of `detector.faces.quality.detail`."""
    offsets: tuple[float, ...] = (0.0,)
    """Offset at each point."""

    def __post_init__(self) -> None:
        for name in ("details", "offsets"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # JSON has lists
        if len(self.offsets) != len(self.details) or not all(map(math.isfinite, self.details + self.offsets)):
            raise ValueError(f"{len(self.details)} details need as many finite offsets")
        if not self.details or any(left >= right for left, right in pairwise(self.details)):
            raise ValueError(f"details must ascend, got {self.details}")

    def adjust(self, logit: float, detail: float) -> float:
        """Return the logit less the offset.

        >>> QualityOffsets(details=(2.0, 3.0), offsets=(0.0, 1.0)).adjust(4.0, 2.5)
        3.5
        """
        return logit - float(np.interp(detail, self.details, self.offsets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Platt scaling (Platt 1999) and the thresholds of grades and outcomes."""

    slope: float = 1.0
    intercept: float = 0.0
    threshold_fake: float = 0.8
    """`signs`, and the outcome `fake`, from this probability upwards."""
    threshold_some: float | None = None
    """`some signs` from this probability upwards; None where that was never measured."""
    threshold_real: float = 0.2
    """`none found`, and the outcome `real`, from this probability downwards; between, `undecided`."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and self.slope > 0 and math.isfinite(self.intercept)):
            raise ValueError(f"Platt scaling needs a finite slope above 0, got {self.slope}, {self.intercept}")
        ordered = (0.0, self.threshold_real, self.some, self.threshold_fake, 1.0)
        if not all(low <= high for low, high in pairwise(ordered)):
            raise ValueError(f"thresholds must satisfy 0 <= real <= some <= fake <= 1, got {ordered[1:4]}")

    @property
    def some(self) -> float:
        """`threshold_some`, or `threshold_fake` where there is none."""
        return self.threshold_fake if self.threshold_some is None else self.threshold_some

    def probability(self, logit: float) -> float:
        """Return the calibrated P(fake).

        >>> Calibration().probability(0.0)
        0.5
        """
        x = self.slope * logit + self.intercept
        if x >= 0:
            return 1 / (1 + math.exp(-x))
        odds = math.exp(max(x, -700.0))  # exp underflows below
        return odds / (1 + odds)

    def grade(self, probability: float) -> Grade:
        """
        >>> calibration = Calibration(threshold_some=0.6)
        >>> [calibration.grade(p) for p in (0.2, 0.5, 0.6, 0.8)]
        ['none found', 'undecided', 'some signs', 'signs']
        """
        if probability >= self.threshold_fake:
            return "signs"
        if probability <= self.threshold_real:
            return "none found"
        return "some signs" if probability >= self.some else "undecided"

    def outcome(self, probability: float) -> Outcome:
        """
        >>> [Calibration().outcome(p) for p in (0.2, 0.5, 0.8)]
        ['real', 'inconclusive', 'fake']
        """
        return OUTCOME_OF[self.grade(probability)]
