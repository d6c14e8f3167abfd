"""From labels or a known layout to faces: nothing crosses a split, nothing is lost silently."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from detector.media.images import read_image
from training.__main__ import main
from training.datasets.labels import Item, load_pixels, lone_fakes, read_faces, read_labels, twins
from training.datasets.layouts import find_items


def test_prepare_finds_every_face_and_keeps_its_place(data: Path, faces: Path) -> None:
    found = [face for split in ("train", "val", "dev") for face in read_faces(faces, data, split)]
    assert len(found) == len(read_labels(data)) == 17
    for face in found:
        assert face.face.landmarks.shape == (5, 2)
        assert 60 < face.face.box.width < 110
        assert (face.height_px, face.width_px) == load_pixels(face).shape[:2]
        assert not face.is_tight


def test_twins_share_a_group_and_lone_fakes_have_none(data: Path, faces: Path) -> None:
    train = read_faces(faces, data, "train")
    pairs = twins(train)
    assert len(pairs) == 4
    assert all(
        not real.item.is_fake and fake.item.is_fake and real.item.group == fake.item.group for real, fake in pairs
    )
    assert [fake.item.file for fake in lone_fakes(train)] == ["generated.png"]
    assert lone_fakes(train)[0].item.is_generated and not pairs[0][1].item.is_generated


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(["x.png", "maybe", "s", "m", "g9", "train", ""], "real or fake", id="a third label"),
        pytest.param(["x.png", "real", "portrait", "m", "g0", "val", ""], "two splits", id="a group in two"),
    ],
)
def test_labels_that_would_spoil_the_measurement_are_refused(data: Path, tmp_path: Path, row, message) -> None:
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        file.write((data / "labels.csv").read_text())
        csv.writer(file).writerow(row)
    with pytest.raises(ValueError, match=message):
        find_items(tmp_path)


def test_file_and_label_are_enough(tmp_path: Path) -> None:
    lines = [f"a{n}.jpg,{'fake' if n % 2 else 'real'}" for n in range(200)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label", *lines]))
    items = find_items(tmp_path)
    assert {item.source for item in items} == {tmp_path.name}
    assert {item.manipulation for item in items} == {"none", "unknown"}
    drawn = [item.split for item in items]
    assert 8 <= drawn.count("val") <= 35 and drawn.count("val") + drawn.count("train") == 200
    assert drawn == [item.split for item in find_items(tmp_path)]
    (tmp_path / "labels.csv").write_text("file\na.jpg\n")
    with pytest.raises(ValueError, match="label"):
        find_items(tmp_path)


def lay_out(folder: Path, *files: str) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def by_file(folder: Path) -> dict[str, Item]:
    return {item.file: item for item in find_items(folder)}


@pytest.mark.parametrize("official", [True, False])
def test_faceforensics_keeps_a_pair_of_videos_together(tmp_path: Path, official: bool) -> None:
    lay_out(
        tmp_path,
        *(f"original_sequences/youtube/c23/videos/{video}.mp4" for video in ("000", "003", "011")),
        *(f"manipulated_sequences/Deepfakes/c23/videos/{pair}.mp4" for pair in ("000_003", "003_000")),
        "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__outside__ABC.mp4",
        "original_sequences/actors/c23/videos/01__outside.mp4",
    )
    if official:
        lay_out(tmp_path, "splits/test.json")
        (tmp_path / "splits/test.json").write_text(json.dumps([["003", "000"]]))
    items = by_file(tmp_path)
    assert len(items) == 7
    pair = [item for name, item in items.items() if "000" in name or "003" in name]
    assert len(pair) == 4 and len({(item.group, item.split) for item in pair}) == 1
    assert (pair[0].split == "test") == official
    assert {item.source for item in items.values()} == {"FaceForensics++ (c23)"}
    fake = items["manipulated_sequences/Deepfakes/c23/videos/000_003.mp4"]
    assert (fake.label, fake.manipulation) == ("fake", "Deepfakes")
    assert len({item.group for name, item in items.items() if "outside" in name}) == 1


def test_celeb_df_takes_the_official_test_list(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        "Celeb-real/id0_0000.mp4",
        "Celeb-real/id1_0000.mp4",
        "Celeb-real/id1_0001.mp4",
        "Celeb-synthesis/id0_id1_0000.mp4",
        "YouTube-real/00000.mp4",
    )
    (tmp_path / "List_of_testing_videos.txt").write_text("1 Celeb-real/id1_0000.mp4\n")
    items = by_file(tmp_path)
    assert [name for name, item in items.items() if item.split == "test"] == ["Celeb-real/id1_0000.mp4"]
    assert [name for name, item in items.items() if item.is_fake] == ["Celeb-synthesis/id0_id1_0000.mp4"]
    assert items["Celeb-real/id0_0000.mp4"].group == items["Celeb-synthesis/id0_id1_0000.mp4"].group


def test_dfdc_groups_a_fake_with_its_original(tmp_path: Path) -> None:
    lay_out(tmp_path, "part_0/a.mp4", "part_0/b.mp4", "part_0/metadata.json")
    facts = {
        "a.mp4": {"label": "REAL", "split": "train"},
        "b.mp4": {"label": "FAKE", "split": "train", "original": "a.mp4"},
        "not-downloaded.mp4": {"label": "REAL", "split": "train"},
    }
    (tmp_path / "part_0/metadata.json").write_text(json.dumps(facts))
    items = by_file(tmp_path)
    assert {name: (item.label, item.group) for name, item in items.items()} == {
        "part_0/a.mp4": ("real", "a.mp4"),
        "part_0/b.mp4": ("fake", "a.mp4"),
    }


def test_plain_folders_with_or_without_fakes(tmp_path: Path) -> None:
    lay_out(tmp_path / "own", "real/a.jpg", "real/b.mp4", "notes.txt")
    assert {item.label for item in find_items(tmp_path / "own")} == {"real"}
    lay_out(tmp_path / "split", "train/real/a.jpg", "val/fake/b.jpg")
    assert {(item.split, item.label) for item in find_items(tmp_path / "split")} == {
        ("train", "real"),
        ("val", "fake"),
    }
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="layout"):
        find_items(tmp_path / "empty")
    with pytest.raises(FileNotFoundError):
        find_items(tmp_path / "nowhere")


def test_videos_and_large_images_are_cut_out_without_loss(tmp_path: Path, examples: Path, capsys) -> None:
    portrait = read_image(examples / "genuine.jpg")
    large = np.pad(portrait, ((500, 300), (400, 600), (0, 0)))
    (tmp_path / "own/real").mkdir(parents=True)
    Image.fromarray(large).save(tmp_path / "own/real/large.png")
    (tmp_path / "own/real/broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    with av.open(str(tmp_path / "own/real/video.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = portrait.shape[1], portrait.shape[0], "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.roll(portrait, number, axis=1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    file = tmp_path / "runs/faces.csv"
    options = ["--faces", str(file), "--workers", "1", "--frames-per-video", "3"]
    assert main(["prepare", "--data", str(tmp_path / "own"), *options]) == 0
    assert "1 of 3 files left out" in capsys.readouterr().out
    found = [face for split in ("train", "val") for face in read_faces(file, tmp_path / "own", split)]
    assert [face.item.file for face in found].count("real/video.mp4") == 3
    for face in found:
        cut = load_pixels(face)
        assert cut.shape[0] * cut.shape[1] < 1_000_000 and not face.is_tight
        box = face.face.box
        eyes = face.face.landmarks[:2].mean(0)
        assert box.x1 < eyes[0] < box.x2 and box.y1 < eyes[1] < box.y2
    whole = next(face for face in found if face.item.file == "real/large.png")
    cut = load_pixels(whole)
    windows = np.lib.stride_tricks.sliding_window_view(large[..., 0], (4, 4))
    y, x = np.argwhere((windows == cut[100:104, 100:104, 0]).all((2, 3)))[0]
    np.testing.assert_array_equal(cut, large[y - 100 :, x - 100 :][: cut.shape[0], : cut.shape[1]])
