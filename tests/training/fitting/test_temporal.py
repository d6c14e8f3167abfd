"""A head over time learns what no mean can tell, and is the same after it was saved."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from training.__main__ import main
from training.evaluation.video_scores import Track, Video, save_series
from training.fitting.temporal import TemporalHead, TemporalSettings, fit_temporal, load_temporal, temporal_logits


def flickering(count: int, seed: int, faces: int = 16, apart: float = 0.0) -> list[Video]:
    """Both labels have the same logits and features; in manipulated ones a feature changes its sign all the time,
    in genuine ones once. `apart` sets their logits apart after all."""
    rng, videos = np.random.default_rng(seed), []
    for number in range(count):
        fake = number % 2 == 1
        features = np.zeros((faces, 512), np.float32)
        sign = np.where(np.arange(faces) % 2, 1.0, -1.0)
        features[:, 0] = 3 * (sign if fake else np.sort(sign))
        track = Track(
            times_s=np.arange(faces) / 4,
            logits=rng.normal(apart * fake, 0.5, faces),
            weights=np.ones(faces),
            widths_px=np.full(faces, 100.0),
            features=features,
        )
        label = "fake" if fake else "real"
        videos.append(
            Video(file=f"{seed}-{number}", label=label, source="s", manipulation="m", group="g", tracks=(track,))
        )
    return videos


TOY = TemporalSettings(steps=400, dropout=0.0, look_every=40, learning_rate=5e-3)


def test_an_unlearned_head_is_the_mean() -> None:
    features, logits = torch.randn(3, 7, 512), torch.randn(3, 7)
    assert torch.equal(TemporalHead().eval()(features, logits), logits.mean(1))


def test_it_learns_an_order_that_no_mean_can_tell_and_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    head = fit_temporal(flickering(300, 0), flickering(60, 1), tmp_path / "run", TOY)
    unseen = flickering(100, 2)
    logits = np.array([temporal_logits(head, video.tracks[0], None)[0] for video in unseen])
    fake = np.array([video.label == "fake" for video in unseen])
    assert (logits[fake][:, None] > logits[~fake][None]).mean() > 0.9
    means = np.array([video.tracks[0].logits.mean() for video in unseen])
    assert 0.35 < (means[fake][:, None] > means[~fake][None]).mean() < 0.65
    loaded = load_temporal(tmp_path / "run")
    again = [temporal_logits(loaded, video.tracks[0], None)[0] for video in unseen]
    assert again == logits.tolist()
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert log[0]["step"] == 0 and min(entry["loss"] for entry in log) < log[0]["loss"] - 0.2


def test_a_window_moves_over_every_face(tmp_path: Path) -> None:
    head = TemporalHead().eval()
    track = flickering(1, 0)[0].tracks[0]
    found = temporal_logits(head, track, 12)
    assert found == pytest.approx([track.logits[at : at + 12].mean() for at in range(5)], abs=1e-6)
    assert len(temporal_logits(head, track, 40)) == 1


def test_what_cannot_be_learned_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="genuine and manipulated"):
        fit_temporal(flickering(1, 0), flickering(4, 1), tmp_path, TOY)
    bare = [
        Video(
            **{name: getattr(video, name) for name in ("file", "label", "source", "manipulation", "group")},
            tracks=tuple(
                Track(times_s=track.times_s, logits=track.logits, weights=track.weights, widths_px=track.widths_px)
                for track in video.tracks
            ),
        )
        for video in flickering(4, 0)
    ]
    with pytest.raises(ValueError, match="--features"):
        fit_temporal(bare, flickering(4, 1), tmp_path, TOY)


def test_the_command_compares_the_head_with_the_poolings(tmp_path: Path, capsys) -> None:
    for name, count in (("train", 40), ("val", 220), ("dev", 16)):
        save_series(flickering(count, count, 24, apart=0.5), tmp_path / f"{name}.csv")
    files = {"train": "train", "val": "val", "scores": "dev"}
    given = [word for flag, name in files.items() for word in (f"--{flag}", str(tmp_path / f"{name}.csv"))]
    out = tmp_path / "out.json"
    assert main(["temporal", "--run", str(tmp_path / "run"), *given, "--steps", "100", "--out", str(out)]) == 0
    assert "head, whole track" in json.loads(out.read_text())
    assert "| head, highest of 12 faces |" in capsys.readouterr().out
