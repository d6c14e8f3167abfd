"""Scores of videos are read back as they were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.evaluation.video_scores import Track, Video, load_scores, save_scores


def video_of(file: str, label: str, *tracks: tuple[list[float], list[float]]) -> Video:
    return Video(
        file=file,
        label=label,
        source="s",
        manipulation="m",
        group=file,
        tracks=tuple(
            Track(
                times_s=np.arange(len(logits)) / 4,
                logits=np.array(logits),
                weights=np.array(weights),
                widths_px=np.full(len(logits), 100.0),
            )
            for logits, weights in tracks
        ),
    )


def test_scores_come_back_as_they_were_written(tmp_path: Path) -> None:
    videos = [
        video_of("a", "real", ([1.0, 2.0], [0.5, 1.0]), ([3.0], [1.0])),
        video_of("nobody", "fake"),
        video_of("b", "fake", ([4.0, 5.0, 6.0], [1.0] * 3)),
    ]
    file = tmp_path / "series.csv"
    assert save_scores(videos, file) == 3
    back = load_scores(file)
    assert [(video.file, video.label, len(video.tracks)) for video in back] == [
        ("a", "real", 2),
        ("nobody", "fake", 0),
        ("b", "fake", 1),
    ]
    assert back[0].tracks[0].weights.tolist() == [0.5, 1.0] and back[2].tracks[0].logits.tolist() == [4, 5, 6]
