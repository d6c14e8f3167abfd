"""A WebP, HEIC or AVIF that is cut off is judged as far as it decodes, and never by what a decoder makes up."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from detector.config import DetectorConfig
from detector.errors import MediaDecodeError
from detector.media.damage import missing_bytes
from detector.media.images import decode_image
from detector.media.media import open_media
from detector.messages import Message
from detector.types import Pixels

FORMATS = {
    "lossy.webp": {"quality": 90},
    "lossless.webp": {"lossless": True},
    "one.avif": {"quality": 80},
    "one.heic": {"quality": 80},
    "tiled.heic": {"quality": 80},
}


@pytest.fixture(params=list(FORMATS))
def whole(request: pytest.FixtureRequest, examples: Path, tmp_path: Path) -> Path:
    pillow_heif.register_heif_opener(thumbnails=False)
    path = tmp_path / request.param
    pillow_heif.options.GRID_TILE_SIZE = 256 if "tiled" in request.param else 0
    try:
        Image.open(examples / "genuine.jpg").convert("RGB").save(path, **FORMATS[request.param])
    finally:
        pillow_heif.options.GRID_TILE_SIZE = 0
    return path


def test_only_pixels_of_the_file_are_kept(whole: Path) -> None:
    complete, content = decode_image(whole), whole.read_bytes()
    assert complete.warnings == ()
    whole.write_bytes(content[: len(content) * 6 // 10])
    still = decode_image(whole)
    (warning,) = still.warnings
    height = len(still.pixels)
    assert warning == Message("image_incomplete", {"share": pytest.approx(height / 512)})
    assert 200 < height < 400
    same = (still.pixels == complete.pixels[:height]).all(axis=(1, 2))
    assert same[:-2].all()  # a filter may reach over the last rows


def test_a_file_of_which_nothing_is_left_is_said_to_be_cut_off(whole: Path) -> None:
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 20])
    with pytest.raises(MediaDecodeError, match="is cut off, and nothing of its image"):
        decode_image(whole)


def test_a_file_that_says_it_has_gigabytes_costs_none(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGB", (64, 64)).save(content, "WEBP")
    data = bytearray(content.getvalue())
    data[4:8] = (4_000_000_000).to_bytes(4, "little")
    (tmp_path / "x.webp").write_bytes(data)
    with pytest.raises(MediaDecodeError, match="is cut off"):
        decode_image(tmp_path / "x.webp")


def test_nothing_is_missing_of_what_ends_as_it_says(whole: Path) -> None:
    content = whole.read_bytes()
    assert missing_bytes(io.BytesIO(content)) == missing_bytes(io.BytesIO(content + b"more" * 9)) == 0
    assert missing_bytes(io.BytesIO(content[:-7])) == 7
    complete = decode_image(whole).pixels
    whole.write_bytes(content + b"junk" * 50)
    still = decode_image(whole)
    assert still.warnings == () and (still.pixels == complete).all()


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_an_image_without_its_last_bytes_is_judged(whole: Path, lost: int) -> None:
    complete = decode_image(whole).pixels
    whole.write_bytes(whole.read_bytes()[:-lost])
    still = decode_image(whole)
    assert still.warnings and len(still.pixels) > 0.8 * len(complete)


@pytest.mark.parametrize("suffix", ["jp2", "j2k"])
@pytest.mark.parametrize("lost", [1, 2])
def test_a_jpeg_2000_without_its_end_marker_is_judged(
    examples: Path, tmp_path: Path, suffix: str, lost: int
) -> None:
    path = tmp_path / f"x.{suffix}"
    Image.open(examples / "genuine.jpg").save(path)
    complete = decode_image(path).pixels
    path.write_bytes(path.read_bytes()[:-lost])
    still = decode_image(path)
    assert still.warnings == (Message("image_damaged"),) and (still.pixels == complete).all()
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(MediaDecodeError):
        decode_image(path)


@pytest.mark.parametrize("suffix", ["webp", "avif"])
def test_of_an_animation_the_whole_frames_are_judged(suffix: str, examples: Path, tmp_path: Path) -> None:
    image = Image.open(examples / "genuine.jpg").convert("RGB")
    frames = [image.rotate(angle) for angle in range(0, 80, 10)]
    path = tmp_path / f"x.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 7 // 10])
    warnings: list[Message] = []
    media = open_media(path, DetectorConfig())
    shown = [frame.pixels for frame in media.frames("auto", warnings.append)]
    assert media.info.kind == "video" and 1 <= len(shown) < 8
    assert {"video_damaged", "video_incomplete"} & {warning.code for warning in warnings}
    assert all(_near(pixels, frames[number]) for number, pixels in enumerate(shown))


def _near(pixels: Pixels, image: Image.Image) -> bool:
    return float(np.abs(pixels.astype(int) - np.asarray(image)).mean()) < 8
