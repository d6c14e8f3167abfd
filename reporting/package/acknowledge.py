"""Write the portal's acknowledgement number into the custody log of a package."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from detector.errors import ReportError
from reporting.case import IST
from reporting.evidence.custody_log import USER, appended, custody_csv, read_custody
from reporting.package.archive import MANIFEST_NAME, Stored, checked_infos, write_package
from reporting.package.build import CUSTODY_NAME, ReportPackage
from reporting.package.verify import verify_package

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{3,39}")


def record_acknowledgement(
    path: str | Path, number: str, filed_at: datetime, *, recorded_at: datetime | None = None
) -> ReportPackage:
    """Add the number to the custody log and rewrite the package atomically.

    Args:
        filed_at: aware time of filing.
        recorded_at: aware time of this entry; now if None.

    Raises:
        ReportError: the package does not verify, number or times are invalid, or it cannot be written.
    """
    path, number = Path(path), number.strip()
    recorded_at = datetime.now(UTC) if recorded_at is None else recorded_at
    if not _NUMBER.fullmatch(number):
        raise ReportError(
            f"{number!r:.80} is not an acknowledgement number: give it as the portal shows it, 4 to 40 letters "
            "and digits"
        )
    if filed_at.utcoffset() is None or recorded_at.utcoffset() is None:
        raise ReportError(f"the time {filed_at} has no zone: write it as 2026-03-05T21:30:00+05:30")
    if filed_at > recorded_at or filed_at.year < 2000:
        raise ReportError(
            f"the time {filed_at} is in the future or long past: give the time at which it was filed"
        )
    package = verify_package(path)
    with zipfile.ZipFile(path) as archive:
        infos = checked_infos(archive)
        log = read_custody(archive.read(infos[CUSTODY_NAME]))
    log = appended(
        log,
        at=recorded_at,
        event="complaint filed",
        actor=USER,
        item=CUSTODY_NAME,
        item_sha256=package.files[CUSTODY_NAME],
        details=f"acknowledgement number {number}; filed at {filed_at.astimezone(UTC).isoformat()} "
        f"({filed_at.astimezone(IST):%d-%m-%Y %H:%M} IST) as the user states it; the hash is of this log "
        "before this line",
    )
    members: dict[str, bytes | Stored] = {
        name: Stored(open=partial(_open, path, infos[name]), size_bytes=infos[name].file_size, sha256=digest)
        for name, digest in package.files.items()
    }
    members[CUSTODY_NAME] = custody_csv(log)
    write_package(path, members, infos[MANIFEST_NAME].date_time)
    return verify_package(path)


def _open(path: Path, member: zipfile.ZipInfo) -> IO[bytes]:
    with zipfile.ZipFile(path) as archive:  # the member stays open
        return archive.open(member)
