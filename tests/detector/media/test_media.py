"""What is received is hashed as received, decided by content, and refused with a reason one can act on."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

import detector.media.media as media_module
from detector.config import DetectorConfig
from detector.errors import (
    MediaDecodeError,
    MediaError,
    MediaNotFoundError,
    MediaTooLargeError,
    UnsupportedMediaError,
)
from detector.media.media import Media, open_media
from detector.types import Pixels


def read(path: Path, config: DetectorConfig | None = None) -> tuple[Media, Pixels]:
    media = open_media(path, config or DetectorConfig())
    (frame,) = media.frames(None)
    return media, frame.pixels


@pytest.fixture
def corners() -> Image.Image:
    """60 x 40, a red top left, a green top right, a blue bottom left, a white bottom right quarter."""
    image = np.zeros((40, 60, 3), np.uint8)
    image[:20, :30], image[:20, 30:] = (255, 0, 0), (0, 255, 0)
    image[20:, :30], image[20:, 30:] = (0, 0, 255), (255, 255, 255)
    return Image.fromarray(image)


def test_hashes_are_of_the_bytes_received(examples: Path) -> None:
    path = examples / "genuine.jpg"
    info = open_media(path, DetectorConfig()).info
    content = path.read_bytes()
    assert info.sha256 == hashlib.sha256(content).hexdigest()
    assert info.sha1 == hashlib.sha1(content).hexdigest()
    assert info.md5 == hashlib.md5(content).hexdigest()
    assert info.size_bytes == len(content)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "heic", "avif"])
def test_every_named_image_format_is_read_as_rgb(suffix: str, tmp_path: Path, corners: Image.Image) -> None:
    pillow_heif.register_heif_opener()
    path = tmp_path / f"image.{suffix}"
    corners.save(path)
    media, pixels = read(path)
    assert media.info.kind == "image" and pixels.shape == (40, 60, 3) and pixels.dtype == np.uint8
    np.testing.assert_allclose(pixels[8, 10], (255, 0, 0), atol=30)
    np.testing.assert_allclose(pixels[32, 10], (0, 0, 255), atol=30)
    assert media.info.notes == ()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_undone(orientation: int, tmp_path: Path, corners: Image.Image) -> None:
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corners.transpose(inverse[orientation]) if orientation > 1 else corners
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    stored.save(path, exif=exif)
    media, pixels = read(path)
    np.testing.assert_array_equal(pixels, np.asarray(corners))
    assert (media.info.width_px, media.info.height_px) == (60, 40)


def test_transparency_is_composed_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((30, 30, 4), np.uint8)
    rgba[:, :10] = (255, 0, 0, 255)
    rgba[:, 10:20] = (255, 0, 0, 128)
    Image.fromarray(rgba).save(tmp_path / "clear.png")
    _, pixels = read(tmp_path / "clear.png")
    np.testing.assert_array_equal(pixels[0, 5], (255, 0, 0))
    np.testing.assert_allclose(pixels[0, 15], (255, 127, 127), atol=1)
    np.testing.assert_array_equal(pixels[0, 25], (255, 255, 255))


def test_transparent_palette_is_composed_on_white(tmp_path: Path) -> None:
    palette = Image.new("P", (30, 30), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.paste(1, (0, 0, 10, 30))
    palette.save(tmp_path / "clear.gif", transparency=0)
    _, pixels = read(tmp_path / "clear.gif")
    np.testing.assert_array_equal(pixels[0, 5], (255, 0, 0))
    np.testing.assert_array_equal(pixels[0, 25], (255, 255, 255))


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16)[None].repeat(30, axis=0)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    _, pixels = read(tmp_path / "deep.png")
    np.testing.assert_allclose(pixels[0, :, 0], np.arange(256), atol=1)


@pytest.mark.parametrize("mode", ["L", "1", "CMYK", "YCbCr"])
def test_other_colour_modes_become_rgb(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("image.png" if mode in ("L", "1") else "image.jpg")
    Image.new("RGB", (30, 30), "white").convert(mode).save(path)
    _, pixels = read(path)
    np.testing.assert_allclose(pixels, 255, atol=2)


@pytest.mark.parametrize("suffix", ["webp", "png", "avif", "gif"])
def test_animations_are_read_as_videos(suffix: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("black", "red", "lime", "blue")]
    path = tmp_path / f"moving.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 200, 300, 400])
    media = open_media(path, DetectorConfig())
    assert (media.info.kind, media.info.frame_count, media.info.notes) == ("video", 4, ())
    assert media.info.duration_s == pytest.approx(1.0, abs=0.02)
    found = list(media.frames(None))
    assert [frame.time_s for frame in found] == pytest.approx([0, 0.1, 0.3, 0.6], abs=0.02)
    assert [frame.index for frame in found] == [0, 1, 2, 3]
    for frame, colour in zip(found, ((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)), strict=True):
        np.testing.assert_allclose(frame.pixels[24, 32], colour, atol=8)
    np.testing.assert_allclose(media.frame(2).pixels, found[2].pixels)


@pytest.mark.parametrize("duration_ms", [0, 10])
def test_frames_of_a_webp_that_last_no_time_are_shown_as_browsers_show_them(
    duration_ms: int, tmp_path: Path
) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("black", "red", "lime")]
    path = tmp_path / "moving.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=duration_ms)
    media = open_media(path, DetectorConfig())
    assert media.times_s == pytest.approx([0, 0.1, 0.2]) and media.info.frame_rate_hz == pytest.approx(10)


def test_a_png_that_only_claims_to_be_animated_is_an_image(tmp_path: Path) -> None:
    png = _png(Image.new("RGB", (30, 20), "red"))
    claim = struct.pack(">I4sII", 8, b"acTL", 100_000, 0)
    (tmp_path / "x.png").write_bytes(png[:33] + claim + struct.pack(">I", zlib.crc32(claim[4:])) + png[33:])
    media, pixels = read(tmp_path / "x.png")
    assert media.info.kind == "image" and pixels.shape == (20, 30, 3)


def test_a_wrong_suffix_of_the_same_kind_is_read_and_noted(tmp_path: Path, corners: Image.Image) -> None:
    corners.save(tmp_path / "image.jpg", format="PNG")
    media, _ = read(tmp_path / "image.jpg")
    assert media.info.format == "png"
    assert tuple(map(str, media.info.notes)) == ("The name ends in .jpg, the content is a PNG image.",)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "error", "advice"),
    [
        pytest.param("empty.jpg", b"", MediaDecodeError, "again", id="zero bytes"),
        pytest.param("notes.jpg", b"Dear all,\n" * 20, UnsupportedMediaError, "JPEG", id="text named .jpg"),
        pytest.param(
            "page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnsupportedMediaError, "JPEG", id="svg"
        ),
        pytest.param("x.mp3", b"ID3\4" + bytes(500), UnsupportedMediaError, "the video", id="MP3"),
        pytest.param("x.flac", b"fLaC" + bytes(500), UnsupportedMediaError, "the video", id="FLAC"),
        pytest.param("x.wav", b"RIFF\0\1\0\0WAVEfmt ", UnsupportedMediaError, "the video", id="WAV"),
        pytest.param("list.mp4", b"#EXTM3U\nfile:///etc/passwd\n", UnsupportedMediaError, "MP4", id="playlist"),
        pytest.param(
            "x.mp4", _png(Image.new("RGB", (9, 9))), UnsupportedMediaError, "rename", id="PNG named .mp4"
        ),
        pytest.param("x.png", _png(Image.new("RGB", (99, 99)))[:70], MediaDecodeError, "again", id="cut off PNG"),
        pytest.param("x.jpg", b"\xff\xd8\xff" + b"\0" * 50, MediaError, "again|JPEG", id="JPEG in name only"),
        pytest.param(
            "x.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 99, MediaDecodeError, "again", id="MP4 in name only"
        ),
        pytest.param("x.mkv", b"\x1a\x45\xdf\xa3" + b"\0" * 99, MediaDecodeError, "again", id="MKV in name only"),
    ],
)
def test_bad_content_gives_a_typed_error_that_says_what_to_do(
    name: str, content: bytes, error: type[MediaError], advice: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=advice) as raised:
        read(path)
    assert name in str(raised.value)


def test_a_video_named_like_a_image_is_refused(make_video, tmp_path: Path) -> None:
    path = make_video().rename(tmp_path / "video.png")
    with pytest.raises(UnsupportedMediaError, match=r"holds a video.*rename"):
        open_media(path, DetectorConfig())


def test_a_missing_path_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MediaNotFoundError, match="does not exist"):
        open_media(tmp_path / "nothing.jpg", DetectorConfig())
    with pytest.raises(MediaNotFoundError, match="is a folder"):
        open_media(tmp_path, DetectorConfig())


@pytest.mark.parametrize("path", ["n" * 300 + ".jpg", "a\0b.jpg", "\ud800.mp4", "/".join(["d" * 200] * 30)])
def test_a_name_that_no_file_can_have_is_a_missing_file(path: str) -> None:
    with pytest.raises(MediaNotFoundError, match="does not exist"):
        open_media(path, DetectorConfig())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices in folders")
def test_a_pipe_and_a_device_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "endless.mp4").symlink_to("/dev/zero")
    for name in ("pipe.mp4", "endless.mp4"):
        with pytest.raises(MediaNotFoundError, match="is a pipe or a device"):
            open_media(tmp_path / name, DetectorConfig())


@pytest.mark.skipif(os.name == "nt", reason="names on Windows have no colons")
@pytest.mark.parametrize("protocol", ["file", "concat", "12", "subfile,,start,0,end,0,,"])
def test_a_name_with_a_colon_is_a_name_and_no_protocol(
    protocol: str, make_video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FFmpeg would take `file:other.mp4` for the file beside it, whose result would then stand under this hash."""
    monkeypatch.chdir(tmp_path)
    make_video("other.mp4", times_s=[number / 25 for number in range(5)])
    make_video(f"{protocol}:other.mp4", times_s=[number / 25 for number in range(9)])
    media = open_media(f"{protocol}:other.mp4", DetectorConfig())
    assert media.info.frame_count == 9 and len(list(media.frames(None))) == 9


def test_a_file_that_grows_while_it_is_opened_is_refused(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.jpg"
    path.write_bytes((examples / "genuine.jpg").read_bytes()[:-1000])
    decode_image = media_module.decode_image

    def decoded(*args: object) -> object:
        still = decode_image(*args)
        path.write_bytes((examples / "genuine.jpg").read_bytes())  # the download is complete
        return still

    monkeypatch.setattr(media_module, "decode_image", decoded)
    with pytest.raises(MediaError, match="changed while it was read"):
        open_media(path, DetectorConfig())


def test_a_video_that_goes_away_between_two_readings_is_a_typed_error(make_video) -> None:
    path = make_video()
    media = open_media(path, DetectorConfig())
    path.unlink()
    for read in (lambda: list(media.frames(2)), lambda: media.frame(3), media.open_container):
        with pytest.raises(MediaNotFoundError, match="no longer there"):
            read()
    path.mkdir()
    with pytest.raises(MediaError, match="cannot be read"):
        list(media.frames(2))


@pytest.mark.parametrize("size", [(12_000, 10_000), (20_000, 20_000)], ids=["120 million", "400 million"])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", size).save(path)
    assert path.stat().st_size < 200_000
    with pytest.raises(MediaTooLargeError, match="smaller copy"):
        open_media(path, DetectorConfig())


def test_a_file_over_the_byte_limit_is_refused(examples: Path) -> None:
    with pytest.raises(MediaTooLargeError, match="MB"):
        open_media(examples / "genuine.jpg", DetectorConfig(max_file_bytes=1000))


def test_sound_without_a_image_is_refused(make_sound) -> None:
    with pytest.raises(UnsupportedMediaError, match="sound"):
        open_media(make_sound("sound.mp4"), DetectorConfig())


@pytest.mark.parametrize(("brand", "suffix"), [(b"hevc", "heics"), (b"hevc", "heic"), (b"msf1", "heif")])
def test_a_heic_sequence_is_read_as_a_video(brand: bytes, suffix: str, make_video, tmp_path: Path) -> None:
    """Bursts of phones: HEVC frames in tracks, as in an MP4."""
    video = make_video("x.mp4", codec="libx265", codec_options={"x265-params": "log-level=none"})
    content = bytearray(video.read_bytes())
    content[8:12] = brand
    path = tmp_path / f"burst.{suffix}"
    path.write_bytes(bytes(content))
    media = open_media(path, DetectorConfig())
    assert (media.info.kind, media.info.format, media.info.frame_count) == ("video", "heics", 50)
    assert media.info.notes == () and len(list(media.frames(5))) == 5
