"""Logit to probability to outcome, at the operating point the checkpoint's card states. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

from detector.types import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Platt scaling (Platt 1999) and the two thresholds that make an outcome of a probability."""

    slope: float = 1.0
    intercept: float = 0.0
    threshold_fake: float = 0.8
    """`fake` from this probability upwards."""
    threshold_real: float = 0.2
    """`real` from this probability downwards; between the two `inconclusive`."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and self.slope > 0 and math.isfinite(self.intercept)):
            raise ValueError(f"Platt scaling needs a finite slope above 0, got {self.slope}, {self.intercept}")
        if not 0.0 <= self.threshold_real <= self.threshold_fake <= 1.0:
            raise ValueError(
                f"thresholds must satisfy 0 <= real <= fake <= 1, got {self.threshold_real}, {self.threshold_fake}"
            )

    def probability(self, logit: float) -> float:
        """Calibrated P(fake).

        >>> Calibration().probability(0.0)
        0.5
        """
        x = self.slope * logit + self.intercept
        if x >= 0:
            return 1 / (1 + math.exp(-x))
        odds = math.exp(max(x, -700.0))  # exp underflows below
        return odds / (1 + odds)

    def outcome(self, probability: float) -> Outcome:
        """
        >>> [Calibration().outcome(p) for p in (0.2, 0.5, 0.8)]
        ['real', 'inconclusive', 'fake']
        """
        if probability >= self.threshold_fake:
            return "fake"
        return "real" if probability <= self.threshold_real else "inconclusive"
