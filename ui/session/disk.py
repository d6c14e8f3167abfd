"""Detect a full disk, and free space at once."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Return whether an error means that the disk or quota is full."""
    return error.errno in _NO_ROOM


def discard(folder: Path) -> None:
    """Delete an unfinished folder; files are truncated first, since they may still be open."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            os.truncate(path, 0)
    shutil.rmtree(folder, ignore_errors=True)
