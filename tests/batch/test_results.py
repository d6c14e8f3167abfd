"""Tables hold each file once, survive a killed run, and give back what was written."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from batch.results import FORMATS, Results
from batch.rows import FILE_COLUMNS, TRACK_COLUMNS, FileResult, Job, make_job
from detector.config import DetectorConfig
from detector.errors import BatchError

JOB = make_job(DetectorConfig(), "default", "c" * 64)


def result(file: str, sha256: str = "a" * 64, job: Job = JOB, tracks: int = 1, **row: object) -> FileResult:
    values = {"file": file, "sha256": sha256, "size_bytes": 7, "outcome": "fake", "tracks": tracks}
    values |= {"settings": job.settings, "checkpoint_sha256": job.checkpoint_sha256, "elapsed_s": 0.1} | row
    track = dict.fromkeys(TRACK_COLUMNS) | {"file": file, "sha256": sha256, "probability": 1 / 3, "x1": 1}
    track |= {name: values[name] for name in ("settings", "checkpoint_sha256")}
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


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "line",
    ["junk", "{}", "[]", "\0\0", DEEP, '{"row": 5, "tracks": []}', '{"row": {"file": "a"}, "tracks": []}'],
)
def test_a_damaged_journal_is_left_alone_and_says_what_to_do(tmp_path: Path, line: str) -> None:
    journal = tmp_path / "files.csv.journal"
    whole = json.dumps({"row": result("x.jpg").row, "tracks": []})
    journal.write_text(f"{whole}\n{line}\n")
    with pytest.raises(BatchError, match=r"line 2 of .*delete that line"):
        Results(tmp_path / "files.csv")
    assert journal.read_text() == f"{whole}\n{line}\n"


HEAD = ",".join(FILE_COLUMNS)
INFINITE = json.dumps(dict.fromkeys(FILE_COLUMNS) | {"file": "a", "size_bytes": 1e999})


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (".csv", f"{HEAD}\na.jpg\n"),
        (".csv", HEAD + "\n" + "," * 100 + "\n"),
        (".csv", HEAD + "\n" + "a" * 200_000 + "\n"),
        (".csv", f'{HEAD}\n"a'),
        (".jsonl", DEEP + "\n"),
        (".jsonl", INFINITE + "\n"),
        (".jsonl", json.dumps(dict.fromkeys(FILE_COLUMNS)) + "\n"),
    ],
)
def test_a_damaged_table_is_left_alone(tmp_path: Path, ending: str, content: str) -> None:
    table = tmp_path / f"files{ending}"
    table.write_text(content)
    with pytest.raises(BatchError, match="not a table of results"):
        Results(table)
    assert table.read_text() == content


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no devices in folders")
@pytest.mark.parametrize("name", ["files.csv", "tracks.csv", "files.csv.journal"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_is_no_file_is_not_written_to(tmp_path: Path, name: str, is_folder: bool) -> None:
    if is_folder:
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to("/dev/null")
    with pytest.raises(BatchError, match="is not a file"):
        Results(tmp_path / "files.csv", tmp_path / "tracks.csv")


def test_a_place_where_nothing_can_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for out in (tmp_path / "file" / "out.csv", tmp_path / ("n" * 250 + ".csv")):
        with pytest.raises(BatchError, match="cannot be written"):
            Results(out)


def test_a_full_disk_keeps_what_there_is_and_the_next_run_goes_on(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    out = tmp_path / "files.csv"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, hard))
    try:
        with pytest.raises(BatchError, match="Make room there"), Results(out) as results:
            for number in range(100):
                results.add(result(f"{number}.jpg"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    kept = len(rows(out))
    assert 0 < kept < 100 and out.exists()


def test_one_file_is_not_both_tables_whatever_its_names(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to("files.csv")
    for tracks in (tmp_path / "folder" / ".." / "files.csv", tmp_path / "link.csv"):
        with pytest.raises(BatchError, match="cannot be both"):
            Results(tmp_path / "files.csv", tracks)


def test_tracks_of_another_table_are_kept_and_two_runs_do_not_write_them_at_once(tmp_path: Path) -> None:
    tracks = tmp_path / "tracks.jsonl"
    for name in ("x", "y"):
        with Results(tmp_path / f"{name}.csv", tracks) as results:
            results.add(result(f"{name}.jpg", name * 64))
            with pytest.raises(BatchError, match="another run is writing"):
                Results(tmp_path / "z.csv", tracks)
    assert {json.loads(line)["file"] for line in tracks.read_text().splitlines()} == {"x.jpg", "y.jpg"}


def test_tracks_of_other_settings_or_content_are_not_taken_for_those_of_a_result(tmp_path: Path) -> None:
    out, tracks = tmp_path / "files.jsonl", tmp_path / "tracks.jsonl"
    other = make_job(DetectorConfig(max_frames=4), "default", "c" * 64)
    with Results(out, tracks) as results:
        results.add(result("x.jpg"))
        results.add(result("y.jpg", "b" * 64))
    with Results(out) as results:
        results.add(result("x.jpg", job=other))
        results.add(result("y.jpg", "d" * 64))
    with Results(out, tracks) as results:
        assert results.earlier("x.jpg", "a" * 64, other) is None, "its tracks are of the first settings"
        assert results.earlier("y.jpg", "d" * 64, JOB) is None, "its tracks are of the first content"
        results.add(result("x.jpg", job=other))
    found = [json.loads(line) for line in tracks.read_text().splitlines()]
    assert [(track["file"], track["settings"]) for track in found] == [("x.jpg", other.settings)]


def test_a_lock_is_deleted_while_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted after its release, it could be that of the next run already, and a third one would not see it."""
    release, there = FileLock.release, []

    def released(lock: FileLock, *args: object, **kwargs: object) -> None:
        if lock.is_locked:
            there.append(os.path.exists(lock.lock_file))
        release(lock, *args, **kwargs)

    monkeypatch.setattr(FileLock, "release", released)
    with Results(tmp_path / "files.csv", tmp_path / "tracks.csv"):
        pass
    assert there == [False, False]
