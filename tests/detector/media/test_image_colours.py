"""Still images in HDR or a wide gamut are shown as videos are, whatever says so: `nclx`, `cICP` or an ICC tag."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from detector.media.images import decode_image

NITS = np.array([0.5, 5, 20, 60, 120, 203, 600, 4000], np.float64)
"""One grey patch each; what is brighter than white is white."""
SHOWN = np.round(255 * np.clip(NITS / 203, 0, 1) ** (1 / 2.4))
"""White at 203 cd/m² (ITU-R BT.2408) on a screen of gamma 2.4 (BT.1886)."""


def pq_codes() -> NDArray[np.uint8]:
    """SMPTE ST 2084, the inverse EOTF, 8 bits."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = (NITS / 10_000) ** m1
    return np.round(255 * ((c1 + c2 * power) / (1 + c3 * power)) ** m2).astype(np.uint8)


def patches() -> Image.Image:
    return Image.fromarray(np.tile(pq_codes()[None].repeat(32, 1)[..., None], (64, 1, 3)))


def shown(path: Path) -> NDArray[np.float64]:
    """The grey in the middle of each patch."""
    pixels = decode_image(path).pixels.astype(float)
    return pixels[32, 16::32].mean(axis=-1)


def coded_heic(path: Path, image: Image.Image, primaries: int, transfer: int) -> None:
    pillow_heif.register_heif_opener(thumbnails=False)
    image.save(path, quality=-1, chroma=444, color_primaries=primaries, transfer_characteristics=transfer)


def coded_avif(path: Path, image: Image.Image, primaries: int, transfer: int) -> None:
    image.save(path, quality=100, subsampling="4:4:4")
    data = bytearray(path.read_bytes())
    at = data.index(b"colrnclx") + 8
    data[at : at + 4] = struct.pack(">HH", primaries, transfer)
    path.write_bytes(bytes(data))


def coded_png(path: Path, image: Image.Image, primaries: int, transfer: int) -> None:
    image.save(path)
    data = path.read_bytes()
    body = b"cICP" + bytes((primaries, transfer, 0, 1))
    path.write_bytes(data[:33] + struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body)) + data[33:])


def coded_jpeg(path: Path, image: Image.Image, primaries: int, transfer: int) -> None:
    """By the tag `cicp` of an ICC profile."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    at = 132 + 12 * count
    tags = bytearray(profile[132:at])
    for entry in range(0, len(tags), 12):
        offset = int.from_bytes(tags[entry + 4 : entry + 8], "big") + 12
        tags[entry + 4 : entry + 8] = offset.to_bytes(4, "big")
    end = len(profile) + 12
    tags += b"cicp" + struct.pack(">II", end, 12)
    body = bytes(profile[at:]) + b"cicp\0\0\0\0" + bytes((primaries, transfer, 0, 1))
    made = bytes(profile[:128]) + struct.pack(">I", count + 1) + bytes(tags) + body
    image.save(path, quality=100, subsampling=0, icc_profile=len(made).to_bytes(4, "big") + made[4:])


WRITERS = {"x.heic": coded_heic, "x.avif": coded_avif, "x.png": coded_png, "x.jpg": coded_jpeg}


@pytest.mark.parametrize("name", list(WRITERS))
def test_pq_is_tone_mapped(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, patches(), 9, 16)
    np.testing.assert_allclose(shown(tmp_path / name), SHOWN, atol=6)  # a step of 8-bit PQ is up to 5 levels


@pytest.mark.parametrize("name", list(WRITERS))
def test_hlg_is_tone_mapped(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, Image.new("RGB", (64, 64), (191, 191, 191)), 9, 18)
    grey = decode_image(tmp_path / name).pixels[32, 32].mean()
    assert grey == pytest.approx(255, abs=6)  # BT.2408: HLG 75 % is white


@pytest.mark.parametrize("name", ["x.heic", "x.avif", "x.png"])
def test_a_wide_gamut_is_converted_and_srgb_left_alone(name: str, tmp_path: Path) -> None:
    skin = Image.new("RGB", (64, 64), (200, 140, 120))
    WRITERS[name](tmp_path / name, skin, 12, 13)
    wide = decode_image(tmp_path / name).pixels[32, 32].astype(int)
    assert wide[0] > 203 and wide[1] < 140 and wide[2] < 119  # more saturated in the numbers of a smaller gamut
    WRITERS[name](tmp_path / name, skin, 1, 13)
    assert np.abs(decode_image(tmp_path / name).pixels[32, 32].astype(int) - (200, 140, 120)).max() <= 3


def test_the_gamma_of_a_png_is_applied(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (55, 55, 55)).save(buffer, "PNG")
    for gamma, grey in ((100_000, 127), (45_455, 55)):  # light itself; what every screen has
        body = b"gAMA" + struct.pack(">I", gamma)
        data = buffer.getvalue()
        data = data[:33] + struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body)) + data[33:]
        (tmp_path / "x.png").write_bytes(data)
        assert decode_image(tmp_path / "x.png").pixels[4, 4, 0] == pytest.approx(grey, abs=1)


@pytest.mark.parametrize(
    ("mode", "white"), [("F", 1.0), ("F", 255.0), ("F", 65535.0), ("I", 255), ("I", 65535), ("I;16", 65535)]
)
def test_grey_of_many_bits_keeps_its_brightness(mode: str, white: float, tmp_path: Path) -> None:
    grey = np.linspace(0, white, 256)[None].repeat(4, 0)
    kind = {"F": np.float32, "I": np.int32, "I;16": np.uint16}[mode]
    Image.fromarray(grey.round(3 if white == 1 else 0).astype(kind)).save(tmp_path / "x.tif")
    pixels = decode_image(tmp_path / "x.tif").pixels
    assert np.abs(pixels[2, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_a_damaged_coding_is_ignored(tmp_path: Path) -> None:
    coded_jpeg(tmp_path / "x.jpg", Image.new("RGB", (32, 32), (90, 90, 90)), 9, 16)
    data = (tmp_path / "x.jpg").read_bytes()
    at = data.index(b"cicp")
    (tmp_path / "x.jpg").write_bytes(data[: at + 4] + b"\xff\xff\xff\xff" + data[at + 8 :])
    assert decode_image(tmp_path / "x.jpg").pixels[16, 16, 0] == pytest.approx(90, abs=3)
