"""What is different on a Hugging Face Space."""

from __future__ import annotations

from collections.abc import Mapping

from ui.security.access import Exposure, exposed_as_space

WEIGHTS_FROM = "WEIGHTS_FROM"
"""Variable of a Space that says where its weights come from, as `--weights-from`."""


def space_exposure(surroundings: Mapping[str, str]) -> Exposure | None:
    """How far a Space reaches; None where this is none.

    Args:
        surroundings: the environment's variables.
    """
    if not surroundings.get("SPACE_ID"):
        return None
    return exposed_as_space(surroundings.get("SPACE_HOST", ""))
