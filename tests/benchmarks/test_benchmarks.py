"""The benchmarks measure what they say, on files of known content."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import av
import pytest

from benchmarks.__main__ import main
from benchmarks.explanations import SHOWN
from benchmarks.sample_videos import repeat_video, write_video
from benchmarks.speed import run_one
from benchmarks.visitors import visitors
from detector.config import CHECKPOINTS
from detector.model.checkpoint import load_card


@pytest.mark.parametrize("way", ["detector", "notebook"])
def test_both_ways_judge_and_explain_the_same_moments_and_faces_of_a_video(way: str, tmp_path: Path) -> None:
    write_video(tmp_path / "two.mp4", 640, 360, seconds=1, people=4)
    result = run_one(way, tmp_path / "two.mp4", repeats=1, depth="moments")
    assert result.keys() == {"load_s", "analyze_s", "explain_s", "faces", "moments", "processor_s", "peak_mb"}
    assert all(value > 0 for value in result.values())
    assert (result["moments"], result["faces"]) == (4, 16)


def test_a_repeated_video_is_as_many_times_as_long_and_shows_the_same_images_again(tmp_path: Path) -> None:
    write_video(tmp_path / "short.mp4", 320, 180, seconds=1, people=1)
    repeat_video(tmp_path / "short.mp4", tmp_path / "long.mp4", 3)
    images = {}
    for name in ("short", "long"):
        with av.open(str(tmp_path / f"{name}.mp4")) as container:
            images[name] = [(float(f.time), f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
    assert len(images["long"]) == 3 * len(images["short"]) == 90
    for number, (time_s, pixels) in enumerate(images["long"]):
        assert time_s == pytest.approx(number / 30, abs=1e-3)
        assert (pixels == images["short"][number % 30][1]).all()


def test_the_page_on_performance_holds_the_table_of_the_kept_results(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parent.parent.parent
    page = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    files = sorted((root / "benchmarks" / "results").glob("speed-*.json"))
    for day, of_day in itertools.groupby(files, lambda file: file.stem[: len("speed-2026-11-21")]):
        assert main(["table", *map(str, of_day)]) == 0
        table = capsys.readouterr().out.strip()
        assert table in page, day
        assert len(table.splitlines()) > 10


def test_visitors_at_once_are_answered_or_told_to_wait_and_none_gets_anothers_answer() -> None:
    result = visitors(6)
    assert result["answered"] == 6 and result["crossed"] == 0 and result["trouble"] == []
    assert result["files_left"] == []
    memory = result["server_mb"]
    assert memory["peak"] is None or memory["peak"] - memory["before"] < 1000


def test_the_docs_hold_the_table_of_the_kept_results_and_name_what_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = Path(__file__).parent.parent.parent
    kept = root / "benchmarks" / "results" / "explanations.json"
    assert main(["table", str(kept)]) == 0
    assert capsys.readouterr().out.strip() in (root / "docs" / "explanations.md").read_text(encoding="utf-8")
    card = load_card("default", CHECKPOINTS)
    result = json.loads(kept.read_text(encoding="utf-8"))
    assert result["checkpoint"] == card.weights_id
    assert result["shown"] == SHOWN
