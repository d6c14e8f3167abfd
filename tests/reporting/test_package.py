from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detector.errors import ReportError
from detector.types import Analysis, Outcome
from explain.types import Explanations
from reporting import Case, build_package, verify_package

Build = Callable[..., Path]


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture
def build(
    case: Case, analysis: Analysis, explanations: Explanations, created_at: datetime, tmp_path: Path
) -> Build:
    """Builds `tmp_path/out/report.zip` from the fixtures, any of them replaced by keyword."""
    (tmp_path / "out").mkdir()

    def build_with(**changed: object) -> Path:
        values: dict[str, object] = {
            "case": case,
            "analysis": analysis,
            "explanations": explanations,
            "out_path": tmp_path / "out" / "report.zip",
            "created_at": created_at,
        }
        return build_package(**(values | changed)).path  # type: ignore[arg-type]

    return build_with


def test_the_package_holds_what_the_readme_lists(build: Build) -> None:
    files = contents(build())
    assert list(files) == [
        "MANIFEST.sha256",
        "README.txt",
        "analysis.json",
        "complaint_draft.txt",
        "hashes.txt",
        "overlays/face_001_track_0_frame_4.png",
        "overlays/face_002_track_0_frame_4.png",
        "overlays/frame_001_index_4.png",
        "portal.url",
    ]
    readme = files["README.txt"].decode()
    for name in ("complaint_draft.txt", "hashes.txt", "analysis.json", "overlays/", "MANIFEST.sha256"):
        assert name in readme
    for words in (
        "https://cybercrime.gov.in/",
        "not an FIR",
        "This is not proof",
        "FIR नहीं है",
        "1930",
        "97 %",
    ):
        assert words in readme
    assert files["portal.url"] == b"[InternetShortcut]\r\nURL=https://cybercrime.gov.in/\r\n"


def test_the_manifest_is_what_sha256sum_would_write(build: Build, original: Path) -> None:
    files = contents(build(original=original))
    lines = files.pop("MANIFEST.sha256").decode("ascii").splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  \S+", line) for line in lines)
    listed = {line[66:]: line[:64] for line in lines}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert list(listed) == sorted(files)
    assert len(lines) == len(files)


def test_building_and_verifying_tell_the_same(
    case: Case, analysis: Analysis, explanations: Explanations, original: Path, tmp_path: Path
) -> None:
    built = build_package(case, analysis, explanations, tmp_path / "r.zip", original=original)
    assert built == verify_package(tmp_path / "r.zip")
    assert built.input_sha256 == hashlib.sha256(original.read_bytes()).hexdigest()
    assert built.files["original/video_1_final.mp4"] == built.input_sha256


def test_the_same_inputs_give_the_same_bytes(build: Build, original: Path, created_at: datetime) -> None:
    first = build(original=original).read_bytes()
    elsewhere = created_at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert build(original=original, created_at=elsewhere).read_bytes() == first
    assert build(original=original, created_at=created_at + timedelta(hours=1)).read_bytes() != first


def test_members_carry_a_fixed_time_and_plain_permissions(build: Build) -> None:
    with zipfile.ZipFile(build()) as archive:
        for info in archive.infolist():
            assert info.date_time == (2026, 3, 6, 4, 5, 6)  # a zip counts in steps of two seconds
            assert info.external_attr >> 16 == stat.S_IFREG | 0o644
            assert info.compress_type == zipfile.ZIP_DEFLATED


def test_the_analysis_can_be_read_back_with_settings_and_error_rates(build: Build, analysis: Analysis) -> None:
    found = json.loads(contents(build())["analysis.json"])
    expected = analysis.to_dict()
    expected.pop("checkpoint")
    assert {name: found[name] for name in expected} == json.loads(json.dumps(expected))
    assert found["settings"] == {"max_frames": 64, "device": "cpu"}
    assert found["checkpoint"]["false_alarm_rate"] == 0.05 and found["checkpoint"]["miss_rate"] == 0.2
    assert found["tool"] == "deepfake-detector" and found["created_at"] == "2026-03-06T04:05:07+00:00"


def test_the_hashes_are_those_of_the_file_as_received(build: Build, original: Path) -> None:
    received = original.read_bytes()
    text = contents(build())["hashes.txt"].decode()
    assert text.splitlines() == [
        f"SHA-256: {hashlib.sha256(received).hexdigest()}",
        f"SHA-1: {hashlib.sha1(received).hexdigest()}",
        f"MD5: {hashlib.md5(received).hexdigest()}",
        f"Size in bytes: {len(received)}",
        f"File name: {original.name}",
    ]


def test_pictures_are_stored_pixel_for_pixel_and_without_metadata(
    build: Build, explanations: Explanations
) -> None:
    files = contents(build())
    stored = [files[name] for name in files if name.startswith("overlays/")]
    pixels = [
        *(face.overlay for face in explanations.faces),
        *(frame.pixels for frame in explanations.frames),
    ]
    for png, expected in zip(stored, pixels, strict=True):
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.mode == "RGB" and picture.info == {}
            np.testing.assert_array_equal(np.asarray(picture), expected)


@pytest.mark.parametrize(
    ("outcome", "probability"), [("fake", 0.9), ("real", 0.1), ("inconclusive", 0.5), ("no_face", None)]
)
def test_a_package_without_pictures_can_be_made_whatever_the_outcome(
    outcome: Outcome,
    probability: float | None,
    build: Build,
    make_analysis: Callable[[Outcome, float | None], Analysis],
) -> None:
    path = build(explanations=None, case=Case(), analysis=make_analysis(outcome, probability))
    assert not [name for name in verify_package(path).files if name.startswith("overlays/")]


def test_the_original_is_left_out_unless_given_and_then_stored_whole(build: Build, original: Path) -> None:
    assert not [name for name in contents(build()) if name.startswith("original/")]
    stored = {
        name: data for name, data in contents(build(original=original)).items() if name.startswith("original/")
    }
    assert list(stored.values()) == [original.read_bytes()]
    assert re.fullmatch(r"original/[A-Za-z0-9_]+\.mp4", next(iter(stored)))


@pytest.mark.parametrize(
    ("received", "stored"),
    [
        ("clip.mp4", "clip.mp4"),
        ("Été à Goa.JPG", "Ete_a_Goa.jpg"),
        ("../../etc/passwd", "etc_passwd"),
        ("वीडियो.mp4", "file.mp4"),
        (".hidden", "hidden"),
        ("a.b.c.mov", "a_b_c.mov"),
        ("x" * 300 + ".jpeg", "x" * 40 + ".jpeg"),
        ("name\nwith\x00odd.p n g", "name_with_odd.png"),
        ("bad\udc80byte.mp4", "badbyte.mp4"),
        ("", "file"),
    ],
)
def test_an_original_gets_a_short_ascii_name(
    received: str, stored: str, build: Build, analysis: Analysis, original: Path
) -> None:
    named = replace(analysis, media=replace(analysis.media, file_name=received))
    files = contents(build(analysis=named, original=original))
    assert [name for name in files if name.startswith("original/")] == [f"original/{stored}"]
    assert json.loads(files["analysis.json"])["media"]["file_name"] == received


def test_an_original_that_is_not_the_judged_file_is_refused(build: Build, original: Path) -> None:
    received = original.read_bytes()
    for other in (received[:-1], bytes([received[0] ^ 1]) + received[1:]):
        original.write_bytes(other)
        with pytest.raises(ReportError, match="is not the file that was judged"):
            build(original=original)
    with pytest.raises(ReportError, match="no original at"):
        build(original=original.with_name("gone.mp4"))


def test_a_failure_leaves_no_file_and_does_not_touch_an_earlier_package(build: Build, original: Path) -> None:
    path = build()
    earlier = path.read_bytes()
    changed = bytearray(original.read_bytes())
    changed[100] ^= 1
    original.write_bytes(changed)
    with pytest.raises(ReportError):
        build(original=original)
    assert path.read_bytes() == earlier
    path.unlink()
    with pytest.raises(ReportError):
        build(original=original)
    assert list(path.parent.iterdir()) == []


def test_an_earlier_package_is_replaced_in_one_step_and_never_written_into(
    build: Build, created_at: datetime, tmp_path: Path
) -> None:
    path, same_file = build(), tmp_path / "same_file.zip"
    earlier = path.read_bytes()
    os.link(path, same_file)
    build(created_at=created_at + timedelta(days=1))
    assert same_file.read_bytes() == earlier != path.read_bytes()


def test_a_place_that_cannot_be_written_is_refused_with_advice(build: Build, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="choose a folder that exists"):
        build(out_path=tmp_path / "nowhere" / "report.zip")
    folder = tmp_path / "folder.zip"
    folder.mkdir()
    with pytest.raises(ReportError, match="choose a folder that exists"):
        build(out_path=folder)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".report-")]
    with pytest.raises(ReportError, match=r"ends in \.zip"):
        build(out_path=tmp_path / "clip.mp4")


def test_the_original_is_never_replaced_by_the_package(build: Build, original: Path) -> None:
    evidence = original.rename(original.with_name("evidence.zip"))
    before = evidence.read_bytes()
    with pytest.raises(ReportError, match="would be replaced"):
        build(original=evidence, out_path=evidence)
    assert evidence.read_bytes() == before


def test_a_promise_in_a_generated_sentence_is_refused(build: Build, analysis: Analysis) -> None:
    reasons = replace(analysis, verdict=replace(analysis.verdict, reasons=("It is proved.",)))
    with pytest.raises(ReportError, match=r"analysis\.json would say 'proved'"):
        build(analysis=reasons)
    card = replace(analysis, checkpoint=replace(analysis.checkpoint, measured_on="clips, 100 % right"))
    with pytest.raises(ReportError, match="100 %"):
        build(analysis=card)


def test_the_words_of_the_user_are_not_ours_to_refuse(build: Build, analysis: Analysis) -> None:
    said = Case(what_happened="He said it was proved, 100 % certified.", handle="@court-ready")
    named = replace(analysis, media=replace(analysis.media, file_name="100 % proved.mp4"))
    files = contents(build(case=said, analysis=named))
    assert "proved, 100 percent certified." in files["complaint_draft.txt"].decode()


@pytest.mark.parametrize("settings", [{"folder": Path("a")}, {"share": float("nan")}, {"keys": {1, 2}}])
def test_an_analysis_that_json_cannot_hold_is_refused(
    settings: dict[str, object], build: Build, analysis: Analysis
) -> None:
    with pytest.raises(ReportError, match="cannot be written as JSON"):
        build(analysis=replace(analysis, settings=settings))


def test_a_package_too_large_to_be_verified_is_not_written(
    build: Build, analysis: Analysis, original: Path
) -> None:
    with original.open("r+b") as stream:
        stream.truncate(2_000_000_000)  # sparse: takes no room on the disk
    large = replace(analysis, media=replace(analysis.media, size_bytes=2_000_000_000))
    with pytest.raises(ReportError, match="leave out the original"):
        build(analysis=large, original=original)


def test_a_time_without_zone_or_beyond_a_zip_is_refused(build: Build) -> None:
    for moment in (
        datetime(2026, 3, 6),
        datetime(1979, 12, 31, tzinfo=UTC),
        datetime(2108, 1, 1, tzinfo=UTC),
    ):
        with pytest.raises(ValueError, match="created_at"):
            build(created_at=moment)


def test_a_picture_of_another_kind_is_refused(build: Build, explanations: Explanations) -> None:
    face = explanations.faces[0]
    wrong: list[Any] = [face.overlay[..., :1], face.overlay[..., 0], face.overlay.astype(np.float32)]
    for overlay in wrong:
        with pytest.raises(ValueError, match="uint8"):
            build(explanations=replace(explanations, faces=(replace(face, overlay=overlay),)))
