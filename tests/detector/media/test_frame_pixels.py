"""A frame is judged as a player shows it: every orientation, square pixels, HDR and wide gamuts as SDR.

FFmpeg's own program is the oracle where it is installed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from detector.config import DetectorConfig
from detector.media.frame_pixels import KEPT_PX, display_size, to_srgb
from detector.media.media import open_media
from detector.types import Pixels

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="needs the ffmpeg program")


def ffmpeg(*arguments: str) -> bytes:
    assert FFMPEG is not None
    command = [FFMPEG, "-v", "error", "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


def first_frame(path: Path) -> Pixels:
    return next(iter(open_media(path, DetectorConfig()).frames(None))).pixels


def set_matrix(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Overwrite the turning part of the display matrix in the track header of an MP4 (16.16 fixed point)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    for index, value in enumerate((a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)):
        data[at + 4 * index : at + 4 * index + 4] = value.to_bytes(4, "big", signed=True)
    path.write_bytes(bytes(data))


TURNS: list[tuple[tuple[int, int, int, int], Image.Transpose | None]] = [
    ((1, 0, 0, 1), None),
    ((-1, 0, 0, 1), Image.Transpose.FLIP_LEFT_RIGHT),
    ((1, 0, 0, -1), Image.Transpose.FLIP_TOP_BOTTOM),
    ((-1, 0, 0, -1), Image.Transpose.ROTATE_180),
    ((0, 1, -1, 0), Image.Transpose.ROTATE_270),
    ((0, -1, 1, 0), Image.Transpose.ROTATE_90),
    ((0, 1, 1, 0), Image.Transpose.TRANSPOSE),
    ((0, -1, -1, 0), Image.Transpose.TRANSVERSE),
]


@pytest.mark.parametrize(("matrix", "turn"), TURNS)
def test_all_eight_orientations_are_undone(make_video: Callable[..., Path], matrix, turn) -> None:
    plain = first_frame(make_video("plain.mp4"))
    path = make_video("turned.mp4")
    set_matrix(path, *matrix)
    expected = np.asarray(Image.fromarray(plain).transpose(turn)) if turn is not None else plain
    np.testing.assert_array_equal(first_frame(path), expected)
    info = open_media(path, DetectorConfig()).info
    assert (info.height_px, info.width_px) == expected.shape[:2]


@needs_ffmpeg
@pytest.mark.parametrize("matrix", [matrix for matrix, _ in TURNS])
def test_orientations_are_those_of_ffmpeg(make_video: Callable[..., Path], matrix) -> None:
    path = make_video("turned.mp4")
    set_matrix(path, *matrix)
    found = first_frame(path)
    shown = ffmpeg("-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    expected = np.frombuffer(shown, np.uint8).reshape(found.shape)
    assert np.abs(found.astype(int) - expected).mean() < 2


@pytest.mark.parametrize(
    ("name", "aspect", "size"),
    [
        ("x.mp4", Fraction(2, 1), (320, 96)),
        ("x.mkv", Fraction(2, 1), (320, 96)),
        ("x.mp4", Fraction(1, 2), (160, 192)),
        ("x.ts", Fraction(4, 3), (213, 96)),
        ("x.mp4", Fraction(1000, 1), (160, 96)),
    ],
)
def test_pixels_that_are_not_square_are_resampled(name: str, aspect: Fraction, size, tmp_path: Path) -> None:
    path = tmp_path / name
    stored = np.zeros((96, 160, 3), np.uint8)
    stored[:48, :80] = 255
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(stored, format="rgb24")))
        container.mux(stream.encode())
    media = open_media(path, DetectorConfig())
    pixels = first_frame(path)
    assert (media.info.width_px, media.info.height_px) == size == pixels.shape[1::-1]
    assert pixels[size[1] // 4, size[0] // 4].min() > 240 and pixels[size[1] * 3 // 4, size[0] * 3 // 4].max() < 15
    assert pixels[: size[1] // 2, : size[0] // 2].mean() == pytest.approx(255, abs=5)
    assert bool(media.info.notes) == (size != (160, 96))


def test_large_frames_are_reduced() -> None:
    for width, height in ((8192, 4320), (4320, 7680), (100_000, 300)):
        size = display_size(width, height, None)
        assert size[0] * size[1] <= KEPT_PX and size[0] / size[1] == pytest.approx(width / height, rel=0.01)


def test_transparency_of_an_animation_is_composed_on_white(tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (40, 30), (200, 0, 0, alpha)) for alpha in (0, 128)]
    for name in ("x.png", "x.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], lossless=True, duration=100)
        first, second = open_media(tmp_path / name, DetectorConfig()).frames(None)
        np.testing.assert_array_equal(first.pixels[15, 20], (255, 255, 255))
        np.testing.assert_allclose(second.pixels[15, 20], (227, 127, 127), atol=2)


PQ, HLG, BT709, BT2020, P3 = 16, 18, 1, 9, 12


def pq_code(nits: float) -> float:
    """SMPTE ST 2084, the inverse EOTF."""
    y = (nits / 10_000) ** (2610 / 16384)
    return float(((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (2523 / 32))


@pytest.mark.parametrize("level", [0, 1, 16, 64, 128, 200, 254, 255])
def test_grey_that_was_coded_as_pq_at_203_nits_comes_back(level: int) -> None:
    nits = 203 * (level / 255) ** 2.4
    deep = np.full((2, 2, 3), round(pq_code(nits) * 65535), np.uint16)
    np.testing.assert_allclose(to_srgb(deep, PQ, BT2020), level, atol=1)


def test_the_reference_white_of_hlg_is_white_and_brighter_light_is_clipped() -> None:
    # ITU-R BT.2408, table 1: the reference white of 203 cd/m² is 75 % of HLG and 58 % of PQ.
    for transfer, share in ((HLG, 0.75), (PQ, 0.58)):
        white, brighter = (np.full((1, 1, 3), round(code * 65535), np.uint16) for code in (share, share + 0.2))
        np.testing.assert_allclose(to_srgb(white, transfer, BT2020), 255, atol=2)
        np.testing.assert_array_equal(to_srgb(brighter, transfer, BT2020), 255)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("transfer", "primaries", "names"),
    [
        (PQ, BT2020, ("smpte2084", "bt2020")),
        (HLG, BT2020, ("arib-std-b67", "bt2020")),
        (BT709, BT2020, ("bt709", "bt2020")),
        (BT709, P3, ("bt709", "smpte432")),
    ],
)
def test_hdr_and_wide_gamuts_become_what_ffmpeg_makes_of_them(transfer, primaries, names, tmp_path: Path) -> None:
    """Within three levels of 255 everywhere, half a level on average."""
    if b" zscale " not in ffmpeg("-filters"):
        pytest.skip("this ffmpeg has no zscale")
    axis = np.linspace(4000, 60000, 16).astype(np.uint16)
    deep = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(64, 64, 3)
    (tmp_path / "in.rgb").write_bytes(deep.tobytes())
    colours = f"setparams=color_primaries={names[1]}:color_trc={names[0]}:colorspace=gbr:range=pc"
    steps = (
        f"format=gbrp16le,{colours},zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=clip:desat=0,"
        "zscale=t=bt709:r=full,format=gbrp"
    )
    given = ("-f", "rawvideo", "-pix_fmt", "rgb48le", "-s", "64x64", "-i", str(tmp_path / "in.rgb"))
    shown = ffmpeg(*given, "-vf", steps, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    expected = np.frombuffer(shown, np.uint8).reshape(64, 64, 3).astype(int)
    found = to_srgb(deep, transfer, primaries).astype(int)
    assert np.abs(found - expected).max() <= 3
    assert np.abs(found - expected).mean() < 0.5
