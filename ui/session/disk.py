"""A full disk: how the system says so, and how room is made again at once."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Whether the disk, or the share of it that may be used, has no room for what was to be written."""
    return error.errno in _NO_ROOM


def discard(folder: Path) -> None:
    """Delete what could not be finished. Its files may still be open: emptied first, they take no room."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            os.truncate(path, 0)
    shutil.rmtree(folder, ignore_errors=True)
