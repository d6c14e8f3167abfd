"""Only regular files are read, and every failure to read is an `OSError`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from batch.remote import fetch, file_size, find_remote, open_file
from batch.rows import failed, make_job
from detector.config import DetectorConfig
from detector.errors import BatchError

JOB = make_job(DetectorConfig(), "default", "c" * 64)


class _Failing(MemoryFileSystem):
    """Raises an error of its own, as the libraries of stores do."""

    protocol = "failing"

    def _fails(self, *args: object, **kwargs: object) -> None:
        raise RuntimeError("no credentials")

    find = info = open = get_file = _fails


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.mp4")  # who opens it waits for a writer
    row = failed(str(pipe), JOB, "MediaNotFoundError", "no file").row
    assert (row["size_bytes"], row["sha256"], row["error_type"]) == (None, None, "MediaNotFoundError")


@pytest.mark.parametrize("path", ["a\0b.jpg", "gone.jpg", ".", "nothing://a/b.jpg", "failing://a/b.jpg"])
def test_what_cannot_be_read_is_an_os_error(path: str, tmp_path: Path) -> None:
    fsspec.register_implementation("failing", _Failing, clobber=True)
    with pytest.raises(OSError):
        file_size(path)
    with pytest.raises(OSError):
        open_file(path)
    assert failed(path, JOB, "MediaNotFoundError", "no file").row["sha256"] is None
    if "://" in path:
        with pytest.raises(OSError):
            fetch(path, str(tmp_path))
        with pytest.raises(BatchError, match="cannot be read"):
            find_remote(path)
