from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from grades import GRADE_OF

from detector.messages import Message
from detector.types import (
    Analysis,
    CheckpointInfo,
    DetectedFace,
    FaceBox,
    FaceCrop,
    FaceScore,
    FaceTrack,
    MediaInfo,
    Outcome,
    Verdict,
)
from explain.types import Explanation, Explanations, FrameOverlay
from reporting import Case
from reporting.package import build

ORIGINAL_BYTES = bytes(range(256)) * 40


@pytest.fixture
def created_at() -> datetime:
    return datetime(2026, 3, 6, 4, 5, 7, tzinfo=UTC)


@pytest.fixture
def case() -> Case:
    return Case(
        denied=True,
        what_happened="A video shows my sister asking people to invest money. Friends have sent it to us.",
        whose_face="My sister",
        platform="Instagram",
        urls=("https://www.instagram.com/reel/Cx_1?igsh=a=b&c", "https://www.instagram.com/some_account/"),
        handle="@some_account",
        seen_at=datetime(2026, 3, 5, 16, 0, tzinfo=UTC),
        state="Kerala",
        harm="Two relatives have lost money.",
    )


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "मेरा video (1).final.MP4"
    path.write_bytes(ORIGINAL_BYTES)
    return path


@pytest.fixture
def checkpoint() -> CheckpointInfo:
    return CheckpointInfo(
        name="default",
        sha256="c" * 64,
        architecture="some-net",
        false_alarm_rate=0.05,
        miss_rate=0.2,
        undecided_rate=0.4,
        measured_on="400 videos of FaceForensics++ (c23)",
    )


@pytest.fixture
def track() -> FaceTrack:
    face = DetectedFace(FaceBox(2, 3, 10, 12), 0.99, np.zeros((5, 2), np.float32))
    crop = FaceCrop(np.full((8, 8, 3), 90, np.uint8), face, FaceBox(0, 0, 12, 12), 4, 0.133)
    score = FaceScore(4, 0.133, face.box, 3.5, 0.97)
    return FaceTrack(
        track_id=0,
        scores=(score,),
        key_crops=(crop,),
        logit=3.5,
        probability=0.97,
        grade="signs",
        weighty=True,
    )


@pytest.fixture
def make_analysis(
    original: Path, checkpoint: CheckpointInfo, track: FaceTrack
) -> Callable[[Outcome, float | None], Analysis]:
    def make(outcome: Outcome, probability: float | None) -> Analysis:
        return Analysis(
            media=MediaInfo(
                file_name=original.name,
                size_bytes=len(ORIGINAL_BYTES),
                sha256=hashlib.sha256(ORIGINAL_BYTES).hexdigest(),
                sha1=hashlib.sha1(ORIGINAL_BYTES).hexdigest(),
                md5=hashlib.md5(ORIGINAL_BYTES).hexdigest(),
                kind="video",
                format="mp4",
                width_px=64,
                height_px=48,
                duration_s=1.5,
                frame_rate_hz=29.97,
                frame_count=45,
            ),
            tracks=() if outcome == "no_face" else (track,),
            verdict=Verdict(
                grade=GRADE_OF[outcome],
                probability=probability,
                threshold_fake=0.8,
                threshold_real=0.2,
                reasons=(Message("faces_in_video", {"faces": 1, "views": 40, "frames": 40}),),
            ),
            checkpoint=checkpoint,
            settings={"max_frames": 64, "device": "cpu"},
            frames_examined=45,
            elapsed_s=0.8,
        )

    return make


@pytest.fixture
def analysis(make_analysis: Callable[[Outcome, float | None], Analysis]) -> Analysis:
    return make_analysis("fake", 0.97)


@pytest.fixture
def explanations(track: FaceTrack) -> Explanations:
    rows = np.arange(20 * 16 * 3).reshape(20, 16, 3)
    first = Explanation(
        track_id=0,
        score=track.scores[0],
        crop=track.key_crops[0],
        heatmap=np.ones((2, 2), np.float32),
        method="gradcam",
        layers=("last",),
        regions={"mouth": 0.7, "jaw": 0.2, "eyes": 0.1}
        | dict.fromkeys(("nose", "cheeks", "forehead", "outside"), 0.0),
        concentrated=True,
        overlay=(rows % 251).astype(np.uint8),
    )
    second = replace(first, overlay=(rows % 7 * 30).astype(np.uint8))
    frame = FrameOverlay(4, 0.133, (0,), np.full((12, 30, 3), (200, 10, 40), np.uint8))
    return Explanations(faces=(first, second), frames=(frame,), heatmap_scale=1.0, scale_from="checkpoint")


@pytest.fixture
def small_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the PDFs out, for tests of what is around them; they take a second each."""
    monkeypatch.setattr(build, "pdf_documents", lambda facts, indian: {"4_forensic_report.pdf": b"%PDF-"})
