"""Verify a report package: recompute every hash and check that its files agree.

Unsafe names, links, zip bombs, repeated names and hidden files are refused before content is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from detector.errors import ReportError
from reporting.evidence.custody_log import read_custody
from reporting.evidence.files import ORIGINAL_FOLDER
from reporting.files import open_regular
from reporting.package.archive import (
    ASK_AGAIN,
    CHUNK_BYTES,
    MANIFEST_NAME,
    MAX_FILES,
    MAX_TEXT_BYTES,
    checked_infos,
    refuse_hidden_files,
    refuse_large_directory,
)
from reporting.package.build import ALWAYS, ANALYSIS_NAME, COMPLAINT_NAME, CUSTODY_NAME, HASHES_NAME, ReportPackage
from reporting.types import EVIDENCE_FOLDER

_MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CASE_ID = re.compile(r"DFD-\d{8}-[0-9a-f]{8}")
_NAMES_SHOWN = 20
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What `zipfile` raises on damaged bytes."""


def verify_package(path: str | Path) -> ReportPackage:
    """Recompute every hash of a package, streaming its files.

    A package that verifies has exactly the files of its manifest, however it is zipped. Nothing is signed: a
    change with a recomputed manifest is only revealed by a `manifest_sha256` noted elsewhere. See
    `reporting.text.evidence.verification_meaning`.

    Raises:
        ReportError: missing, not a regular file or zip, too large, unsafe or repeated names, encrypted, linked or
            hidden members, no manifest, a broken custody log, or files that are missing, changed, damaged or not
            in the manifest; the message names them.
    """
    path = Path(path)
    with open_regular(path, "the package") as stream:
        try:
            refuse_large_directory(stream)
            with zipfile.ZipFile(stream) as archive:
                infos = checked_infos(archive)
                refuse_hidden_files(archive, stream)
                expected = _manifest(archive, infos, path.name)
                _refuse_changes(archive, infos, expected, path.name)
                return _package(archive, infos, expected, path)
        except _DAMAGE as error:
            raise ReportError(f"{path.name} is not a zip, or a damaged one ({error}): {ASK_AGAIN}") from error


def _manifest(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], package: str) -> dict[str, str]:
    if MANIFEST_NAME not in infos:
        raise ReportError(f"{package} has no {MANIFEST_NAME}, so nothing in it can be checked: {ASK_AGAIN}")
    expected: dict[str, str] = {}
    for line in _text(archive, infos, MANIFEST_NAME).splitlines():
        match = _MANIFEST_LINE.fullmatch(line)
        if match is None or match[2] in expected or match[2] == MANIFEST_NAME:
            raise ReportError(f"{MANIFEST_NAME} has the unreadable or repeated line {line[:200]!r}: {ASK_AGAIN}")
        if len(expected) >= MAX_FILES:
            raise ReportError(f"{MANIFEST_NAME} lists more than {MAX_FILES} files: {ASK_AGAIN}")
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
    problems = [
        f"{what}: {', '.join(f'{name!r:.120}' for name in names[:_NAMES_SHOWN])}"
        + " and more" * (len(names) > _NAMES_SHOWN)
        for what, names in (("changed", changed), ("missing", missing), ("not listed", extra))
        if names
    ]
    if problems:
        raise ReportError(f"{package} is not as it was written ({'; '.join(problems)}): {ASK_AGAIN}")


def _package(
    archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], expected: dict[str, str], path: Path
) -> ReportPackage:
    """Check that the files agree, and return the package."""
    complaint = _json(archive, infos, COMPLAINT_NAME)
    try:
        name, input_sha256 = str(complaint["meta"]["case_id"]), str(complaint["bsa63"]["hash_line"])
        if infos[ANALYSIS_NAME].file_size <= MAX_TEXT_BYTES:  # larger for a long video
            analysis = _json(archive, infos, ANALYSIS_NAME)
            if (analysis["case_id"], analysis["media"]["sha256"]) != (name, input_sha256):
                raise ReportError(f"{ANALYSIS_NAME} and {COMPLAINT_NAME} are of different cases: {ASK_AGAIN}")
    except (KeyError, TypeError) as error:
        raise ReportError(
            f"{COMPLAINT_NAME} or {ANALYSIS_NAME} does not say which file was judged ({error!r:.200}): {ASK_AGAIN}"
        ) from error
    if not _CASE_ID.fullmatch(name):
        raise ReportError(f"{COMPLAINT_NAME} does not give the case a valid name: {ASK_AGAIN}")
    log = read_custody(_text(archive, infos, CUSTODY_NAME).encode("utf-8"))
    try:
        rows = list(csv.DictReader(io.StringIO(_text(archive, infos, HASHES_NAME), newline="")))
    except csv.Error as error:
        raise ReportError(f"{HASHES_NAME} cannot be read ({error}): {ASK_AGAIN}") from error
    hashes = [(entry.item, entry.item_sha256, CUSTODY_NAME) for entry in log]
    hashes += [(row.get("file") or "", row.get("sha256") or "", HASHES_NAME) for row in rows]
    for item, digest, where in hashes:
        if item.startswith((EVIDENCE_FOLDER, ORIGINAL_FOLDER)) and expected.get(item) != digest:
            raise ReportError(f"{where} gives {item!r:.120} another hash than the file has: {ASK_AGAIN}")
    if not any(digest == input_sha256 for _, digest, where in hashes if where == HASHES_NAME):
        raise ReportError(f"{HASHES_NAME} does not state the hash of the file that was judged: {ASK_AGAIN}")
    if any(file.startswith(ORIGINAL_FOLDER) and digest != input_sha256 for file, digest in expected.items()):
        raise ReportError(f"the original in {path.name} is not the file that was judged: {ASK_AGAIN}")
    return ReportPackage(
        path=path,
        case_id=name,
        files=MappingProxyType(expected),
        input_sha256=input_sha256,
        manifest_sha256=_sha256(archive, infos[MANIFEST_NAME]),
    )


def _json(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], name: str) -> Any:
    try:
        return json.loads(_text(archive, infos, name))
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{name} is not JSON ({error}): {ASK_AGAIN}") from error


def _text(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], name: str) -> str:
    if infos[name].file_size > MAX_TEXT_BYTES:
        raise ReportError(f"{name} has {infos[name].file_size} bytes, far too many: {ASK_AGAIN}")
    return archive.read(infos[name]).decode("utf-8")


def _sha256(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """Return the hash of a member; empty if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
    except _DAMAGE:
        return ""
    return digest.hexdigest()
