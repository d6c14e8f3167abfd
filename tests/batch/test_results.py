"""Tables hold each file once, survive a killed run, and give back what was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batch.results import FORMATS, Results
from batch.rows import FILE_COLUMNS, TRACK_COLUMNS, FileResult, Job, make_job
from detector.config import DetectorConfig
from detector.errors import BatchError

JOB = make_job(DetectorConfig(), "default", "c" * 64)


def result(file: str, sha256: str = "a" * 64, job: Job = JOB, tracks: int = 1, **row: object) -> FileResult:
    values = {"file": file, "sha256": sha256, "size_bytes": 7, "outcome": "fake", "tracks": tracks}
    values |= {"settings": job.settings, "checkpoint_sha256": job.checkpoint_sha256, "elapsed_s": 0.1} | row
    track = dict.fromkeys(TRACK_COLUMNS) | {"file": file, "sha256": sha256, "probability": 1 / 3, "x1": 1}
    return FileResult(dict.fromkeys(FILE_COLUMNS) | values, [track | {"track_id": at} for at in range(tracks)])


def rows(out: Path) -> list[FileResult]:
    """What a next run finds."""
    with Results(out) as results:
        return list(results._results.values())


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_back_what_was_written(tmp_path: Path, ending: str) -> None:
    out, tracks = tmp_path / f"files{ending}", tmp_path / f"tracks{ending}"
    given = [
        result("=HYPERLINK(1).jpg", probability=0.1 + 0.2, width_px=2**40, reasons='comma, "quote"\\n'),
        result("'quoted.jpg", tracks=0, outcome=None, error_type="MediaDecodeError", probability=None),
        result("हिन्दी.mp4", tracks=3, duration_s=1e-9),
    ]
    with Results(out, tracks) as results:
        for one in given:
            results.add(one)
    with Results(out, tracks) as again:
        assert sorted(again._results.values(), key=lambda one: one.row["file"]) == sorted(
            given, key=lambda one: one.row["file"]
        )
    assert {path.name for path in tmp_path.iterdir()} == {out.name, tracks.name}


def test_no_cell_of_a_csv_table_starts_like_a_formula(tmp_path: Path) -> None:
    with Results(tmp_path / "files.csv") as results:
        results.add(result("=cmd|' /C calc'!A0.jpg"))
    assert (tmp_path / "files.csv").read_text().splitlines()[1].startswith("'=cmd")


def test_a_file_analysed_again_replaces_its_row(tmp_path: Path) -> None:
    for sha256 in ("a" * 64, "b" * 64):
        with Results(tmp_path / "files.jsonl") as results:
            results.add(result("x.jpg", sha256))
            results.add(result("y.jpg"))
    assert [(one.row["file"], one.row["sha256"][0]) for one in rows(tmp_path / "files.jsonl")] == [
        ("x.jpg", "b"),
        ("y.jpg", "a"),
    ]


def test_a_killed_run_leaves_its_journal_and_the_torn_last_line_is_dropped(tmp_path: Path) -> None:
    out = tmp_path / "files.csv"
    line = json.dumps({"row": result("x.jpg").row, "tracks": []})
    (tmp_path / "files.csv.journal").write_text(line + "\n" + line.replace("x.jpg", "y.jpg")[:-9])
    assert [one.row["file"] for one in rows(out)] == ["x.jpg"]
    assert out.exists() and not (tmp_path / "files.csv.journal").exists()


def test_an_interrupted_run_writes_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Results(tmp_path / "files.csv") as results:
        results.add(result("x.jpg"))
        raise KeyboardInterrupt
    assert [one.row["file"] for one in rows(tmp_path / "files.csv")] == ["x.jpg"]


def test_only_the_same_content_settings_and_weights_count_as_done(tmp_path: Path) -> None:
    other = [
        make_job(DetectorConfig(max_frames=4), "default", "c" * 64),
        make_job(DetectorConfig(), "default", "d" * 64),
    ]
    same = make_job(DetectorConfig(batch_size=1, device="cpu"), "renamed", "c" * 64)
    with Results(tmp_path / "files.jsonl") as results:
        results.add(result("x.jpg"))
        results.add(result("y.jpg", "e" * 64, error_type="InternalError"))
        assert results.earlier("x.jpg", "a" * 64, same) is not None and results.sizes == {7}
        assert [results.earlier("x.jpg", "a" * 64, job) for job in other] == [None, None]
        assert results.earlier("x.jpg", "e" * 64, JOB) is None, "a fault of the program is tried again"


def test_tracks_asked_for_later_are_not_taken_for_done(tmp_path: Path) -> None:
    with Results(tmp_path / "files.jsonl") as results:
        results.add(result("x.jpg"))
        results.add(result("y.jpg", "b" * 64, tracks=0))
    with Results(tmp_path / "files.jsonl", tmp_path / "tracks.csv") as results:
        assert (
            results.earlier("x.jpg", "a" * 64, JOB) is None and results.earlier("x.jpg", "b" * 64, JOB) is not None
        )


def test_two_runs_do_not_write_one_table(tmp_path: Path) -> None:
    with Results(tmp_path / "files.csv"), pytest.raises(BatchError, match="another run"):
        Results(tmp_path / "files.csv")


@pytest.mark.parametrize("name", ["files.xlsx", "files"])
def test_another_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BatchError, match=r"\.parquet, \.csv, \.jsonl"):
        Results(tmp_path / name)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_table_of_something_else_is_left_alone(tmp_path: Path, ending: str) -> None:
    other = tmp_path / f"mine{ending}"
    other.write_text("1,2\n3,4\n")
    with pytest.raises(BatchError):
        Results(other)
    assert other.read_text() == "1,2\n3,4\n"
    assert [path.name for path in tmp_path.iterdir() if path != other and not path.name.endswith(".lock")] == []
