"""Settings of a Hugging Face Space."""

from __future__ import annotations

from collections.abc import Mapping

from ui.security.access import Exposure, exposed_as_space

WEIGHTS_FROM = "WEIGHTS_FROM"
"""Variable of a Space with the same value as `--weights-from`."""


def space_exposure(surroundings: Mapping[str, str]) -> Exposure | None:
    """Return the exposure of a Space; None if this is not one.

    Args:
        surroundings: environment variables.
    """
    if not surroundings.get("SPACE_ID"):
        return None
    return exposed_as_space(surroundings.get("SPACE_HOST", ""))
