"""Make tracks and the verdict from face scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from detector.messages import WITHHOLD_REAL, Message
from detector.model.checkpoint import CheckpointCard
from detector.types import OUTCOME_OF, FaceScore, FaceTrack, MediaInfo, MediaKind, Span, Verdict
from detector.verdict.accumulator import Accumulator
from detector.verdict.aggregate import WINDOW_S, PooledFaces, pool_faces, pool_tracks, runs, weighty_tracks
from detector.verdict.reasons import verdict_reasons


def pool_scores(scores: Sequence[FaceScore], card: CheckpointCard) -> PooledFaces:
    """Pool the scores of a track, by the plain mean for weights that were trained with it."""
    times_s, logits = [score.time_s for score in scores], [score.logit for score in scores]
    if card.input.video_frames is not None:
        return pool_faces(times_s, logits, [1.0] * len(scores), window_s=math.inf)
    return pool_faces(times_s, logits, [score.weight for score in scores], window_s=WINDOW_S)


def make_tracks(collected: Accumulator, card: CheckpointCard, kind: MediaKind) -> tuple[FaceTrack, ...]:
    """One track a person, numbered by importance: those that decide the verdict first, the strongest before."""
    seen = [sum(score.weight for score in scores) for scores in collected.scores.values()]
    weighty = weighty_tracks(seen) if kind == "video" else [True] * len(seen)  # an image has one frame only
    tracks = [
        _track(collected, track_id, card, kind, counts)
        for track_id, counts in zip(collected.scores, weighty, strict=True)
    ]
    ranked = sorted(tracks, key=lambda track: (not track.weighty, -track.logit))
    return tuple(replace(track, track_id=number) for number, track in enumerate(ranked))


def make_verdict(
    tracks: Sequence[FaceTrack], collected: Accumulator, media: MediaInfo, card: CheckpointCard
) -> Verdict:
    """Make the verdict on the file: its weighty track with the highest logit decides."""
    calibration = card.operating_point(media.kind).calibration
    logit = pool_tracks([track.logit for track in tracks], [track.weighty for track in tracks])
    probability = None if logit is None else calibration.probability(logit)
    grade = None if probability is None else calibration.grade(probability)
    outcome = "no_face" if grade is None else OUTCOME_OF[grade]
    reasons = list(
        verdict_reasons(outcome, tracks, collected.frames_examined, media.kind, card, collected.smallest_face_px)
    )
    if outcome == "real" and any(message.code in WITHHOLD_REAL for message in collected.warnings):
        grade = "undecided"
        reasons.insert(0, Message("real_withheld"))
    return Verdict(
        grade=grade,
        probability=probability,
        threshold_fake=calibration.threshold_fake,
        threshold_some=calibration.threshold_some,
        threshold_real=calibration.threshold_real,
        reasons=tuple(reasons),
    )


def _track(
    collected: Accumulator, track_id: int, card: CheckpointCard, kind: MediaKind, weighty: bool
) -> FaceTrack:
    calibration = card.operating_point(kind).calibration
    scores = collected.scores[track_id]
    pooled = pool_scores(scores, card)
    probability = calibration.probability(pooled.logit)
    peak: Span | None = None
    flagged: list[Span] = []
    timeline: tuple[float, ...] = ()
    if kind == "video":
        timeline = tuple(calibration.probability(logit) for logit in pooled.smoothed)
        first, last = pooled.peak
        peak = Span(scores[first].time_s, scores[last].time_s, probability)
        flagged = [
            Span(scores[first].time_s, scores[last].time_s, max(timeline[first : last + 1]))
            for first, last in runs([p >= calibration.threshold_fake for p in timeline])
        ]
    return FaceTrack(
        track_id=track_id,
        scores=tuple(scores),
        key_crops=collected.key_crops(track_id),
        logit=pooled.logit,
        probability=probability,
        grade=calibration.grade(probability),
        weighty=weighty,
        timeline=timeline,
        peak=peak,
        flagged=tuple(flagged),
    )
