"""A file is judged and explained by one function, and a result is never lost because it cannot be explained."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from detector import Analysis, Detector
from detector.errors import MediaError
from explain import examine


def test_the_analysis_comes_first_and_its_explanations_with_it(detector: Detector, examples: Path) -> None:
    told: list[Analysis] = []
    found = examine(detector, examples / "genuine.mp4", max_frames=3, on_analysis=told.append)
    assert [one.verdict for one in told] == [found.analysis.verdict] and found.error is None
    assert found.analysis.frames_examined == 3
    assert found.explanations is not None and 1 <= len(found.explanations.faces) <= 3


def test_a_result_that_cannot_be_explained_is_still_a_result(detector: Detector, examples: Path) -> None:
    card = dataclasses.replace(detector.card, explain_layer="no_such_layer")
    unexplained = Detector(card, detector.classifier, detector.finder, detector.config)
    found = examine(unexplained, examples / "manipulated.jpg")
    assert found.analysis.verdict.outcome == "fake"
    assert found.explanations is None and "no_such_layer" in str(found.error)


def test_where_there_is_no_face_there_is_nothing_to_explain(detector: Detector, examples: Path) -> None:
    found = examine(detector, examples / "no-face.jpg")
    assert (found.analysis.verdict.outcome, found.explanations, found.error) == ("no_face", None, None)


def test_a_file_that_changes_after_its_analysis_is_not_explained(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes((examples / "genuine.mp4").read_bytes())

    def append(analysis: Analysis) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(MediaError, match="changed while it was read"):
        examine(detector, path, max_frames=3, on_analysis=append)
