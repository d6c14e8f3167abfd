"""Why a verdict is what it is, in figures: how much was looked at and which threshold decided.

What a verdict *means* to a person is worded elsewhere; these sentences only state what was counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from detector.faces.quality import SMALL_FACE_PX
from detector.model.checkpoint import CheckpointCard
from detector.types import FaceTrack, MediaInfo, Outcome


def verdict_reasons(
    outcome: Outcome,
    tracks: Sequence[FaceTrack],
    frames_examined: int,
    media: MediaInfo,
    card: CheckpointCard,
    smallest_face_px: int | None = None,
) -> tuple[str, ...]:
    """English sentences, the most important first.

    Args:
        smallest_face_px: narrowest face that was looked for; None says nothing about it.
    """
    limit = (
        () if smallest_face_px is None else (f"Faces narrower than {smallest_face_px} pixels are not looked for.",)
    )
    looked_at = "the image" if media.kind == "image" else f"{frames_examined} frames spread over the video"
    if outcome == "no_face":
        return (f"No face was found in {looked_at}, so there is nothing to judge.", *limit, *media.notes)
    judgement = card.judgement(media.kind)
    calibration = judgement.calibration
    strongest = max((track for track in tracks if track.weighty), key=lambda track: track.probability)
    faces = sum(len(track.scores) for track in tracks)
    people = "1 face" if len(tracks) == 1 else f"{len(tracks)} faces"
    if media.kind == "video":
        people = f"{faces} views of {people}"
    place = {
        "fake": f"at or above {calibration.threshold_fake:.3f}, from where the outcome is fake",
        "real": f"at or below {calibration.threshold_real:.3f}, up to where the outcome is real",
        "inconclusive": f"between {calibration.threshold_real:.3f} and {calibration.threshold_fake:.3f}, "
        "where the outcome is left open",
    }[outcome]
    reasons = [
        f"The highest estimate of any face is {strongest.probability:.3f}: {place}.",
        f"Judged: {people} in {looked_at}.",
        *limit,
    ]
    passing = sum(not track.weighty for track in tracks)
    if passing:
        reasons.append(f"{passing} briefly seen face(s) are listed but do not decide the verdict.")
    if strongest.peak is not None and len(strongest.scores) > 1:
        reasons.append(
            f"It is that of {strongest.peak.start_s:.1f} s to {strongest.peak.end_s:.1f} s, the stretch that "
            "speaks most for fake."
        )
    widest = max(score.box.width for score in strongest.scores)
    if widest < SMALL_FACE_PX:
        reasons.append(f"That face is only {widest} pixels wide; so small a face is judged poorly.")
    if judgement.false_alarm_rate is None:
        reasons.append(f"How often the checkpoint {card.name!r} errs was never measured.")
    return (*reasons, *media.notes)
