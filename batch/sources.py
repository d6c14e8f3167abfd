"""Find the files of a collection: named files, folders, glob patterns, and lists as text, CSV or Parquet."""

from __future__ import annotations

import codecs
import csv
import glob
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from batch.parquet import read_rows
from batch.remote import find_remote, is_remote
from detector.errors import BatchError

PATH_COLUMN = "path"
_ENCODINGS = {  # the longer marks first: that of UTF-32 begins like that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings of a list by its byte order mark; without one of these it is UTF-8, or whatever its bytes are."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files to analyse."""

    files: tuple[str, ...]
    """Paths as given, each once, in the order given; those of a folder are sorted."""
    skipped: int
    """Number of files in folders skipped by their suffix."""
    unlisted: tuple[str, ...] = ()
    """Folders whose files are not known, each with the reason."""
    unnamed: int = 0
    """Number of rows of the list without a path."""


def find_files(
    paths: Iterable[str],
    suffixes: tuple[str, ...],
    list_file: str | None = None,
    column: str = PATH_COLUMN,
) -> Sources:
    """List the files of a collection.

    Args:
        paths: files, folders (with subfolders), glob patterns (`**` crosses folders), and such addresses for
            fsspec, such as `s3://bucket/folder`. A file named explicitly is kept whatever its suffix.
        suffixes: lower-case suffixes of files to take from folders and patterns.
        list_file: a text file with one path a line, or a .csv or .parquet file with a column of paths; `-` reads
            lines from standard input. Relative paths start at the folder of the list.
        column: name of that column.

    Raises:
        BatchError: a given folder or pattern or the list names no file, or the list cannot be read.
    """
    found: dict[str, None] = {}
    skipped = 0
    unlisted: dict[str, None] = {}
    listed = _listed(list_file, column) if list_file is not None else []
    known = set(listed)
    for path in (*paths, *filter(None, listed)):
        unlisted_before = len(unlisted)
        if is_remote(path):
            inside = find_remote(path)
        elif os.path.isdir(path):
            inside = list(_walk(path, unlisted))
        elif glob.has_magic(path) and not os.path.lexists(path):
            inside = _matches(path, unlisted)
        else:
            found[path] = None
            continue
        readable = [file for file in inside if file.lower().endswith(suffixes)]
        skipped += len(inside) - len(readable)
        if not readable and len(unlisted) == unlisted_before:
            if path in known:  # one of many: its row will say so
                readable = [path]
            else:
                raise BatchError(f"{path} names no image or video. Known endings: {', '.join(suffixes)}.")
        found.update(dict.fromkeys(readable))
    if not found and not unlisted:
        raise BatchError(f"{list_file} lists no file.")
    return Sources(tuple(found), skipped, tuple(unlisted), listed.count(""))


def _walk(folder: str, unlisted: dict[str, None]) -> Iterator[str]:
    """List the files below a folder, sorted, without hidden ones."""
    for root, names in _folders(folder, unlisted):
        yield from (os.path.join(root, name) for name in names)


def _folders(folder: str, unlisted: dict[str, None]) -> Iterator[tuple[str, list[str]]]:
    """List the folders below one, itself included, with the names of their files, sorted, without hidden ones.

    Links to folders are not followed: they may lead back.

    Args:
        unlisted: gets the folders that cannot be read.
    """

    def note(error: OSError) -> None:
        unlisted[f"{error.filename}: {error.strerror}"] = None

    for root, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield root, sorted(name for name in names if not name.startswith("."))


def _matches(pattern: str, unlisted: dict[str, None]) -> list[str]:
    """List the matching files, sorted; a file reached by several links is taken at its shallowest path."""
    files: dict[str, str] = {}
    for match in sorted(_expand(pattern, unlisted), key=lambda match: (match.count(os.sep), match)):
        if not os.path.isdir(match):
            files.setdefault(os.path.realpath(match), match)
    return sorted(files.values())


def _expand(pattern: str, unlisted: dict[str, None]) -> Iterator[str]:
    """Expand a pattern like `glob`, which follows links at `**`: two that lead back make endless paths."""
    parts = pattern.replace(os.altsep or os.sep, os.sep).split(os.sep)
    if "**" not in parts:
        yield from glob.iglob(pattern)
        return
    at = parts.index("**")
    before, after = os.sep.join([*parts[:at], ""]), os.sep.join(parts[at + 1 :])
    for start in glob.iglob(before) if before else [""]:
        for root, names in _folders(start or os.curdir, unlisted):
            folder = root if start else root[2:]  # without `./`
            if after:
                yield from _expand(os.path.join(glob.escape(folder), after), unlisted)
            else:
                yield from (os.path.join(folder, name) for name in names)


def _listed(list_file: str, column: str) -> list[str]:
    """Return the paths of a list, empty where a row has none."""
    if list_file == "-":
        return _lines(_decoded(sys.stdin.buffer.read(), list_file))
    file = Path(list_file)
    try:
        if file.suffix.lower() == ".parquet":
            paths = [_path(row[column], list_file) for row in read_rows(file, [column])]
        else:
            text = _decoded(file.read_bytes(), list_file)
            paths = _csv_column(text, file, column) if file.suffix.lower() == ".csv" else _lines(text)
    except OSError as error:
        raise BatchError(f"the list {list_file} cannot be read: {error.strerror or error}.") from error
    return [path if not path or is_remote(path) else os.path.join(file.parent, path) for path in paths]


def _decoded(content: bytes, list_file: str) -> str:
    encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "")
    try:
        text = content.decode(encoding) if encoding else os.fsdecode(content).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BatchError(f"the list {list_file} is not {encoding.upper()}: {error}. Save it as UTF-8.") from error
    if "\0" in text:
        raise BatchError(f"the list {list_file} is not text: it holds zero bytes. Save it as UTF-8.")
    return text


def _lines(text: str) -> list[str]:
    return [line for line in re.split("\r\n?|\n", text) if line.strip()]


def _path(value: object, list_file: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | bytes):
        raise BatchError(
            f"the list {list_file} holds {value!r:.80} where a path should be; give a column of texts."
        )
    return os.fsdecode(value)


def _csv_column(text: str, file: Path, column: str) -> list[str]:
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
        known = rows.fieldnames or ()
        if column not in known:
            raise BatchError(f"{file} has no column {column!r}; it has: {', '.join(known) or 'none'}.")
        if known.count(column) > 1:
            raise BatchError(f"{file} has several columns {column!r}; give each another name.")
        return [row[column] for row in rows]
    except csv.Error as error:
        raise BatchError(f"{file} cannot be read as CSV: {error}.") from error
