"""Whatever a file says of itself, opening it costs no more than 1 GB and no minute.

Each file is opened in a process of its own that measures its peak above idle and whose address space is limited,
so that a fault ends that process and not the tests.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from detector.errors import MediaTooLargeError
from detector.media import mp4_tables

ROOT = Path(__file__).parents[3]
MAX_ADDED_MB = 1000
pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to measure")

PROBE = """
import json, re, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from detector.config import DetectorConfig
from detector.errors import MediaError
from detector.media.media import open_media
for file in ("examples/genuine.jpg", "examples/genuine.mp4"):
    list(open_media(file, DetectorConfig()).frames(4))
def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1])
open("/proc/self/clear_refs", "w").write("5")
idle, warnings, frames = kilobytes("VmRSS"), [], 0
try:
    for frame in open_media(sys.argv[1], DetectorConfig()).frames("auto", warnings.append):
        frames += 1
    found = f"{frame.pixels.shape[1]}x{frame.pixels.shape[0]}"
except MediaError as error:
    found = type(error).__name__
print(json.dumps({"found": found, "frames": frames, "warnings": [str(message) for message in warnings],
                  "added_mb": (kilobytes("VmHWM") - idle) / 1024}))
"""


def opened(path: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["added_mb"] <= MAX_ADDED_MB, result
    return result


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def blank_png(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """All zero, in some hundred kilobytes: the packed block of a megabyte is repeated, not packed anew."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    count = height * (1 + width * channels * depth // 8)
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, wbits=-15)
    packed = b"\x78\xda" + block * (count >> 20) + rest.compress(bytes(count % (1 << 20))) + rest.flush()
    packed += struct.pack(">I", (count % 65521) << 16 | 1)  # Adler-32 of zeros
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def moving_gif(width: int, height: int, frames: int) -> bytes:
    """Tiny pieces on a large canvas."""
    piece = (
        b"\x21\xf9\x04\x00\x02\x00\x00\x00"
        + b"\x2c"
        + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
        + b"\x02\x02\x44\x01\x00"
    )
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + piece * frames + b";"


def many_scans() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 4000)).save(buffer, "JPEG", progressive=True, quality=1)
    jpeg = buffer.getvalue()
    first = jpeg.index(b"\xff\xda")
    second = jpeg.index(b"\xff\xda", first + 4)
    return jpeg[:second] + jpeg[first:second] * 1000 + jpeg[second:]


def lying_avif() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (7000, 7000), (90, 90, 90)).save(buffer, "AVIF", speed=10, quality=5)
    data = bytearray(buffer.getvalue())
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", 64, 64)
    return bytes(data)


def many_tracks() -> bytes:
    """An MP4 with 200 tracks of 4096x4096 pixels."""
    moving = io.BytesIO()
    with av.open(moving, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=1, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 4096, 4096, "yuv420p"
        for packet in (*stream.encode(av.VideoFrame(4096, 4096, "yuv420p")), *stream.encode()):
            container.mux(packet)
    moving.seek(0)
    tracks = io.BytesIO()
    with av.open(moving) as source, av.open(tracks, "w", format="mp4") as target:
        (packet,) = [packet for packet in source.demux() if packet.size]
        streams = [target.add_stream_from_template(source.streams.video[0]) for _ in range(200)]
        for stream in streams:
            copy = av.Packet(bytes(packet))
            copy.pts = copy.dts = 0
            copy.stream, copy.time_base, copy.is_keyframe = stream, packet.time_base, True
            target.mux(copy)
    return tracks.getvalue()


def hidden_tracks() -> bytes:
    """An AVIF with such tracks behind it."""
    still = io.BytesIO()
    Image.new("RGB", (4096, 4096)).save(still, "AVIF", speed=10)
    image, behind = bytearray(still.getvalue()), bytearray(many_tracks())
    start = int.from_bytes(behind[:4], "big")
    shift, at = len(image) - start, 0
    while (at := behind.find(b"stco", at)) >= 0:
        offset = int.from_bytes(behind[at + 12 : at + 16], "big")
        behind[at + 12 : at + 16] = (offset + shift).to_bytes(4, "big")
        at += 4
    return bytes(image + behind[start:])


def equal_samples(count: int) -> bytes:
    """A video whose tables count one sample more often than the file has bytes, in the room of one."""
    data = bytearray((ROOT / "examples" / "genuine.mp4").read_bytes())
    sizes, chunks, times = (data.index(name) for name in (b"stsz", b"stsc", b"stts"))
    data[sizes + 8 : sizes + 16] = struct.pack(">II", 1, count)
    data[chunks + 16 : chunks + 20] = data[times + 12 : times + 16] = struct.pack(">I", count)
    return bytes(data)


def fragment(count: int) -> bytes:
    """A fragmented video whose first fragment counts so many samples that have no fields of their own."""
    buffer = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with (
        av.open(str(ROOT / "examples" / "genuine.mp4")) as source,
        av.open(buffer, "w", format="mp4", options=options) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = bytearray(buffer.getvalue())
    at = data.index(b"trun")
    data[at + 4 : at + 12] = struct.pack(">II", 1, count)
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        pytest.param("x.png", lambda: blank_png(10_900, 10_000), "5450x5000", id="109 million pixels"),
        pytest.param("x.png", lambda: blank_png(10_900, 10_000, 16, 6), "5450x5000", id="109 million of 8 bytes"),
        pytest.param("x.png", lambda: blank_png(1, 100_000), "1x25000", id="thin"),
        pytest.param("x.png", lambda: blank_png(1, 109_000_000, 1, 0), "MediaTooLargeError", id="tall"),
        pytest.param("x.png", lambda: blank_png(2**31 - 1, 1 << 10, 1, 0)[:999], "MediaTooLargeError", id="huge"),
        pytest.param("x.jpg", lambda: b"\xff\xd8" + b"\xff" * 2_000_000, "MediaTooLargeError", id="fill bytes"),
        pytest.param(
            "x.png",
            lambda: blank_png(9, 9)[:33] + chunk(b"teSt", b"") * 500_000 + blank_png(9, 9)[33:],
            "MediaTooLargeError",
            id="empty chunks",
        ),
        pytest.param("x.jpg", many_scans, "MediaTooLargeError", id="a thousand scans"),
        pytest.param("x.avif", lying_avif, "MediaTooLargeError", id="AVIF larger than it says"),
        pytest.param("x.mp4", many_tracks, "MediaTooLargeError", id="MP4 with 200 videos"),
        pytest.param("x.avif", hidden_tracks, "MediaTooLargeError", id="AVIF with 200 hidden tracks"),
        pytest.param("x.mp4", lambda: equal_samples(50_000_000), "MediaTooLargeError", id="50 million samples"),
        pytest.param("x.mp4", lambda: fragment(16_000_000), "MediaTooLargeError", id="a fragment of 16 million"),
        pytest.param("x.gif", lambda: moving_gif(65535, 65535, 9), "MediaTooLargeError", id="GIF too large"),
    ],
)
def test_an_image_costs_no_more_than_stated(name: str, content: Callable[[], bytes], found: str, tmp_path) -> None:
    (tmp_path / name).write_bytes(content())
    assert opened(tmp_path / name)["found"] == found


def test_a_small_animation_on_a_huge_canvas_is_ended_early_and_said_once(tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    path.write_bytes(moving_gif(8192, 4300, 3000))
    assert path.stat().st_size < 100_000
    result = opened(path)
    (warning,) = result["warnings"]  # type: ignore[misc]
    assert "takes far longer to decode" in warning and 0 < result["frames"] < 20  # type: ignore[operator]


@pytest.mark.parametrize("codec", ["mjpeg", "libvpx"])
def test_frames_larger_than_the_header_says_are_refused_before_they_take_memory(
    codec: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=1)
        stream.width, stream.height = 9000, 9000
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = Fraction(1, 1000)
        frame = av.VideoFrame.from_ndarray(np.zeros((9000 * 3 // 2, 9000), np.uint8), format="yuv420p")
        frame.pts, frame.time_base = 0, Fraction(1, 1000)
        container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode())
    data = bytearray(path.read_bytes())
    for element in (b"\xb0\x82", b"\xba\x82"):  # PixelWidth and PixelHeight of Matroska, two bytes each
        at = data.index(element + (9000).to_bytes(2, "big"))
        data[at + 2 : at + 4] = (64).to_bytes(2, "big")
    path.write_bytes(bytes(data))
    result = opened(path)
    assert result["found"] == "MediaTooLargeError"
    assert result["added_mb"] < 150  # type: ignore[operator]  # one such frame in YUV has 122 MB, in RGB 243


def test_uncompressed_sound_counts_by_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of it have thousands of millions of samples, and are honest."""
    path = tmp_path / "x.mov"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for _ in range(10):
            container.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16", layout="mono")
        silence.sample_rate = 48_000
        container.mux(sound.encode(silence))
        container.mux(video.encode())
    monkeypatch.setattr(mp4_tables, "MAX_SAMPLES", 100)
    mp4_tables.check_mp4_tables(io.BytesIO(path.read_bytes()), path.name)
    monkeypatch.setattr(mp4_tables, "MAX_SAMPLES", 9)
    with pytest.raises(MediaTooLargeError, match="claims to hold"):
        mp4_tables.check_mp4_tables(io.BytesIO(path.read_bytes()), path.name)
