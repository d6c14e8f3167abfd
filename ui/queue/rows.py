"""The files of each visitor, row by row: what waits, what was found, and what the visitor marked.

A full result is kept on disk and read back when its row is opened, so that memory does not grow with the list.
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
from detector.types import Analysis, Grade, MediaKind, Outcome, Verdict
from explain.types import Explanations
from ui.check.file_check import Trouble
from ui.common.html import Picture
from ui.session.own_files import RECEIVED
from ui.session.store import LEFT_S, Visit, delete

MAX_FILES = 200
"""Rows of one list."""
MAX_TOTAL_BYTES = 4_000_000_000
"""Of all files of one list."""
MAX_ALL_BYTES = 20_000_000_000
"""Of all files of all lists."""
MAX_LISTS = 64
"""Lists kept at once; of all visitors."""
_CLEARED_KEPT = 1000
MARKS = (1, 2, 3, 4)
State = Literal["waiting", "working", "done", "failed"]
_STRENGTH: tuple[Grade, ...] = ("none found", "undecided", "some signs", "signs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the table says about a result."""

    kind: MediaKind
    verdict: Verdict
    grade: Grade | None
    """The highest of any face; None where none was found."""
    strongest: int | None
    """Number of the face that got it, as the page counts."""
    start_s: float | None
    """When, in a video."""
    end_s: float | None
    duration_s: float | None
    faces: int
    size_bytes: int
    sha256: str
    pixels: tuple[int, int]
    """Width and height."""
    elapsed_s: float

    @property
    def outcome(self) -> Outcome:
        """Of the whole file."""
        return self.verdict.outcome


@dataclass(slots=True, eq=False)
class Row:
    """One file."""

    number: int
    """Its name on the page; grows."""
    name: str
    visit: Visit | None
    """None where the file was not taken in."""
    size_bytes: int = 0
    state: State = "waiting"
    summary: Summary | None = None
    thumbnail: Picture | None = None
    trouble: Trouble | None = None
    mark: int = 0
    """One of `MARKS`; 0: none."""
    job: object = None
    """Token of the work on it: what was begun before has no say any more."""


@dataclass(slots=True, eq=False)
class FileList:
    """The rows of one page."""

    rows: list[Row] = field(default_factory=list)
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Tells this list from the one before it on the same page."""
    paused: bool = False
    version: int = 0
    """Grows with every change: the page passes over what is older than it has."""
    checked: int = 0
    """How many turns of work have ended, whatever came of them."""
    made: int = 0
    """How many rows there have been."""
    left_out: int = 0
    """Files that were not taken, because the list is full."""
    used: float = 0.0
    left: float | None = None
    folder: Path | None = None
    """Where exports are written."""

    def find(self, number: object) -> Row | None:
        """The row of a number that the page named."""
        return next((row for row in self.rows if row.number == number), None)

    @property
    def room(self) -> bool:
        """Whether another file is taken."""
        total = sum(row.size_bytes for row in self.rows)
        return len(self.rows) < MAX_FILES and total < MAX_TOTAL_BYTES


class FileLists:
    """The lists of all visitors, by session. Every method may be called from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lists: dict[str, FileList] = {}
        self._cleared: deque[str] = deque(maxlen=_CLEARED_KEPT)
        """Names of lists that their visitors deleted."""
        self._clock = clock
        self.lock = threading.RLock()
        """Held while rows are changed."""

    def of(self, session: str, *, make: bool = False) -> FileList | None:
        """The list of a visitor.

        Args:
            session: whose.
            make: begin one where there is none; the one that was longest unused makes room.
        """
        with self.lock:
            found = self._lists.get(session)
            if found is None and make:
                if len(self._lists) >= MAX_LISTS:
                    self.end(min(self._lists, key=lambda name: self._lists[name].used))
                found = self._lists[session] = FileList()
            if found is not None:
                found.used = self._clock()
                # A hard stop has deleted what a row had, whoever called for it.
                found.rows = [row for row in found.rows if row.visit is None or not row.visit.ended]
            return found

    def has_room(self, files: FileList) -> bool:
        """Whether another file is taken into a list."""
        with self.lock:
            total = sum(row.size_bytes for each in self._lists.values() for row in each.rows)
            return files.room and total < MAX_ALL_BYTES

    def add(self, files: FileList, row: Row) -> None:
        """Put a row at the end."""
        with self.lock:
            files.made += 1
            row.number = files.made
            if row.visit is not None:
                row.visit.listed = True
            files.rows.append(row)

    def take_next(self, files: FileList) -> Row | None:
        """The next row that waits, now being worked on."""
        with self.lock:
            row = None if files.paused else next((row for row in files.rows if row.state == "waiting"), None)
            if row is not None:
                row.state, row.job = "working", object()
            return row

    def remove(self, files: FileList, row: Row) -> None:
        """Take a row out, and delete all that is kept of it."""
        with self.lock:
            if row in files.rows:
                files.rows.remove(row)
        if row.visit is not None:
            delete(row.visit)

    def clear(self, session: str) -> None:
        """Delete a list for its visitor; files that were still on their way to it are not wanted any more."""
        with self.lock:
            if (files := self._lists.get(session)) is not None:
                self._cleared.append(files.name)
        self.end(session)

    def is_cleared(self, name: object) -> bool:
        """Whether a visitor deleted the list of this name."""
        with self.lock:
            return name in self._cleared

    def end(self, session: str) -> None:
        """Forget a list, and delete all that is kept of it."""
        with self.lock:
            files = self._lists.pop(session, None)
        for row in files.rows if files else ():
            if row.visit is not None:
                delete(row.visit)

    def end_unused(self, seconds: float, left_s: float = LEFT_S) -> None:
        """Forget lists that nobody has used in so long, and those whose page went `left_s` ago."""
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
        """The page went: nothing more is begun, and the list waits for its reload."""
        with self.lock:
            files = self._lists.get(session)
            if files is not None:
                files.left = self._clock()

    def move(self, old: str, new: str) -> FileList | None:
        """Hand the list of a page over to its reload."""
        with self.lock:
            files = self._lists.pop(old, None)
            if files is not None:
                self._lists[new] = files
                files.left, files.used = None, self._clock()
                files.version += 1
                for row in files.rows:  # whoever works on it for the page before stops at its next step
                    if row.state == "working":
                        row.state, row.job = "waiting", None
            return files

    def folders(self) -> set[Path]:
        """The folders of all rows and exports."""
        with self.lock:
            rows = {row.visit.folder for files in self._lists.values() for row in files.rows if row.visit}
            return rows | {files.folder for files in self._lists.values() if files.folder}

    def is_here(self, session: str, row: Row) -> bool:
        """Whether a row is still in the list of this page."""
        with self.lock:
            files = self._lists.get(session)
            return files is not None and files.left is None and row in files.rows


def summarize(analysis: Analysis) -> Summary:
    """What the table says about a result."""
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
        kind=media.kind,
        verdict=analysis.verdict,
        grade=strongest.grade if strongest else None,
        strongest=strongest.track_id + 1 if strongest else None,
        start_s=peak.start_s if peak else at_s,
        end_s=peak.end_s if peak else at_s,
        duration_s=media.duration_s,
        faces=len(analysis.tracks),
        size_bytes=media.size_bytes,
        sha256=media.sha256,
        pixels=(media.width_px, media.height_px),
        elapsed_s=analysis.elapsed_s,
    )


def rank(summary: Summary) -> int:
    """For sorting: the more signs, the higher; -1 without a face."""
    grade = summary.verdict.grade
    return -1 if grade is None else _STRENGTH.index(grade)


def _result_path(visit: Visit) -> Path:
    return visit.folder / "frames" / RECEIVED / f"result-{visit.runs}"


def shelve(visit: Visit) -> None:
    """Write the result of a visit down, and keep none of it in memory.

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
    """Read back what `shelve` wrote.

    Raises:
        OSError: it was deleted meanwhile.
    """
    # Written by this process alone, into a folder of mode 0700 that is never served and takes no upload.
    with (_result_path(visit)).open("rb") as stream:
        analysis, explanations, media = pickle.load(stream)
    assert isinstance(analysis, Analysis)
    return analysis, explanations, media


def unshelve(visit: Visit) -> Analysis:
    """The result of a visit, in memory again.

    Raises:
        OSError: it was deleted meanwhile.
    """
    if visit.analysis is None:
        visit.analysis, visit.explanations, visit.media = read_result(visit)
    return visit.analysis
