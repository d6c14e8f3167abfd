"""What several rooms' tests share: the shipped detector, the examples, videos whose frames show their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from detector import Detector, DetectorConfig
from detector.types import Pixels

ROOT = Path(__file__).parent.parent
_BITS = 8


_TRAINING = {("tests", "training"), ("tests", "benchmarks")}
_NETWORKS = {("tests", "explain"), ("tests", "batch"), ("tests", "test_cli.py"), ("tests", "test_readme.py")}
_NETWORKS |= {("tests", "detector", "faces"), ("tests", "detector", "model")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make check` leaves out: training, benchmarks, memory bounds, served pages, and the networks."""
    for item in items:
        path, fixtures = item.path.relative_to(ROOT).parts, set(item.fixturenames)  # type: ignore[attr-defined]
        if path[:2] in _TRAINING or path[-1] == "test_bounds.py" or "start_server" in fixtures:
            item.add_marker(pytest.mark.slow)
        if path[:2] in _NETWORKS or path[:3] in _NETWORKS or "detector" in fixtures:
            item.add_marker(pytest.mark.networks)


_ENDED: set[str] = set()


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport) -> None:
    """A test whose process ended, for instance because a browser hung, runs again in a new one; once."""
    if crashitem not in _ENDED:
        _ENDED.add(crashitem)
        report.outcome = "rerun"  # type: ignore[assignment]


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture(scope="session")
def detector() -> Detector:
    """With the shipped weights, in float32 so that results repeat."""
    return Detector.from_checkpoint("default", DetectorConfig(device="cpu", precision="fp32"))


def coded_image(number: int, height: int = 96, width: int = 160) -> Pixels:
    """Black, with the number as eight white or black blocks along the top and a red block bottom left."""
    image = np.zeros((height, width, 3), np.uint8)
    step = width // _BITS
    for bit in range(_BITS):
        if number >> bit & 1:
            image[: height // 3, bit * step : (bit + 1) * step] = 255
    image[-height // 3 :, : width // 3] = (255, 0, 0)
    return image


def read_number(image: Pixels) -> int:
    """The number in a coded image, read from the middle of each block."""
    height, width = image.shape[:2]
    step = width // _BITS
    return sum(int(image[height // 6, bit * step + step // 2, 1] > 127) << bit for bit in range(_BITS))


VideoMaker = Callable[..., Path]


@pytest.fixture
def make_video(tmp_path: Path) -> VideoMaker:
    """Writes a video of coded frames; `times_s` are their presentation times."""

    def make(
        name: str = "video.mp4",
        times_s: Sequence[float] = tuple(number / 25 for number in range(50)),
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        rotation: int = 0,
        options: dict[str, str] | None = None,
        container_options: dict[str, str] | None = None,
        codec_options: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(
            str(path), "w", options=options or {}, container_options=container_options or {}
        ) as container:
            stream = container.add_stream(codec, rate=25, options=codec_options or {})
            stream.width, stream.height, stream.pix_fmt = 160, 96, pix_fmt
            base = Fraction(1, 25) if codec.startswith("mpeg") else Fraction(1, 1000)
            stream.time_base = stream.codec_context.time_base = base
            for number, time_s in enumerate(times_s):
                frame = av.VideoFrame.from_ndarray(coded_image(number), format="rgb24")
                frame = frame.reformat(format=pix_fmt)
                frame.pts, frame.time_base = round(time_s / base), base
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        if rotation:
            _set_rotation(path, rotation)
        return path

    return make


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """Writes images, uint8 (height, width, 3) RGB of even sides, as an H.264 video."""

    def write(name: str, images: Sequence[Pixels], fps: int) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=fps, options={"crf": "18", "preset": "veryfast"})
            stream.height, stream.width = images[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            for image in images:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[[str], Path]:
    """Writes an MP4 that holds a second of silence and no image."""

    def make(name: str) -> Path:
        with av.open(str(tmp_path / name), "w") as container:
            stream = container.add_stream("aac", rate=44100)
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), format="fltp", layout="mono")
            silence.sample_rate = 44100
            container.mux(stream.encode(silence))
            container.mux(stream.encode())
        return tmp_path / name

    return make


def _set_rotation(path: Path, degrees: int) -> None:
    """Write the display matrix a phone writes: `degrees` clockwise, into the track header of an MP4."""
    turn = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    a, b, c, d = (value << 16 for value in turn)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: 4 flags, 20 ids and duration, 16 layer and volume
    for index, value in enumerate((a, b, 0, c, d, 0, 0, 0, 1 << 30)):
        data[at + 4 * index : at + 4 * index + 4] = value.to_bytes(4, "big", signed=True)
    path.write_bytes(bytes(data))


Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def rows() -> Rows:
    """Makes results as `evaluate` gives them, one for each logit, each a group of its own."""

    def make(label: str, logits: Sequence[float], source: str = "s", **more: Any) -> list[dict[str, Any]]:
        common = {"label": label, "source": source, "manipulation": "m", "attributes": "", "face_width_px": 100.0}
        return [
            common | {"file": f"{source}-{label}-{n}", "group": f"{label}{n}", "logit": float(logit)} | more
            for n, logit in enumerate(logits)
        ]

    return make
