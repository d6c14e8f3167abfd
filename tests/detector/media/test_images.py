"""A still image is judged as far as it decodes, in the colours and the position in which a viewer sees it."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from PIL import Image, ImageCms

from detector.config import DetectorConfig
from detector.errors import MediaDecodeError, MediaTooLargeError, UnsupportedMediaError
from detector.media import image_colours, images
from detector.media.images import decode_image
from detector.media.media import open_media
from detector.messages import Message
from detector.types import Pixels


@pytest.fixture
def portrait(examples: Path) -> Image.Image:
    with Image.open(examples / "genuine.jpg") as image:
        return image.convert("RGB")


def saved(image: Image.Image, format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def judged(path: Path, content: bytes) -> tuple[Pixels, list[str]]:
    """The pixels that are judged and what is warned of."""
    path.write_bytes(content)
    warnings: list[Message] = []
    (frame,) = open_media(path, DetectorConfig()).frames("auto", warnings.append)
    return frame.pixels, [str(message) for message in warnings]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_exif(jpeg: bytes, entries: list[tuple[int, int, int, bytes]]) -> bytes:
    """An Exif block of (tag, type, count, value) right after the start marker."""
    offset = 8 + 2 + 12 * len(entries) + 4
    directory = values = b""
    for tag, kind, count, value in entries:
        if len(value) <= 4:
            directory += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
        else:
            directory += struct.pack("<HHII", tag, kind, count, offset + len(values))
            values += value
    body = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4) + values
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


TURNED = (0x112, 3, 1, struct.pack("<H", 6))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param((0x9204, 10, 1, struct.pack("<ii", -1, 0)), id="a fraction of zero parts"),
        pytest.param((0x010F, 2, 9, b"\xff\xfe\0bad\0\0\0"), id="a name that is not text"),
        pytest.param((0x8769, 4, 1, struct.pack("<I", 0xFFFFFFFF)), id="a pointer to nowhere"),
        pytest.param((0x0110, 99, 1, b"\1"), id="a type that does not exist"),
    ],
)
def test_odd_metadata_costs_neither_the_image_nor_its_orientation(odd, tmp_path: Path, portrait) -> None:
    jpeg = saved(portrait.transpose(Image.Transpose.ROTATE_90), "JPEG")
    good, _ = judged(tmp_path / "good.jpg", with_exif(jpeg, [TURNED]))
    found, warnings = judged(tmp_path / "odd.jpg", with_exif(jpeg, sorted([TURNED, odd])))
    np.testing.assert_array_equal(found, good)
    assert np.abs(good.astype(int) - np.asarray(portrait)).mean() < 3 and warnings == []


@pytest.mark.parametrize("value", [0, 9, 99, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(value: int, tmp_path: Path, portrait) -> None:
    jpeg = saved(portrait, "JPEG")
    plain, _ = judged(tmp_path / "plain.jpg", jpeg)
    odd, _ = judged(tmp_path / "odd.jpg", with_exif(jpeg, [(0x112, 3, 1, struct.pack("<H", value))]))
    np.testing.assert_array_equal(odd, plain)


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda png: png[:33] + b"\0\0\0\5tEXta\0bcd\0\0\0\0" + png[33:], id="text with a bad CRC"),
        pytest.param(lambda png: png[:33] + chunk(b"zTXt", b"a\0\7xyz") + png[33:], id="text packed strangely"),
        pytest.param(
            lambda png: png[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000))) + png[33:],
            id="text that unpacks to 9 MB",
        ),
        pytest.param(
            lambda png: png[:33] + chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000), 9)) + png[33:],
            id="a profile that unpacks to 200 MB",
        ),
    ],
)
def test_damage_beside_a_png_is_told_and_the_image_judged(spoilt, tmp_path: Path, portrait) -> None:
    found, (warning,) = judged(tmp_path / "x.png", spoilt(saved(portrait, "PNG")))
    np.testing.assert_array_equal(found, np.asarray(portrait))
    assert "damaged" in warning and "again" in warning


def test_a_jpeg_without_its_end_marker_is_judged_whole(tmp_path: Path, portrait) -> None:
    jpeg = saved(portrait, "JPEG", quality=95)
    whole, _ = judged(tmp_path / "whole.jpg", jpeg)
    found, (warning,) = judged(tmp_path / "x.jpg", jpeg[:-2])
    np.testing.assert_array_equal(found, whole)
    assert "damaged or cut off" in warning


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "BMP", "TIFF"])
def test_of_a_cut_off_image_the_rows_before_the_break_are_judged(format_name, tmp_path: Path, portrait) -> None:
    content = saved(portrait, format_name)
    path = tmp_path / f"x.{format_name.lower()}"
    whole, warnings = judged(path, content)
    assert warnings == []
    found, (warning,) = judged(path, content[: len(content) * 6 // 10])
    height, width = whole.shape[:2]
    assert 0.3 * height < found.shape[0] < 0.9 * height and found.shape[1] == width
    kept = whole[-found.shape[0] :] if format_name == "BMP" else whole[: found.shape[0]]
    assert (np.abs(found.astype(int) - kept).max(axis=(1, 2)) == 0).mean() > 0.9  # the last blocks may lack colour
    assert f"only {found.shape[0] / height:.0%} of it could" in warning
    with pytest.raises(MediaDecodeError, match="incomplete"):
        list(open_media(path, DetectorConfig()).frames("auto"))  # nobody to warn


def test_bytes_after_the_end_are_ignored(tmp_path: Path, portrait) -> None:
    for format_name in ("JPEG", "PNG", "WEBP", "GIF"):
        content = saved(portrait, format_name)
        whole, _ = judged(tmp_path / f"x.{format_name}", content)
        found, warnings = judged(tmp_path / f"x.{format_name}", content + b"<html>" * 99)
        np.testing.assert_array_equal(found, whole)
        assert warnings == []


@pytest.mark.parametrize("suffix", ["tif", "bmp", "jp2"])
def test_further_still_formats_are_read(suffix: str, tmp_path: Path, portrait) -> None:
    portrait.save(tmp_path / f"x.{suffix}")
    media = open_media(tmp_path / f"x.{suffix}", DetectorConfig())
    (frame,) = media.frames(None)
    assert np.abs(frame.pixels.astype(int) - np.asarray(portrait)).mean() < 2
    assert media.info.kind == "image" and media.info.notes == ()


def test_a_large_tiff_is_read(tmp_path: Path, portrait) -> None:
    portrait.save(tmp_path / "x.tif", big_tiff=True)
    (frame,) = open_media(tmp_path / "x.tif", DetectorConfig()).frames(None)
    assert (frame.pixels == np.asarray(portrait)).all()


@pytest.mark.parametrize("tags", [{50706: b"\1\4\0\0"}, {254: 1}], ids=["DNG", "reduced image first"])
def test_the_preview_of_a_raw_photo_is_not_judged_in_its_place(
    tags: dict[int, object], tmp_path: Path, portrait
) -> None:
    portrait.save(tmp_path / "x.dng", "TIFF", tiffinfo=tags)
    with pytest.raises(UnsupportedMediaError, match=r"raw photo.*Export it as JPEG"):
        open_media(tmp_path / "x.dng", DetectorConfig())
    portrait.save(tmp_path / "page.tif", tiffinfo={254: 2})  # one page of several
    assert open_media(tmp_path / "page.tif", DetectorConfig()).info.kind == "image"


def adobe_rgb() -> bytes:
    """A profile with the primaries of Adobe RGB (1998) and its exponent of 563/256, D50-adapted."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    def text(kind: bytes, words: str) -> bytes:
        if kind == b"desc":
            return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words.encode() + b"\0" + bytes(78)
        return b"text\0\0\0\0" + words.encode() + b"\0"

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(563 / 256 * 256)) + b"\0\0"
    tags = {
        b"desc": text(b"desc", "test"),
        b"cprt": text(b"text", "none"),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body


def test_a_colour_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    """Against the formulas: linear light by the exponent, XYZ, the inverse of sRGB's matrix, sRGB's curve."""
    grid = np.array([[r, g, b] for r in (60, 128, 200) for g in (60, 128, 200) for b in (60, 128, 200)])
    stored = np.tile(grid[None].astype(np.uint8), (30, 1, 1))
    linear = (grid / 255) ** (563 / 256)
    to_xyz = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
    of_srgb = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
    srgb = np.clip(linear @ (np.linalg.inv(of_srgb) @ to_xyz).T, 0, 1)
    expected = 255 * np.where(srgb <= 0.0031308, 12.92 * srgb, 1.055 * srgb ** (1 / 2.4) - 0.055)
    assert np.abs(expected - grid).max() > 20  # it matters
    content = saved(Image.fromarray(stored), "PNG", icc_profile=adobe_rgb())
    found, warnings = judged(tmp_path / "x.png", content)
    np.testing.assert_allclose(found[0], expected, atol=2)
    assert warnings == []


@pytest.mark.parametrize(
    "profile", [b"nonsense", adobe_rgb()[:200], ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_a_profile_that_does_not_fit_is_ignored(profile: bytes, tmp_path: Path, portrait) -> None:
    found, _ = judged(tmp_path / "x.png", saved(portrait, "PNG", icc_profile=profile))
    np.testing.assert_array_equal(found, np.asarray(portrait))


def test_a_profile_and_transparency_go_together(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 30), (128, 60, 60, 0))
    clear.paste((128, 60, 60, 255), (0, 0, 20, 30))
    found, _ = judged(tmp_path / "x.png", saved(clear, "PNG", icc_profile=adobe_rgb()))
    np.testing.assert_array_equal(found[0, 30], (255, 255, 255))
    assert int(found[0, 5, 0]) > 140


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "GIF", "TIFF"])
def test_larger_images_are_reduced_and_that_is_noted(format_name, monkeypatch, tmp_path: Path, portrait) -> None:
    path = tmp_path / f"x.{format_name.lower()}"
    path.write_bytes(saved(portrait, format_name))
    width, height = portrait.size
    whole = decode_image(path).pixels
    monkeypatch.setattr(images, "KEPT_PX", width * height // 3)
    monkeypatch.setattr(
        image_colours, "_BAND_PX", width * 7
    )  # more than one band, and a last one that is not full
    small = decode_image(path)
    assert small.pixels.shape == (-(-height // 2), -(-width // 2), 3)
    halved = np.asarray(Image.fromarray(whole).reduce(2)).astype(int)
    assert np.abs(small.pixels - halved).mean() < (4 if format_name == "GIF" else 1.5)
    sizes = {"stored": f"{width}x{height}", "judged": f"{width // 2}x{height // 2}"}
    assert [note.values for note in small.notes] == [sizes]


def test_some_formats_have_limits_of_their_own(monkeypatch, tmp_path: Path, portrait) -> None:
    monkeypatch.setattr(images, "_MAX_PX", {"WEBP": 1000})
    (tmp_path / "x.webp").write_bytes(saved(portrait, "WEBP"))
    with pytest.raises(MediaTooLargeError, match="most of a WEBP image"):
        decode_image(tmp_path / "x.webp")


@pytest.mark.parametrize(
    "entry",
    [
        struct.pack("<HHII", 0x0112, 3, 1, 6),
        struct.pack("<HHII", 0x0112, 4, 1, 6),
        struct.pack("<HHII", 0x0112, 1, 1, 6),
        struct.pack("<HHIHH", 0x0112, 3, 2, 6, 1),
    ],
    ids=["short", "long", "byte", "two shorts"],
)
def test_the_orientation_is_read_whatever_its_type(entry: bytes, portrait: Image.Image, tmp_path: Path) -> None:
    """Programs write it in ways that the standard does not know."""
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    plain = saved(portrait.crop((0, 0, 512, 300)), "JPEG")
    (tmp_path / "x.jpg").write_bytes(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:])
    assert decode_image(tmp_path / "x.jpg").pixels.shape == (512, 300, 3)


def test_a_lossless_jpeg_is_not_called_damaged(examples: Path, tmp_path: Path) -> None:
    pixels = np.asarray(Image.open(examples / "genuine.jpg").convert("RGB").resize((64, 64)))
    codec = av.CodecContext.create("ljpeg", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 64, "yuvj444p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24").reformat(format="yuvj444p")
    packets = codec.encode(frame) + codec.encode()
    path = tmp_path / "x.jpg"
    path.write_bytes(bytes(packets[0]))
    with pytest.raises(UnsupportedMediaError, match="lossless"):
        decode_image(path)


def test_uncompressed_ycbcr_is_refused_and_compressed_is_read(examples: Path, tmp_path: Path) -> None:
    """Pillow reads the first as three quarters of an image of other colours."""
    with Image.open(examples / "genuine.jpg") as opened:
        image = opened.convert("YCbCr").resize((96, 64))
    image.save(tmp_path / "plain.tif")
    with pytest.raises(UnsupportedMediaError, match="uncompressed YCbCr"):
        decode_image(tmp_path / "plain.tif")
    image.save(tmp_path / "packed.tif", compression="tiff_lzw")
    difference = decode_image(tmp_path / "packed.tif").pixels - np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(difference).mean() < 3
