"""The usual grade of each outcome, for tests that make results by hand."""

from __future__ import annotations

from detector.types import Grade, Outcome

GRADE_OF: dict[Outcome, Grade | None] = {
    "fake": "signs",
    "inconclusive": "undecided",
    "real": "none found",
    "no_face": None,
}
