"""The whole path on real files: every face judged, the contract kept, nothing said where there is no face."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector import ConfigError, Detector
from detector.pictures import read_picture
from detector.types import Analysis


def logits(analysis: Analysis) -> list[float]:
    return [score.logit for track in analysis.tracks for score in track.scores]


def test_the_manipulated_twin_scores_higher_than_the_genuine_picture(detector: Detector, examples: Path) -> None:
    for suffix in ("jpg", "mp4"):
        genuine = detector.analyze(examples / f"genuine.{suffix}").verdict
        manipulated = detector.analyze(examples / f"manipulated.{suffix}").verdict
        assert manipulated.probability > genuine.probability
        assert genuine.outcome != "fake"


def test_no_face_is_an_answer_without_a_number(detector: Detector, examples: Path) -> None:
    analysis = detector.analyze(examples / "no-face.jpg")
    assert analysis.verdict.outcome == "no_face"
    assert analysis.verdict.probability is None
    assert analysis.tracks == () and analysis.to_dict()["tracks"] == []


def test_every_face_of_a_picture_is_judged_and_one_manipulated_face_decides(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    genuine, manipulated = (read_picture(examples / f"{name}.jpg") for name in ("genuine", "manipulated"))
    Image.fromarray(np.hstack([genuine, manipulated, genuine])).save(tmp_path / "three.png")
    analysis = detector.analyze(tmp_path / "three.png")
    assert len(analysis.tracks) == 3
    by_place = sorted(analysis.tracks, key=lambda track: track.scores[0].box.x1)
    assert by_place[1].probability == max(track.probability for track in analysis.tracks)
    assert analysis.verdict.probability == by_place[1].probability


def test_the_dictionary_is_the_contract_to_the_letter(detector: Detector, examples: Path) -> None:
    content = json.loads(json.dumps(detector.analyze(examples / "genuine.mp4", max_frames=4).to_dict()))
    assert list(content) == [
        "schema_version", "file", "sha256", "kind", "width_px", "height_px", "duration_s",
        "verdict", "tracks", "checkpoint", "elapsed_s",
    ]  # fmt: skip
    assert list(content["verdict"]) == ["outcome", "probability", "threshold_fake", "threshold_real", "reasons"]
    (track,) = content["tracks"]
    assert list(track) == ["track_id", "probability", "faces"]
    assert len(track["faces"]) == 4
    assert list(track["faces"][0]) == ["time_s", "box", "probability"]
    assert list(content["checkpoint"]) == ["name", "sha256"]
    assert content["schema_version"] == 1 and content["kind"] == "video"
    assert content["duration_s"] == pytest.approx(4.0, abs=0.05)


def test_a_clip_of_one_person_is_one_track_over_its_whole_length(detector: Detector, examples: Path) -> None:
    analysis = detector.analyze(examples / "genuine.mp4", max_frames=16)
    (track,) = analysis.tracks
    times = [score.time_s for score in track.scores]
    assert len(times) == 16 and times == sorted(times)
    assert times[0] < 0.3 and times[-1] > 3.7
    assert track.logit == pytest.approx(np.mean([score.logit for score in track.scores]))
    assert {crop.frame_index for crop in track.key_crops} & set(analysis.key_frames)
    assert track.key_crops[0].frame_index == max(track.scores, key=lambda score: score.logit).frame_index


def test_looking_at_every_frame_means_every_frame(detector: Detector, examples: Path) -> None:
    analysis = detector.analyze(examples / "genuine.mp4", max_frames=None)
    assert analysis.frames_examined == analysis.media.frame_count == 96


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_frame_is_refused_and_the_settings_say_what_was_asked_for(
    detector, examples, count
) -> None:
    with pytest.raises(ConfigError, match="max_frames"):
        detector.analyze(examples / "genuine.mp4", max_frames=count)
    assert detector.analyze(examples / "genuine.mp4", max_frames=3).settings["max_frames"] == 3


def test_one_detector_serves_several_threads(detector: Detector, examples: Path) -> None:
    files = [examples / "genuine.jpg", examples / "manipulated.jpg"] * 4
    expected = {file: logits(detector.analyze(file)) for file in files[:2]}
    found: list[tuple[Path, list[float]]] = []
    threads = [
        threading.Thread(target=lambda file=file: found.append((file, logits(detector.analyze(file)))))
        for file in files
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(got == pytest.approx(expected[file], abs=1e-4) for file, got in found)


def test_progress_only_grows_and_ends_at_one(detector: Detector, examples: Path) -> None:
    told: list[tuple[float, str]] = []
    detector.analyze(
        examples / "genuine.mp4", max_frames=5, progress=lambda share, stage: told.append((share, stage))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) == 7
