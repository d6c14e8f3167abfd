"""The lists of files, row by row: state, summary of the result, the visitor's mark.

Full results are kept on disk and loaded when a row is opened, so that memory does not grow with the list.
"""

from __future__ import annotations

import pickle
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from detector.media.media import Media
from detector.types import Analysis, Grade, MediaInfo, Verdict
from explain.types import Explanations
from ui.check.file_check import Trouble
from ui.common.html import Picture
from ui.session.own_files import RECEIVED
from ui.session.store import LEFT_S, Visit, delete

MAX_FILES = 200
"""Rows per list."""
MAX_TOTAL_BYTES = 4_000_000_000
"""Size of all files of one list."""
MAX_ALL_BYTES = 20_000_000_000
"""Size of all files of all lists."""
MAX_LISTS = 64
"""Lists of all visitors."""
_CLEARED_KEPT = 1000
MARKS = (1, 2, 3, 4)
State = Literal["waiting", "working", "done", "failed"]
_STRENGTH: tuple[Grade, ...] = ("none found", "undecided", "some signs", "signs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A result as shown in the table."""

    media: MediaInfo
    verdict: Verdict
    faces: int
    elapsed_s: float
    grade: Grade | None
    """The highest of any face; None without a face."""
    strongest: int | None
    """Number of that face, from 1."""
    start_s: float | None
    """Peak of that face in a video."""
    end_s: float | None


@dataclass(slots=True, eq=False)
class Row:
    """One file."""

    number: int
    """Its id on the page; grows."""
    name: str
    visit: Visit | None
    """None if the file could not be received."""
    size_bytes: int = 0
    state: State = "waiting"
    summary: Summary | None = None
    thumbnail: Picture | None = None
    trouble: Trouble | None = None
    mark: int = 0
    """One of `MARKS`; 0: none."""
    job: object = None
    """Token of the current work on it; results of earlier work are dropped."""


@dataclass(slots=True, eq=False)
class FileList:
    """The list of one page."""

    rows: list[Row] = field(default_factory=list)
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Distinguishes it from an earlier list on the same page."""
    paused: bool = False
    version: int = 0
    """Grows with every change: the page ignores older updates."""
    checked: int = 0
    """Number of finished turns of work."""
    made: int = 0
    """Number of rows ever added."""
    left_out: int = 0
    """Files refused because the list was full."""
    used: float = 0.0
    left: float | None = None
    folder: Path | None = None
    """Folder of exports."""

    def find(self, number: object) -> Row | None:
        """Return the row of a number from the page."""
        return next((row for row in self.rows if row.number == number), None)

    @property
    def room(self) -> bool:
        """Whether another file fits."""
        total = sum(row.size_bytes for row in self.rows)
        return len(self.rows) < MAX_FILES and total < MAX_TOTAL_BYTES


class FileLists:
    """The lists of all visitors, by session. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lists: dict[str, FileList] = {}
        self._cleared: deque[str] = deque(maxlen=_CLEARED_KEPT)
        """Names of lists that their visitors deleted."""
        self._clock = clock
        self.lock = threading.RLock()
        """Held while rows are changed."""

    def of(self, session: str, *, make: bool = False) -> FileList | None:
        """Return the list of a page.

        Args:
            session: of the page.
            make: create one if there is none; the least recently used list makes room.
        """
        with self.lock:
            found = self._lists.get(session)
            if found is None and make:
                if len(self._lists) >= MAX_LISTS:
                    self.end(min(self._lists, key=lambda name: self._lists[name].used))
                found = self._lists[session] = FileList()
            if found is not None:
                found.used = self._clock()
                # A hard stop deletes the files of its row.
                found.rows = [row for row in found.rows if row.visit is None or not row.visit.ended]
            return found

    def has_room(self, files: FileList) -> bool:
        """Return whether another file fits into a list."""
        with self.lock:
            total = sum(row.size_bytes for each in self._lists.values() for row in each.rows)
            return files.room and total < MAX_ALL_BYTES

    def add(self, files: FileList, row: Row) -> None:
        """Append a row."""
        with self.lock:
            files.made += 1
            row.number = files.made
            if row.visit is not None:
                row.visit.listed = True
            files.rows.append(row)

    def take_next(self, files: FileList) -> Row | None:
        """Return the next waiting row, now marked as working."""
        with self.lock:
            row = None if files.paused else next((row for row in files.rows if row.state == "waiting"), None)
            if row is not None:
                row.state, row.job = "working", object()
            return row

    def remove(self, files: FileList, row: Row) -> None:
        """Remove a row and delete its files."""
        with self.lock:
            if row in files.rows:
                files.rows.remove(row)
        if row.visit is not None:
            delete(row.visit)

    def clear(self, session: str) -> None:
        """Delete a list for its visitor; files still on their way to it will be deleted too."""
        with self.lock:
            if (files := self._lists.get(session)) is not None:
                self._cleared.append(files.name)
        self.end(session)

    def is_cleared(self, name: object) -> bool:
        """Return whether a visitor deleted the list of this name."""
        with self.lock:
            return name in self._cleared

    def end(self, session: str) -> None:
        """Delete a list and its files."""
        with self.lock:
            files = self._lists.pop(session, None)
        for row in files.rows if files else ():
            if row.visit is not None:
                delete(row.visit)

    def end_unused(self, seconds: float, left_s: float = LEFT_S) -> None:
        """Delete lists unused for `seconds`, and those whose page was closed `left_s` ago."""
        with self.lock:
            now = self._clock()
            unused = [
                session
                for session, files in self._lists.items()
                if now - files.used > seconds or (files.left is not None and now - files.left > left_s)
            ]
        for session in unused:
            self.end(session)

    def leave(self, session: str) -> None:
        """A page was closed: start nothing more, keep the list for its reload."""
        with self.lock:
            files = self._lists.get(session)
            if files is not None:
                files.left = self._clock()

    def move(self, old: str, new: str) -> FileList | None:
        """Move the list of a page to its reload."""
        with self.lock:
            files = self._lists.pop(old, None)
            if files is not None:
                self._lists[new] = files
                files.left, files.used = None, self._clock()
                files.version += 1
                for row in files.rows:  # work for the previous page stops at its next step
                    if row.state == "working":
                        row.state, row.job = "waiting", None
            return files

    def folders(self) -> set[Path]:
        """Return the folders of all rows and exports."""
        with self.lock:
            rows = {row.visit.folder for files in self._lists.values() for row in files.rows if row.visit}
            return rows | {files.folder for files in self._lists.values() if files.folder}

    def is_here(self, session: str, row: Row) -> bool:
        """Return whether a row is still in the list of this page."""
        with self.lock:
            files = self._lists.get(session)
            return files is not None and files.left is None and row in files.rows


def summarize(analysis: Analysis) -> Summary:
    """Summarize a result for the table."""
    media = analysis.media
    strongest = max(
        analysis.tracks,
        key=lambda track: (_STRENGTH.index(track.grade), track.weighty, track.probability),
        default=None,
    )
    video = media.kind == "video" and strongest is not None
    peak = strongest.peak if video and strongest else None
    at_s = max(strongest.scores, key=lambda score: score.probability).time_s if video and strongest else None
    return Summary(
        media=media,
        verdict=analysis.verdict,
        faces=len(analysis.tracks),
        elapsed_s=analysis.elapsed_s,
        grade=strongest.grade if strongest else None,
        strongest=strongest.track_id + 1 if strongest else None,
        start_s=peak.start_s if peak else at_s,
        end_s=peak.end_s if peak else at_s,
    )


def rank(summary: Summary) -> int:
    """Return the sort key of a result; -1 without a face."""
    grade = summary.verdict.grade
    return -1 if grade is None else _STRENGTH.index(grade)


def _result_path(visit: Visit) -> Path:
    return visit.folder / "frames" / RECEIVED / f"result-{visit.runs}"


def save_result(visit: Visit) -> None:
    """Write the result of a visit to disk and drop it from memory.

    Raises:
        OSError: the disk is full.
    """
    if visit.analysis is None:
        return
    path = _result_path(visit)
    if not path.exists():
        with path.open("wb") as stream:
            pickle.dump((visit.analysis, visit.explanations, visit.media), stream, protocol=5)
    visit.analysis = visit.explanations = visit.media = None


def read_result(visit: Visit) -> tuple[Analysis, Explanations | None, Media | None]:
    """Read what `save_result` wrote.

    Raises:
        OSError: it was deleted meanwhile.
    """
    # Written by this process alone, into a folder of mode 0700 that is never served and takes no upload.
    with (_result_path(visit)).open("rb") as stream:
        analysis, explanations, media = pickle.load(stream)
    assert isinstance(analysis, Analysis)
    return analysis, explanations, media


def load_result(visit: Visit) -> Analysis:
    """Return the result of a visit, back in memory.

    Raises:
        OSError: it was deleted meanwhile.
    """
    if visit.analysis is None:
        visit.analysis, visit.explanations, visit.media = read_result(visit)
    return visit.analysis
