"""Open regular files only: no pipes, devices or folders."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from detector.errors import ReportError


def open_regular(path: Path, what: str) -> IO[bytes]:
    """Open a regular file for reading.

    Args:
        what: names it in messages, such as `the case`.

    Raises:
        ReportError: there is no such file, it cannot be read, or it is a folder, a device or a pipe.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReportError(f"{what} {path} is not a regular file: give the path of a file")
        stream = open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")
    except FileNotFoundError as error:
        raise ReportError(f"there is no file {path}: check the name of {what}") from error
    except (OSError, ValueError) as error:
        raise ReportError(f"{what} {path} cannot be read ({error}): check its name") from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise ReportError(f"{what} {path} is not a regular file: give the path of a file")
    return stream
