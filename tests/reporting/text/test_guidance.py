"""What to do now: the same steps in both languages, help in danger before everything else."""

from __future__ import annotations

from typing import get_args

import pytest

from detector.types import Outcome
from reporting.text.guidance import next_steps


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_urgent_help_comes_first_whatever_the_outcome(outcome: Outcome) -> None:
    english, hindi = next_steps(outcome, "en"), next_steps(outcome, "hi")
    assert len(english) == len(hindi) > 4
    for steps in (english, hindi):
        assert "112" in steps[0] and "1930" in steps[0]
        assert any("https://cybercrime.gov.in/" in step for step in steps)
