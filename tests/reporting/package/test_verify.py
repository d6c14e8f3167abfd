from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from detector.errors import ReportError
from detector.types import Analysis
from explain.types import Explanations
from reporting import Case, build_package, record_acknowledgement, verify_package
from reporting.text.evidence import verification_meaning

Files = dict[str, bytes]


_built: list[bytes] = []
"""The package that all tests here spoil a copy of; it is made once."""


@pytest.fixture
def good(
    case: Case,
    analysis: Analysis,
    explanations: Explanations,
    original: Path,
    created_at: datetime,
    tmp_path: Path,
) -> Path:
    path = tmp_path / "good.zip"
    if _built:
        path.write_bytes(_built[0])
        return path
    build_package(
        case,
        analysis,
        explanations,
        path,
        original=original,
        include_original=True,
        created_at=created_at,
    )
    _built.append(path.read_bytes())
    return path


@pytest.fixture
def files(good: Path) -> Files:
    with zipfile.ZipFile(good) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, members: Files | list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A zip of exactly these members, written by the standard library alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return path


def with_manifest(files: Files) -> Files:
    """The same files under a manifest that fits them."""
    listed = {name: content for name, content in files.items() if name != "MANIFEST.sha256"}
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in listed.items())
    return listed | {"MANIFEST.sha256": "".join(lines).encode()}


def test_a_package_verifies(good: Path, files: Files) -> None:
    package = verify_package(str(good))
    assert dict(package.files) == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "MANIFEST.sha256"
    }


@pytest.mark.parametrize(
    ("packing", "around", "separator"),
    [
        (zipfile.ZIP_DEFLATED, "", "/"),
        (zipfile.ZIP_DEFLATED, "DFD-20260306-1a2b3c4d/", "/"),
        (zipfile.ZIP_BZIP2, "", "/"),
        (zipfile.ZIP_LZMA, "", "/"),
        (zipfile.ZIP_STORED, "", "\\"),
    ],
)
def test_a_package_packed_anew_verifies_and_takes_a_number(
    packing: int, around: str, separator: str, good: Path, files: Files, tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w", packing) as archive:
        if around:
            archive.mkdir(around)
        archive.mkdir(f"{around}5_evidence")
        for name, content in reversed(files.items()):
            archive.writestr((around + name).replace("/", separator), content)
        archive.comment = b"packed by another program"
    package = verify_package(again)
    assert dict(package.files) == dict(verify_package(good).files)
    assert package.manifest_sha256 == hashlib.sha256(files["MANIFEST.sha256"]).hexdigest()
    filed = record_acknowledgement(again, "30811250012345", datetime(2026, 3, 7, tzinfo=UTC))
    assert filed.case_id == package.case_id and verify_package(again).files == filed.files


@pytest.mark.skipif(shutil.which("zip") is None or shutil.which("unzip") is None, reason="needs zip and unzip")
def test_a_package_packed_anew_by_the_zip_program_verifies(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    subprocess.run(["unzip", "-q", str(good), "-d", str(folder)], check=True)
    subprocess.run(["zip", "-q", "-r", "-9", str(tmp_path / "again.zip"), "."], cwd=folder, check=True)
    assert dict(verify_package(tmp_path / "again.zip").files) == dict(verify_package(good).files)


def test_an_edit_with_hashes_computed_anew_is_found_by_the_noted_manifest_alone(
    good: Path, files: Files, tmp_path: Path
) -> None:
    edited = with_manifest(files | {"9_platform_notice.txt": b"another notice"})
    package = verify_package(write(tmp_path / "edited.zip", edited))
    assert package.manifest_sha256 != verify_package(good).manifest_sha256
    assert "edits a file and computes the hashes anew" in verification_meaning("en")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(
            lambda f: f | {"START_HERE.html": f["START_HERE.html"] + b" "},
            "changed: 'START_HERE.html'",
            id="changed",
        ),
        pytest.param(lambda f: f | {"6_hash_report.csv": b""}, "changed: '6_hash_report.csv'", id="emptied"),
        pytest.param(
            lambda f: {n: c for n, c in f.items() if n != "9_platform_notice.txt"},
            r"missing: '9_platform_notice.txt",
            id="missing",
        ),
        pytest.param(lambda f: f | {"more.txt": b"x"}, r"not listed: 'more.txt", id="a file that is not listed"),
        pytest.param(
            lambda f: {n: c for n, c in f.items() if "MANIFEST" not in n}, "has no MANIFEST", id="no manifest"
        ),
        pytest.param(lambda f: f | {"MANIFEST.sha256": b""}, "not listed", id="empty manifest"),
        pytest.param(lambda f: f | {"MANIFEST.sha256": b"\xff\xfe"}, "damaged", id="manifest is no text"),
        pytest.param(lambda f: f | {"MANIFEST.sha256": b"0" * 64 + b" one.txt\n"}, "unreadable", id="one space"),
        pytest.param(
            lambda f: f | {"MANIFEST.sha256": f["MANIFEST.sha256"] * 2},
            "unreadable or repeated",
            id="a line twice",
        ),
        pytest.param(
            lambda f: f | {"MANIFEST.sha256": f["MANIFEST.sha256"] + b"0" * 64 + b"  MANIFEST.sha256\n"},
            "unreadable or repeated",
            id="a manifest that lists itself",
        ),
        pytest.param(lambda f: f | {"MANIFEST.sha256": b" " * 17_000_000}, "far too many", id="a huge manifest"),
        pytest.param(
            lambda f: with_manifest({n: c for n, c in f.items() if n != "6_hash_report.csv"}),
            "missing: '6_hash_report.csv'",
            id="listed rightly, but without the hashes",
        ),
        pytest.param(
            lambda f: with_manifest(
                f | {"7_custody_log.csv": f["7_custody_log.csv"].replace(b"judged", b"jugded")}
            ),
            "custody log was changed at line 4",
            id="listed rightly, but a line of the custody log was changed",
        ),
        pytest.param(
            lambda f: with_manifest(
                f | {"7_custody_log.csv": b"".join(f["7_custody_log.csv"].splitlines(keepends=True)[::2])}
            ),
            "custody log was changed at line",
            id="listed rightly, but lines of the custody log were left out",
        ),
        pytest.param(
            lambda f: with_manifest(f | {"5_evidence/supporting_evidence_key_frames.jpg": b"another"}),
            "another hash than the file has",
            id="listed rightly, but another piece of evidence",
        ),
        pytest.param(
            lambda f: with_manifest({n: c[1:] if n.startswith("original/") else c for n, c in f.items()}),
            "another hash than the file has",
            id="listed rightly, but another original",
        ),
        pytest.param(lambda f: f | {"../evil.txt": b"x"}, "unsafe name", id="a name that climbs out"),
        pytest.param(lambda f: f | {"/etc/evil": b"x"}, "unsafe name", id="an absolute name"),
        pytest.param(lambda f: f | {"a/../../b": b"x"}, "unsafe name", id="a climb in the middle"),
        pytest.param(lambda f: f | {"C:evil.txt": b"x"}, "unsafe name", id="a drive letter"),
        pytest.param(lambda f: f | {"..\\evil.txt": b"x"}, "unsafe name", id="backslashes"),
        pytest.param(lambda f: f | {"folder/": b"x"}, "unsafe name", id="a folder with content"),
        pytest.param(lambda f: f | {"../": b""}, "unsafe name", id="a folder that climbs out"),
        pytest.param(lambda f: f | {"START\u202etxt": b"x"}, "unsafe name", id="a name that reads backwards"),
        pytest.param(
            lambda f: f | {"start_here.HTML": b"x"}, "more than once", id="doubled where case is not told apart"
        ),
    ],
)
def test_what_is_not_as_it_was_written_is_refused(
    damage: Callable[[Files], Files], message: str, files: Files, tmp_path: Path
) -> None:
    with pytest.raises(ReportError, match=message):
        verify_package(write(tmp_path / "bad.zip", damage(files)))


def test_a_name_that_stands_twice_is_refused(files: Files, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "bad.zip", [*files.items(), ("START_HERE.html", b"another")])
    with pytest.raises(ReportError, match="more than once"):
        verify_package(path)


def test_a_name_cut_short_by_a_zero_byte_is_refused(files: Files, tmp_path: Path) -> None:
    path = write(tmp_path / "bad.zip", files | {"START_HEREXevil": b"x"})
    path.write_bytes(path.read_bytes().replace(b"START_HEREXevil", b"START_HERE\x00evil"))
    with pytest.raises(ReportError, match="unsafe name"):
        verify_package(path)


def test_a_link_inside_is_refused(files: Files, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ReportError, match="link or a device"):
        verify_package(write(tmp_path / "bad.zip", [*files.items(), (link, b"/etc/passwd")]))


def test_an_unusual_packing_is_refused(files: Files, tmp_path: Path) -> None:
    odd = zipfile.ZipInfo("odd.txt")
    path = write(tmp_path / "bad.zip", [*files.items(), (odd, b"x")])
    data, start = directory_entry(path, b"odd.txt")
    struct.pack_into("<H", data, start + 10, 9)  # Deflate64
    path.write_bytes(data)
    with pytest.raises(ReportError, match="unusual way"):
        verify_package(path)


def directory_entry(path: Path, name: bytes) -> tuple[bytearray, int]:
    """The bytes of a zip, and where the central directory's entry of `name` starts (APPNOTE.TXT 4.3.12)."""
    data = bytearray(path.read_bytes())
    return data, data.rindex(name) - 46


def test_an_encrypted_file_is_refused(good: Path) -> None:
    data, start = directory_entry(good, b"START_HERE.html")
    data[start + 8] |= 1
    good.write_bytes(data)
    with pytest.raises(ReportError, match="encrypted"):
        verify_package(good)


def test_a_zip_that_says_it_is_huge_is_refused_before_it_is_read(good: Path) -> None:
    data, start = directory_entry(good, b"START_HERE.html")
    assert data[start : start + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, start + 24, 2_100_000_000)  # uncompressed size
    good.write_bytes(data)
    with pytest.raises(ReportError, match="do not unpack it"):
        verify_package(good)


def test_a_zip_that_hides_its_size_is_read_no_further_than_it_says(files: Files, tmp_path: Path) -> None:
    path = write(tmp_path / "bad.zip", with_manifest(files | {"bomb.txt": bytes(50_000_000)}))
    data, start = directory_entry(path, b"bomb.txt")
    struct.pack_into("<I", data, start + 24, 1000)
    path.write_bytes(data)
    with pytest.raises(ReportError):
        verify_package(path)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="10001 files"):
        verify_package(write(tmp_path / "bad.zip", {f"{number}": b"" for number in range(10_001)}))


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all" * 100, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_not_a_zip_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=r"not a zip, or a damaged one|directory of 4294967295 bytes"):
        verify_package(path)


def test_a_place_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="there is no file"):
        verify_package(tmp_path / "gone.zip")
    with pytest.raises(ReportError):
        verify_package(tmp_path)


def test_a_zip_cut_short_anywhere_is_refused(good: Path) -> None:
    data = good.read_bytes()
    for length in (*range(0, len(data), len(data) // 40), len(data) - 1):
        good.write_bytes(data[:length])
        with pytest.raises(ReportError):
            verify_package(good)


def test_any_byte_that_was_flipped_is_found_and_the_file_named(good: Path) -> None:
    data, chance = good.read_bytes(), random.Random(1120)
    with zipfile.ZipFile(good) as archive:
        infos = archive.infolist()
    contents = {i.filename: (i.header_offset + 30 + len(i.filename), i.file_size) for i in infos}
    for name, (start, size) in contents.items():
        for at in {start, start + size - 1, start + chance.randrange(size)}:
            spoiled = bytearray(data)
            spoiled[at] ^= 1 << chance.randrange(8)
            good.write_bytes(spoiled)
            with pytest.raises(ReportError, match=re.escape(name)):
                verify_package(good)


def test_any_byte_around_the_files_that_was_flipped_is_refused_or_does_not_matter(good: Path) -> None:
    expected = dict(verify_package(good).files)
    data, chance = good.read_bytes(), random.Random(1121)
    with zipfile.ZipFile(good) as archive:
        infos, directory = archive.infolist(), archive.start_dir
    headers = [at for i in infos for at in range(i.header_offset, i.header_offset + 30 + len(i.filename))]
    for at in (*chance.sample(headers, 150), *range(directory, len(data), 5), *range(len(data) - 90, len(data))):
        spoiled = bytearray(data)
        spoiled[at] ^= 1 << chance.randrange(8)
        good.write_bytes(spoiled)
        try:
            assert dict(verify_package(good).files) == expected
        except ReportError:
            continue


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other devices")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty", "/proc/self/mem"])
def test_a_device_is_refused_without_reading_it(device: str) -> None:
    with pytest.raises(ReportError):
        verify_package(device)


def test_a_pipe_or_a_loop_of_links_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "loop.zip").symlink_to("loop.zip")
    for name in ("pipe.zip", "loop.zip", "a\0b.zip", "x" * 5000):
        with pytest.raises(ReportError):
            verify_package(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("10_analysis.json", b"[" * 200_000),
        ("10_analysis.json", b"1" * 10_000),
        ("10_analysis.json", b"\xff"),
        ("1_complaint.json", b'{"a":' * 100_000),
        ("1_complaint.json", b'{"meta": [], "bsa63": {}}'),
        ("1_complaint.json", b" " * 17_000_000),
        ("6_hash_report.csv", b"a" * 200_000 + b",b\n" + b"a" * 200_000 + b",1\n"),
        ("6_hash_report.csv", b'file,sha256\n"' + b"x" * 200_000),
        ("6_hash_report.csv", b"\0\n\0"),
        ("7_custody_log.csv", b"\n\n"),
        ("7_custody_log.csv", b"sequence\n" + b"9" * 5000 + b"\n"),
        ("7_custody_log.csv", b"sequence\n1,0001-01-01T00:00:00+14:00,,,,,,,\n"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named(name: str, content: bytes, files: Files, tmp_path: Path) -> None:
    path = write(tmp_path / "bad.zip", with_manifest(files | {name: content}))
    with pytest.raises(ReportError, match=f"{name}|custody log"):
        verify_package(path)


def test_files_of_different_cases_are_told_apart(files: Files, tmp_path: Path) -> None:
    analysis = json.loads(files["10_analysis.json"]) | {"case_id": "DFD-20260101-00000000"}
    path = write(tmp_path / "bad.zip", with_manifest(files | {"10_analysis.json": json.dumps(analysis).encode()}))
    with pytest.raises(ReportError, match="different cases"):
        verify_package(path)


@pytest.mark.parametrize("large", [False, True])
def test_a_directory_that_says_it_is_huge_is_refused_before_it_is_read(large: bool, tmp_path: Path) -> None:
    size = 3_000_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, size, 0, 0)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, size, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    path = tmp_path / "bad.zip"
    path.write_bytes(record + locator + end if large else end)
    with pytest.raises(ReportError, match="directory of 3000000000 bytes"):
        verify_package(path)


def with_other_end(data: bytes) -> bytes:
    """With a directory of its own in the comment: programs differ in which end they take."""
    comment = b"PK\x05\x06" + bytes(18)
    return data[:-2] + struct.pack("<H", len(comment)) + comment


def with_local_field(data: bytes, at: int, value: bytes) -> bytes:
    """With another value in the header in front of `START_HERE.html`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.getinfo("START_HERE.html").header_offset + at
    return data[:start] + value + data[start + len(value) :]


EVIL = b"PK\x03\x04\x14" + bytes(25)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"MZ" + data,
        lambda data: EVIL + data,
        lambda data: data + b"text after its end",
        with_other_end,
        lambda data: data[:-2] + b"\x04\x00more than four",
        lambda data: with_local_field(data, 8, b"\x08\x00"),
        lambda data: with_local_field(data, 6, b"\x08\x00"),
        lambda data: with_local_field(data, 14, b"\0\0\0\0"),
        lambda data: with_local_field(data, 18, b"\1\0\0\0"),
        lambda data: with_local_field(data, 22, b"\1\0\0\0"),
    ],
)
def test_a_zip_in_which_other_programs_could_see_other_files_is_refused(
    spoil: Callable[[bytes], bytes], good: Path
) -> None:
    """Some read a zip from its start and never look at its directory."""
    good.write_bytes(spoil(good.read_bytes()))
    with pytest.raises(ReportError, match="other programs could unpack other files"):
        verify_package(good)


def test_a_file_between_the_members_that_the_directory_leaves_out_is_refused(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
            if name == "1_complaint.json":
                archive.writestr("START_HERE.html", "<p>Another page</p>")
                del archive.NameToInfo["START_HERE.html"], archive.filelist[-1]
    with pytest.raises(ReportError, match="other programs could unpack other files"):
        verify_package(path)


def test_a_name_in_an_extra_field_which_other_programs_take_is_refused(files: Files, tmp_path: Path) -> None:
    members: list[tuple[str | zipfile.ZipInfo, bytes]] = []
    for name, content in files.items():
        info = zipfile.ZipInfo(name)
        if name == "START_HERE.html":
            other = b"9_platform_notice.txt"
            info.extra = struct.pack("<2HBL", 0x7075, 5 + len(other), 1, zlib.crc32(name.encode())) + other
        members.append((info, content))
    with pytest.raises(ReportError, match="other programs could unpack other files"):
        verify_package(write(tmp_path / "bad.zip", members))


def test_a_package_written_to_a_pipe_by_the_zip_program_verifies(good: Path, tmp_path: Path) -> None:
    """Then the sizes follow each file."""
    if shutil.which("zip") is None or shutil.which("unzip") is None:
        pytest.skip("needs zip and unzip")
    folder = tmp_path / "unpacked"
    subprocess.run(["unzip", "-q", str(good), "-d", str(folder)], check=True)
    packed = subprocess.run(["zip", "-q", "-r", "-", "."], cwd=folder, check=True, stdout=subprocess.PIPE).stdout
    assert packed[6] & 8, "sizes follow"
    (tmp_path / "again.zip").write_bytes(packed)
    assert dict(verify_package(tmp_path / "again.zip").files) == dict(verify_package(good).files)


def test_a_package_with_large_headers_verifies(good: Path, files: Files, tmp_path: Path) -> None:
    """Zip64, as some programs write it for files of any size."""
    path = tmp_path / "again.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    assert dict(verify_package(path).files) == dict(verify_package(good).files)
