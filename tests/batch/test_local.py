"""A process that dies costs its own file only."""

from __future__ import annotations

from pathlib import Path

import batch_workers
import pytest

from batch import local
from batch.rows import make_job
from detector.config import DetectorConfig


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_ends_its_process_gets_a_row_and_no_other_file_is_lost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workers: int
) -> None:
    monkeypatch.setattr(local, "_analyze", batch_workers.ends_its_process)
    files = ["a", "deadly", "b", "c", "d", "deadly too", "e"]
    job = make_job(DetectorConfig(precision="fp32"), "default", "c" * 64)
    rows = [result.row for result in local.analyze_locally(files, job, workers)]
    assert sorted(row["file"] for row in rows) == sorted(files)
    for row in rows:
        died = row["error_type"] == "WorkerDiedError"
        assert died == ("deadly" in row["file"]), row


def test_there_is_a_worker_for_each_core_but_none_without_a_file() -> None:
    assert local.choose_workers(1) == 1 and local.choose_workers(10_000) <= local.cores()
