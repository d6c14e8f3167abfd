"""Checking a report package: every hash computed again, and nothing in the zip trusted before that.

It reads the zip's directory first and refuses what no package holds: unsafe names, links, bombs, doubles. Then it
says of every file whether it is the one that was written.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from detector.errors import ReportError
from reporting.evidence.custody_log import read_custody
from reporting.evidence.files import ORIGINAL_FOLDER
from reporting.package.archive import ASK_AGAIN, CHUNK_BYTES, MANIFEST_NAME, as_written_here, checked_infos
from reporting.package.build import ALWAYS, ANALYSIS_NAME, CUSTODY_NAME, HASHES_NAME, ReportPackage
from reporting.types import EVIDENCE_FOLDER, CustodyEntry

_MAX_TEXT_BYTES = 16 << 20
_MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CASE_ID = re.compile(r"DFD-\d{8}-[0-9a-f]{8}")
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)


def verify_package(path: str | Path) -> ReportPackage:
    """Recompute every hash of a package, without unpacking it to the disk or holding a large file in memory.

    A package that verifies is complete and unchanged, to the byte, since its manifest was written. That does not
    say who wrote the manifest, nor that what the files say is true.

    Raises:
        ReportError: no such file, not a zip, too large when unpacked, a name that is unsafe or doubled, an
            encrypted or linked file, no manifest, a broken chain of custody, or files that are missing, changed,
            damaged or not in the manifest; the message names every one of them.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = checked_infos(archive)
            expected = _manifest(archive, infos, path.name)
            _refuse_changes(archive, infos, expected, path.name)
            package = _package(archive, infos, expected, path)
            if not as_written_here(path, archive.infolist()):
                raise ReportError(
                    f"every file in {path.name} is as its manifest says, but the zip around them was changed or "
                    f"packed anew (its names, dates or order): {ASK_AGAIN}"
                )
    except FileNotFoundError as error:
        raise ReportError(f"there is no file {path}: check the name of the package") from error
    except _DAMAGE as error:
        raise ReportError(f"{path.name} is not a zip, or a damaged one ({error}): {ASK_AGAIN}") from error
    return package


def custody_of(path: str | Path) -> tuple[CustodyEntry, ...]:
    """The log of a package, its chain checked.

    Raises:
        ReportError: as `verify_package`.
    """
    verify_package(path)
    with zipfile.ZipFile(path) as archive:
        return read_custody(archive.read(CUSTODY_NAME))


def _manifest(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], package: str) -> dict[str, str]:
    if MANIFEST_NAME not in infos:
        raise ReportError(f"{package} has no {MANIFEST_NAME}, so nothing in it can be checked: {ASK_AGAIN}")
    expected: dict[str, str] = {}
    for line in _text(archive, infos, MANIFEST_NAME).splitlines():
        match = _MANIFEST_LINE.fullmatch(line)
        if match is None or match[2] in expected or match[2] == MANIFEST_NAME:
            raise ReportError(f"{MANIFEST_NAME} has the unreadable or doubled line {line[:200]!r}: {ASK_AGAIN}")
        expected[match[2]] = match[1]
    return expected


def _refuse_changes(
    archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], expected: Mapping[str, str], package: str
) -> None:
    changed = [
        name for name in sorted(expected.keys() & infos.keys()) if _sha256(archive, infos[name]) != expected[name]
    ]
    missing = sorted((expected.keys() | set(ALWAYS)) - infos.keys())
    extra = sorted(infos.keys() - expected.keys() - {MANIFEST_NAME})
    told = [
        f"{what}: {', '.join(map(repr, names))}"
        for what, names in (("changed", changed), ("missing", missing), ("not listed", extra))
        if names
    ]
    if told:
        raise ReportError(f"{package} is not as it was written ({'; '.join(told)}): {ASK_AGAIN}")


def _package(
    archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], expected: dict[str, str], path: Path
) -> ReportPackage:
    """Whether the files agree with each other, as far as they speak of the same thing."""
    try:
        analysis = json.loads(_text(archive, infos, ANALYSIS_NAME))
        input_sha256, name = str(analysis["media"]["sha256"]), str(analysis["case_id"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError(
            f"{ANALYSIS_NAME} does not say which file was judged ({error!r}): {ASK_AGAIN}"
        ) from error
    if not _CASE_ID.fullmatch(name):
        raise ReportError(f"{ANALYSIS_NAME} gives the case no name that a package has: {ASK_AGAIN}")
    log = read_custody(_text(archive, infos, CUSTODY_NAME).encode("utf-8"))
    rows = list(csv.DictReader(_text(archive, infos, HASHES_NAME).splitlines()))
    said = [(entry.item, entry.item_sha256, CUSTODY_NAME) for entry in log]
    said += [(row.get("file") or "", row.get("sha256") or "", HASHES_NAME) for row in rows]
    for item, digest, where in said:
        if item.startswith((EVIDENCE_FOLDER, ORIGINAL_FOLDER)) and expected.get(item) != digest:
            raise ReportError(f"{where} gives {item!r} another hash than the file has: {ASK_AGAIN}")
    if not any(digest == input_sha256 for _, digest, where in said if where == HASHES_NAME):
        raise ReportError(f"{HASHES_NAME} does not state the hash of the file that was judged: {ASK_AGAIN}")
    if any(file.startswith(ORIGINAL_FOLDER) and digest != input_sha256 for file, digest in expected.items()):
        raise ReportError(f"the original in {path.name} is not the file that was judged: {ASK_AGAIN}")
    return ReportPackage(path=path, case_id=name, files=MappingProxyType(expected), input_sha256=input_sha256)


def _text(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], name: str) -> str:
    if infos[name].file_size > _MAX_TEXT_BYTES:
        raise ReportError(f"{name} has {infos[name].file_size} bytes, far too many: {ASK_AGAIN}")
    return archive.read(infos[name]).decode("utf-8")


def _sha256(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """Empty where the content cannot even be read."""
    digest = hashlib.sha256()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
    except _DAMAGE:
        return ""
    return digest.hexdigest()
