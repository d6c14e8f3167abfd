"""The benchmarks measure what they say, on files of known content."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.speed import run_one


def test_a_picture_without_a_face_is_counted_and_named(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["genuine.jpg", "manipulated.jpg", "no-face.jpg"]
    for name in names:
        shutil.copy(examples / name, tmp_path / name)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "source", "manipulation", "group", "split"])
        writer.writerows([name, "real", "dfdc", "none", name, "val"] for name in names)
    assert main(["faces", "--data", str(tmp_path), "--out", str(tmp_path / "out" / "faces.json")]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["pictures"], result["no_face"], result["missed"]) == (3, 1, ["no-face.jpg"])
    assert result["no_face_mtcnn_defaults"] == 1
    assert json.loads((tmp_path / "out" / "faces.json").read_text()) == result


@pytest.mark.parametrize(("way", "keys"), [("detector", {"judge_s", "explain_s"}), ("notebook", {"judge_s"})])
def test_both_ways_judge_the_picture_and_report_time_and_memory(way: str, keys: set[str], examples: Path) -> None:
    result = run_one(way, examples / "genuine.jpg", repeats=1)
    assert result.keys() == {"load_s", "peak_mb"} | keys
    assert all(value > 0 for value in result.values())
