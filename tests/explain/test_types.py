"""Values of an explanation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from explain.types import Explanations


def test_the_strongest_face_of_each_track_is_its_first() -> None:
    faces: Any = tuple(
        SimpleNamespace(track_id=track, name=name) for track, name in ((1, "a"), (0, "b"), (1, "c"))
    )
    explanations = Explanations(faces=faces, frames=(), heatmap_scale=1.0, scale_from="checkpoint")
    assert [face.name for face in explanations.strongest] == ["a", "b"]  # type: ignore[attr-defined]
