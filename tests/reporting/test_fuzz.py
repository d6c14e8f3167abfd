"""Mutated packages and case files give a typed error or an answer, whatever was changed.

Some hundreds run with the tests; `PYTHONPATH=. python tests/reporting/test_fuzz.py 2000 PACKAGE.zip` runs more.
"""

from __future__ import annotations

import collections
import hashlib
import io
import json
import random
import struct
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from detector.errors import ReportError
from reporting import build_package, read_case, record_acknowledgement, verify_package
from reporting.case import MAX_CHARS

Files = dict[str, bytes]
SEED = 1126
CASE_FILE = {
    "kind": "fraud",
    "what_happened": "A video shows me asking for money.",
    "depicted": "adult",
    "witness_only": False,
    "platform": "Instagram",
    "urls": ["https://www.instagram.com/reel/Cx_1", "https://x.com/a"],
    "handle": "@somebody",
    "seen_at": "2026-03-05T21:30:00+05:30",
    "country": "IN",
    "include_media": None,
}
ODD_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**400, "", "x" * 9000, "\x00\x1b[31m\u202e", "\ud800",
    [], {}, [None], [[]], {"a": 1}, ["a"] * 5000, "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00",
    "2026-13-01", "\u0930\u094d" * 400, "=cmd|' /C calc'!A0",
)  # fmt: skip
ODD_BYTES = (
    b"", b"\0", b"\xff" * 40, b"\xed\xa0\x80", b"[" * 60_000, b'{"a":' * 30_000, b"9" * 6000,
    b'"' + b"a" * 140_000, b"a" * 140_000 + b",b\n", b"\r\r\n\n\x0b\x0c", b"1e999", b"NaN", 
    "\u2028\u202e".encode(), b"PK\x05\x06" + b"\0" * 18,
)  # fmt: skip


def mutated_bytes(content: bytes, chance: random.Random) -> bytes:
    """Flip, cut, repeat, remove or insert bytes."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 60))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(data):
                data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            case 2:
                del data[at : at + chance.choice((1, 4, 100, 5000))]
            case 3:
                data[at:at] = chance.choice(ODD_BYTES)
            case 4:
                data[at:at] = data[at : at + chance.randrange(1, 400)]
            case _ if at + 4 <= len(data):
                struct.pack_into(
                    "<L", data, at, chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
                )
    return bytes(data)


def mutated_value(value: object, chance: random.Random) -> object:
    """Replace one value somewhere in a JSON value, remove it or add another."""
    if chance.random() < 0.25 or not isinstance(value, dict | list) or not value:
        return chance.choice(ODD_VALUES)
    if isinstance(value, list):
        at = chance.randrange(len(value))
        return [mutated_value(item, chance) if number == at else item for number, item in enumerate(value)]
    key = chance.choice(list(value))
    match chance.randrange(8):
        case 0:
            return {name: item for name, item in value.items() if name != key}
        case 1:
            return value | {
                chance.choice(("extra", "aadhaar", "", "\ud800", key.upper())): chance.choice(ODD_VALUES)
            }
        case _:
            return value | {key: mutated_value(value[key], chance)}


def mutated_member(name: str, content: bytes, chance: random.Random) -> bytes:
    if name.endswith(".json") and chance.random() < 0.6:
        return json.dumps(mutated_value(json.loads(content), chance)).encode()
    if chance.random() < 0.2:
        return chance.choice(ODD_BYTES)
    return mutated_bytes(content, chance)


def with_manifest(files: Files) -> Files:
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return files | {"MANIFEST.sha256": "".join(lines).encode()}


def zipped(files: Files, chance: random.Random) -> bytes:
    buffer = io.BytesIO()
    names = list(files)
    if chance.random() < 0.5:
        chance.shuffle(names)
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    (packing,) = chance.choices(kinds, (60, 30, 5, 5))
    around = chance.choice(("", "", "", "folder/", "../", "a\\", "/"))
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name in names:
            archive.writestr(around + name, files[name])
    return buffer.getvalue()


def mutated_package(package: bytes, files: Files, chance: random.Random) -> bytes:
    """Change the bytes of the zip, or the content of a file and then the manifest so that it fits."""
    if chance.random() < 0.4:
        return mutated_bytes(package, chance)
    listed = {name: content for name, content in files.items() if name != "MANIFEST.sha256"}
    parsed = [name for name in listed if name.endswith((".json", ".csv"))]
    for name in chance.sample(parsed, chance.choice((0, 1, 1, 2))):
        listed[name] = mutated_member(name, listed[name], chance)
    if chance.random() < 0.15:
        del listed[chance.choice(list(listed))]
    whole = with_manifest(listed)
    if chance.random() < 0.15:
        whole["MANIFEST.sha256"] = mutated_bytes(whole["MANIFEST.sha256"], chance)
    content = zipped(whole, chance)
    return mutated_bytes(content, chance) if chance.random() < 0.2 else content


def mutated_case(chance: random.Random) -> bytes:
    if chance.random() < 0.7:
        return json.dumps(mutated_value(CASE_FILE, chance)).encode()
    return mutated_bytes(json.dumps(CASE_FILE).encode(), chance)


def check_package(content: bytes, path: Path) -> str:
    """Verify one package; one that verifies also takes an acknowledgement number."""
    path.write_bytes(content)
    try:
        verify_package(path)
        record_acknowledgement(path, "30811250012345", datetime(2026, 3, 7, tzinfo=UTC))
    except ReportError as error:
        assert 20 < len(str(error)) < 6000, str(error)[:200]
        return "refused"
    return "accepted"


def check_case_file(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    try:
        case = read_case(path)
    except ReportError as error:
        assert 20 < len(str(error)) < 6000, str(error)[:200]
        return "refused"
    assert all(len(getattr(case, name)) <= most for name, most in MAX_CHARS.items() if name != "urls")
    json.dumps(case.what_happened, ensure_ascii=False).encode("utf-8")
    return "accepted"


def fuzz(
    count: int,
    seed: int,
    folder: Path,
    make: Callable[[random.Random], bytes],
    check: Callable[[bytes, Path], str],
) -> tuple[collections.Counter[str], list[str], float]:
    """Run `count` inputs.

    Returns:
        How many ended how, the untyped errors, and the longest time in seconds.
    """
    ended: collections.Counter[str] = collections.Counter()
    untyped, longest = [], 0.0
    for number in range(count):
        content = make(random.Random(f"{seed} {number}"))
        start = time.perf_counter()
        try:
            ended[check(content, folder / "input.zip")] += 1
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            untyped.append(f"{number}: {type(error).__name__}: {error}"[:300])
        longest = max(longest, time.perf_counter() - start)
    return ended, untyped, longest


def files_of(package: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def package(case, analysis, explanations, original, created_at, tmp_path: Path) -> bytes:  # type: ignore[no-untyped-def]
    path = tmp_path / "good.zip"
    build_package(case, analysis, explanations, path, original=original, created_at=created_at)
    return path.read_bytes()


def test_mutated_packages_give_typed_errors_only(package: bytes, tmp_path: Path) -> None:
    files = files_of(package)
    ended, untyped, _ = fuzz(
        300, SEED, tmp_path, lambda chance: mutated_package(package, files, chance), check_package
    )
    assert untyped == []
    assert ended["refused"] > 100 and ended["accepted"] > 10, "both ways are tried"


def test_mutated_case_files_give_typed_errors_only(tmp_path: Path) -> None:
    ended, untyped, _ = fuzz(500, SEED, tmp_path, mutated_case, check_case_file)
    assert untyped == []
    assert ended["refused"] > 100 and ended["accepted"] > 50, "both ways are tried"


if __name__ == "__main__":
    wanted, start_seed, good = int(sys.argv[1]), int((sys.argv[3:] or [SEED])[0]), Path(sys.argv[2]).read_bytes()
    contents = files_of(good)
    with tempfile.TemporaryDirectory() as name:
        results = {
            "packages": fuzz(
                wanted,
                start_seed,
                Path(name),
                lambda chance: mutated_package(good, contents, chance),
                check_package,
            ),
            "cases": fuzz(wanted, start_seed, Path(name), mutated_case, check_case_file),
        }
    for what, (how, errors, seconds) in results.items():
        print(f"{what}: {dict(how)}, {len(errors)} untyped, longest {seconds:.2f} s", *errors, sep="\n")
    sys.exit(any(errors for _, errors, _ in results.values()))
