"""Stand-ins for the work of a worker process, importable there; `batch.local` starts real processes for them."""

from __future__ import annotations

import os

from batch.rows import FileResult, Job, failed


def ends_its_process(file: str, job: Job) -> FileResult:
    """Exit as a crashing library does, on files named so; an ordinary row for the others."""
    if "deadly" in file:
        os._exit(1)
    return failed(file, job, "MediaNotFoundError", "analysed")
