"""Face scores of labelled videos as CSV, so that thresholds can be fitted without scoring again.

One line per scored face; a video without a face has one line without numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.config import Depth
from detector.pipeline import Detector
from detector.verdict.aggregate import pool_faces, pool_tracks, weighty_tracks
from training.datasets.labels import Item
from training.evaluation.evaluate import Judge, in_processes, own_detector
from training.evaluation.metrics import Row

_ITEM = ("file", "label", "source", "manipulation", "group")
_FACE = ("track", "time_s", "logit", "weight", "face_width_px")
SCORE_FIELDS = (*_ITEM, *_FACE)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Track:
    """The scored faces of one track, in order of time."""

    times_s: NDArray[np.float64]
    logits: NDArray[np.float64]
    weights: NDArray[np.float64]
    """As `pool_faces` takes them."""
    widths_px: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Video:
    """One labelled video with its tracks."""

    file: str
    label: str
    source: str
    manipulation: str
    group: str
    tracks: tuple[Track, ...]

    @property
    def weighty(self) -> tuple[Track, ...]:
        """The tracks that decide the verdict."""
        counts = weighty_tracks([float(track.weights.sum()) for track in self.tracks])
        return tuple(track for track, counted in zip(self.tracks, counts, strict=True) if counted)


def judge_video(detector: Detector, path: Path, item: Item, max_frames: Depth = "moments") -> Video:
    """Score a video through `Detector.analyze`.

    Args:
        path: of the video; may differ from `item.file`.

    Raises:
        MediaError: the video cannot be read.
    """
    analysis = detector.analyze(path, max_frames=max_frames)
    tracks = tuple(
        Track(
            times_s=np.array([score.time_s for score in track.scores]),
            logits=np.array([score.logit for score in track.scores]),
            weights=np.array([score.weight for score in track.scores]),
            widths_px=np.array([float(score.box.width) for score in track.scores]),
        )
        for track in analysis.tracks
    )
    return Video(**{name: getattr(item, name) for name in _ITEM}, tracks=tracks)


def judge_videos(
    judge: Judge, data: Path, items: Sequence[Item], max_frames: Depth, *, workers: int
) -> Iterator[Video]:
    """Score labelled videos, in order."""
    tasks = [(data / item.file, item, max_frames) for item in items]
    yield from in_processes(judge, _judge, tasks, workers, chunksize=1)


def _judge(task: tuple[Path, Item, Depth]) -> Video:
    return judge_video(own_detector(), *task)


def save_scores(videos: Iterable[Video], file: Path) -> int:
    """Write videos as they come, and return their number."""
    file.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(SCORE_FIELDS)
        for video in videos:
            count += 1
            about = [getattr(video, name) for name in _ITEM]
            if not video.tracks:
                writer.writerow([*about, *[None] * len(_FACE)])
            for number, track in enumerate(video.tracks):
                for face in zip(track.times_s, track.logits, track.weights, track.widths_px, strict=True):
                    writer.writerow([*about, number, *map(float, face)])
    return count


def load_scores(file: Path) -> list[Video]:
    """Read what `save_scores` wrote, in its order."""
    of_video: dict[str, list[dict[str, str]]] = {}
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            of_video.setdefault(row["file"], []).append(row)
    return [_loaded(rows) for rows in of_video.values()]


def _loaded(rows: Sequence[Mapping[str, str]]) -> Video:
    of_track: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if row["track"]:
            of_track.setdefault(row["track"], []).append(row)
    tracks = []
    for faces in of_track.values():
        numbers = np.array([[float(face[name]) for name in _FACE[1:]] for face in faces])
        times_s, logits, weights, widths_px = numbers.T
        tracks.append(Track(times_s=times_s, logits=logits, weights=weights, widths_px=widths_px))
    about: dict[str, Any] = {name: rows[0][name] for name in _ITEM}
    return Video(**about, tracks=tuple(tracks))


def video_logit(video: Video) -> float | None:
    """Pool the faces of each track, then the tracks, as `detector.verdict.aggregate` does; None without a face."""
    logits = [
        pool_faces(track.times_s.tolist(), track.logits.tolist(), track.weights.tolist()).logit
        for track in video.weighty
    ]
    return pool_tracks(logits, [True] * len(logits))


def pooled_rows(videos: Iterable[Video]) -> list[Row]:
    """Return one row per video in the format of `evaluate`, for `calibrate` and `summarise`."""
    return [
        {name: getattr(video, name) for name in _ITEM}
        | {
            "attributes": "",
            "face_width_px": float(np.median(np.concatenate([track.widths_px for track in video.weighty])))
            if video.tracks
            else None,
            "logit": video_logit(video),
        }
        for video in videos
    ]
