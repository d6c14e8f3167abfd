"""The log of custody only grows, each line chained to the one before; the number of a complaint goes into it."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detector.errors import ReportError
from detector.types import Analysis
from reporting import Case, build_package, record_acknowledgement, verify_package
from reporting.evidence.custody_log import appended, custody_csv, read_custody
from reporting.package import archive
from reporting.types import CustodyEntry


def custody(report: Path) -> tuple[CustodyEntry, ...]:
    with zipfile.ZipFile(report) as archive:
        return read_custody(archive.read("7_custody_log.csv"))


@pytest.fixture
def report(
    case: Case, analysis: Analysis, original: Path, created_at: datetime, tmp_path: Path, small_documents: None
) -> Path:
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "report.zip"
    build_package(case, analysis, None, path, original=original, include_original=True, created_at=created_at)
    return path


def log_of(*details: str) -> tuple[CustodyEntry, ...]:
    log: tuple[CustodyEntry, ...] = ()
    for detail in details:
        at = datetime(2026, 3, 6, tzinfo=UTC)
        log = appended(
            log, at=at, event="seen", actor="user", item="=a,b.mp4", item_sha256="a" * 64, details=detail
        )
    return log


def test_a_number_is_chained_to_the_log_and_everything_else_stays(report: Path, created_at: datetime) -> None:
    before, filed_at = verify_package(report), created_at + timedelta(hours=1)
    earlier = custody(report)
    package = record_acknowledgement(report, " 30811250012345 ", filed_at, recorded_at=filed_at)
    changed = {name for name in package.files if package.files[name] != before.files[name]}
    assert changed == {"7_custody_log.csv"} and package.files.keys() == before.files.keys()
    log = custody(report)
    assert log[:-1] == earlier and "30811250012345" in log[-1].details
    assert log[-1].item_sha256 == before.files["7_custody_log.csv"]
    second = record_acknowledgement(report, "42/2026", filed_at, recorded_at=filed_at)
    assert len(custody(report)) == len(earlier) + 2 and second.case_id == before.case_id


@pytest.mark.parametrize(
    ("number", "hours", "message"),
    [
        ("12", 1, "not an acknowledgement number"),
        ("12 34\n56", 1, "not an acknowledgement number"),
        ("=HYPERLINK(1)", 1, "not an acknowledgement number"),
        ("30811250012345", 3, "in the future"),
    ],
)
def test_what_cannot_be_is_refused_and_the_package_stays_as_it_is(
    number: str, hours: int, message: str, report: Path, created_at: datetime
) -> None:
    before = report.read_bytes()
    with pytest.raises(ReportError, match=message):
        record_acknowledgement(
            report, number, created_at + timedelta(hours=hours), recorded_at=created_at + timedelta(hours=2)
        )
    with pytest.raises(ReportError, match="has no zone"):
        record_acknowledgement(report, "12345", datetime(2026, 3, 6))
    assert report.read_bytes() == before


def test_a_package_that_was_changed_takes_no_number(report: Path, created_at: datetime) -> None:
    data = bytearray(report.read_bytes())
    data[500] ^= 1
    report.write_bytes(data)
    with pytest.raises(ReportError):
        record_acknowledgement(report, "12345", created_at)
    assert report.read_bytes() == data


def test_a_failure_while_writing_leaves_the_package_as_it_was(
    report: Path, created_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = report.read_bytes()

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(ReportError, match="No space left"):
        record_acknowledgement(report, "12345", created_at)
    assert report.read_bytes() == before and list(report.parent.iterdir()) == [report]


def test_a_log_reads_back_as_it_was_written() -> None:
    log = log_of("first, with a comma", 'second "quoted"\nbroken', "तीसरा")
    assert read_custody(custody_csv(log)) == log
    assert log[0].previous_sha256 == "0" * 64 and log[0].item == "'=a,b.mp4"
    assert custody_csv(log).count(b"\n") == 4


def test_a_line_that_was_changed_left_out_put_in_or_swapped_is_found() -> None:
    head, *lines = custody_csv(log_of("one", "two", "three", "four")).decode().splitlines(keepends=True)
    spoiled = [
        [lines[0].replace("one", "oon"), *lines[1:]],
        [lines[0], *lines[2:]],
        lines[1:],
        [lines[1], lines[0], *lines[2:]],
        [*lines[:2], lines[1], *lines[2:]],
        [],
    ]
    for variant in spoiled:
        with pytest.raises(ReportError, match="custody log"):
            read_custody("".join([head, *variant]).encode())
    with pytest.raises(ReportError, match="custody log"):
        read_custody("".join([head.replace("event", "evnet"), *lines]).encode())
    with pytest.raises(ReportError, match="custody log"):
        read_custody(b"\xff\xfe")


def test_the_members_of_an_acknowledged_package_keep_the_time_of_the_package(
    report: Path, created_at: datetime
) -> None:
    record_acknowledgement(report, "12345", created_at, recorded_at=created_at)
    with zipfile.ZipFile(report) as zipped:
        assert {info.date_time for info in zipped.infolist()} == {(2026, 3, 6, 4, 5, 6)}
