"""Why a verdict is what it is: which threshold decided, and how much was examined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detector.faces.quality import SMALL_FACE_PX
from detector.messages import Message
from detector.model.checkpoint import CheckpointCard
from detector.types import FaceTrack, MediaKind, Outcome


def verdict_reasons(
    outcome: Outcome,
    tracks: Sequence[FaceTrack],
    frames_examined: int,
    kind: MediaKind,
    card: CheckpointCard,
    smallest_face_px: int | None = None,
) -> Iterator[Message]:
    """Yield the reasons, the most important first.

    Args:
        outcome: by the thresholds alone.
        tracks: of the file.
        smallest_face_px: narrowest face that was searched for; None leaves that out.
    """
    limit = [] if smallest_face_px is None else [Message("smallest_face", {"px": smallest_face_px})]
    if outcome == "no_face":
        yield (
            Message("no_face_in_image")
            if kind == "image"
            else Message("no_face_in_video", {"frames": frames_examined})
        )
        yield from limit
        return
    calibration = card.operating_point(kind).calibration
    low, high = calibration.threshold_real, calibration.threshold_fake
    strongest = max((track for track in tracks if track.weighty), key=lambda track: track.probability)
    thresholds = {"low": low, "high": high} if outcome == "inconclusive" else {}
    if not thresholds:
        thresholds = {"threshold": high if outcome == "fake" else low}
    yield Message(outcome, {"probability": strongest.probability, **thresholds})
    if kind == "image":
        yield Message("faces_in_image", {"faces": len(tracks)})
    else:
        views = sum(len(track.scores) for track in tracks)
        yield Message("faces_in_video", {"faces": len(tracks), "views": views, "frames": frames_examined})
    yield from limit
    if short := sum(not track.weighty for track in tracks):
        yield Message("short_tracks", {"count": short})
    if strongest.peak is not None and len(strongest.scores) > 1:
        yield Message("peak", {"start_s": strongest.peak.start_s, "end_s": strongest.peak.end_s})
    widest_px = max(score.box.width for score in strongest.scores)
    if widest_px < SMALL_FACE_PX:
        yield Message("small_face", {"px": widest_px})
    if card.operating_point(kind).false_alarm_rate is None:
        yield Message("never_measured", {"name": card.name})
