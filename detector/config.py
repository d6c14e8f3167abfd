"""The configuration of a detector. Facts about the weights are in their card instead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from detector.errors import ConfigError

Depth = int | Literal["auto", "moments"] | None
"""Which frames of a video are examined; see `DetectorConfig.max_frames`."""
CHECKPOINTS = Path(__file__).resolve().parent.parent / "checkpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorConfig:
    """Settings of one `Detector`. Units are in the names.

    Raises:
        ConfigError: a value is out of its range; the message names the field and the range.

    Example:
        >>> DetectorConfig(max_frames=0)
        Traceback (most recent call last):
        ...
        detector.errors.ConfigError: max_frames is 0; give a number from 1, auto, moments or None (every frame)
    """

    max_frames: Depth = "auto"
    """Frames of a video to examine, evenly spread. `moments`: four a second. `auto`: the same, but at least 16 and
    at most 600. A number: that many. None: every frame."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the networks run; `auto` uses CUDA if available."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Precision of the classifier; `auto` times both once on a CPU and uses the faster."""
    batch_size: int = 32
    """Faces scored in one batch."""
    min_face_px: int = 40
    """Least width of a face in an image, pixels. Most frames of a large video are searched for larger faces only,
    see `FaceFinder.find_in_video`."""
    min_detection_confidence: float = 0.9
    """Least confidence of the face detector, 0 to 1."""
    max_file_bytes: int = 2_000_000_000
    """Largest file to open."""
    max_image_px: int = 110_000_000
    """Most pixels an image may have (the largest phone sensors in common use have 108 million); WebP and AVIF 40,
    HEIC and TIFF 64, JPEG 2000 24 million, because their decoders take more memory. Above 50 million an image is
    analysed at half its size. Opening any image within these limits takes at most 1 GB above idle."""
    max_frame_px: int = 8192 * 4320
    """Most pixels a frame of a video may have, whatever its header says. Above 4096x2304 frames are analysed at
    half their size."""
    max_duration_s: float = 4 * 3600.0
    """Longest video."""
    checkpoint_folder: Path = CHECKPOINTS
    """Folder that holds one folder for each checkpoint."""

    def __post_init__(self) -> None:
        depth = self.max_frames
        if not (depth is None or depth in ("auto", "moments") or (isinstance(depth, int) and depth >= 1)):
            raise ConfigError(
                f"max_frames is {depth!r}; give a number from 1, auto, moments or None (every frame)"
            )
        if self.device not in ("auto", "cpu", "cuda"):
            raise ConfigError(f"device is {self.device!r}; choose auto, cpu or cuda")
        if self.precision not in ("auto", "fp32", "bf16"):
            raise ConfigError(f"precision is {self.precision!r}; choose auto, fp32 or bf16")
        if not 0.0 <= self.min_detection_confidence <= 1.0:
            raise ConfigError(
                f"min_detection_confidence is {self.min_detection_confidence}; give a number from 0 to 1"
            )
        if self.min_face_px < 20:
            raise ConfigError(f"min_face_px is {self.min_face_px}; MTCNN finds no face under 20 pixels")
        for name in ("batch_size", "max_file_bytes", "max_image_px", "max_frame_px", "max_duration_s"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"{name} is {getattr(self, name)}; give a number above 0")
