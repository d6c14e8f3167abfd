"""The custody log: one line per event, each with the hash of the previous line.

The hash chain reveals changed, removed or inserted lines, but not a rewritten log: nothing is signed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from detector.errors import ReportError
from reporting.case import IST, Case
from reporting.complaint.sanitize import one_line
from reporting.text.catalog import sentences
from reporting.text.printable import csv_cell
from reporting.types import CustodyEntry, EvidenceFile, Place

USER = "user"
COLUMNS = (
    "sequence",
    "at_utc",
    "at_ist",
    "event",
    "actor",
    "item",
    "item_sha256",
    "details",
    "previous_sha256",
)
_NOTHING_BEFORE = "0" * 64


def first_entries(
    case: Case,
    evidence: Sequence[EvidenceFile],
    created_at: datetime,
    tool: str,
    media_left_out: bool,
    processed_at: Place = "own_computer",
) -> tuple[CustodyEntry, ...]:
    """Make the log of a new package: file received and analysed, copies made."""
    received, *made = evidence
    place = sentences("technical_report")["places"][processed_at]
    hashes = received.hashes
    log: tuple[CustodyEntry, ...] = ()

    def add(at: datetime, event: str, actor: str, details: str, file: EvidenceFile = received) -> None:
        nonlocal log
        item, item_sha256 = file.name, file.hashes.sha256
        log = appended(log, at=at, event=event, actor=actor, item=item, item_sha256=item_sha256, details=details)

    if case.saved_at is not None:
        add(case.saved_at, "saved", USER, "time as the user states it; how it was saved is not known here")
    source = f"; said to come from {'; '.join(map(one_line, case.urls))}" if case.urls else "; source not stated"
    add(
        created_at,
        "received by the program",
        USER,
        f"item 1; {hashes.size_bytes} bytes; {received.mime}; SHA-1 {hashes.sha1}; MD5 {hashes.md5}"
        f"{source}; the original stays with the user{', a copy is in this package' * received.in_package}; clock "
        "of the computer that runs the program",
    )
    add(
        created_at,
        "judged",
        tool,
        f"read only; the file was {place}; settings and result are in 10_analysis.json",
    )
    for entry in made:
        how = f"{entry.made_how}; derived from {entry.derived_from}" if entry.derived_from else "written"
        event = "made" if entry.derived_from is None else "derived copy made"
        add(created_at, event, tool, f"{entry.hashes.size_bytes} bytes; {how}", entry)
    if media_left_out:
        details = "no copy, frame or drawing of the file is in this package"
        add(created_at, "images left out", USER, details)
    return log


def appended(
    log: tuple[CustodyEntry, ...],
    *,
    at: datetime,
    event: str,
    actor: str,
    item: str,
    item_sha256: str,
    details: str,
) -> tuple[CustodyEntry, ...]:
    """Return the log with one more event, chained to the last."""
    entry = CustodyEntry(
        sequence=len(log) + 1,
        at=at.astimezone(UTC),
        event=event,
        actor=actor,
        item=csv_cell(item),
        item_sha256=item_sha256,
        details=csv_cell(one_line(details)),
        previous_sha256=_digest(_line(log[-1])) if log else _NOTHING_BEFORE,
    )
    return (*log, entry)


def custody_csv(log: Sequence[CustodyEntry]) -> bytes:
    """Return the log as CSV: a header, then one line an event."""
    lines = [",".join(COLUMNS), *map(_line, log)]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def read_custody(content: bytes) -> tuple[CustodyEntry, ...]:
    """Read a log and check its chain.

    Raises:
        ReportError: not a custody log, or its chain is broken.
    """
    try:
        head, *lines = content.decode("utf-8").removesuffix("\n").split("\n")
        rows = [next(csv.reader([line], strict=True)) for line in lines]
        entries = tuple(
            CustodyEntry(
                sequence=int(row[0]),
                at=datetime.fromisoformat(row[1]),
                event=row[3],
                actor=row[4],
                item=row[5],
                item_sha256=row[6],
                details=row[7],
                previous_sha256=row[8],
            )
            for row in rows
        )
        written = [_line(entry) for entry in entries]
    except (ValueError, IndexError, OverflowError, csv.Error, StopIteration) as error:
        raise ReportError(f"the custody log cannot be read ({error}): do not rely on it") from error
    if head != ",".join(COLUMNS) or not entries:
        raise ReportError("the custody log does not begin as such a log does: do not rely on it")
    before = _NOTHING_BEFORE
    for number, (line, entry) in enumerate(zip(lines, entries, strict=True), 1):
        if entry.previous_sha256 != before or entry.sequence != number or written[number - 1] != line:
            raise ReportError(
                f"the custody log was changed at line {number + 1} or just before it: do not rely on it"
            )
        before = _digest(line)
    return entries


def _line(entry: CustodyEntry) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(
        (
            entry.sequence,
            entry.at.astimezone(UTC).isoformat(timespec="seconds"),
            entry.at.astimezone(IST).isoformat(timespec="seconds"),
            entry.event,
            entry.actor,
            entry.item,
            entry.item_sha256,
            entry.details,
            entry.previous_sha256,
        )
    )
    return buffer.getvalue()


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8")).hexdigest()
