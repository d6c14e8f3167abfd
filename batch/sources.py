"""Find the files of a collection: named files, folders, glob patterns, and lists as text, CSV or Parquet."""

from __future__ import annotations

import csv
import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from batch.parquet import read_rows
from batch.remote import find_remote, is_remote
from detector.errors import BatchError

PATH_COLUMN = "path"


@dataclass(frozen=True, slots=True)
class Sources:
    """The files to analyse."""

    files: tuple[str, ...]
    """Paths as given, each once, in the order given; those of a folder are sorted."""
    skipped: int
    """Number of files in folders skipped by their suffix."""


def find_files(
    paths: Iterable[str],
    suffixes: tuple[str, ...],
    list_file: str | None = None,
    column: str = PATH_COLUMN,
) -> Sources:
    """List the files of a collection.

    Args:
        paths: files, folders (with subfolders), glob patterns (`**` crosses folders), and such addresses for
            fsspec,
            such as `s3://bucket/folder`. A file named explicitly is kept whatever its suffix.
        suffixes: lower-case suffixes of files to take from folders and patterns.
        list_file: a text file with one path a line, or a .csv or .parquet file with a column of paths; `-` reads
            lines from standard input. Relative paths start at the folder of the list.
        column: name of that column.

    Raises:
        BatchError: a folder, pattern or list names no file, or the list cannot be read.
    """
    found: dict[str, None] = {}
    skipped = 0
    named = [*paths, *(_listed(list_file, column) if list_file is not None else ())]
    for path in named:
        if is_remote(path):
            inside = find_remote(path)
        elif os.path.isdir(path):
            inside = list(_walk(path))
        elif glob.has_magic(path) and not os.path.lexists(path):
            inside = _matches(path)
        else:
            found[path] = None
            continue
        readable = [file for file in inside if file.lower().endswith(suffixes)]
        skipped += len(inside) - len(readable)
        if not readable:
            raise BatchError(f"{path} names no image or video. Known endings: {', '.join(suffixes)}.")
        found.update(dict.fromkeys(readable))
    if not found:
        raise BatchError(f"{list_file} lists no file.")
    return Sources(tuple(found), skipped)


def _walk(folder: str) -> Iterator[str]:
    """List the files below a folder, sorted, without hidden ones; links to folders are not followed."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(root, name) for name in sorted(names) if not name.startswith("."))


def _matches(pattern: str) -> list[str]:
    """List the matching files, sorted; a file reached by several links is taken at its shallowest path."""
    files: dict[str, str] = {}
    for match in sorted(glob.iglob(pattern, recursive=True), key=lambda match: (match.count(os.sep), match)):
        if not os.path.isdir(match):
            files.setdefault(os.path.realpath(match), match)
    return sorted(files.values())


def _listed(list_file: str, column: str) -> list[str]:
    if list_file == "-":
        return _lines(os.fsdecode(sys.stdin.buffer.read()))
    file = Path(list_file)
    try:
        if file.suffix.lower() == ".parquet":
            paths = [str(row[column]) for row in read_rows(file, [column]) if row[column]]
        elif file.suffix.lower() == ".csv":
            paths = _csv_column(file, column)
        else:
            paths = _lines(os.fsdecode(file.read_bytes()))
    except OSError as error:
        raise BatchError(f"the list {list_file} cannot be read: {error.strerror or error}.") from error
    return [path if is_remote(path) else os.path.join(file.parent, path) for path in paths]


def _lines(text: str) -> list[str]:
    return [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]


def _csv_column(file: Path, column: str) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
            rows = csv.DictReader(opened)
            known = rows.fieldnames or ()
            if column not in known:
                raise BatchError(f"{file} has no column {column!r}; it has: {', '.join(known) or 'none'}.")
            return [row[column] for row in rows if row[column]]
    except csv.Error as error:
        raise BatchError(f"{file} cannot be read as CSV: {error}.") from error
