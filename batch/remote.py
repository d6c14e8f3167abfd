"""Read local and remote files; fsspec handles addresses such as `s3://bucket/video.mp4`."""

from __future__ import annotations

import glob
import os
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from detector.errors import BatchError


def is_remote(path: str) -> bool:
    """Return whether a path is an address.

    >>> is_remote("s3://bucket/a.mp4"), is_remote("videos/a.mp4")
    (True, False)
    """
    return "://" in path


def find_remote(address: str) -> list[str]:
    """List the files of an address, sorted: a file, a folder with all subfolders, or a pattern.

    Raises:
        BatchError: the address cannot be read.
    """
    try:
        filesystem, path = _filesystem(address)
        files = filesystem.glob(path) if glob.has_magic(path) else filesystem.find(path)
    except (OSError, ValueError, ImportError) as error:
        raise BatchError(f"{address} cannot be read: {error}") from error
    return sorted(str(filesystem.unstrip_protocol(file)) for file in files)


def file_size(path: str) -> int:
    """Return the size of a file in bytes.

    Raises:
        OSError: it cannot be read.
    """
    if not is_remote(path):
        return os.path.getsize(path)
    filesystem, name = _filesystem(path)
    return int(filesystem.info(name)["size"])


def open_file(path: str) -> BinaryIO:
    """Open a file for reading bytes.

    Raises:
        OSError: it cannot be read.
    """
    if not is_remote(path):
        return open(path, "rb")
    filesystem, name = _filesystem(path)
    opened: BinaryIO = filesystem.open(name, "rb")
    return opened


def fetch(path: str, folder: str) -> str:
    """Download a remote file into a folder.

    Raises:
        OSError: it cannot be read.
    """
    filesystem, name = _filesystem(path)
    local = os.path.join(folder, PurePosixPath(name).name)
    filesystem.get_file(name, local)
    return local


def _filesystem(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    filesystem, path = url_to_fs(address)
    return filesystem, path
