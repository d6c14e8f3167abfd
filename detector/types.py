"""Immutable values passed between the stages. Imports NumPy and the standard library only.

Conventions: colours are RGB; boxes are XYXY pixels of the upright source frame, half-open;
fake is the positive class; time is seconds from the container's timestamps. `logit` is the network's raw
output, `probability` the calibrated P(fake), `detection_confidence` the face detector's number only.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from detector.messages import Message

Outcome = Literal["fake", "real", "inconclusive", "no_face"]
Grade = Literal["signs", "some signs", "undecided", "none found"]
"""`signs` is the outcome `fake`, `none found` is `real`, the two between are `inconclusive`."""
MediaKind = Literal["image", "video"]
FaceMark = Literal["small", "blurred", "cut off"]
Stage = Literal["open", "look", "done"]
Pixels = NDArray[np.uint8]
QuarterTurns = Literal[0, 1, 2, 3]
"""Turns by 90 degrees, counter-clockwise."""

OUTCOME_OF: Mapping[Grade, Outcome] = MappingProxyType(
    {"signs": "fake", "some signs": "inconclusive", "undecided": "inconclusive", "none found": "real"}
)

SCHEMA_VERSION = 1
"""Version of `Analysis.to_dict`, which is also what `scan --json` prints."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes whenever the bytes of a file do: where it is the same, the file need not be hashed again."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, facts: os.stat_result) -> FileStamp:
        return cls(facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """Facts of a file. Hashes are of its bytes as received."""

    file_name: str
    """Name without its folder."""
    size_bytes: int
    sha256: str
    sha1: str
    md5: str
    kind: MediaKind
    format: str
    """Name of the format found in the content, lower case: `jpeg`, `png`, `mp4`, …"""
    width_px: int
    """Of the upright image or frame: after EXIF or display-matrix rotation."""
    height_px: int
    duration_s: float | None = None
    """None for an image."""
    frame_rate_hz: float | None = None
    """Average over the video; None for an image."""
    frame_count: int | None = None
    """Coded frames in the video; None for an image."""
    notes: tuple[Message, ...] = ()
    """Harmless properties, such as a name whose ending does not fit the content."""
    stamp: FileStamp | None = field(default=None, compare=False, repr=False)
    """Of the file when it was hashed."""

    def is_of(self, path: Path) -> bool:
        """Return whether a file has the content that these facts are of; it is hashed only if its stamp differs.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            stamp = FileStamp.of(os.fstat(file.fileno()))
            if stamp == self.stamp or stamp.size_bytes != self.size_bytes:
                return stamp == self.stamp
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright image."""

    pixels: Pixels
    """uint8 (height, width, 3), RGB."""
    index: int
    """Position among the coded frames of the video, in presentation order; 0 for an image."""
    time_s: float
    """Presentation time; 0.0 for an image."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """XYXY pixels of the upright source frame, half-open."""

    x1: int
    y1: int
    x2: int
    y2: int

    def __post_init__(self) -> None:
        if self.x2 <= self.x1 or self.y2 <= self.y1:
            raise ValueError(f"a face box needs x1 < x2 and y1 < y2, got {self}")

    @property
    def width(self) -> int:
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        return self.y2 - self.y1

    def as_list(self) -> list[int]:
        return [self.x1, self.y1, self.x2, self.y2]

    def iou(self, other: FaceBox) -> float:
        """Intersection over union, 0.0 to 1.0.

        >>> FaceBox(0, 0, 10, 10).iou(FaceBox(5, 0, 15, 10))
        0.3333333333333333
        """
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.width * self.height + other.width * other.height - shared)

    def moved(self, dx: int, dy: int) -> FaceBox:
        return FaceBox(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)

    def clipped(self, outer: FaceBox) -> FaceBox | None:
        """The part inside another box; None if there is none.

        >>> FaceBox(0, 0, 10, 10).clipped(FaceBox(5, 2, 20, 20))
        FaceBox(x1=5, y1=2, x2=10, y2=10)
        """
        x1, y1 = max(self.x1, outer.x1), max(self.y1, outer.y1)
        x2, y2 = min(self.x2, outer.x2), min(self.y2, outer.y2)
        return FaceBox(x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def holds_centre_of(self, other: FaceBox) -> bool:
        """
        >>> FaceBox(0, 0, 10, 10).holds_centre_of(FaceBox(8, 0, 10, 4))
        True
        """
        x, y = (other.x1 + other.x2) / 2, (other.y1 + other.y2) / 2
        return self.x1 <= x < self.x2 and self.y1 <= y < self.y2


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """A face the detector found in one frame."""

    box: FaceBox
    detection_confidence: float
    landmarks: NDArray[np.float32]
    """(5, 2) XY pixels of the frame: left eye, right eye, nose, left and right mouth corner, as seen by
    the viewer of the upright face."""
    turns: QuarterTurns = 0
    """Turns that make the face upright; 0 unless the frame is sideways or upside down."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceCrop:
    """Network input, made by `detector.faces.crop.crop_face` only."""

    pixels: Pixels
    """uint8 (size, size, 3), RGB; the face upright, after the turns of `face`."""
    face: DetectedFace
    window: FaceBox
    """Square window of the frame; beyond the frame, edge pixels repeat."""
    frame_index: int
    time_s: float


@dataclass(frozen=True, slots=True)
class FaceScore:
    """The score of one face in one frame."""

    frame_index: int
    time_s: float
    box: FaceBox
    logit: float
    probability: float
    weight: float = 1.0
    """Weight of this face in its track, above 0 to 1."""
    marks: tuple[FaceMark, ...] = ()
    """What makes the face hard to score."""
    detail: float = 0.0
    """Image detail of the crop, see `detector.faces.quality.detail`."""
    network_logit: float | None = None
    """The logit before the offset for image detail was subtracted; None where there is no offset."""
    contributions: tuple[float, ...] = ()
    """What each network adds to that logit."""
    turns: QuarterTurns = 0
    """Turns that made the face upright."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a video."""

    start_s: float
    end_s: float
    """Time of its last scored frame."""
    probability: float
    """Calibrated P(fake) of the track over this span."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceTrack:
    """One person through time (in an image: one face)."""

    track_id: int
    """Position by importance: 0 is the person that decides the verdict."""
    scores: tuple[FaceScore, ...]
    """In order of time, never empty."""
    key_crops: tuple[FaceCrop, ...]
    """The crops of a few faces, the highest logit first, never empty: of the whole track, or, after
    `explain.decisive`, of `peak`."""
    logit: float
    """Pooled over the faces."""
    probability: float
    grade: Grade
    weighty: bool
    """False if the track is too short beside the others to decide the verdict."""
    timeline: tuple[float, ...] = ()
    """Calibrated P(fake) at each of `scores`, smoothed over neighbouring frames; empty for an image."""
    peak: Span | None = None
    """The span with the highest mean logit, which decides `probability`; None for an image."""
    flagged: tuple[Span, ...] = ()
    """Spans at or above the threshold for `fake`, in order of time."""

    def __post_init__(self) -> None:
        if not self.scores or not self.key_crops:
            raise ValueError("a track needs at least one scored face and its crop")
        if self.timeline and len(self.timeline) != len(self.scores):
            raise ValueError("a timeline has one value for each scored face")

    @property
    def outcome(self) -> Outcome:
        return OUTCOME_OF[self.grade]


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of an analysis."""

    stage: Stage
    share: float
    """Share done, 0 to 1."""
    frame: int = 0
    """Number of the current frame, from 1."""
    frames: int = 0
    """Number of frames to examine."""
    probability: float | None = None
    """Highest estimate so far; None before there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision at stated thresholds."""

    grade: Grade | None
    """Finer than the outcome; None exactly when no face was found."""
    probability: float | None
    """Calibrated P(fake); None exactly when no face was found."""
    threshold_fake: float
    """Least probability of `fake`."""
    threshold_some: float | None = None
    """Least probability of `some signs`; None if not measured."""
    threshold_real: float
    """Greatest probability of `real`; between the two the outcome is `inconclusive`."""
    reasons: tuple[Message, ...]
    """The most important first."""

    def __post_init__(self) -> None:
        if (self.probability is None) != (self.grade is None):
            raise ValueError("probability and grade are None exactly when no face was found")

    @property
    def outcome(self) -> Outcome:
        return "no_face" if self.grade is None else OUTCOME_OF[self.grade]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRate:
    """How often a grade was given in tests."""

    genuine: float
    """Share of the genuine files that got it."""
    manipulated: float
    """Share of the manipulated files that got it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredData:
    """The files that error rates were measured on, none of them seen in training."""

    images: int = 0
    synthetic_videos: int = 0
    """Made from still images."""
    videos: int = 0
    sources: str = ""
    """Names of the collections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointInfo:
    """The weights and their error rates, from the card."""

    name: str
    sha256: str
    """Of the weights of the first network."""
    architecture: str
    """Of every network that scores."""
    false_alarm_rate: float | None
    """Share of genuine faces called `fake` at the threshold, where it was measured; None if it never was."""
    miss_rate: float | None
    """Share of manipulated faces called `real` at the threshold, where it was measured."""
    undecided_rate: float | None
    """Share of all faces left open between the thresholds, where it was measured."""
    measured_on: str
    """The data the rates come from, in English."""
    measured: MeasuredData | None = None
    """The same in numbers; None if the card has words only."""
    grade_rates: Mapping[Grade, GradeRate] = field(default_factory=dict)
    """How often each grade is given, where that was measured."""
    second_sha256: str | None = None
    """Of the weights of the second network; None where one scores alone."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Analysis:
    """The result of analysing one file."""

    media: MediaInfo
    tracks: tuple[FaceTrack, ...]
    verdict: Verdict
    checkpoint: CheckpointInfo
    settings: Mapping[str, Any]
    """The `DetectorConfig`, device, precision and versions."""
    frames_examined: int
    elapsed_s: float
    key_frames: Mapping[int, Frame] = field(default_factory=dict)
    """Whole frames by index: a few, with the highest logits."""
    warnings: tuple[Message, ...] = ()
    """What was not examined, such as the part of a damaged video after its break."""
    frame_interval_s: float | None = None
    """Longest time of a video in which no frame was examined; None for an image."""

    def to_dict(self) -> dict[str, Any]:
        """The `scan --json` contract (schema version 1): JSON types only, no pixels."""
        verdict = self.verdict
        return {
            "schema_version": SCHEMA_VERSION,
            "file": self.media.file_name,
            "sha256": self.media.sha256,
            "kind": self.media.kind,
            "width_px": self.media.width_px,
            "height_px": self.media.height_px,
            "duration_s": self.media.duration_s,
            "verdict": {
                "outcome": verdict.outcome,
                "grade": verdict.grade,
                "probability": verdict.probability,
                "threshold_fake": verdict.threshold_fake,
                "threshold_some": verdict.threshold_some,
                "threshold_real": verdict.threshold_real,
                "reasons": [str(message) for message in (*verdict.reasons, *self.media.notes)],
            },
            "tracks": [
                {
                    "track_id": track.track_id,
                    "probability": track.probability,
                    "grade": track.grade,
                    "peak": _span(track.peak) if track.peak else None,
                    "flagged": [_span(span) for span in track.flagged],
                    "faces": [
                        {
                            "time_s": score.time_s,
                            "box": score.box.as_list(),
                            "probability": score.probability,
                            "marks": list(score.marks),
                        }
                        for score in track.scores
                    ],
                }
                for track in self.tracks
            ],
            "warnings": [str(message) for message in self.warnings],
            "notices": [{"code": message.code, "value": message.value} for message in self.warnings],
            "frame_interval_s": self.frame_interval_s,
            "checkpoint": {
                "name": self.checkpoint.name,
                "sha256": self.checkpoint.sha256,
                "second_sha256": self.checkpoint.second_sha256,
            },
            "elapsed_s": self.elapsed_s,
        }


def _span(span: Span) -> dict[str, float]:
    return {"start_s": span.start_s, "end_s": span.end_s, "probability": span.probability}
