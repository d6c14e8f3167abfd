"""A run over a collection: killed, resumed, every file once, bad ones with their errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cli

ROOT = Path(__file__).resolve().parents[2]
COUNT = 36
SCAN = ["scan", "--device", "cpu", "--precision", "fp32"]
PATIENCE_S = 600


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small images of different content, one copy of another under a second name, and bad files."""
    folder = tmp_path_factory.mktemp("collection")
    with Image.open(ROOT / "examples" / "manipulated.jpg") as opened:
        image = np.asarray(opened.resize((256, 256)))
    for number in range(COUNT - 3):
        Image.fromarray(np.roll(image, number, axis=1)).save(folder / f"{number:02}.jpg")
    (folder / "copy.jpg").write_bytes((folder / "00.jpg").read_bytes())
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.png").write_text("not an image\n" * 20)
    return folder


def until(happened: Callable[[], object]) -> None:
    for _ in range(PATIENCE_S * 20):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *SCAN, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_run_killed_twice_goes_on_and_has_each_file_once(collection: Path, tmp_path: Path) -> None:
    out, journal = tmp_path / "out.jsonl", tmp_path / "out.jsonl.journal"
    for more in (5, 8):
        before = lines(journal)
        run = start(collection, "--out", out, "--workers", "2")
        until(lambda before=before, more=more: lines(journal) >= before + more)
        workers = children(run.pid)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        until(lambda workers=workers: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    done = lines(journal)
    run = start(collection, "--out", out, "--workers", "2")
    told, _ = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 1, "two files could not be read"
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["file"] for row in rows] == sorted(str(path) for path in collection.iterdir())
    assert len(rows) == COUNT and {path.name for path in tmp_path.iterdir()} == {"out.jsonl"}
    errors = {os.path.basename(row["file"]): row["error_type"] for row in rows if row["error_type"]}
    assert errors == {"empty.jpg": "MediaDecodeError", "text.png": "UnsupportedMediaError"}
    (earlier,) = [int(words.split()[-1]) for words in told.split(" of them") if words.split()[-1].isdecimal()]
    assert done <= earlier < COUNT, "what was done is not done again"


def test_a_table_says_what_json_says_and_a_second_run_does_nothing(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(collection / name) for name in ("00.jpg", "copy.jpg", "text.png")]
    assert cli.main([*SCAN, "--json", *files]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    out, tracks = tmp_path / "out.jsonl", tmp_path / "tracks.jsonl"
    run = [*SCAN, *files, "--out", str(out), "--tracks", str(tracks), "--workers", "1"]
    assert cli.main(run) == 1
    first = out.read_text()
    rows = [json.loads(line) for line in first.splitlines()]
    found = [json.loads(line) for line in tracks.read_text().splitlines()]
    for answer, row in zip(answers, rows, strict=True):
        assert row["file"] == answer["file"] and row["error_type"] == answer.get("error", {}).get("type")
        if "verdict" not in answer:
            continue
        assert row["sha256"] == answer["sha256"] and row["outcome"] == answer["verdict"]["outcome"]
        assert row["probability"] == pytest.approx(answer["verdict"]["probability"], abs=1e-6)
        (track,) = [track for track in found if track["file"] == answer["file"]]
        assert [track[name] for name in ("x1", "y1", "x2", "y2")] == answer["tracks"][0]["faces"][0]["box"]
    capsys.readouterr()
    assert cli.main(run) == 1
    assert out.read_text() == first
    assert "3 files, 3 of them from earlier runs" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["x.jpg", "--out", "table.csv", "--json"],
        ["x.jpg", "--out", "table.csv", "--report", "out.zip"],
        ["x.jpg", "--tracks", "table.csv"],
        ["x.jpg", "--workers", "2"],
        ["x.jpg", "--out", "table.csv", "--workers", "0"],
        ["x.jpg", "--out", "table.xlsx"],
        ["no-*.jpg"],
        ["--list", "gone.txt"],
    ],
)
def test_flags_that_do_not_fit_are_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = cli.main([*SCAN, *arguments])
    except SystemExit as left:
        code = left.code
    captured = capsys.readouterr()
    assert code == 2 and captured.out == "" and captured.err
    assert list(tmp_path.iterdir()) == []
