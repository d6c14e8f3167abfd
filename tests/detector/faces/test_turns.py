"""A face whose pixels lie on their side is found, placed where it is seen, and judged upright."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector import Detector
from detector.faces.crop import crop_face
from detector.faces.turns import turn_face_back, turn_pixels, turn_points_back
from detector.media.images import read_image
from detector.types import DetectedFace, FaceBox, Frame, QuarterTurns


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_what_is_found_in_a_turned_image_is_placed_in_the_image(turns: QuarterTurns) -> None:
    image = np.zeros((20, 50, 3), np.uint8)
    image[3:7, 40:46] = 255
    rows, columns = np.nonzero(turn_pixels(image, turns)[..., 0])
    box = FaceBox(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    face = DetectedFace(box, 1.0, np.array([[box.x1, box.y1]] * 5, np.float32))
    back = turn_face_back(face, turns, 20, 50)
    assert back.box == FaceBox(40, 3, 46, 7) and back.turns == turns
    assert back.landmarks[0].tolist() in [[40, 3], [46, 3], [46, 7], [40, 7]]
    np.testing.assert_array_equal(turn_points_back(np.zeros((1, 2), np.float32), 0, 20, 50), [[0, 0]])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_still_is_judged_as_the_upright_one(
    detector: Detector, examples: Path, tmp_path: Path, turns: QuarterTurns
) -> None:
    upright = read_image(examples / "manipulated.jpg")[:480]
    path = tmp_path / "turned.png"
    Image.fromarray(turn_pixels(upright, turns)).save(path)
    analysis = detector.analyze(path)
    (track,) = analysis.tracks
    (score,), (crop,) = track.scores, track.key_crops
    assert score.turns == (4 - turns) % 4 and analysis.verdict.outcome == "fake"
    # The box is where the file shows the face; the crop is the face upright, as in the file that is not turned.
    (face,) = detector.finder.find(upright)
    shown = np.zeros(turn_pixels(upright, turns).shape[:2], bool)
    shown[score.box.y1 : score.box.y2, score.box.x1 : score.box.x2] = True
    expected = np.zeros(upright.shape[:2], bool)
    expected[face.box.y1 : face.box.y2, face.box.x1 : face.box.x2] = True
    expected = np.rot90(expected, turns)
    assert (shown & expected).sum() > 0.8 * (shown | expected).sum()
    spec = detector.card.input
    as_upright = crop_face(Frame(upright, 0, 0.0), face, spec.margin_frac, spec.size_px).pixels
    assert np.corrcoef(crop.pixels.ravel(), as_upright.ravel())[0, 1] > 0.9
    (warning,) = analysis.warnings
    assert (warning.code, warning.value) == ("turned", 90 * ((4 - turns) % 4))
    assert "No face stands upright" in str(warning)


def test_an_upright_still_is_not_turned_and_one_without_a_face_stays_without(
    detector: Detector, examples: Path
) -> None:
    assert detector.analyze(examples / "genuine.jpg").warnings == ()
    nobody = detector.analyze(examples / "no-face.jpg")
    assert nobody.verdict.outcome == "no_face" and nobody.warnings == ()
