"""The whole path on real files: every face judged, the contract kept, nothing said where there is no face."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from detector import ConfigError, Detector
from detector.errors import MediaError
from detector.faces.crop import crop_face
from detector.faces.face_follower import FaceFollower
from detector.media.images import read_image
from detector.media.media import open_media
from detector.messages import Message
from detector.model.score import network_contributions
from detector.types import Analysis, DetectedFace, Frame, Step


def logits(analysis: Analysis) -> list[float]:
    return [score.logit for track in analysis.tracks for score in track.scores]


def test_the_manipulated_twin_scores_higher_than_the_genuine_image(detector: Detector, examples: Path) -> None:
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


def test_every_face_of_an_image_is_judged_and_one_manipulated_face_decides(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    genuine, manipulated = (read_image(examples / f"{name}.jpg") for name in ("genuine", "manipulated"))
    Image.fromarray(np.hstack([genuine, manipulated, genuine])).save(tmp_path / "three.png")
    analysis = detector.analyze(tmp_path / "three.png")
    assert len(analysis.tracks) == 3
    by_place = sorted(analysis.tracks, key=lambda track: track.scores[0].box.x1)
    assert by_place[1].probability == max(track.probability for track in analysis.tracks)
    assert analysis.verdict.probability == by_place[1].probability


@pytest.mark.parametrize("turns", [0, 1])
def test_real_is_withheld_beside_a_face_that_is_too_small_to_be_judged(
    detector: Detector, examples: Path, tmp_path: Path, turns: int
) -> None:
    """And said of a portrait alone, whose own parts are no small faces."""
    genuine = read_image(examples / "genuine.jpg")
    image = np.full((800, 1200, 3), 125, np.uint8)
    image[100:612, 100:612] = genuine
    Image.fromarray(np.rot90(image, turns)).save(tmp_path / "one.png")
    assert detector.analyze(tmp_path / "one.png").verdict.outcome == "real"
    image[600:690, 900:990] = np.asarray(Image.fromarray(genuine).resize((90, 90)))  # a face of 15x19 pixels
    Image.fromarray(np.rot90(image, turns)).save(tmp_path / "two.png")
    analysis = detector.analyze(tmp_path / "two.png")
    assert len(analysis.tracks) == 1 and analysis.verdict.outcome == "inconclusive"
    assert Message("small_faces", {"count": 1}) in analysis.warnings


def test_where_every_face_is_too_small_that_is_said(detector: Detector, examples: Path, tmp_path: Path) -> None:
    image = np.full((800, 1200, 3), 125, np.uint8)
    image[600:690, 900:990] = np.asarray(Image.open(examples / "genuine.jpg").resize((90, 90)))
    Image.fromarray(image).save(tmp_path / "small.png")
    analysis = detector.analyze(tmp_path / "small.png")
    assert analysis.verdict.outcome == "no_face" and [message.code for message in analysis.warnings] == [
        "small_faces"
    ]


def test_a_video_with_a_small_face_beside_a_large_one_is_left_open(
    detector: Detector, examples: Path, film: Callable[..., Path]
) -> None:
    genuine = read_image(examples / "genuine.jpg")
    image = np.full((600, 1100, 3), 125, np.uint8)
    image[50:562, 50:562] = genuine
    image[300:390, 800:890] = np.asarray(Image.fromarray(genuine).resize((90, 90)))
    analysis = detector.analyze(film("two.mp4", [image] * 10, 5))
    assert [message.code for message in analysis.warnings] == ["small_faces"]
    assert analysis.verdict.outcome != "real"


def test_the_dictionary_is_the_contract_to_the_letter(detector: Detector, examples: Path) -> None:
    content = json.loads(json.dumps(detector.analyze(examples / "genuine.mp4", max_frames=4).to_dict()))
    assert list(content) == [
        "schema_version", "file", "sha256", "kind", "width_px", "height_px", "duration_s",
        "verdict", "tracks", "warnings", "notices", "frame_interval_s", "checkpoint", "elapsed_s",
    ]  # fmt: skip
    assert list(content["verdict"]) == [
        "outcome",
        "grade",
        "probability",
        "threshold_fake",
        "threshold_some",
        "threshold_real",
        "reasons",
    ]
    (track,) = content["tracks"]
    assert list(track) == ["track_id", "probability", "grade", "peak", "flagged", "faces"]
    assert list(track["peak"]) == ["start_s", "end_s", "probability"]
    assert len(track["faces"]) == 4
    assert list(track["faces"][0]) == ["time_s", "box", "probability", "marks"]
    assert list(content["checkpoint"]) == ["name", "sha256", "second_sha256"]
    assert content["frame_interval_s"] == pytest.approx(1.0, abs=0.1)
    assert content["schema_version"] == 1 and content["kind"] == "video"
    assert content["duration_s"] == pytest.approx(4.0, abs=0.05)


def test_the_logit_of_an_image_is_the_mean_of_two_crops_and_a_video_has_one(
    detector: Detector, examples: Path
) -> None:
    def with_second_crop(margin_frac: float | None) -> Detector:
        spec = replace(detector.card.input, mirrored_margin_frac=margin_frac)
        return Detector(replace(detector.card, input=spec), detector.classifier, detector.finder, detector.config)

    once, twice = with_second_crop(None), with_second_crop(0.04)
    spec, file = detector.card.input, examples / "manipulated.jpg"
    (frame,) = open_media(file, detector.config).frames(1, lambda message: None)
    (face,) = detector.finder.find(frame.pixels)
    plain = crop_face(frame, face, spec.margin_frac, spec.size_px).pixels
    mirrored = np.fliplr(crop_face(frame, face, 0.04, spec.size_px).pixels)
    one, other = network_contributions(detector.classifier, [plain, mirrored], spec, 2)
    assert abs(one - other).min() > 0.04 and abs(one - other).max() > 1.0
    for judge, each in ((once, one), (twice, (one + other) / 2)):
        score = judge.analyze(file).tracks[0].scores[0]
        assert score.contributions == pytest.approx(each, abs=0.02)
        assert score.network_logit == pytest.approx(sum(each), abs=0.02)
    video = examples / "manipulated.mp4"
    assert logits(once.analyze(video, max_frames=3)) == pytest.approx(logits(twice.analyze(video, max_frames=3)))


def test_a_video_of_one_person_is_one_track_over_its_whole_length(detector: Detector, examples: Path) -> None:
    analysis = detector.analyze(examples / "genuine.mp4", max_frames=16)
    (track,) = analysis.tracks
    times = [score.time_s for score in track.scores]
    assert len(times) == 16 and times == sorted(times)
    assert times[0] < 0.3 and times[-1] > 3.7
    assert track.peak is not None and track.peak.end_s - track.peak.start_s <= 3.0
    inside = [score.logit for score in track.scores if track.peak.start_s <= score.time_s <= track.peak.end_s]
    assert track.logit == pytest.approx(np.mean(inside))
    assert len(track.timeline) == 16 and max(track.timeline) == pytest.approx(track.probability)
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


def test_progress_only_grows_ends_at_one_and_says_what_was_found_so_far(
    detector: Detector, examples: Path
) -> None:
    told: list[Step] = []
    analysis = detector.analyze(examples / "genuine.mp4", max_frames=40, progress=told.append)
    assert [step.stage for step in told] == ["open", *["look"] * 40, "done"]
    shares = [step.share for step in told]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert [step.frame for step in told[1:-1]] == list(range(1, 41)) and told[1].frames == 40
    estimates = [step.probability for step in told[1:-1] if step.probability is not None]
    assert told[1].probability is None and estimates == sorted(estimates)
    assert estimates[-1] <= analysis.verdict.probability + 1e-9


def test_a_cancelled_run_ends_at_once_and_leaves_no_thread_behind(detector: Detector, examples: Path) -> None:
    def cancel(step: Step) -> None:
        if step.frame == 3:
            raise InterruptedError

    before = threading.active_count()
    with pytest.raises(InterruptedError):
        detector.analyze(examples / "genuine.mp4", max_frames=None, progress=cancel)
    assert threading.active_count() == before
    assert detector.analyze(examples / "genuine.jpg").tracks


def test_faces_are_searched_while_others_are_scored(
    detector: Detector, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ahead = threading.Semaphore(0), list[bool]()
    find, score = FaceFollower.find, detector.classifier.contributions

    def counted(self: FaceFollower, frame: Frame) -> list[tuple[int, DetectedFace]]:
        begun.release()
        return find(self, frame)

    def waiting(batch: torch.Tensor) -> torch.Tensor:
        if not ahead:  # one more search has begun, or begins meanwhile, than faces are scored
            ahead.extend(begun.acquire(timeout=30) for _ in range(len(batch) + 1))
        return score(batch)

    monkeypatch.setattr(FaceFollower, "find", counted)
    monkeypatch.setattr(detector.classifier, "contributions", waiting)
    detector.analyze(examples / "genuine.mp4", max_frames=24)
    assert len(ahead) == 17 and all(ahead)


def test_three_manipulated_seconds_in_half_a_minute_are_found_with_their_time(
    detector: Detector, examples: Path, film
) -> None:
    genuine, manipulated = (read_image(examples / f"{name}.jpg") for name in ("genuine", "manipulated"))
    frames = [
        np.roll(manipulated if 12.0 <= number / 10 < 15.0 else genuine, number % 7, axis=1)
        for number in range(300)
    ]
    (track,) = detector.analyze(film("splice.mp4", frames, fps=10)).tracks
    assert track.peak is not None
    assert track.peak.start_s == pytest.approx(12.0, abs=0.7) and track.peak.end_s == pytest.approx(15.0, abs=0.7)
    whole = detector.analyze(film("whole.mp4", [genuine] * 300, fps=10)).tracks[0]
    assert track.probability > whole.probability + 0.2
    assert max(p for p, s in zip(track.timeline, track.scores, strict=True) if not 10 < s.time_s < 17) < 0.9


def test_the_manipulated_one_of_four_people_is_named(detector: Detector, examples: Path, film) -> None:
    genuine, manipulated = (
        read_image(examples / f"{name}.jpg")[:256, 96:352] for name in ("genuine", "manipulated")
    )
    tinted = [
        np.ascontiguousarray(genuine * np.array(tint)).astype(np.uint8) for tint in ((0.6, 0.8, 1), (1, 0.7, 0.5))
    ]
    row = [genuine, tinted[0], manipulated, tinted[1]]
    analysis = detector.analyze(film("four.mp4", [np.hstack(row)] * 40, fps=10))
    assert len(analysis.tracks) == 4
    worst = max(analysis.tracks, key=lambda track: track.probability)
    assert 512 <= worst.scores[0].box.x1 < 768
    assert analysis.verdict.probability == worst.probability


def test_a_video_that_breaks_off_is_judged_up_to_there_and_says_so(detector, examples, tmp_path) -> None:
    whole, broken = tmp_path / "whole.mkv", tmp_path / "broken.mkv"
    with av.open(str(examples / "genuine.mp4")) as source, av.open(str(whole), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    analysis = detector.analyze(broken)
    (warning,) = analysis.warnings
    assert "incomplete" in str(warning) and "4.0 s" in str(warning)
    assert analysis.to_dict()["warnings"] == [str(warning)]
    assert warning not in analysis.verdict.reasons  # said once
    assert 0.5 < analysis.tracks[0].scores[-1].time_s < 3.5
    assert detector.analyze(whole).warnings == ()


def test_far_fewer_searches_than_frames_find_the_same_faces(detector: Detector, examples: Path) -> None:
    frames = list(open_media(examples / "genuine.mp4", detector.config).frames(None))
    follower = FaceFollower(detector.finder)
    overlaps = []
    for frame in frames:
        (_, face), searched = follower.find(frame)[0], detector.finder.find(frame.pixels)[0]
        overlaps.append(face.box.iou(searched.box))
    assert follower.searches <= 5 and min(overlaps) > 0.75 and np.mean(overlaps) > 0.88


def test_a_face_that_appears_between_searches_and_one_after_a_cut_are_found(detector, examples, film) -> None:
    face, nobody = read_image(examples / "genuine.jpg"), read_image(examples / "no-face.jpg")
    nobody = np.array(Image.fromarray(nobody).resize(face.shape[1::-1]))
    path = film("gap.mp4", [face] * 20 + [nobody] * 20 + [np.roll(face, 90, axis=1)] * 20, fps=10)
    (track,) = detector.analyze(path, max_frames=None).tracks
    times = [score.time_s for score in track.scores]
    assert min(times) == 0.0 and len(times) >= 39
    assert not [time_s for time_s in times if 2.0 <= time_s < 4.0] and min(t for t in times if t >= 4) == 4.0


@pytest.mark.parametrize("fades", [False, True])
def test_a_face_in_less_than_a_second_after_an_empty_first_frame_is_found(detector, examples, film, fades) -> None:
    """Such are short animations with a black first frame; between searches nobody looked."""
    face = read_image(examples / "genuine.jpg")
    first = [face * np.float32(share) for share in np.linspace(0, 1, 6)[:-1]] if fades else [face * 0]
    path = film("short.mp4", [image.astype(np.uint8) for image in first] + [face] * 8, fps=20)
    (track,) = detector.analyze(path).tracks
    assert len(track.scores) >= (6 if fades else 8)


def test_a_face_after_a_cut_is_found_at_once_where_nobody_was_before(detector, examples, film) -> None:
    face, nobody = read_image(examples / "genuine.jpg"), read_image(examples / "no-face.jpg")
    nobody = np.array(Image.fromarray(nobody).resize(face.shape[1::-1]))
    path = film("cut.mp4", [nobody] * 33 + [face] * 4 + [nobody] * 10, fps=10)
    (track,) = detector.analyze(path, max_frames=None).tracks
    assert [round(score.time_s, 1) for score in track.scores] == [3.3, 3.4, 3.5, 3.6]


def test_a_file_that_changes_while_it_is_analysed_gets_no_result(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    """Its hash would not be of what was analysed; a new time alone changes nothing."""
    path = tmp_path / "video.mp4"

    def analyse(change: Callable[[], object]) -> Analysis:
        path.write_bytes((examples / "genuine.mp4").read_bytes())
        media = open_media(path, detector.config)
        return detector.analyze(media, max_frames=2, progress=lambda step: change() if step.share == 0 else None)

    def append() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    def replace_with_other_content() -> None:
        content = bytearray(path.read_bytes())
        content[-1] = ord("?")
        path.write_bytes(content)

    for change in (append, replace_with_other_content):
        with pytest.raises(MediaError, match="changed while it was read"):
            analyse(change)
    whole = analyse(lambda: os.utime(path, (1, 1)))
    assert whole.verdict == analyse(lambda: None).verdict
