"""Write the zip of a report package atomically, and check the directory of a zip before reading it.

Members are stored uncompressed: images, videos and PDFs hardly shrink.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from detector.errors import ReportError

MANIFEST_NAME = "MANIFEST.sha256"
MAX_TOTAL_BYTES = 2_000_000_000
"""Most bytes of all unpacked files."""
MAX_TEXT_BYTES = 16 << 20
"""Largest file that `verify_package` reads into memory."""
MAX_FILES = 10_000
_MAX_DIRECTORY_BYTES = MAX_FILES * 1000
CHUNK_BYTES = 1 << 20
ASK_AGAIN = "do not rely on it; ask whoever made it for the package again"

_SAFE_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
DateTime = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stored:
    """A member too large to hold in memory."""

    open: Callable[[], IO[bytes]]
    size_bytes: int
    sha256: str
    """Checked when the member is read."""


Members = Mapping[str, bytes | Stored]


def zip_time(at: datetime) -> DateTime:
    """Return the modification time of all members.

    Raises:
        ValueError: no time zone, or a year a zip cannot hold.
    """
    if at.utcoffset() is None or not 1980 <= at.astimezone(UTC).year <= 2107:
        raise ValueError(f"created_at needs a time zone and a year from 1980 to 2107, got {at}")
    at = at.astimezone(UTC)
    return (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2)


def manifest_text(hashes: Mapping[str, str]) -> bytes:
    """Return what `sha256sum` would print for the members."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode("ascii")


def write_package(path: Path, members: Members, date_time: DateTime) -> dict[str, str]:
    """Write a zip of the members and their manifest, replacing an earlier file atomically.

    Returns:
        SHA-256 by name, of every member but the manifest.

    Raises:
        ReportError: too large, a member changed while being read, or the path cannot be written.
    """
    hashes = {
        name: member.sha256 if isinstance(member, Stored) else hashlib.sha256(member).hexdigest()
        for name, member in sorted(members.items())
    }
    total_bytes = sum(
        member.size_bytes if isinstance(member, Stored) else len(member) for member in members.values()
    )
    if total_bytes > MAX_TOTAL_BYTES or len(hashes) >= MAX_FILES:
        raise ReportError(
            f"the package would hold {total_bytes} bytes in {len(hashes) + 1} files, more than "
            f"{MAX_TOTAL_BYTES} bytes or {MAX_FILES} files: leave out the original or explain fewer faces"
        )
    everything = {**members, MANIFEST_NAME: manifest_text(hashes)}
    try:
        with _atomic_write(path) as stream, zipfile.ZipFile(stream, "w") as archive:
            for name, member in sorted(everything.items()):
                info = _member_info(name, date_time)
                if isinstance(member, bytes):
                    archive.writestr(info, member)
                else:
                    _store(archive, info, member)
    except OSError as error:
        raise ReportError(
            f"the package could not be written to {path} ({error}): nothing was left there; choose a folder that "
            "exists, may be written to and has room"
        ) from error
    return hashes


def checked_infos(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name after checking them, without reading content.

    A repacked zip may have entries for folders, backslashes in names, and one folder around everything; the
    returned names are without them.

    Raises:
        ReportError: too large, an unsafe or repeated name, a link, or an encrypted or unsupported member.
    """
    infos = archive.infolist()
    total_bytes = sum(info.file_size for info in infos)
    if len(infos) > MAX_FILES or total_bytes > MAX_TOTAL_BYTES:
        raise ReportError(
            f"the zip says it unpacks to {total_bytes} bytes in {len(infos)} files, which no report package "
            "does: do not unpack it"
        )
    named: list[tuple[str, zipfile.ZipInfo]] = []
    for info in infos:
        name = info.orig_filename.replace("\\", "/")  # as stored: `filename` is cut at a NUL
        is_folder = name.endswith("/") and info.file_size == 0
        kind = stat.S_IFMT(info.external_attr >> 16)
        if len(name) > 255 or not _SAFE_NAME.fullmatch(name.removesuffix("/") if is_folder else name):
            raise ReportError(
                f"the zip holds the unsafe name {name!r:.200}, which no report package has: do not unpack it"
            )
        if kind not in (0, stat.S_IFDIR if is_folder else stat.S_IFREG):
            raise ReportError(f"{name!r} in the zip is a link or a device, not a file: do not unpack it")
        if info.flag_bits & 0x1 or info.compress_type not in _PACKED:
            raise ReportError(f"{name!r} in the zip is encrypted or packed in an unusual way: {ASK_AGAIN}")
        if not is_folder:
            named.append((name, info))
    counts = Counter(name.casefold() for name, _ in named)  # some file systems ignore case
    if repeated := sorted(name for name, count in counts.items() if count > 1):
        raise ReportError(f"the zip holds these names more than once: {repeated[:20]}; {ASK_AGAIN}")
    around = named[0][0].partition("/")[0] + "/" if named else ""
    if MANIFEST_NAME in dict(named) or not all(name.startswith(around) for name, _ in named):
        around = ""
    return {name.removeprefix(around): info for name, info in named}


def refuse_large_directory(stream: IO[bytes]) -> None:
    """Refuse a zip with a huge directory, or with more than one end.

    Source:
        APPNOTE.TXT 4.3.14 to 4.3.16: the records at the end of a zip.

    Raises:
        ReportError: its directory is larger than that of any report package, or programs could take another one.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_BYTES))
    tail = stream.read(_END_BYTES)
    last = tail.rfind(_END)  # the one that `zipfile` takes, except where one without a comment stands at the end
    ends = [found.start() for found in re.finditer(re.escape(_END), tail) if _is_end(tail, found.start())]
    end = len(tail) - 22 if len(tail) - 22 in ends else last
    sizes = [struct.unpack_from("<L", tail, end + 12)[0]] if 0 <= end <= len(tail) - 22 else []
    if end >= 76 and tail[end - 20 : end - 16] == b"PK\x06\x07" and tail[end - 76 : end - 72] == b"PK\x06\x06":
        sizes = [struct.unpack_from("<Q", tail, end - 36)[0]]
    stream.seek(0)
    if sizes and sizes[0] > _MAX_DIRECTORY_BYTES:
        raise ReportError(
            f"the zip has a directory of {sizes[0]} bytes, which no report package has: do not unpack it"
        )
    if last >= 0 and ends != [end]:
        raise ReportError(f"{_HIDING}: {ASK_AGAIN}")


def _is_end(tail: bytes, at: int) -> bool:
    """Return whether the end record and its comment end with the file."""
    return at + 22 <= len(tail) and at + 22 + struct.unpack_from("<H", tail, at + 20)[0] == len(tail)


def refuse_hidden_files(archive: zipfile.ZipFile, stream: IO[bytes]) -> None:
    """Refuse a zip from which other programs could unpack other files than `zipfile` does.

    Some read it from the start and ignore its directory, some take names from an extra field. So its members must
    stand one after the other from its first byte to its directory, described there as in front of them.

    Source:
        APPNOTE.TXT 4.3.7 (local headers), 4.3.9 (data descriptors), 4.6.9 (Unicode path).

    Raises:
        ReportError: bytes before, between or after its members, or a member described twice in different ways.
    """
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    starts, at = {archive.start_dir, *(info.header_offset for info in infos)}, 0
    for info in infos:
        stream.seek(info.header_offset)
        head = stream.read(30)
        _, _, flags, method, _, crc, *sizes, name_bytes, extra_bytes = struct.unpack("<4s3HL3L2H", head)
        extra = stream.read(name_bytes + extra_bytes)[name_bytes:]
        same = method == info.compress_type and not (flags ^ info.flag_bits) & _DESCRIBED_LATER
        if not flags & _DESCRIBED_LATER:
            described = (info.compress_size, info.file_size)
            same &= crc == info.CRC and all(
                size in (own, 0xFFFFFFFF) for size, own in zip(sizes, described, strict=True)
            )
        if info.header_offset != at or not same or _UNICODE_PATH in _extra_ids(info.extra) | _extra_ids(extra):
            raise ReportError(f"{_HIDING}: {ASK_AGAIN}")
        at += 30 + name_bytes + extra_bytes + info.compress_size
        if flags & _DESCRIBED_LATER:
            at += next((size for size in (16, 12, 24, 20) if at + size in starts), 0)
    if at != archive.start_dir:
        raise ReportError(f"{_HIDING}: {ASK_AGAIN}")


def _extra_ids(extra: bytes) -> set[int]:
    ids, at = set(), 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        ids.add(kind)
        at += 4 + size
    return ids


_END = b"PK\x05\x06"
_DESCRIBED_LATER = 0x8
"""Flag of a member whose sizes follow its content."""
_UNICODE_PATH = 0x7075
_HIDING = "the zip is made in a way that other programs could unpack other files from it than were checked"
_END_BYTES = 22 + 0xFFFF + 76
"""End record with the longest comment, and the Zip64 records before it."""


def _member_info(name: str, date_time: DateTime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3  # Unix on every system, for reproducible bytes
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def _store(archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Stored) -> None:
    """Copy and hash in one pass, so the hash is of the stored bytes."""
    info.file_size = member.size_bytes
    digest = hashlib.sha256()
    with member.open() as source, archive.open(info, "w") as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != member.sha256:
        raise ReportError(f"{info.filename} changed while it was being read: leave it alone and try again")


@contextmanager
def _atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file that replaces `path` if the block succeeds."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)
