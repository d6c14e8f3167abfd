"""Decoding, searching, judging and explaining a file together cost no more than a gigabyte above idle."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
MAX_ADDED_MB = 1000
EXAMINE = """
import json, re, resource, sys
import torch
torch.set_num_threads(1)
from detector import Detector, DetectorConfig
from detector.errors import MediaError
from explain import examine
detector = Detector.from_checkpoint("default", DetectorConfig(precision="fp32"))
for file in ("examples/manipulated.jpg", "examples/manipulated.mp4"):
    examine(detector, file)
def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1])
resource.setrlimit(resource.RLIMIT_AS, (kilobytes("VmSize") * 1024 + (2 << 30),) * 2)
for file in sys.argv[1:]:
    open("/proc/self/clear_refs", "w").write("5")
    idle = kilobytes("VmRSS")
    try:
        found = examine(detector, file)
        outcome, faces = found.analysis.verdict.outcome, len(found.analysis.tracks)
        del found
    except MediaError as error:
        outcome, faces = type(error).__name__, 0
    print(json.dumps([outcome, faces, (kilobytes("VmHWM") - idle) / 1024]), flush=True)
"""


def png(width: int, height: int) -> bytes:
    """Black, one bit a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compress(bytes(height * (1 + (width + 7) // 8)), 1)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def crowd() -> bytes:
    """100 megapixels with 380 faces."""
    with Image.open(ROOT / "examples" / "manipulated.jpg") as image:
        tiled = np.tile(np.asarray(image.convert("RGB")), (19, 20, 1))
    buffer = io.BytesIO()
    Image.fromarray(tiled).save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def lying_avif() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (7000, 7000), (90, 90, 90)).save(buffer, "AVIF", speed=10, quality=5)
    data = bytearray(buffer.getvalue())
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", 64, 64)
    return bytes(data)


def animation() -> bytes:
    """Tiny pieces on a canvas of 35 megapixels."""
    piece = b"\x21\xf9\x04\0\x02\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    head = b"GIF89a" + struct.pack("<HHBBB", 8192, 4300, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + piece * 1000 + b";"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to measure")
def test_a_whole_examination_stays_within_a_gigabyte(tmp_path: Path) -> None:
    cases = {
        "thin.png": (png(1, 100_000), "no_face"),
        "tall.png": (png(100, 400_000), "no_face"),
        "wide.png": (png(1_000_000, 100), "no_face"),
        "huge.jpg": (crowd(), "fake"),
        "lying.avif": (lying_avif(), "MediaTooLargeError"),
        "animated.gif": (animation(), "no_face"),
    }
    for name, (content, _) in cases.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-c", EXAMINE, *(str(tmp_path / name) for name in cases)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(cases), done.stderr
    for (name, (_, expected)), (outcome, _faces, added_mb) in zip(cases.items(), results, strict=True):
        assert outcome == expected and added_mb <= MAX_ADDED_MB, (name, outcome, added_mb)
    assert results[3][1] > 300
