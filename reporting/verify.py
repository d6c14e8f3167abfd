"""Checking a report package: every hash computed again, and nothing in the zip trusted before that.

It reads the zip's directory first and refuses what no package holds: unsafe names, links, bombs, doubles.
"""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from detector.errors import ReportError
from reporting.package import CHUNK_BYTES, MANIFEST_NAME, MAX_FILES, MAX_TOTAL_BYTES, ReportPackage

_MAX_SMALL_TEXT_BYTES = 4 << 20
_SAFE_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
_MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_INPUT_LINE = re.compile(r"^SHA-256: ([0-9a-f]{64})$", re.MULTILINE)
_ASK_AGAIN = "do not rely on it; ask whoever made it for the package again"


def verify_package(path: str | Path) -> ReportPackage:
    """Recompute every hash of a package, without unpacking it to the disk or holding a large file in memory.

    A package that verifies is complete and unchanged since its manifest was written. That does not say who
    wrote the manifest, nor that what the files say is true.

    Raises:
        ReportError: no such file, not a zip, too large when unpacked, a name that is unsafe or doubled, an
            encrypted or linked file, no manifest, or a file that is missing, changed, damaged or not in the
            manifest.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = _checked_infos(archive)
            if MANIFEST_NAME not in infos:
                raise ReportError(
                    f"{path.name} has no {MANIFEST_NAME}, so nothing in it can be checked: {_ASK_AGAIN}"
                )
            expected = _parse_manifest(_small_text(archive, infos[MANIFEST_NAME]))
            missing = sorted(expected.keys() - infos.keys())
            extra = sorted(infos.keys() - expected.keys() - {MANIFEST_NAME})
            if missing or extra:
                raise ReportError(
                    f"{path.name} does not hold what its manifest lists (missing: {missing or 'none'}; "
                    f"not listed: {extra or 'none'}): {_ASK_AGAIN}"
                )
            for name, digest in expected.items():
                if _sha256(archive, infos[name]) != digest:
                    raise ReportError(f"{name!r} in {path.name} was changed after it was written: {_ASK_AGAIN}")
            input_sha256 = _input_sha256(archive, infos)
    except FileNotFoundError as error:
        raise ReportError(f"there is no file {path}: check the name of the package") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise ReportError(f"{path.name} is not a zip, or a damaged one ({error}): {_ASK_AGAIN}") from error
    if any(name.startswith("original/") and digest != input_sha256 for name, digest in expected.items()):
        raise ReportError(f"the original in {path.name} is not the file that was judged: {_ASK_AGAIN}")
    return ReportPackage(path=path, files=MappingProxyType(expected), input_sha256=input_sha256)


def _checked_infos(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Refuse by the directory of the zip alone what must not be read or unpacked."""
    infos = archive.infolist()
    total_bytes = sum(info.file_size for info in infos)
    if len(infos) > MAX_FILES or total_bytes > MAX_TOTAL_BYTES:
        raise ReportError(
            f"the zip says it unpacks to {total_bytes} bytes in {len(infos)} files, which no report package "
            "does: do not unpack it"
        )
    for info in infos:
        name = info.orig_filename  # as stored: `filename` is cut at a NUL
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not _SAFE_NAME.fullmatch(name):
            raise ReportError(
                f"the zip holds the unsafe name {name!r}, which no report package has: do not unpack it"
            )
        if kind not in (0, stat.S_IFREG):
            raise ReportError(f"{name!r} in the zip is a link or a device, not a file: do not unpack it")
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReportError(f"{name!r} in the zip is encrypted or packed in an unusual way: {_ASK_AGAIN}")
    counts = Counter(info.orig_filename.casefold() for info in infos)  # some systems do not tell case apart
    if doubled := sorted(name for name, count in counts.items() if count > 1):
        raise ReportError(f"the zip holds these names more than once: {doubled}; {_ASK_AGAIN}")
    return {info.orig_filename: info for info in infos}


def _parse_manifest(text: str) -> dict[str, str]:
    expected: dict[str, str] = {}
    for line in text.splitlines():
        match = _MANIFEST_LINE.fullmatch(line)
        if match is None or match[2] in expected or match[2] == MANIFEST_NAME:
            raise ReportError(f"{MANIFEST_NAME} has the unreadable or doubled line {line[:200]!r}: {_ASK_AGAIN}")
        expected[match[2]] = match[1]
    return expected


def _input_sha256(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo]) -> str:
    text = _small_text(archive, infos["hashes.txt"]) if "hashes.txt" in infos else ""
    match = _INPUT_LINE.search(text)
    if match is None:
        raise ReportError(f"the package does not state the hash of the file that was judged: {_ASK_AGAIN}")
    return match[1]


def _small_text(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    if info.file_size > _MAX_SMALL_TEXT_BYTES:
        raise ReportError(f"{info.orig_filename} has {info.file_size} bytes, far too many: {_ASK_AGAIN}")
    return archive.read(info).decode("utf-8")


def _sha256(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    digest = hashlib.sha256()
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
