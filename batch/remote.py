"""Read local and remote files; fsspec handles addresses such as `s3://bucket/video.mp4`."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
        with _filesystem(address) as (filesystem, path):
            files = filesystem.glob(path) if glob.has_magic(path) else filesystem.find(path)
            return sorted(str(filesystem.unstrip_protocol(file)) for file in files)
    except OSError as error:
        raise BatchError(f"{address} cannot be read: {error}") from error


def file_size(path: str) -> int:
    """Return the size of a file in bytes.

    Raises:
        OSError: it cannot be read.
    """
    if not is_remote(path):
        return os.path.getsize(_regular(path))
    with _filesystem(path) as (filesystem, name):
        return int(filesystem.info(name)["size"])


def open_file(path: str) -> BinaryIO:
    """Open a file for reading bytes.

    Raises:
        OSError: it cannot be read.
    """
    if not is_remote(path):
        return open(_regular(path), "rb")
    with _filesystem(path) as (filesystem, name):
        opened: BinaryIO = filesystem.open(name, "rb")
        return opened


def fetch(path: str, folder: str) -> str:
    """Download a remote file into a folder.

    Raises:
        OSError: it cannot be read.
    """
    with _filesystem(path) as (filesystem, name):
        local = os.path.join(folder, PurePosixPath(name).name)
        filesystem.get_file(name, local)
        return local


def _regular(path: str) -> str:
    """Return the path of a regular file; reading a pipe or a device may never end.

    Raises:
        OSError: it is none.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"{path} is not a file")
    return path


@contextmanager
def _filesystem(address: str) -> Iterator[tuple[Any, str]]:
    """Give the file system of an address and the path there.

    Raises:
        OSError: any of its errors; each file system raises those of its own library.
    """
    try:
        from fsspec.core import url_to_fs

        yield url_to_fs(address)
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
