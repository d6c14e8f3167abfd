"""Write result tables and resume runs.

Each result is appended to a journal beside the table at once. When the run ends or is interrupted, table and
journal are merged. The journal of a killed run is read by the next one.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from batch.parquet import read_rows, require_pyarrow, write_rows
from batch.rows import FILE_COLUMNS, TRACK_COLUMNS, UNFINISHED, FileResult, Job, Row
from detector.errors import BatchError
from reporting.text.printable import csv_cell

FORMATS = (".parquet", ".csv", ".jsonl")


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
            BatchError: another format, a file that is no table of results, or a table another run is writing.
        """
        for path in (out, tracks):
            if path is not None and path.suffix.lower() not in FORMATS:
                raise BatchError(f"{path}: choose one of {', '.join(FORMATS)}")
            if path is not None and path.suffix.lower() == ".parquet":
                require_pyarrow()
        if tracks is not None and tracks.absolute() == out.absolute():
            raise BatchError(f"{out} cannot be both the table of files and the table of tracks")
        self._out, self._tracks = out, tracks
        self._journal = out.with_name(f"{out.name}.journal")
        out.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(out.with_name(f"{out.name}.lock"))
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise BatchError(f"another run is writing {out}; wait for it or choose another file") from error
        self._results: dict[str, FileResult] = {}
        self._by_content: dict[tuple[str, str, str], FileResult] = {}
        self.sizes: set[int] = set()
        """Return the sizes of the files analysed before."""
        try:
            self._read()
        except BaseException:
            self._lock.release()
            raise
        self._appended = self._journal.open("a", encoding="utf-8")

    def earlier(self, file: str, sha256: str, job: Job) -> FileResult | None:
        """Return an earlier result for the same content, settings and weights, under any name."""
        content = (sha256, job.settings, job.checkpoint_sha256)
        own = self._results.get(file)
        found = own if own is not None and _content(own) == content else self._by_content.get(content)
        missing = found is not None and self._tracks is not None and len(found.tracks) < (found.row["tracks"] or 0)
        return None if missing else found

    def add(self, result: FileResult) -> None:
        """Add a result and flush it to the journal."""
        if self._results.get(result.row["file"]) == result:
            return  # of an earlier run
        self._appended.write(json.dumps({"row": result.row, "tracks": result.tracks}) + "\n")
        self._appended.flush()
        self._keep(result)

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._appended.close()
            results = [self._results[file] for file in sorted(self._results)]
            if self._tracks is not None:
                rows = [track for result in results for track in result.tracks]
                _write(self._tracks, TRACK_COLUMNS, rows)
            if results:
                _write(self._out, FILE_COLUMNS, [result.row for result in results])
            self._journal.unlink()
        finally:
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _read(self) -> None:
        tracks: dict[str, list[Row]] = {}
        if self._tracks is not None and self._tracks.exists():
            for track in _read_table(self._tracks, TRACK_COLUMNS):
                tracks.setdefault(track["file"], []).append(track)
        if self._out.exists():
            for row in _read_table(self._out, FILE_COLUMNS):
                self._keep(FileResult(row, tracks.get(row["file"], [])))
        if not self._journal.exists():
            return
        content = self._journal.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):  # a line cut off when the run was killed
            os.truncate(self._journal, whole)
        for line in content[:whole].splitlines():
            entry = json.loads(line)
            self._keep(FileResult(entry["row"], entry["tracks"]))

    def _keep(self, result: FileResult) -> None:
        row = result.row
        self._results[row["file"]] = result
        content = _content(result)
        if content is not None:
            self._by_content[content] = result
            self.sizes.add(row["size_bytes"])


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
        rows = read(path)
        return [{name: _value(row[name], kind) for name, kind in columns.items()} for row in rows]
    except (KeyError, ValueError, TypeError) as error:
        raise BatchError(
            f"{path} exists and is not a table of results that this version wrote; choose another file"
        ) from error


def _value(value: Any, kind: type) -> Any:
    if value is None or (value == "" and kind is not str):
        return None
    return kind(value)


def _read_jsonl(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as opened:
        rows: list[Row] = list(csv.DictReader(opened))
    for row in rows:
        for name, cell in row.items():
            if cell == "":
                row[name] = None
            elif cell.startswith("'") and csv_cell(cell[1:]) == cell:
                row[name] = cell[1:]
    return rows
