"""The order of the stages: bytes to frames to faces to logits to a verdict."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import torch

from detector.aggregate import pool_faces, pool_tracks, weighty_tracks
from detector.checkpoint import CheckpointCard, load_card, load_weights
from detector.config import DetectorConfig
from detector.crop import crop_face
from detector.faces import FaceFinder
from detector.media import Media, open_media
from detector.model import FaceClassifier, choose_device
from detector.reasons import verdict_reasons
from detector.score import score_crops
from detector.tracks import TrackLinker
from detector.types import Analysis, DetectedFace, FaceCrop, FaceScore, FaceTrack, Frame, Verdict

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and the stage in words."""

_FRAMES_HELD = 8
"""Frames of a clip kept in memory until their faces are judged."""
_KEY_FRAMES = 8
_KEY_CROPS = 4
"""Strongest crops kept of each track."""


class Detector:
    """Judges files with one checkpoint. One instance serves many requests, also from several threads."""

    def __init__(
        self, card: CheckpointCard, classifier: FaceClassifier, finder: FaceFinder, config: DetectorConfig
    ) -> None:
        self.card = card
        self.classifier = classifier
        self.config = config
        self._finder = finder

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
        weights = load_weights(card, config.checkpoint_folder)
        classifier = FaceClassifier(weights, card.input.size_px, device, config.precision, card.architecture)
        return cls(card, classifier, FaceFinder(config, device), config)

    def analyze(
        self,
        path: str | Path,
        *,
        max_frames: int | Literal["configured"] | None = "configured",
        progress: Progress | None = None,
    ) -> Analysis:
        """Judge every face in a picture or clip.

        Args:
            path: the file.
            max_frames: for this clip, instead of the configuration's; None looks at every frame. Where
                neither says anything, as many as the checkpoint was trained for.
            progress: told what is being done.

        Returns:
            The analysis; its outcome is `no_face` where no face was found.

        Raises:
            MediaError: the file cannot be read; the message says what to do.
            ConfigError: `max_frames` is below 1.
        """
        start = time.perf_counter()
        tell = progress or (lambda share, stage: None)
        tell(0.0, "Opening the file")
        config = self.config if max_frames == "configured" else replace(self.config, max_frames=max_frames)
        if max_frames == "configured" and config.max_frames == DetectorConfig().max_frames:
            config = replace(config, max_frames=self.card.input.clip_frames or config.max_frames)
        media = open_media(path, config)
        run = self._judge_frames(media, config.max_frames, tell)
        tracks = self._tracks(run)
        verdict = self._verdict(tracks, run.frames_examined, media)
        tell(1.0, "Done")
        return Analysis(
            media=media.info,
            tracks=tracks,
            verdict=verdict,
            checkpoint=self.card.info,
            settings=self._settings(config),
            frames_examined=run.frames_examined,
            elapsed_s=time.perf_counter() - start,
            key_frames=run.key_frames(),
        )

    def find_faces(self, frame: Frame) -> list[DetectedFace]:
        """The faces of one frame, largest first."""
        return self._finder.find(frame.pixels)

    def _judge_frames(self, media: Media, max_frames: int | None, tell: Progress) -> _Run:
        run = _Run()
        linker = TrackLinker()
        total = media.info.frame_count or 1
        expected = total if max_frames is None else min(total, max_frames)
        spec = self.card.input
        for frame in media.frames(max_frames):
            tell(
                min(0.98, run.frames_examined / expected),
                f"Looking at frame {run.frames_examined + 1} of {expected}",
            )
            run.frames_examined += 1
            faces = self.find_faces(frame)
            for track_id, face in zip(linker.link([face.box for face in faces]), faces, strict=True):
                run.waiting.append((track_id, crop_face(frame, face, spec.margin_frac, spec.size_px), frame))
            if len(run.waiting) >= self.config.batch_size or run.frames_waiting() >= _FRAMES_HELD:
                self._judge_waiting(run)
        self._judge_waiting(run)
        return run

    def _judge_waiting(self, run: _Run) -> None:
        crops = [crop for _, crop, _ in run.waiting]
        logits = score_crops(
            self.classifier, [crop.pixels for crop in crops], self.card.input, self.config.batch_size
        )
        for (track_id, crop, frame), logit in zip(run.waiting, logits, strict=True):
            probability = self.card.calibration.probability(logit)
            score = FaceScore(crop.frame_index, crop.time_s, crop.face.box, logit, probability)
            run.keep(track_id, score, crop, frame)
        run.waiting.clear()

    def _tracks(self, run: _Run) -> tuple[FaceTrack, ...]:
        calibration = self.card.calibration
        tracks = []
        for (track_id, scores), weighty in zip(
            run.scores.items(), weighty_tracks([len(scores) for scores in run.scores.values()]), strict=True
        ):
            logit = pool_faces([score.logit for score in scores])
            probability = calibration.probability(logit)
            crops = [crop for _, _, crop in sorted(run.key_crops[track_id], key=lambda kept: -kept[0])]
            tracks.append(
                FaceTrack(
                    track_id=track_id,
                    scores=tuple(scores),
                    key_crops=tuple(crops),
                    logit=logit,
                    probability=probability,
                    outcome=calibration.outcome(probability),
                    weighty=weighty,
                )
            )
        return tuple(sorted(tracks, key=lambda track: track.track_id))

    def _verdict(self, tracks: tuple[FaceTrack, ...], frames_examined: int, media: Media) -> Verdict:
        calibration = self.card.calibration
        logit = pool_tracks([track.logit for track in tracks], [track.weighty for track in tracks])
        probability = None if logit is None else calibration.probability(logit)
        outcome = "no_face" if probability is None else calibration.outcome(probability)
        return Verdict(
            outcome=outcome,
            probability=probability,
            threshold_fake=calibration.threshold_fake,
            threshold_real=calibration.threshold_real,
            reasons=verdict_reasons(outcome, tracks, frames_examined, media.info, self.card),
        )

    def _settings(self, config: DetectorConfig) -> dict[str, Any]:
        settings = asdict(config) | {
            "device": str(self.classifier.device),
            "precision": self.classifier.precision,
            "torch": torch.__version__,
        }
        del settings["checkpoint_folder"]  # a path of this machine, and nobody's business in a report
        return settings


class _Run:
    """What one pass over the frames gathers: every score, and the few strongest crops and frames."""

    def __init__(self) -> None:
        self.frames_examined = 0
        self.waiting: list[tuple[int, FaceCrop, Frame]] = []
        self.scores: dict[int, list[FaceScore]] = {}
        self.key_crops: dict[int, list[tuple[float, int, FaceCrop]]] = {}
        self._frames: dict[int, tuple[float, Frame]] = {}

    def frames_waiting(self) -> int:
        return len({frame.index for _, _, frame in self.waiting})

    def keep(self, track_id: int, score: FaceScore, crop: FaceCrop, frame: Frame) -> None:
        self.scores.setdefault(track_id, []).append(score)
        kept = self.key_crops.setdefault(track_id, [])
        heapq.heappush(kept, (score.logit, -score.frame_index, crop))
        if len(kept) > _KEY_CROPS:
            heapq.heappop(kept)
        strongest, _ = self._frames.get(frame.index, (score.logit, frame))
        self._frames[frame.index] = (max(strongest, score.logit), frame)
        if len(self._frames) > _KEY_FRAMES:
            del self._frames[min(self._frames, key=lambda index: self._frames[index][0])]

    def key_frames(self) -> dict[int, Frame]:
        return {index: self._frames[index][1] for index in sorted(self._frames)}
