"""The zip around a report package: written whole or not at all, the same bytes for the same members, and checked
byte by byte when it is read.

Members are stored, not compressed: images, videos and documents hardly shrink, and so the bytes do not depend on
anybody's version of a compressor, and no bit of the file is without meaning.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from detector.errors import ReportError

MANIFEST_NAME = "MANIFEST.sha256"
MAX_TOTAL_BYTES = 2_000_000_000
"""Of all files in a package, unpacked: no more is written, and no more read when it is verified."""
MAX_FILES = 10_000
CHUNK_BYTES = 1 << 20
ASK_AGAIN = "do not rely on it; ask whoever made it for the package again"

_PART_PREFIX, _PART_SUFFIX = ".report-", ".part"
_STALE_S = 3600.0
"""Nobody takes so long to write a package."""
_SAFE_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
_END_RECORD = struct.Struct("<4s4H2LH")
_DIRECTORY_ENTRY = struct.Struct("<4s4H4s3L5H2L")
_LOCAL_HEADER_BYTES = 30
DateTime = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stored:
    """A member too large to hold in memory."""

    open: Callable[[], IO[bytes]]
    size_bytes: int
    sha256: str
    """It must still be this when it is read."""


Members = Mapping[str, bytes | Stored]


def zip_time(at: datetime) -> DateTime:
    """The time that every member carries.

    Raises:
        ValueError: no time zone, or a year a zip cannot hold.
    """
    if at.utcoffset() is None or not 1980 <= at.astimezone(UTC).year <= 2107:
        raise ValueError(f"created_at needs a time zone and a year from 1980 to 2107, got {at}")
    at = at.astimezone(UTC)
    return (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2)


def manifest_text(hashes: Mapping[str, str]) -> bytes:
    """What `sha256sum` would write about the members."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode("ascii")


def write_package(path: Path, members: Members, date_time: DateTime) -> dict[str, str]:
    """Write a zip of the members and their manifest; a file that stood there before is replaced in one step.

    Returns:
        SHA-256 by name, of every member but the manifest.

    Raises:
        ReportError: too large, a member changed while it was read, or the place cannot be written.
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
        with _whole_or_not_at_all(path) as stream, zipfile.ZipFile(stream, "w") as archive:
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
    """The members by name, after refusing by the directory of the zip alone what must not be read or unpacked.

    Raises:
        ReportError: too much, an unsafe or doubled name, a link, or a member that is encrypted.
    """
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
            raise ReportError(f"{name!r} in the zip is encrypted or packed in an unusual way: {ASK_AGAIN}")
    counts = Counter(info.orig_filename.casefold() for info in infos)  # some systems do not tell case apart
    if doubled := sorted(name for name, count in counts.items() if count > 1):
        raise ReportError(f"the zip holds these names more than once: {doubled}; {ASK_AGAIN}")
    return {info.orig_filename: info for info in infos}


def as_written_here(path: Path, infos: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether every byte around the members is the one that `write_package` puts there.

    Source:
        APPNOTE.TXT 4.3: local headers and content in order, then the directory, then one end record.
    """
    if not infos or sorted(infos, key=lambda info: info.orig_filename) != list(infos):
        return False
    at, directory = 0, b""
    with path.open("rb") as stream:
        for info in infos:
            expected = _member_info(info.orig_filename, infos[0].date_time)
            expected.CRC, expected.file_size, expected.compress_size = info.CRC, info.file_size, info.file_size
            header = expected.FileHeader(zip64=False)
            stream.seek(at)
            if stream.read(len(header)) != header:
                return False
            name = header[_LOCAL_HEADER_BYTES:]
            directory += _directory_entry(header, expected, at) + name
            at += len(header) + info.file_size
        count = len(infos)
        end = _END_RECORD.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), at, 0)
        stream.seek(at)
        return stream.read(len(directory) + len(end) + 1) == directory + end


def _directory_entry(header: bytes, info: zipfile.ZipInfo, at: int) -> bytes:
    """What the directory says of a member, as far as its name."""
    return _DIRECTORY_ENTRY.pack(
        b"PK\x01\x02",
        info.create_version | info.create_system << 8,
        info.extract_version,
        info.flag_bits,
        info.compress_type,
        header[10:14],  # time and date, as in the local header
        info.CRC,
        info.compress_size,
        info.file_size,
        len(header) - _LOCAL_HEADER_BYTES,
        0,
        0,
        0,
        0,
        info.external_attr,
        at,
    )


def _member_info(name: str, date_time: DateTime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3  # Unix, on every system, so that the bytes agree
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def _store(archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Stored) -> None:
    """Copy and hash in one reading, so that what is checked is what is stored."""
    info.file_size = member.size_bytes
    digest = hashlib.sha256()
    with member.open() as source, archive.open(info, "w") as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != member.sha256:
        raise ReportError(f"{info.filename} changed while it was being read: leave it alone and try again")


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content stands at `path` once the block has ended well, and nowhere if it has not.

    Where the system has files without a name, a killed program leaves nothing; elsewhere the next package made in
    the same folder clears away what it left.
    """
    _sweep(path.parent)
    handle = _nameless(path.parent)
    if handle is None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PART_PREFIX, suffix=_PART_SUFFIX)
        named = Path(name)
    else:
        named = path.with_name(f"{_PART_PREFIX}{secrets.token_hex(8)}{_PART_SUFFIX}")
    nameless = not named.exists()
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            if nameless:
                _give_name(stream.fileno(), named)
        os.replace(named, path)
    finally:
        named.unlink(missing_ok=True)


def _nameless(folder: Path) -> int | None:
    """An open file without a name in this folder, readable by its owner only; None where there are none."""
    if sys.platform != "linux":
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS):
            return None  # this kind of disk has none
        raise


def _give_name(handle: int, path: Path) -> None:
    """Source: open(2), O_TMPFILE."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:  # a folder is given so that the link's own target is linked, which Python asks for only then
        os.link(f"/proc/self/fd/{handle}", path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _sweep(folder: Path) -> None:
    """Delete what a killed program left here long ago."""
    for part in folder.glob(f"{_PART_PREFIX}*{_PART_SUFFIX}"):
        with suppress(OSError):  # somebody else's, or just gone
            if time.time() - part.lstat().st_mtime > _STALE_S:
                part.unlink()
