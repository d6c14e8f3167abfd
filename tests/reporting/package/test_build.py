from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

import pytest
from markupsafe import escape

from detector.errors import HardStopError, ReportError
from detector.types import Analysis, Outcome
from explain.types import Explanations
from reporting import Case, build_package, verify_package
from reporting.package import build as package
from reporting.package.archive import Stored, write_package
from reporting.package.exports import TOOL
from reporting.portals import load_portal
from reporting.text.catalog import sentences
from reporting.text.printable import printable
from reporting.text.regions import evidence_sentences
from reporting.types import Place

Build = Callable[..., Path]
ROOT = Path(__file__).parents[3]


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


def test_the_package_holds_everything_in_its_place(build: Build) -> None:
    files = contents(build())
    assert list(files) == [
        "10_analysis.json",
        "1_complaint.json",
        "2_complaint_copy_paste.txt",
        "4_forensic_report.pdf",
        "5_evidence/supporting_evidence_key_frames.jpg",
        "6_hash_report.csv",
        "7_custody_log.csv",
        "8_bsa63_draft.pdf",
        "9_platform_notice.txt",
        "MANIFEST.sha256",
        "START_HERE.html",
    ]
    page = files["START_HERE.html"].decode()
    for words in ("https://cybercrime.gov.in/", "not an FIR", "1930", "112", "Signs of manipulation"):
        assert words in page
    for name in ("4_forensic_report.pdf", "8_bsa63_draft.pdf"):
        assert files[name].startswith(b"%PDF-") and len(files[name]) < 5_000_000


def test_everything_to_upload_keeps_to_the_limits_of_the_portal(build: Build, examples: Path) -> None:
    portal, magic = load_portal(), {"jpg": b"\xff\xd8\xff", "pdf": b"%PDF-"}
    uploads = {
        name: content for name, content in contents(build()).items() if name.startswith(("5_evidence/", "4_"))
    }
    assert len(uploads) == 2
    for name, content in uploads.items():
        base, _, suffix = name.removeprefix("5_evidence/").partition(".")
        assert re.fullmatch(r"\w+", base, re.ASCII) and len(f"{base}.{suffix}") <= portal.file_name_max_chars.value
        assert suffix in portal.upload_types.value and content.startswith(magic[suffix])
        assert 0 < len(content) <= portal.upload_limit_bytes.value


@pytest.mark.usefixtures("small_documents")
def test_the_manifest_is_what_sha256sum_would_write(build: Build, original: Path) -> None:
    files = contents(build(original=original, include_original=True))
    lines = files.pop("MANIFEST.sha256").decode("ascii").splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  \S+", line) for line in lines)
    listed = {line[66:]: line[:64] for line in lines}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert list(listed) == sorted(files)
    assert len(lines) == len(files)


def test_building_and_verifying_tell_the_same(
    case: Case, analysis: Analysis, explanations: Explanations, original: Path, tmp_path: Path
) -> None:
    built = build_package(
        case, analysis, explanations, tmp_path / "r.zip", original=original, include_original=True
    )
    assert built == verify_package(tmp_path / "r.zip")
    assert built.input_sha256 == hashlib.sha256(original.read_bytes()).hexdigest()
    assert built.files["original/video_1_final.mp4"] == built.input_sha256


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(build: Build, original: Path, created_at: datetime) -> None:
    first = build(original=original, include_original=True).read_bytes()
    elsewhere = created_at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert build(original=original, include_original=True, created_at=elsewhere).read_bytes() == first
    later = build(original=original, include_original=True, created_at=created_at + timedelta(hours=1))
    assert later.read_bytes() != first


@pytest.mark.usefixtures("small_documents")
def test_members_carry_a_fixed_time_and_plain_permissions(build: Build) -> None:
    with zipfile.ZipFile(build()) as archive:
        for info in archive.infolist():
            assert info.date_time == (2026, 3, 6, 4, 5, 6)  # a zip counts in steps of two seconds
            assert info.external_attr >> 16 == stat.S_IFREG | 0o644
            assert info.compress_type == zipfile.ZIP_STORED


@pytest.mark.usefixtures("small_documents")
def test_the_analysis_can_be_read_back_with_settings_and_error_rates(build: Build, analysis: Analysis) -> None:
    found = json.loads(contents(build())["10_analysis.json"])
    expected = analysis.to_dict()
    expected.pop("checkpoint")
    assert {name: found[name] for name in expected} == json.loads(json.dumps(expected))
    assert found["settings"] == {"max_frames": 64, "device": "cpu"}
    assert found["checkpoint"]["false_alarm_rate"] == 0.05 and found["checkpoint"]["miss_rate"] == 0.2
    assert found["tool"] == "deepfake-detector" and found["created_at"] == "2026-03-06T04:05:07+00:00"


@pytest.mark.usefixtures("small_documents")
def test_the_hashes_are_those_of_the_file_as_received(build: Build, original: Path) -> None:
    received = original.read_bytes()
    first, *others = csv.DictReader(contents(build())["6_hash_report.csv"].decode().splitlines())
    assert (first["sha256"], first["sha1"], first["md5"], int(first["size_bytes"])) == (
        hashlib.sha256(received).hexdigest(),
        hashlib.sha1(received).hexdigest(),
        hashlib.md5(received).hexdigest(),
        len(received),
    )
    assert first["file"] == original.name and first["in_package"] == "no"
    assert others and {row["derived_from_sha256"] for row in others} == {first["sha256"]}


@pytest.mark.parametrize(
    ("outcome", "probability"), [("fake", 0.9), ("real", 0.1), ("inconclusive", 0.5), ("no_face", None)]
)
def test_a_package_without_images_can_be_made_whatever_the_outcome(
    outcome: Outcome,
    probability: float | None,
    build: Build,
    make_analysis: Callable[[Outcome, float | None], Analysis],
) -> None:
    path = build(explanations=None, case=Case(), analysis=make_analysis(outcome, probability))
    assert not [name for name in verify_package(path).files if name.startswith("5_evidence/")]


@pytest.mark.usefixtures("small_documents")
def test_the_original_is_left_out_unless_given_and_then_stored_whole(build: Build, original: Path) -> None:
    assert not [name for name in contents(build(original=original)) if name.startswith("original/")]
    files = contents(build(original=original, include_original=True))
    stored = {name: data for name, data in files.items() if name.startswith("original/")}
    assert list(stored.values()) == [original.read_bytes()]
    assert re.fullmatch(r"original/[A-Za-z0-9_]+\.mp4", next(iter(stored)))


@pytest.mark.parametrize(
    ("received", "stored"),
    [
        ("video.mp4", "video.mp4"),
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
    received: str, stored: str, build: Build, analysis: Analysis, original: Path, small_documents: None
) -> None:
    named = replace(analysis, media=replace(analysis.media, file_name=received))
    files = contents(build(analysis=named, original=original, include_original=True))
    assert [name for name in files if name.startswith("original/")] == [f"original/{stored}"]
    assert json.loads(files["10_analysis.json"])["media"]["file_name"] == printable(received)


@pytest.mark.usefixtures("small_documents")
def test_an_original_that_is_not_the_judged_file_is_refused(build: Build, original: Path) -> None:
    received = original.read_bytes()
    for other in (received[:-1], bytes([received[0] ^ 1]) + received[1:]):
        original.write_bytes(other)
        with pytest.raises(ReportError, match="is not the file that was judged"):
            build(original=original)
    with pytest.raises(ReportError, match="no original at"):
        build(original=original.with_name("gone.mp4"))
    with pytest.raises(ReportError, match="without being given"):
        build(include_original=True)


@pytest.mark.usefixtures("small_documents")
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


@pytest.mark.usefixtures("small_documents")
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
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".report-")]
    with pytest.raises(ReportError, match=r"ends in \.zip"):
        build(out_path=tmp_path / "video.mp4")


def test_the_original_is_never_replaced_by_the_package(build: Build, original: Path) -> None:
    evidence = original.rename(original.with_name("evidence.zip"))
    before = evidence.read_bytes()
    with pytest.raises(ReportError, match="would be replaced"):
        build(original=evidence, out_path=evidence)
    assert evidence.read_bytes() == before


def test_a_promise_in_a_generated_sentence_is_refused(build: Build, analysis: Analysis) -> None:
    card = replace(analysis, checkpoint=replace(analysis.checkpoint, measured_on="videos, 100 % right"))
    with pytest.raises(ReportError, match="100 %"):
        build(analysis=card)


@pytest.mark.usefixtures("small_documents")
def test_what_the_checks_found_is_told_everywhere_alike_errors_first(
    case: Case, analysis: Analysis, tmp_path: Path
) -> None:
    story = "It's in a place where I never was. " * 100
    changed = replace(case, what_happened=story, state="Atlantis")
    built = build_package(changed, analysis, None, tmp_path / "r.zip")
    ranks = [("error", "warn", "info").index(entry.severity) for entry in built.findings]
    assert {"state", "file_type", "characters_changed"} <= {entry.key for entry in built.findings}
    assert ranks == sorted(ranks), "those of the files to upload among them"
    files = contents(built.path)
    checks = json.loads(files["1_complaint.json"])["checks"]
    assert checks == [entry.to_dict() for entry in built.findings]
    page, draft = files["START_HERE.html"].decode(), files["2_complaint_copy_paste.txt"].decode()
    for entry in built.findings:
        assert entry.what in draft
        for language in ("en", "hi"):
            assert (str(escape(entry.sentences(language)[0])) in page) == (
                entry.severity != "info" or entry.changed
            )
    assert verify_package(built.path).findings == (), "known only of a package that was just built"


@pytest.mark.usefixtures("small_documents")
def test_the_words_of_the_user_are_not_ours_to_refuse(build: Build, analysis: Analysis) -> None:
    said = Case(what_happened="He said it was proved, 100 % certified.", handle="@court-ready", state="Proved")
    named = replace(analysis, media=replace(analysis.media, file_name="100 % proved.mp4"))
    files = contents(build(case=said, analysis=named))
    assert "proved, 100 percent certified." in files["2_complaint_copy_paste.txt"].decode()


@pytest.mark.parametrize("settings", [{"folder": Path("a")}, {"share": float("nan")}, {"keys": {1, 2}}])
def test_an_analysis_that_json_cannot_hold_is_refused(
    settings: dict[str, object], build: Build, analysis: Analysis
) -> None:
    with pytest.raises(ReportError, match="cannot be written as JSON"):
        build(analysis=replace(analysis, settings=settings))


def test_a_package_too_large_to_be_verified_is_not_written(tmp_path: Path) -> None:
    large = Stored(open=lambda: io.BytesIO(b""), size_bytes=2_000_000_001, sha256="0" * 64)
    with pytest.raises(ReportError, match="leave out the original"):
        write_package(tmp_path / "large.zip", {"original/video.mp4": large}, (2026, 3, 6, 4, 5, 6))
    assert list(tmp_path.iterdir()) == []


def test_a_member_that_changes_while_it_is_read_leaves_nothing(tmp_path: Path) -> None:
    changing = Stored(open=lambda: io.BytesIO(b"other"), size_bytes=5, sha256="0" * 64)
    with pytest.raises(ReportError, match="changed while it was being read"):
        write_package(tmp_path / "a.zip", {"original/video.mp4": changing}, (2026, 3, 6, 4, 5, 6))
    assert list(tmp_path.iterdir()) == []


def test_a_time_without_zone_or_beyond_a_zip_is_refused(build: Build) -> None:
    for moment in (
        datetime(2026, 3, 6),
        datetime(1979, 12, 31, tzinfo=UTC),
        datetime(2108, 1, 1, tzinfo=UTC),
    ):
        with pytest.raises(ValueError, match="created_at"):
            build(created_at=moment)


@pytest.mark.parametrize("place", get_args(Place))
def test_the_package_says_where_the_file_was_processed(place: Place, build: Build, small_documents: None) -> None:
    log = contents(build(processed_at=place))["7_custody_log.csv"].decode()
    assert [name for name, words in sentences("technical_report")["places"].items() if words in log] == [place]


@pytest.mark.usefixtures("small_documents")
def test_a_folder_gets_a_package_named_by_its_case(build: Build, analysis: Analysis, tmp_path: Path) -> None:
    path = build(out_path=tmp_path / "out")
    assert path == tmp_path / "out" / f"DFD-20260306-{analysis.media.sha256[:8]}.zip"
    assert verify_package(path).case_id == path.stem


@pytest.mark.parametrize("depicted", ["minor", "unsure"])
def test_a_hard_stop_writes_nothing_at_all(
    depicted: Any, build: Build, original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("nothing may be read, made or written")

    for name in ("make_evidence", "check_original", "write_package", "credentials_of", "pdf_documents"):
        monkeypatch.setattr(package, name, refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(HardStopError, match="Report Anonymously"):
        build(case=Case(kind="sexual", depicted=depicted), original=original, include_original=True)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("small_documents")
def test_images_of_sexual_content_are_left_out_unless_asked_for(build: Build, original: Path) -> None:
    files = contents(build(case=Case(kind="sexual", depicted="adult"), original=original))
    assert not [name for name in files if name.startswith(("5_evidence/", "original/"))]
    assert "images left out" in files["7_custody_log.csv"].decode()
    asked = Case(kind="sexual", depicted="adult", include_media=True)
    assert [name for name in contents(build(case=asked)) if name.startswith("5_evidence/")]


def test_a_witness_gets_the_hint_and_not_the_complaint(build: Build, small_documents: None) -> None:
    for kind in ("sexual", "other"):
        case = Case(kind=kind, witness_only=True, depicted="adult", what_happened="It shows somebody else.")
        path = build(case=case)
        files = contents(path)
        assert "3_report_suspect.txt" in files and "2_complaint_copy_paste.txt" not in files
        complaint = json.loads(files["1_complaint.json"])
        assert complaint["incident"]["narrative"] is None and complaint["incident"]["report_suspect"]
        page = files["START_HERE.html"].decode()
        assert "3_report_suspect.txt" in page and "2_complaint_copy_paste.txt" not in page
        assert verify_package(path).files


@pytest.mark.usefixtures("small_documents")
def test_at_most_six_files_are_uploaded_each_named_for_the_portals_field(build: Build, examples: Path) -> None:
    story = "It shows me in a place where I never was. " * 100
    files = contents(build(case=Case(what_happened=story)))
    fields = json.loads(files["1_complaint.json"])["fields"]
    (attached,) = [field["files"] for field in fields if field["files"]]
    assert 2 <= len(attached) <= 6 and set(attached) <= set(files)
    assert {name for name in files if name.startswith("5_evidence/")} == set(attached) - {"4_forensic_report.pdf"}
    for name in set(attached) - {"4_forensic_report.pdf"}:
        assert name.startswith("5_evidence/supporting_evidence_")


def test_the_visitors_language_stands_first(build: Build, small_documents: None) -> None:
    page = contents(build(language="hi"))["START_HERE.html"].decode()
    assert page.index('<section id="hi"') < page.index('<section id="en"') and '<html lang="hi">' in page
    page = contents(build())["START_HERE.html"].decode()
    assert page.index('<section id="en"') < page.index('<section id="hi"') and '<html lang="en">' in page


def test_outside_india_its_own_routes_take_the_place_of_the_portal(build: Build) -> None:
    files = contents(build(case=Case(country="US", kind="impersonation")))
    assert "3_report_suspect.txt" not in files and "8_bsa63_draft.pdf" not in files
    assert "ic3.gov" in files["START_HERE.html"].decode()
    for name in ("1_complaint.json", "2_complaint_copy_paste.txt", "9_platform_notice.txt"):
        assert "cybercrime.gov.in" not in files[name].decode(), name
    assert verify_package(build(case=Case(country="BR"))).files


def test_words_too_long_for_the_form_are_whole_in_a_file(build: Build, small_documents: None) -> None:
    story = "It shows me in a place where I never was. " * 100
    files = contents(build(case=Case(what_happened=story)))
    assert story.strip() in files["5_evidence/supporting_evidence_full_statement.txt"].decode()
    assert "full_statement.txt" in files["2_complaint_copy_paste.txt"].decode()


def test_a_disk_that_is_full_leaves_nothing_and_says_so(
    build: Build, tmp_path: Path, small_documents: None
) -> None:
    resource = pytest.importorskip("resource")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limit[1]))
    try:
        with pytest.raises(ReportError, match="nothing was left there"):
            build()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.usefixtures("small_documents")
def test_where_the_evidence_lies_is_in_the_analysis(build: Build, explanations: Explanations) -> None:
    found = json.loads(contents(build())["10_analysis.json"])["explanations"]
    assert found["heatmap_scale_from"] == explanations.scale_from == "checkpoint"
    assert found["heatmap_scale"] == explanations.heatmap_scale and len(found["faces"]) == len(explanations.faces)
    assert (found["faces"][0]["layer"], found["faces"][0]["layers"]) == ("last", ["last"])
    assert found["faces"][0]["shares"] == dict(explanations.faces[0].regions)
    assert found["faces"][0]["in_words"] == list(evidence_sentences(explanations.faces[0], "en"))
    assert json.loads(contents(build(explanations=None))["10_analysis.json"])["explanations"] is None


KILLED = """
import os, signal, sys
from reporting.package.archive import Stored, write_package

class Killer:
    def __enter__(self): return self
    def __exit__(self, *args): pass
    def read(self, size): os.kill(os.getpid(), signal.SIGKILL)
member = Stored(open=Killer, size_bytes=9_000_000, sha256="0" * 64)
members = {"1_complaint.json": b"x" * 100_000, "5_evidence/a.mp4": member}
write_package(__import__("pathlib").Path(sys.argv[1]), members, (2026, 3, 6, 4, 5, 6))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_in_the_middle_leaves_no_package(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "report.zip")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".report-") and part.stat().st_mode & 0o077 == 0, "its owner's alone"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps other rights")
def test_a_package_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.zip"
    for content in (b"first", b"second"):
        write_package(path, {"a.txt": content}, (2026, 3, 6, 4, 5, 6))
    assert path.stat().st_mode & 0o777 == 0o600 and list(tmp_path.iterdir()) == [path]
    assert contents(path)["a.txt"] == b"second"


def test_the_version_in_the_log_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"{project['name']} {project['version']}" == TOOL
