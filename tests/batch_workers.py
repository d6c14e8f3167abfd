"""Stand-ins for the work of a worker process, importable there; `batch.local` starts real processes for them."""

from __future__ import annotations

import json
import os
from typing import Any

from batch.rows import FileResult, Job, failed


def ends_its_process(file: str, job: Job) -> FileResult:
    """Exit as a crashing library does, on files named so; an ordinary row for the others."""
    if "deadly" in file:
        os._exit(1)
    return failed(file, job, "MediaNotFoundError", "analysed")


class EndsItsActor:
    """As `batch.ray_cluster.Analyzer`, with the work of `ends_its_process`."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        answers = [
            {"path": str(path), "row": ends_its_process(str(path), self._job).row, "tracks": []}
            for path in batch["path"]
        ]
        return {"answer": [json.dumps(answer) for answer in answers]}
