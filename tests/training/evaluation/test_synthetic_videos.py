"""An image becomes a video that can be decoded and judged."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest

from detector import Detector
from detector.media.images import read_image
from detector.types import DetectedFace, FaceBox
from training.__main__ import main
from training.datasets.labels import FaceItem, Item, read_faces
from training.evaluation.evaluate import read_results
from training.evaluation.synthetic_videos import RATE_HZ, choose_faces, main_track, still_frames, write_still


@pytest.fixture(scope="session")
def portrait(examples: Path, detector: Detector) -> FaceItem:
    image = examples / "genuine.jpg"
    analysis = detector.analyze(image)
    box = analysis.tracks[0].scores[0].box
    return FaceItem(
        item=Item(
            file="genuine.jpg", label="real", source="portrait", manipulation="none", group="g", split="val"
        ),
        image=image,
        width_px=analysis.media.width_px,
        height_px=analysis.media.height_px,
        face=DetectedFace(box, 1.0, np.zeros((5, 2), np.float32)),
    )


def test_a_portrait_becomes_a_video_in_which_the_face_is_found(
    portrait: FaceItem, detector: Detector, tmp_path: Path
) -> None:
    found = 0
    for seed in range(3):
        file = tmp_path / f"{seed}.mp4"
        write_still(portrait, file, seed, 3.0)
        with av.open(str(file)) as container:
            stream = container.streams.video[0]
            assert stream.codec_context.name == "h264"
            assert sum(1 for _ in container.decode(stream)) == 3 * RATE_HZ
        (track,) = [track for track in detector.analyze(file, max_frames="moments").tracks if track.weighty]
        found += len(track.scores)
        assert np.ptp([score.logit for score in track.scores]) > 0
    assert found >= 30  # of 36 moments


def test_a_still_is_the_same_for_its_seed_and_another_for_another(portrait: FaceItem, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_still(portrait, tmp_path / f"{name}.mp4", seed, 0.5)
    one, same, other = ((tmp_path / f"{name}.mp4").read_bytes() for name in "abc")
    assert one == same and one != other


def test_a_tight_crop_goes_on_beyond_its_edge_without_a_seam() -> None:
    """An image that brightens by one level a pixel has no steep step anywhere, whatever it was put on."""
    ramp = np.repeat((40 + np.arange(160, dtype=np.uint8))[None, :, None], 160, 0).repeat(3, 2)
    for seed in range(8):
        frame = next(still_frames(ramp, FaceBox(0, 0, 160, 160), np.random.default_rng(seed), 0.1))
        height, width = frame.shape[:2]
        assert height % 2 == width % 2 == 0 and 140 < height < 420
        rows = cv2.GaussianBlur(frame, (1, 9), 2).astype(float).mean(2)  # along the columns, for the noise
        assert np.abs(np.diff(rows, axis=1)).mean(0).max() < 6


def test_the_frames_move_slowly(examples: Path, portrait: FaceItem) -> None:
    pixels = read_image(portrait.image)
    frames = list(still_frames(pixels, portrait.face.box, np.random.default_rng(0), 3.0))
    changes = [np.abs(a.astype(float) - b).mean() for a, b in itertools.pairwise(frames)]
    assert 0 < np.median(changes) < 8
    assert np.abs(frames[0].astype(float) - frames[-1]).mean() > np.median(changes)


def test_so_many_of_each_kind_are_drawn(data: Path, faces: Path) -> None:
    val = read_faces(faces, data, "val")
    chosen = choose_faces(val, 2, seed=0)
    labels = [face.item.label for face in chosen]
    assert labels.count("real") == labels.count("fake") == 2 < len(val) / 2
    assert [face.item.file for face in chosen] == [face.item.file for face in choose_faces(val, 2, seed=0)]


def test_only_the_main_person_of_a_still_is_judged() -> None:
    def person(count: int, width_px: int) -> SimpleNamespace:
        return SimpleNamespace(scores=[SimpleNamespace(weight=1.0, box=FaceBox(0, 0, width_px, width_px))] * count)

    people = (person(3, 200), person(12, 50), person(12, 90))
    assert main_track(people) is people[2]
    assert main_track(()) is None


def test_the_command_judges_images_as_videos(data: Path, faces: Path, detector: Detector, tmp_path: Path) -> None:
    out = tmp_path / "stills.csv"
    given = ["--data", str(data), "--faces", str(faces), "--split", "val", "--most", "1", "--workers", "1"]
    assert main(["stills", *given, "--seconds", "1", "--out", str(out)]) == 0
    chosen = choose_faces(read_faces(faces, data, "val"), 1, seed=0)
    results = read_results([out])
    assert [(row["file"], row["label"]) for row in results] == [(f.item.file, f.item.label) for f in chosen]
    for face, row in zip(chosen, results, strict=True):
        write_still(face, tmp_path / "still.mp4", 0, 1.0)
        (track,) = detector.analyze(tmp_path / "still.mp4", max_frames="moments").tracks
        assert row["logit"] == pytest.approx(track.logit, abs=0.2)
    with pytest.raises(ValueError, match="no images"):
        main(["stills", *given, "--split", "test", "--out", str(out)])


def test_the_command_judges_labelled_videos(data: Path, faces: Path, detector: Detector, tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    rows = ["file,label,split"]
    for number, face in enumerate(choose_faces(read_faces(faces, data, "val"), 1, seed=0)):
        write_still(face, tmp_path / "videos" / f"{number}.mp4", 0, 1.0)
        rows.append(f"{number}.mp4,{face.item.label},dev")
    (tmp_path / "videos" / "labels.csv").write_text("\n".join(rows))
    scores = tmp_path / "scores.csv"
    given = ["score-videos", "--data", str(tmp_path / "videos"), "--out", str(scores)]
    assert main([*given, "--split", "dev", "--frames", "4", "--workers", "1"]) == 0
    judged = read_results([scores])
    assert sorted(row["label"] for row in judged) == ["fake", "real"]
    for row in judged:
        track = detector.analyze(tmp_path / "videos" / row["file"], max_frames=4).tracks[0]
        assert row["logit"] == pytest.approx(track.logit, abs=0.2)
    with pytest.raises(ValueError, match="no videos"):
        main([*given, "--split", "val"])
