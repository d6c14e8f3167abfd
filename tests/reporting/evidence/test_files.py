"""Copies to upload: small enough, upright, without metadata, tied to the file as received, the same every time."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import read_number
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from detector.config import DetectorConfig
from detector.errors import ReportError
from detector.media.media import open_media
from detector.types import Analysis, Frame, Pixels, Span
from explain.types import Explanations
from reporting import Case
from reporting.complaint.narrative import fit_texts
from reporting.evidence import image_copy, video_copy
from reporting.evidence.files import _sheet, check_original, hash_stream, make_evidence
from reporting.evidence.image_copy import copy_image, jpeg_within
from reporting.evidence.video_copy import copy_video
from reporting.portals import load_portal

SECRET = "12.97194N 77.59369E of Someone"
ROOT = Path(__file__).parents[3]


def scene(height: int = 60, width: int = 80) -> Pixels:
    """Red above, blue below, so that which way is up can be seen."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2] = (220, 20, 20)
    pixels[height // 2 :] = (20, 20, 220)
    return pixels


def exif(orientation: int) -> Image.Exif:
    block = Image.Exif()
    block[0x0112], block[0x010E], block[0x8825] = orientation, SECRET, {1: "N", 2: (12.0, 58.0, 18.0)}
    return block


def read(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        assert "exif" not in image.info and not dict(image.getexif())
        return np.asarray(image.convert("RGB"))


def save_png(path: Path) -> None:
    text = PngInfo()
    text.add_text("Author", SECRET)
    Image.fromarray(scene()).save(path, format="PNG", pnginfo=text, exif=exif(1))


def test_all_three_hashes_come_from_one_reading() -> None:
    content = bytes(range(256)) * 5000
    found = hash_stream(io.BytesIO(content))
    assert found.size_bytes == len(content)
    for name in ("sha256", "sha1", "md5"):
        assert getattr(found, name) == hashlib.new(name, content).hexdigest()


@pytest.mark.parametrize(("progressive", "comment"), [(False, SECRET.encode()), (True, SECRET.encode())])
def test_a_jpeg_keeps_its_coded_pixels_and_loses_its_metadata(
    progressive: bool, comment: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(scene()).save(path, exif=exif(1), progressive=progressive, comment=comment, quality=80)
    path.write_bytes(path.read_bytes() + SECRET.encode())  # phones hang whole videos behind the image
    copy = copy_image(path, 5_000_000)
    assert copy is not None and copy.ending == "jpg" and "as it is" in copy.made_how
    assert SECRET.encode() not in copy.content and b"Exif" not in copy.content
    with Image.open(path) as image:
        np.testing.assert_array_equal(read(copy.content), np.asarray(image))


def test_a_png_keeps_its_pixels_and_loses_its_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    save_png(path)
    copy = copy_image(path, 5_000_000)
    assert copy is not None and copy.ending == "png" and SECRET.encode() not in copy.content
    assert b"eXIf" not in copy.content and b"tEXt" not in copy.content
    np.testing.assert_array_equal(read(copy.content), scene())


@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 1), (8, 3)])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_image_that_lies_on_its_side_is_set_upright(
    name: str, orientation: int, turns: int, tmp_path: Path
) -> None:
    Image.fromarray(np.rot90(scene(), turns)).save(tmp_path / name, exif=exif(orientation), quality=95)
    copy = copy_image(tmp_path / name, 5_000_000)
    assert copy is not None and copy.ending == "jpg" and SECRET.encode() not in copy.content
    upright = read(copy.content)
    assert upright.shape == (60, 80, 3)
    assert upright[5, 40, 0] > 150 and upright[-5, 40, 2] > 150


@pytest.mark.parametrize("name", ["a.webp", "a.gif", "a.heic", "a.avif"])
def test_a_format_that_the_portal_may_not_take_becomes_a_jpeg(name: str, tmp_path: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    Image.fromarray(scene()).save(tmp_path / name)
    copy = copy_image(tmp_path / name, 5_000_000)
    assert copy is not None and copy.ending == "jpg" and read(copy.content)[5, 40, 0] > 150


def test_transparency_becomes_white_and_a_broken_image_gives_none(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "a.webp", lossless=True)
    copy = copy_image(tmp_path / "a.webp", 5_000_000)
    assert copy is not None and read(copy.content).min() > 250
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    assert copy_image(tmp_path / "broken.jpg", 5_000_000) is None


def test_a_image_too_large_is_made_to_fit(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    for limit in (200_000, 60_000, 8_000):
        copy = copy_image(tmp_path / "a.png", limit)
        assert copy is not None and len(copy.content) < limit
    assert len(jpeg_within(noise, 5_000)) < 5_000


def write_video(path: Path, seconds: float = 4.0, codec: str = "libx264", sound: str | None = "aac") -> Path:
    """Moving noise with a tone, so that it does not shrink, and with a place in its metadata."""
    rng = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        container.metadata.update(title=SECRET, location="+12.97194+077.59369/", comment=SECRET)
        image = container.add_stream(codec, rate=25)
        image.width, image.height, image.pix_fmt = 320, 240, "yuv420p"
        tone = container.add_stream(sound, rate=48000, layout="mono") if sound else None
        for number in range(round(seconds * 25)):
            noise = rng.integers(0, 256, (240, 320, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(image.encode(frame))
            if tone is not None:
                wave = np.sin(np.arange(number * 1920, (number + 1) * 1920) / 20).astype(np.float32)[None]
                samples = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                samples.sample_rate, samples.pts, samples.time_base = 48000, number * 1920, Fraction(1, 48000)
                container.mux(tone.encode(samples))
        container.mux(image.encode(None))
        if tone is not None:
            container.mux(tone.encode(None))
    return path


def streams(content: bytes) -> dict[str, float]:
    with av.open(io.BytesIO(content)) as container:
        assert not {"title", "location", "comment", "creation_time"} & set(container.metadata)
        return {stream.type: float(stream.duration * stream.time_base) for stream in container.streams}


def frames(content: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(content)) as container:
        return list(container.decode(video=0))


def test_a_small_video_keeps_its_streams_and_loses_its_metadata(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=1.0)
    copy = copy_video(path, 5_000_000)
    assert copy is not None and "as they are" in copy.made_how
    assert SECRET.encode() not in copy.content and b"077.59369" not in copy.content
    assert streams(copy.content).keys() == {"video", "audio"}
    with av.open(str(path)) as original:
        for mine, theirs in zip(frames(copy.content), original.decode(video=0), strict=True):
            np.testing.assert_array_equal(mine.to_ndarray(format="rgb24"), theirs.to_ndarray(format="rgb24"))


@pytest.mark.slow
@pytest.mark.parametrize("limit", [400_000, 150_000])
def test_a_video_too_large_becomes_a_smaller_one(limit: int, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4")
    assert path.stat().st_size > limit
    copy = copy_video(path, limit)
    assert copy is not None and limit // 4 < len(copy.content) < limit
    assert SECRET.encode() not in copy.content and "H.264" in copy.made_how
    assert all(abs(length - 4.0) < 0.2 for length in streams(copy.content).values())


@pytest.mark.slow
def test_a_video_too_long_is_cut_around_the_stretch_that_speaks_most(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=8.0)
    copy = copy_video(path, 30_000, Span(6.0, 8.0, 0.9))
    assert copy is not None and len(copy.content) < 30_000
    assert "The video from 0:05 to 0:08" in copy.purpose
    assert streams(copy.content)["video"] < 3.5


@pytest.mark.parametrize(("name", "codec"), [("a.webm", "libvpx"), ("a.avi", "mjpeg")])
def test_what_an_mp4_does_not_hold_is_coded_anew(name: str, codec: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = 160, 96
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(25):
            frame = av.VideoFrame.from_ndarray(scene(96, 160), format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    copy = copy_video(path, 5_000_000)
    assert copy is not None and copy.content[4:8] == b"ftyp" and "H.264" in copy.made_how
    image = frames(copy.content)[10].to_ndarray(format="rgb24")
    assert image[5, 80, 0] > 150 and image[-5, 80, 2] > 150


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9"])
def test_a_video_filmed_sideways_is_upright_in_its_copy(
    codec: str, rotation: int, make_video: Callable[..., Path]
) -> None:
    path = make_video(rotation=rotation, codec=codec)
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
        assert first.rotation
        expected = np.rot90(first.to_ndarray(format="rgb24"), round(first.rotation / 90))
    copy = copy_video(path, 5_000_000)
    assert copy is not None and ("as they are" in copy.made_how) == (codec == "libx264")
    shown = frames(copy.content)[0]
    upright = np.rot90(shown.to_ndarray(format="rgb24"), round(shown.rotation / 90))
    assert upright.shape == expected.shape and (codec == "libx264" or shown.rotation == 0)
    assert np.abs(upright.astype(int) - expected.astype(int)).mean() < 12


def test_what_is_no_video_gives_no_copy(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(bytes(range(256)) * 40)
    assert copy_video(tmp_path / "a.mp4", 5_000_000) is None


def test_a_video_that_breaks_off_is_copied_up_to_there(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    copy = copy_video(path, 150_000)
    assert copy is not None and 1.0 < streams(copy.content)["video"] < 3.0


def test_an_animation_that_ffmpeg_does_not_read_is_copied_too(tmp_path: Path) -> None:
    moving = [Image.fromarray(np.roll(scene(), 4 * step, axis=0)) for step in range(10)]
    moving[0].save(tmp_path / "a.webp", save_all=True, append_images=moving[1:], duration=100, lossless=True)
    copy = copy_video(tmp_path / "a.webp", 5_000_000)
    assert copy is not None and len(frames(copy.content)) == 10
    for shown, was in zip(frames(copy.content), moving, strict=True):
        assert np.abs(shown.to_ndarray(format="rgb24").astype(int) - np.asarray(was)).mean() < 12


@pytest.mark.parametrize("limit", [5_000_000, 150_000])
def test_a_video_that_was_opened_is_not_opened_hashed_and_probed_again(
    limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_media(write_video(tmp_path / "a.mp4"), DetectorConfig())
    for again in (
        "media.open_media",
        "media.probe_video",
        "media.hashlib",
        "video.turn_of",
        "frame_pixels.turn_of",
    ):
        monkeypatch.setattr(f"detector.media.{again}", None)
    copy = copy_video(opened, limit)
    assert copy is not None and ("as they are" in copy.made_how) == (limit == 5_000_000)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_video(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    program = """
import resource, sys
from pathlib import Path
from reporting.evidence.video_copy import copy_video
copy = copy_video(Path(sys.argv[1]), 1_000_000)
assert copy is not None
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    used = []
    for seconds in (2.0, 16.0):
        path = write_video(tmp_path / f"{seconds}.mp4", seconds=seconds)
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, check=True
        )
        used.append(int(done.stdout))
    assert used[1] < used[0] * 1.2


def test_everything_made_is_tied_to_the_file_as_received(
    case: Case, analysis: Analysis, explanations: Explanations, examples: Path
) -> None:
    frame = Frame(np.zeros((40, 60, 3), np.uint8), 4, 75.0)
    framed = replace(analysis, key_frames={4: frame})
    made = make_evidence(
        fit_texts(case, framed, load_portal()), framed, explanations, load_portal(), examples / "manipulated.mp4"
    )
    names = [entry.file.name for entry in made]
    assert names[0] == "5_evidence/supporting_evidence_copy_video.mp4" and names[1:] == [
        "5_evidence/supporting_evidence_key_frames.jpg"
    ]
    for entry in made:
        assert entry.file.derived_from == analysis.media.sha256 and entry.file.made_how
        assert entry.file.hashes == hash_stream(io.BytesIO(entry.content))
        assert len(entry.file.name.removeprefix("5_evidence/")) <= 50


def test_at_most_six_files_are_to_be_uploaded(
    case: Case, analysis: Analysis, explanations: Explanations, examples: Path
) -> None:
    """With the technical report, however many faces and frames were explained and however long the words are."""
    frames = tuple(replace(explanations.frames[0], time_s=float(at)) for at in range(20))
    many = replace(explanations, faces=explanations.faces * 20, frames=frames)
    wordy = replace(case, what_happened="It shows me in a place where I never was. " * 100)
    made = make_evidence(
        fit_texts(wordy, analysis, load_portal()), analysis, many, load_portal(), examples / "manipulated.mp4"
    )
    assert len(made) + 1 <= 6 and made[-1].file.name == "5_evidence/supporting_evidence_full_statement.txt"


def test_a_sheet_shows_each_frame_below_its_time() -> None:
    frames = [(float(number), np.full((90, 160, 3), 40 * number, np.uint8)) for number in range(1, 4)]
    sheet = _sheet(frames, "video")
    assert sheet.shape == (2 * (90 + 48), 640, 3)
    for number, (x, y) in enumerate(((0, 0), (320, 0), (0, 138)), 1):
        assert (sheet[y + 48 : y + 138, x : x + 160] == 40 * number).all()
        assert sheet[y : y + 48, x : x + 300].min() < 100, "the label"


def test_a_sheet_is_as_wide_as_its_frames_and_tells_moments_of_one_second_apart() -> None:
    frames = [(at, np.full((400, 500, 3), 9, np.uint8)) for at in (3.0, 3.4, 3.4)]
    sheet = _sheet(frames, "video")
    assert sheet.shape == (2 * (400 + 48), 1000, 3)
    first, second, third = sheet[:48, :500], sheet[:48, 500:], sheet[448:496, :500]
    assert (first != second).any() and (second == third).all()


def test_a_image_whose_file_is_not_at_hand_comes_as_its_frame(
    case: Case, analysis: Analysis, explanations: Explanations
) -> None:
    still = replace(
        analysis,
        media=replace(analysis.media, kind="image", format="jpeg", duration_s=None),
        key_frames={0: Frame(np.zeros((40, 60, 3), np.uint8), 0, 0.0)},
    )
    names = [
        entry.file.name
        for entry in make_evidence(fit_texts(case, still, load_portal()), still, None, load_portal(), None)
    ]
    assert names == ["5_evidence/supporting_evidence_frames.jpg"]


def test_a_file_is_hashed_once_unless_it_was_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.png"
    save_png(path)
    media = open_media(path, DetectorConfig()).info
    hashed: list[str] = []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, name: hashed.append(file.name) or real(file, name))
    check_original(path, media)
    assert hashed == []
    os.utime(path, ns=(0, 0))
    check_original(path, media)  # the same bytes
    assert hashed == [str(path)]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ReportError, match="not the file that was judged"):
        check_original(path, media)


def test_an_image_that_is_at_hand_is_not_decoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.bmp"
    Image.fromarray(scene()).save(path)
    monkeypatch.setattr(image_copy, "decode_image", None)
    copy = copy_image(path, 100_000, scene())
    assert copy is not None and np.abs(read(copy.content).astype(int) - scene()).mean() < 5


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_copied_matroska_with_reordered_frames_shows_all_of_them(make_video, codec: str) -> None:
    """It states no decoding time for its first packets, of which the first is the key frame."""
    options = {"bf": "3", "g": "250"} if codec == "libx264" else {"x265-params": "log-level=none:bframes=3"}
    path = make_video("video.mkv", codec=codec, codec_options=options)
    with av.open(str(path)) as container:
        assert next(iter(container.demux(video=0))).dts is None, "as in real files"
    copy = copy_video(path, 10_000_000)
    assert copy is not None and "the streams as they are" in copy.made_how
    with av.open(io.BytesIO(copy.content)) as container:
        numbers = [read_number(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert numbers == list(range(50))


def test_a_copy_that_no_player_could_start_is_made_by_decoding(
    make_video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_copy, "_with_dts", lambda packets: [each for each in packets if each.dts][1:])
    copy = copy_video(make_video(codec_options={"g": "250"}), 10_000_000)
    assert copy is not None and copy.made_how.startswith("H.264")
