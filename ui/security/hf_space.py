"""What is different on a Hugging Face Space."""

from __future__ import annotations

from collections.abc import Mapping

from detector import Detector
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


def use_lent_gpu(detector: Detector) -> None:
    """Let the Space's own package say where the heavy work runs, where it is installed.

    On a Space with hardware of its own that changes nothing.
    """
    try:
        import spaces
    except ImportError:
        return
    detector.analyze = spaces.GPU(detector.analyze)  # type: ignore[method-assign]
