"""Damage inside an image that decoders paint over is said, and no intact image is called damaged."""

from __future__ import annotations

import io
from itertools import product
from pathlib import Path
from typing import Any

import av
import pillow_heif
import pytest
from PIL import Image

from detector.media.images import decode_image
from detector.messages import Message

KINDS: dict[str, dict[str, Any]] = {
    "baseline.jpg": {"quality": 90},
    "progressive.jpg": {"quality": 90, "progressive": True},
    "restarts.jpg": {"quality": 90, "restart_marker_rows": 1},
    "grey.jpg": {"quality": 90},
    "two.mpo": {"quality": 90, "save_all": True},
    "tiled.heic": {"quality": 80},
}


@pytest.fixture(params=list(KINDS))
def whole(request: pytest.FixtureRequest, examples: Path, tmp_path: Path) -> Path:
    pillow_heif.register_heif_opener(thumbnails=False)
    path = tmp_path / request.param
    image = Image.open(examples / "genuine.jpg").convert("L" if "grey" in path.name else "RGB")
    pillow_heif.options.GRID_TILE_SIZE = 128 if "tiled" in path.name else 0
    try:
        image.save(path, **KINDS[path.name] | ({"append_images": [image]} if "mpo" in path.name else {}))
    finally:
        pillow_heif.options.GRID_TILE_SIZE = 0
    return path


def test_a_lost_block_in_the_middle_is_said(whole: Path) -> None:
    """Zeros in place of two kilobytes (and of a whole tile), as a disk or a broken download leaves them."""
    intact = decode_image(whole)
    assert intact.warnings == ()
    content = bytearray(whole.read_bytes())
    lost = 12_000 if "heic" in whole.name else 2_000
    middle = len(content) // (4 if "mpo" in whole.name else 2)
    content[middle : middle + lost] = bytes(lost)
    whole.write_bytes(content)
    still = decode_image(whole)
    assert still.warnings == (Message("image_part_damaged"),)
    assert still.pixels.shape == intact.pixels.shape and (still.pixels != intact.pixels).any()


def test_no_intact_jpeg_is_called_damaged(examples: Path, tmp_path: Path) -> None:
    image = Image.open(examples / "genuine.jpg").convert("RGB")
    path = tmp_path / "x.jpg"
    sizes = ((1, 1), (1, 90), (33, 31), (200, 120))
    for size, mode, quality, sampling, progressive, restarts in product(
        sizes, ("RGB", "L", "CMYK"), (10, 100), (0, 1, 2), (False, True), (0, 1, 3)
    ):
        content = io.BytesIO()
        image.resize(size).convert(mode).save(
            content,
            "JPEG",
            quality=quality,
            subsampling=sampling,
            progressive=progressive,
            restart_marker_blocks=restarts,
        )
        for tail in (b"", b"\0" * 9, content.getvalue()):
            path.write_bytes(content.getvalue() + tail)
            assert decode_image(path).warnings == (), (size, mode, quality, sampling, progressive, restarts)


@pytest.mark.parametrize("options", [{}, {"chroma": 444}])
@pytest.mark.parametrize("size", [(160, 120), (301, 199), (64, 64), (640, 512)])
def test_no_intact_heic_is_called_damaged(
    size: tuple[int, int], options: dict[str, Any], examples: Path, tmp_path: Path
) -> None:
    pillow_heif.register_heif_opener(thumbnails=False)
    image = Image.open(examples / "genuine.jpg").convert("RGB").resize(size)
    path = tmp_path / "x.heic"
    for mode, orientation in product(("RGB", "RGBA", "L"), (1, 6)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.convert(mode).save(path, exif=exif, **options)
        assert decode_image(path).warnings == ()


def test_a_damaged_thumbnail_is_no_damage_of_the_image(examples: Path, tmp_path: Path) -> None:
    pillow_heif.register_heif_opener(thumbnails=False)
    image = Image.open(examples / "genuine.jpg").convert("RGB")
    path = tmp_path / "x.heic"
    image.save(path, thumbnails=[128], quality=80)
    content, intact = bytearray(path.read_bytes()), decode_image(path)
    with av.open(str(path), format="mp4") as container:
        (coded,) = [packet for packet in container.demux() if packet.size and packet.stream.width <= 128]
        assert coded.pos is not None
        content[coded.pos : coded.pos + coded.size] = bytes(coded.size)
    path.write_bytes(content)
    still = decode_image(path)
    assert still.warnings == () and (still.pixels == intact.pixels).all()
