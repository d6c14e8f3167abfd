"""Write result tables and resume runs.

Each result is appended to a journal beside the table at once. When the run ends or is interrupted, table and
journal are merged. The journal of a killed run is read by the next one.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from batch.parquet import read_rows, require_pyarrow, write_rows
from batch.rows import FILE_COLUMNS, TRACK_COLUMNS, UNFINISHED, FileResult, Job, Row
from detector.errors import BatchError
from reporting.text.printable import csv_cell

FORMATS = (".parquet", ".csv", ".jsonl")
_TRIES = 5
_NOT_A_TABLE = (KeyError, ValueError, TypeError, OverflowError, RecursionError, csv.Error)
"""What reading anything else as results raises."""


class Results:
    """Results of this run and earlier ones, one row per file, sorted by name.

    A context manager that writes the tables on exit.
    """

    def __init__(self, out: Path, tracks: Path | None = None) -> None:
        """Read earlier results.

        Args:
            out: table with a row per file, .parquet, .csv or .jsonl.
            tracks: table with a row per track.

        Raises:
            BatchError: another format, a file that is no table of results, a place that cannot be written to, or a
                table another run is writing.
        """
        paths = (out,) if tracks is None else (out, tracks)
        for path in paths:
            if path.suffix.lower() not in FORMATS:
                raise BatchError(f"{path}: choose one of {', '.join(FORMATS)}")
            if path.suffix.lower() == ".parquet":
                require_pyarrow()
        if tracks is not None and os.path.realpath(tracks) == os.path.realpath(out):
            raise BatchError(f"{out} cannot be both the table of files and the table of tracks")
        self._out, self._tracks = out, tracks
        self._journal = out.with_name(f"{out.name}.journal")
        for path in (*paths, self._journal):
            if os.path.exists(path) and not os.path.isfile(path):
                raise BatchError(f"{path} is not a file; choose another name")
        self._results: dict[str, FileResult] = {}
        self._by_content: dict[tuple[str, str, str], FileResult] = {}
        self._other_tracks: list[Row] = []
        """Rows of the table of tracks whose files are in another table of files."""
        self.sizes: set[int] = set()
        """Return the sizes of the files analysed before."""
        self._locks: list[FileLock] = []
        try:
            with _writing(out):
                for path in paths:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    self._locks.append(_lock(path))
                self._read()
                self._appended = self._journal.open("a", encoding="utf-8")
        except BaseException:
            self._unlock()
            raise

    def earlier(self, file: str, sha256: str, job: Job) -> FileResult | None:
        """Return an earlier result for the same content, settings and weights, under any name."""
        content = (sha256, job.settings, job.checkpoint_sha256)
        own = self._results.get(file)
        found = own if own is not None and _content(own) == content else self._by_content.get(content)
        missing = found is not None and self._tracks is not None and len(found.tracks) < (found.row["tracks"] or 0)
        return None if missing else found

    def add(self, result: FileResult) -> None:
        """Add a result and flush it to the journal.

        Raises:
            BatchError: it cannot be written, as on a full disk.
        """
        if self._results.get(result.row["file"]) == result:
            return  # of an earlier run
        with _writing(self._journal):
            self._appended.write(json.dumps({"row": result.row, "tracks": result.tracks}) + "\n")
            self._appended.flush()
        self._keep(result)

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with _writing(self._out):
                self._appended.close()
                results = [self._results[file] for file in sorted(self._results)]
                if self._tracks is not None:
                    rows = [track for result in results for track in result.tracks]
                    rows += [track for track in self._other_tracks if track["file"] not in self._results]
                    _write(self._tracks, TRACK_COLUMNS, rows)
                if results:
                    _write(self._out, FILE_COLUMNS, [result.row for result in results])
                self._journal.unlink()
        finally:
            self._unlock()

    def _unlock(self) -> None:
        for lock in self._locks:
            with suppress(OSError):  # Windows deletes no open file
                os.unlink(lock.lock_file)  # while it is held: nobody else can have it
            lock.release()

    def _read(self) -> None:
        tracks: dict[tuple[str, ...], list[Row]] = {}
        if self._tracks is not None and self._tracks.exists():
            for track in _read_table(self._tracks, TRACK_COLUMNS):
                tracks.setdefault(_analysis(track), []).append(track)
        if self._out.exists():
            for row in _read_table(self._out, FILE_COLUMNS):
                self._keep(FileResult(row, tracks.pop(_analysis(row), [])))
        self._other_tracks = [track for rows in tracks.values() for track in rows]
        if not self._journal.exists():
            return
        content = self._journal.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):  # a line cut off when the run was killed
            os.truncate(self._journal, whole)
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                entry = json.loads(line)
                row = _typed(entry["row"], FILE_COLUMNS)
                self._keep(FileResult(row, [_typed(track, TRACK_COLUMNS) for track in entry["tracks"]]))
            except _NOT_A_TABLE as error:
                raise BatchError(
                    f"line {number} of {self._journal}, where results of an interrupted run are kept, is damaged; "
                    "delete that line, or the file to analyse its files again"
                ) from error

    def _keep(self, result: FileResult) -> None:
        row = result.row
        self._results[row["file"]] = result
        content = _content(result)
        if content is not None:
            self._by_content[content] = result
            self.sizes.add(row["size_bytes"])


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BatchError(
            f"{path} cannot be written ({error}). Make room there or choose another place, and run the same "
            "command again; it goes on where it stopped."
        ) from error


def _lock(path: Path) -> FileLock:
    """Lock a table for this run.

    Raises:
        BatchError: another run is writing it.
        OSError: no lock can be made there.
    """
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    for _ in range(_TRIES):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise BatchError(f"another run is writing {path}; wait for it or choose another file") from error
        if os.path.exists(lock.lock_file):
            return lock
        lock.release()  # deleted by a run that ended meanwhile
    raise BatchError(f"another run is writing {path}; wait for it or choose another file")


def _analysis(row: Row) -> tuple[str, ...]:
    """Return what a row is about: the file, its content, the settings and the weights."""
    return row["file"], row["sha256"], row["settings"], row["checkpoint_sha256"]


def _content(result: FileResult) -> tuple[str, str, str] | None:
    """Return the key of a result; None if it must be retried."""
    row = result.row
    if not row["sha256"] or row["error_type"] in UNFINISHED:
        return None
    return row["sha256"], row["settings"], row["checkpoint_sha256"]


def _write(path: Path, columns: dict[str, type], rows: Sequence[Row]) -> None:
    """Write a table atomically."""
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    write: dict[str, Callable[[Path, dict[str, type], Sequence[Row]], None]]
    write = {".parquet": write_rows, ".csv": _write_csv, ".jsonl": _write_jsonl}
    write[path.suffix.lower()](part, columns, rows)
    part.replace(path)


def _write_jsonl(path: Path, columns: dict[str, type], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8") as opened:
        opened.writelines(json.dumps({name: row[name] for name in columns}) + "\n" for row in rows)


def _write_csv(path: Path, columns: dict[str, type], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(columns)
        for row in rows:
            cells = [row[name] for name in columns]
            table.writerow([csv_cell(cell) if isinstance(cell, str) else cell for cell in cells])


def _read_table(path: Path, columns: dict[str, type]) -> list[Row]:
    read: Callable[[Path], list[Row]]
    read = {".parquet": read_rows, ".csv": _read_csv, ".jsonl": _read_jsonl}[path.suffix.lower()]
    try:
        return [_typed(row, columns) for row in read(path)]
    except _NOT_A_TABLE as error:
        raise BatchError(
            f"{path} exists and is not a table of results that this version wrote; choose another file"
        ) from error


def _typed(row: Row, columns: dict[str, type]) -> Row:
    if not row["file"]:
        raise ValueError("a row names no file")
    return {name: _value(row[name], kind) for name, kind in columns.items()}


def _value(value: Any, kind: type) -> Any:
    if value is None or (value == "" and kind is not str):
        return None
    return kind(value)


def _read_jsonl(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as opened:
        head, *lines = list(csv.reader(opened, strict=True)) or [[]]
    return [dict(zip(head, map(_cell, line), strict=True)) for line in lines]


def _cell(cell: str) -> str | None:
    """Return what `csv_cell` was given."""
    if cell.startswith("'") and csv_cell(cell[1:]) == cell:
        return cell[1:]
    return cell or None
