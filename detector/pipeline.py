"""Run the stages of an analysis: frames, faces, logits, verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, cast

import torch

from detector.closer_look import CLOSER_FROM_S, frames_around, longest_gap, scene_starts, strongest_moments
from detector.config import Depth, DetectorConfig
from detector.faces.crop import crop_faces
from detector.faces.face_detector import FaceFinder
from detector.faces.face_follower import FaceFollower
from detector.media.media import Media, open_media
from detector.media.prefetch import prefetch
from detector.messages import Message
from detector.model.checkpoint import CheckpointCard, load_card, load_map_head, load_second, load_weights
from detector.model.classifier import FaceClassifier, choose_device
from detector.model.score import make_score, network_contributions
from detector.types import Analysis, DetectedFace, Frame, MediaKind, QuarterTurns, Step
from detector.verdict.accumulator import Accumulator
from detector.verdict.aggregate import WINDOW_FACES, pool_faces
from detector.verdict.verdict import make_tracks, make_verdict, pool_scores

Progress = Callable[[Step], None]
"""Called with the progress; an exception it raises stops the analysis."""

_FRAMES_HELD = 16
"""Most frames of a video in memory whose faces are not scored yet."""
_SCORED_AT_ONCE = 16
"""Faces to collect before scoring them."""
_LATEST = 64
"""Latest faces of a track that the running estimate uses."""
_SPARSE_FROM_S = 1.0
"""Gap between examined frames from which the result says so."""
_BRIEF_S = 1.0
_MOST_FACES = 500
"""Most faces of one image to score, the largest first."""
_UPRIGHT_FRAC = 0.1
"""If a smaller share of frames shows an upright face, rotated frames are searched."""
_TURN_PROBES = 8
"""Frames of a video to search rotated."""


class Detector:
    """Analyses files with one checkpoint. Thread-safe."""

    def __init__(
        self, card: CheckpointCard, classifier: FaceClassifier, finder: FaceFinder, config: DetectorConfig
    ) -> None:
        self.card = card
        self.classifier = classifier
        self.config = config
        self.finder = finder

    @classmethod
    def from_checkpoint(cls, name: str = "default", config: DetectorConfig | None = None) -> Detector:
        """Load a checkpoint of `config.checkpoint_folder`.

        Raises:
            CheckpointError: it is not there, was changed, or does not fit.
            ConfigError: the device asked for is not there.
        """
        config = config or DetectorConfig()
        device = choose_device(config.device)
        card = load_card(name, config.checkpoint_folder)
        classifier = FaceClassifier(
            load_weights(card, config.checkpoint_folder),
            device,
            config.precision,
            card.architecture,
            load_map_head(card, config.checkpoint_folder),
            load_second(card, config.checkpoint_folder),
            card.second.factors if card.second else (1.0,),
        )
        return cls(card, classifier, FaceFinder(config, device), config)

    def analyze(
        self,
        source: str | Path | Media,
        *,
        max_frames: Depth | Literal["configured"] = "configured",
        progress: Progress | None = None,
    ) -> Analysis:
        """Analyse an image or video.

        Args:
            source: the file, or its `Media`.
            max_frames: overrides the configuration; None examines every frame. With `auto`, a checkpoint trained
                with a fixed number of frames uses that.

        Returns:
            The analysis; its outcome is `no_face` if no face was found. A damaged file is analysed as far as it
            decodes, and `warnings` says so.

        Raises:
            MediaError: the file cannot be read; the message says what to do.
            ConfigError: `max_frames` is below 1.
        """
        start = time.perf_counter()
        report = progress or (lambda step: None)
        report(Step("open", 0.0))
        config = self.config if max_frames == "configured" else replace(self.config, max_frames=max_frames)
        if max_frames == "configured" and config.max_frames == "auto":
            config = replace(config, max_frames=self.card.input.video_frames or "auto")
        media = source if isinstance(source, Media) else open_media(source, config)
        collected = self._score_media(media, config.max_frames, report)
        interval_s = None
        if media.info.kind == "video":
            interval_s = longest_gap(collected.times_s, media.times_s[0], media.times_s[-1])
            if interval_s > _SPARSE_FROM_S:
                collected.warnings.append(Message("sparse", {"gap_s": interval_s}))
        collected.smallest_face_px = config.min_face_px
        tracks = make_tracks(collected, self.card, media.info.kind)
        verdict = make_verdict(tracks, collected, media.info, self.card)
        if verdict.outcome in ("real", "no_face") and (small := self._count_small_faces(media, collected)):
            collected.warnings.append(Message("small_faces", {"count": small}))
            verdict = make_verdict(tracks, collected, media.info, self.card)
        media.check_unchanged()
        report(Step("done", 1.0))
        return Analysis(
            media=media.info,
            tracks=tracks,
            verdict=verdict,
            checkpoint=self.card.info(media.info.kind),
            settings=self._settings(config),
            frames_examined=collected.frames_examined,
            elapsed_s=time.perf_counter() - start,
            key_frames=collected.key_frames(),
            warnings=tuple(collected.warnings),
            frame_interval_s=interval_s,
        )

    def _score_media(self, media: Media, max_frames: Depth, report: Progress) -> Accumulator:
        if media.info.kind == "image":
            return self._score_image(media)
        collected = self._score_video(media, max_frames, report, 0)
        with_faces = len({score.frame_index for scores in collected.scores.values() for score in scores})
        if with_faces < _UPRIGHT_FRAC * collected.frames_examined and (turns := self._find_turns(media)):
            collected = self._score_video(media, max_frames, report, turns)
            collected.warnings.append(Message("turned", {"kind": "video", "degrees": 90 * turns}))
        return collected

    def _score_image(self, media: Media) -> Accumulator:
        collected = Accumulator()
        (frame,) = media.frames(1, collected.warnings.append)
        found = self.finder.search(frame.pixels)
        if found.turns:
            collected.warnings.append(Message("turned", {"kind": "image", "degrees": 90 * found.turns}))
        if len(found.faces) > _MOST_FACES or not found.complete:
            collected.warnings.append(Message("faces_left_out", {"count": max(0, len(found.faces) - _MOST_FACES)}))
        self._add_frame(collected, frame, list(enumerate(found.faces[:_MOST_FACES])))
        self._score_waiting(collected, "image")
        return collected

    def _score_video(self, media: Media, max_frames: Depth, report: Progress, turns: QuarterTurns) -> Accumulator:
        collected = Accumulator()
        calibration = self.card.operating_point("video").calibration
        follower = FaceFollower(self.finder, turns)
        expected = media.count(max_frames)
        strongest: float | None = None
        drawn = media.frames(max_frames, collected.warnings.append)
        with closing(prefetch(self._find_faces(follower, drawn))) as found:
            for frame, faces in found:
                number = collected.frames_examined + 1
                report(Step("look", min(0.98, (number - 1) / expected), number, expected, strongest))
                self._add_frame(collected, frame, faces)
                if len(collected.waiting) >= _SCORED_AT_ONCE or collected.frames_waiting() >= _FRAMES_HELD:
                    for track_id in self._score_waiting(collected, "video"):
                        latest = pool_scores(collected.scores[track_id][-_LATEST:], self.card).logit
                        strongest = max(calibration.probability(latest), strongest or 0.0)
        self._score_waiting(collected, "video")
        if max_frames == "auto":
            self._examine_closer(
                media, collected, follower, lambda: report(Step("look", 0.98, expected, expected, strongest))
            )
        if follower.left_out is not None:
            collected.warnings.append(Message("faces_left_out", {"count": follower.left_out}))
        return collected

    def _find_faces(
        self, follower: FaceFollower, frames: Iterator[Frame]
    ) -> Iterator[tuple[Frame, list[tuple[int, DetectedFace]]]]:
        """Yield each frame with its faces and their tracks. Faces are searched while earlier ones are scored and
        later frames decoded, each in a thread of its own."""
        with closing(prefetch(frames)) as drawn:
            for frame in drawn:
                yield frame, follower.find(frame)

    def _examine_closer(
        self, media: Media, collected: Accumulator, follower: FaceFollower, report: Callable[[], None]
    ) -> None:
        """Examine more frames of a sparsely sampled video: at scene starts, then around the highest estimates."""
        calibration = self.card.operating_point("video").calibration
        examined = sorted(collected.times_s)
        interval_s = longest_gap(examined, examined[0], examined[-1])
        if interval_s <= CLOSER_FROM_S:
            return

        def examine(stretches: list[list[int]]) -> None:
            for stretch in stretches:
                follower.jump()
                for frame in media.frames_at(stretch):
                    report()
                    self._add_frame(collected, frame, follower.find(frame))
                    if len(collected.waiting) >= _SCORED_AT_ONCE or collected.frames_waiting() >= _FRAMES_HELD:
                        self._score_waiting(collected, "video")
            self._score_waiting(collected, "video")

        examine([[index] for index in scene_starts(media.times_s, media.key_indices, examined)])
        scored = [(score.time_s, score.probability) for scores in collected.scores.values() for score in scores]
        for moment_s in strongest_moments(scored, calibration.threshold_real, interval_s):
            examine([frames_around(media.times_s, moment_s, interval_s, sorted(collected.times_s))])
        collected.sort()
        if (brief_s := self._brief_signs(collected)) is not None:
            collected.warnings.append(Message("brief_signs", {"time_s": brief_s}))

    def _brief_signs(self, collected: Accumulator) -> float | None:
        """Return when a track reaches the threshold for `fake` over one second, too short to decide; the
        strongest."""
        calibration = self.card.operating_point("video").calibration
        if self.card.input.video_frames is not None:
            return None  # scored by the mean over the whole video
        strongest: tuple[float, float] | None = None
        for scores in collected.scores.values():
            if calibration.outcome(calibration.probability(pool_scores(scores, self.card).logit)) == "fake":
                return None
            times_s, logits = [score.time_s for score in scores], [score.logit for score in scores]
            brief = pool_faces(times_s, logits, [score.weight for score in scores], window_s=_BRIEF_S)
            first, last = brief.peak
            long_enough = last - first + 1 >= WINDOW_FACES and times_s[last] - times_s[first] <= 2 * _BRIEF_S
            if long_enough and calibration.outcome(calibration.probability(brief.logit)) == "fake":
                strongest = max(strongest or (brief.logit, times_s[first]), (brief.logit, times_s[first]))
        return strongest[1] if strongest else None

    def _count_small_faces(self, media: Media, collected: Accumulator) -> int:
        """Most faces of one image or key frame that are too small to be scored."""
        degrees = next(
            (message.values["degrees"] for message in collected.warnings if message.code == "turned"), 0
        )
        turns = cast(QuarterTurns, int(degrees) // 90)
        frames = [media.frame(0)] if media.info.kind == "image" else list(collected.key_frames().values())
        most = 0
        for frame in frames:
            scored = [
                score.box
                for scores in collected.scores.values()
                for score in scores
                if score.frame_index == frame.index
            ]
            found = self.finder.find_small(frame.pixels, turns)
            most = max(most, sum(not any(box.holds_centre_of(face.box) for box in scored) for face in found))
        return most

    def _find_turns(self, media: Media) -> QuarterTurns:
        """Estimate from a few frames the turns that make the faces of a video upright; 0 if unclear."""
        votes: Counter[QuarterTurns] = Counter()
        frames = upright = 0
        for frame in media.frames(_TURN_PROBES, lambda message: None):
            frames += 1
            upright += bool(self.finder.find_in_video(frame.pixels).faces)
            turned = self.finder.search_turned(frame.pixels, in_video=True)
            votes.update([turned.turns] if turned.faces else [])
        turns, count = max(votes.items(), key=lambda vote: vote[1], default=(0, 0))
        return turns if count > max(2 * upright, frames / 4) else 0

    def _add_frame(self, collected: Accumulator, frame: Frame, faces: Sequence[tuple[int, DetectedFace]]) -> None:
        spec = self.card.input
        collected.times_s.append(frame.time_s)
        ids, found = [track_id for track_id, _ in faces], [face for _, face in faces]
        crops = crop_faces(frame, found, spec.margin_frac, spec.size_px)
        collected.waiting.extend((track_id, crop, frame) for track_id, crop in zip(ids, crops, strict=True))

    def _score_waiting(self, collected: Accumulator, kind: MediaKind) -> set[int]:
        """Score the waiting faces and return their tracks."""
        calibration, offsets = self.card.operating_point(kind).calibration, self.card.offsets(kind)
        waiting, collected.waiting = collected.waiting, []
        if not waiting:
            return set()
        spec = self.card.input
        crops = [crop.pixels for _, crop, _ in waiting]
        if kind == "image" and spec.mirrored_margin_frac is not None:
            image, faces = waiting[0][2], [crop.face for _, crop, _ in waiting]
            second = crop_faces(image, faces, spec.mirrored_margin_frac, spec.size_px)
            crops += [crop.pixels[:, ::-1] for crop in second]
        added = network_contributions(self.classifier, crops, spec, self.config.batch_size)
        means = added.reshape(-1, len(waiting), added.shape[1]).mean(0)
        for (track_id, crop, frame), each in zip(waiting, means.tolist(), strict=True):
            score = make_score(frame, crop, each, offsets, calibration)
            collected.keep(track_id, score, crop, frame)
        return {track_id for track_id, _, _ in waiting}

    def _settings(self, config: DetectorConfig) -> dict[str, Any]:
        settings = asdict(config) | {
            "device": str(self.classifier.device),
            "precision": self.classifier.precision,
            "torch": torch.__version__,
        }
        del settings["checkpoint_folder"]  # a path of this machine does not belong in a report
        return settings
