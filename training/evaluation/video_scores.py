"""The faces of videos as a judge saw them: judged once, kept in a file, pooled in as many ways as one likes.

The file is a CSV with one line a judged face; a video without a face has one line without numbers. The features of
the same faces may lie beside it, as float16 (lines, 512) in a `.npy` of the same name.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from detector.config import Depth
from detector.pipeline import Detector
from detector.types import Analysis
from detector.verdict.aggregate import pool_tracks, weighty_tracks
from training.datasets.labels import Item
from training.evaluation.evaluate import Judge
from training.evaluation.metrics import Row

FEATURES = 512
"""What InceptionResnetV1 says of a face before its logit."""
_ITEM = ("file", "label", "source", "manipulation", "group")
_FACE = ("track", "time_s", "logit", "weight", "face_width_px")
SERIES_FIELDS = (*_ITEM, *_FACE)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Track:
    """One person's judged faces, in order of time."""

    times_s: NDArray[np.float64]
    logits: NDArray[np.float64]
    weights: NDArray[np.float64]
    """As `pool_faces` takes them."""
    widths_px: NDArray[np.float64]
    features: NDArray[np.float32] | None = None
    """(faces, 512)"""

    def take(self, indices: NDArray[np.intp], times_s: NDArray[np.float64]) -> Track:
        """Some of the faces, at other times."""
        return Track(
            times_s=times_s,
            logits=self.logits[indices],
            weights=self.weights[indices],
            widths_px=self.widths_px[indices],
            features=None if self.features is None else self.features[indices],
        )


Pooling = Callable[[Track], float]
"""One person's faces to the person's logit."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Video:
    """One labelled video with the people found in it."""

    file: str
    label: str
    source: str
    manipulation: str
    group: str
    tracks: tuple[Track, ...]

    @property
    def weighty(self) -> tuple[Track, ...]:
        """The people who decide the verdict, by the detector's own rule."""
        counts = weighty_tracks([float(track.weights.sum()) for track in self.tracks])
        return tuple(track for track, counted in zip(self.tracks, counts, strict=True) if counted)


def judge_video(
    detector: Detector, path: Path, item: Item, max_frames: Depth = "moments", features: bool = False
) -> Video:
    """Judge a video through `Detector.analyze`.

    Args:
        detector: with what.
        path: the video; `item.file` need not lie there.
        item: what is known of it.
        max_frames: how much is looked at, see `DetectorConfig.max_frames`.
        features: keep what the network says of each face before its logit; InceptionResnetV1 only.

    Raises:
        MediaError: the video cannot be read.
    """
    if not features:
        return _video(item, detector.analyze(path, max_frames=max_frames), None)
    with _features_of(detector) as batches:
        analysis = detector.analyze(path, max_frames=max_frames)
    return _video(item, analysis, np.concatenate(batches) if batches else np.zeros((0, FEATURES + 1), np.float32))


def judge_videos(
    judge: Judge, data: Path, items: Sequence[Item], max_frames: Depth, *, features: bool, workers: int
) -> Iterator[Video]:
    """Judge labelled videos, in order.

    Args:
        judge: with what.
        data: folder of the videos.
        items: which.
        max_frames: how much of each is looked at, see `DetectorConfig.max_frames`.
        features: keep the features too.
        workers: processes, one thread each.
    """
    tasks = [(data / item.file, item, max_frames, features) for item in items]
    with torch.multiprocessing.get_context("spawn").Pool(workers, _start_worker, (judge,)) as pool:
        yield from pool.imap(_judge, tasks)


_detector: Detector


def _start_worker(judge: Judge) -> None:
    global _detector
    torch.set_num_threads(1)
    _detector = judge.detector()


def _judge(task: tuple[Path, Item, Depth, bool]) -> Video:
    return judge_video(_detector, *task)


@contextmanager
def _features_of(detector: Detector) -> Iterator[list[NDArray[np.float32]]]:
    """Collects, of every batch judged meanwhile, each face's features and, last, its logit."""
    network, batches = detector.classifier.network, []
    hook = network.logits.register_forward_hook(
        lambda module, given, logits: batches.append(
            np.concatenate([given[0].float().cpu().numpy(), logits.float().cpu().numpy()], axis=1)
        )
    )
    with detector.classifier.lock:
        try:
            yield batches
        finally:
            hook.remove()


def _video(item: Item, analysis: Analysis, judged: NDArray[np.float32] | None) -> Video:
    """Faces were judged frame by frame; which of a frame's people comes first, their logits tell."""
    features: dict[tuple[int, int], NDArray[np.float32]] = {}
    if judged is not None:
        by_frame: dict[int, list[tuple[int, float]]] = {}
        for track in analysis.tracks:
            for score in track.scores:
                by_frame.setdefault(score.frame_index, []).append((track.track_id, score.logit))
        at = 0
        for frame_index in sorted(by_frame):
            rows = list(judged[at : at + len(by_frame[frame_index])])
            at += len(rows)
            for track_id, logit in by_frame[frame_index]:
                nearest = min(range(len(rows)), key=lambda index: abs(rows[index][-1] - logit))
                features[track_id, frame_index] = rows.pop(nearest)[:-1]
    tracks = tuple(
        Track(
            times_s=np.array([score.time_s for score in track.scores]),
            logits=np.array([score.logit for score in track.scores]),
            weights=np.array([score.weight for score in track.scores]),
            widths_px=np.array([float(score.box.width) for score in track.scores]),
            features=np.stack([features[track.track_id, score.frame_index] for score in track.scores])
            if judged is not None
            else None,
        )
        for track in analysis.tracks
    )
    return Video(**{name: getattr(item, name) for name in _ITEM}, tracks=tracks)


def save_series(videos: Iterable[Video], file: Path) -> int:
    """Write videos as they come. Returns how many; features lie beside the CSV if the videos carry any."""
    file.parent.mkdir(parents=True, exist_ok=True)
    features: list[NDArray[np.float32]] = []
    count, bare = 0, False
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(SERIES_FIELDS)
        for video in videos:
            count += 1
            about = [getattr(video, name) for name in _ITEM]
            if not video.tracks:
                writer.writerow([*about, *[None] * len(_FACE)])
                features.append(np.zeros((1, FEATURES), np.float32))
            for number, track in enumerate(video.tracks):
                bare = bare or track.features is None
                features += [] if track.features is None else [track.features]
                for face in zip(track.times_s, track.logits, track.weights, track.widths_px, strict=True):
                    writer.writerow([*about, number, *map(float, face)])
    beside = file.with_suffix(".npy")
    if features and not bare:
        np.save(beside, np.concatenate(features).astype(np.float16))
    else:
        beside.unlink(missing_ok=True)
    return count


def load_series(file: Path) -> list[Video]:
    """What `save_series` wrote, in its order.

    Raises:
        ValueError: the features beside it are not those of these faces.
    """
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    beside = file.with_suffix(".npy")
    features = np.load(beside).astype(np.float32) if beside.is_file() else None
    if features is not None and len(features) != len(rows):
        raise ValueError(f"{beside} holds {len(features)} faces, {file} {len(rows)}; judge the videos again")
    of_video: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        of_video.setdefault(row["file"], []).append(index)
    return [_loaded(rows, indices, features) for indices in of_video.values()]


def _loaded(
    rows: Sequence[Mapping[str, str]], indices: Sequence[int], features: NDArray[np.float32] | None
) -> Video:
    of_track: dict[str, list[int]] = {}
    for index in indices:
        if rows[index]["track"]:
            of_track.setdefault(rows[index]["track"], []).append(index)
    tracks = []
    for faces in of_track.values():
        numbers = np.array([[float(rows[index][name]) for name in _FACE[1:]] for index in faces])
        given = None if features is None else features[faces]
        tracks.append(
            Track(
                times_s=numbers[:, 0],
                logits=numbers[:, 1],
                weights=numbers[:, 2],
                widths_px=numbers[:, 3],
                features=given,
            )
        )
    about: dict[str, Any] = {name: rows[indices[0]][name] for name in _ITEM}
    return Video(**about, tracks=tuple(tracks))


def video_logit(video: Video, pooling: Pooling) -> float | None:
    """The video's logit, people joined by the detector's own rule; None without a face."""
    logits = [pooling(track) for track in video.weighty]
    return pool_tracks(logits, [True] * len(logits))


def pooled_rows(videos: Iterable[Video], pooling: Pooling) -> list[Row]:
    """The videos as `evaluate` would give them, for `calibrate` and `summarise`."""
    return [
        {name: getattr(video, name) for name in _ITEM}
        | {
            "attributes": "",
            "face_width_px": float(np.median(np.concatenate([track.widths_px for track in video.weighty])))
            if video.tracks
            else None,
            "logit": video_logit(video, pooling),
        }
        for video in videos
    ]
