"""The command line's contract: one answer a file, in order, whatever the other files are; exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import av
import pytest
import torch
from PIL import Image
from wait_helpers import wait_until

import cli
from detector.errors import ExplainError
from detector.model.classifier import build_network
from detector.pipeline import Detector
from reporting import verify_package
from reporting.text.evidence import verification_meaning

ROOT = Path(__file__).parent.parent
SCAN = ["scan", "--precision", "fp32", "--device", "cpu", "--max-frames", "4"]


@pytest.fixture
def bad_files(tmp_path: Path, examples: Path, make_sound) -> dict[str, str]:
    """Path and the type of error it must give."""
    clip = (examples / "genuine.mp4").read_bytes()
    (tmp_path / "truncated.mp4").write_bytes(clip[: len(clip) // 2])
    (tmp_path / "empty.jpg").write_bytes(b"")
    Image.new("RGB", (50, 50)).save(tmp_path / "image.mp4", format="PNG")
    (tmp_path / "text.jpg").write_text("not an image\n" * 10)
    Image.new("1", (12_000, 10_000)).save(tmp_path / "bomb.png")
    make_sound("sound.mp4")
    return {
        str(tmp_path / "truncated.mp4"): "MediaDecodeError",
        str(tmp_path / "empty.jpg"): "MediaDecodeError",
        str(tmp_path / "image.mp4"): "UnsupportedMediaError",
        str(tmp_path / "text.jpg"): "UnsupportedMediaError",
        str(tmp_path / "bomb.png"): "MediaTooLargeError",
        str(tmp_path / "sound.mp4"): "UnsupportedMediaError",
        str(tmp_path / "missing.jpg"): "MediaNotFoundError",
    }


def test_bad_files_give_their_typed_error_and_the_good_ones_are_still_answered(
    bad_files: dict[str, str], examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [str(examples / "genuine.jpg"), str(examples / "manipulated.mp4")]
    files = [good[0], *bad_files, good[1]]
    assert cli.main([*SCAN, "--json", *files]) == 1
    out = capsys.readouterr().out
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["file"] for answer in answers] == files
    assert all(answer["schema_version"] == 1 for answer in answers)
    for answer in answers[1:-1]:
        assert set(answer) == {"schema_version", "file", "error"}
        assert answer["error"]["type"] == bad_files[answer["file"]]
        assert len(answer["error"]["message"]) > 40
    for answer in (answers[0], answers[-1]):
        assert answer["verdict"]["outcome"] in ("fake", "real", "inconclusive")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param([], 2, id="no command"),
        pytest.param(["scan"], 2, id="no file"),
        pytest.param(["scan", "--max-frames", "0", "x.jpg"], 2, id="no frames"),
        pytest.param(["scan", "--max-frames", "ten", "x.jpg"], 2, id="frames in words"),
        pytest.param(["scan", "--report", "out.zip", "a.jpg", "b.jpg"], 2, id="one package for two files"),
        pytest.param(["scan", "--annotate", "out.mp4", "a.mp4", "b.mp4"], 2, id="one copy for two files"),
        pytest.param(["scan", "--checkpoint", "nothing", "x.jpg"], 3, id="unknown checkpoint"),
        pytest.param(["checkpoints", "import", "missing.pth"], 3, id="nothing to import"),
        pytest.param(["verify", "missing.zip"], 1, id="nothing to verify"),
        pytest.param(["scan", "--case", "a.json", "x.jpg"], 2, id="a case without a report"),
        pytest.param(["scan", "--report", "a.zip", "--case", "gone.json", "x.jpg"], 1, id="no such case"),
        pytest.param(["scan", "--include-original", "x.jpg"], 2, id="an original without a report"),
        pytest.param(["scan", "--check-maps", "x.jpg"], 2, id="a check of maps without maps"),
        pytest.param(["scan", "--annotate", "out.mp4", "examples/genuine.jpg"], 2, id="a video copy of an image"),
        pytest.param(["scan", "--annotate", "cli.py", "cli.py"], 2, id="the copy would replace the file"),
        pytest.param(["scan", "--annotate", "no-folder/out.mp4", "x.mp4"], 2, id="no folder for the copy"),
        pytest.param(["scan", "--report", "no-folder/out.zip", "x.mp4"], 2, id="no folder for the package"),
        pytest.param(["scan", "--report", "out.pdf", "x.mp4"], 2, id="a package that is no zip"),
        pytest.param(["scan", "--explain", "cli.py", "x.jpg"], 2, id="a folder that is a file"),
        pytest.param(["scan", "--explain-method", "GradCAM", "x.jpg"], 2, id="a flag that does not exist"),
        pytest.param(["verify", "/dev/zero"], 1, id="a device to verify"),
        pytest.param(["verify", "tests"], 1, id="a folder to verify"),
        pytest.param(["file", "missing.zip", "--ack", "12345"], 1, id="nothing to file"),
        pytest.param(["file", "a.zip", "--ack", "1234", "--filed-at", "2026-03-05"], 2, id="no time zone"),
    ],
)
def test_exit_codes(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(cli.__file__).parent)
    if code == 2:  # wrong usage is told before any work
        monkeypatch.setattr(Detector, "from_checkpoint", lambda *given: pytest.fail("a detector was loaded"))
    try:
        found = cli.main(arguments)
    except SystemExit as left:
        found = left.code
    assert found == code
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_asking_for_a_device_that_is_not_there_is_wrong_usage(examples: Path) -> None:
    assert cli.main(["scan", "--device", "cuda", str(examples / "genuine.jpg")]) == 2


def test_overlays_and_package_are_written_and_the_package_verifies(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, folder, file = tmp_path / "out.zip", tmp_path / "overlays", str(examples / "manipulated.jpg")
    assert cli.main([*SCAN, "--report", str(report), "--explain", str(folder), file]) == 0
    assert "not proof" in capsys.readouterr().out
    assert {path.suffix for path in folder.iterdir()} == {".png"} and len(list(folder.iterdir())) == 2
    assert "original/manipulated.jpg" not in verify_package(report).files
    assert cli.main([*SCAN, "--report", str(report), "--include-original", file]) == 0
    assert "original/manipulated.jpg" in verify_package(report).files
    assert "5_evidence/supporting_evidence_copy_image.jpg" in verify_package(report).files
    capsys.readouterr()
    assert cli.main(["verify", str(report)]) == 0
    told = capsys.readouterr().out
    assert "every hash" in told and verification_meaning("en") in told
    with zipfile.ZipFile(report) as archive:
        assert hashlib.sha256(archive.read("MANIFEST.sha256")).hexdigest() in told
    data = bytearray(report.read_bytes())
    data[len(data) // 2] ^= 0xFF
    report.write_bytes(bytes(data))
    assert cli.main(["verify", str(report)]) == 1
    assert "changed: " in capsys.readouterr().err


def test_a_case_from_a_file_goes_into_the_package_and_its_number_after_filing(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, file = tmp_path / "case.json", str(examples / "no-face.jpg")
    case.write_text(json.dumps({"kind": "impersonation", "platform": "Instagram", "state": "Atlantis"}))
    assert cli.main([*SCAN, "--report", str(tmp_path), "--case", str(case), file]) == 0
    report = next(tmp_path.glob("DFD-*.zip"))
    told = capsys.readouterr()
    said = told.err[told.err.index(f"{report} written") :]
    assert said.index("  error: Atlantis is not among the 36") < said.index("  warn: ") and "info: " not in said
    assert "Atlantis" not in told.out
    assert said.rstrip().endswith("give its answers with --case FILE.json, see docs/package.md.")
    filed = ["file", str(report), "--ack", "30811250012345", "--filed-at", "2026-03-05T21:30:00+05:30"]
    assert cli.main(filed) == 0
    told = capsys.readouterr().out
    assert "12-03-2026 21:30 IST" in told and "04-04-2026 21:30 IST" in told
    noted = told.split("to note elsewhere: ")[1].split()[0]
    assert cli.main(["verify", str(report)]) == 0
    assert f"SHA-256 of the manifest: {noted}" in capsys.readouterr().out


def test_a_hard_stop_ends_before_the_file_is_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps({"kind": "sexual", "depicted": "minor"}))
    assert cli.main([*SCAN, "--report", str(tmp_path / "a.zip"), "--case", str(case), "not-even-there.mp4"]) == 1
    assert "Report Anonymously" in capsys.readouterr().err and list(tmp_path.iterdir()) == [case]


def test_progress_in_a_terminal_is_told_in_words(
    examples: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert cli.main(["scan", "--device", "cpu", "--max-frames", "40", str(examples / "manipulated.mp4")]) == 0
    told = [line.split("\x1b[K")[-1] for line in capsys.readouterr().err.split("\r")]
    assert any("Opening the file." in line for line in told)
    looked = [line for line in told if "Looking at frame" in line]
    assert "Looking at frame 1 of 40." in looked[0]
    assert told[-1].endswith("\n") and "100%" in told[-1]


def test_the_stretches_of_a_video_are_told(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*SCAN, str(examples / "manipulated.mp4")]) == 0
    assert re.search(r"Highest estimate .*, (from|at) 0:0\d", capsys.readouterr().out)


def test_an_annotated_copy_of_a_video_is_written(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "copy.mp4"
    assert cli.main([*SCAN, "--json", "--annotate", str(out), str(examples / "genuine.mp4")]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1 and str(out) in captured.err
    with av.open(str(out)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 96


def test_checkpoints_are_listed_verified_and_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["checkpoints", "list"]) == 0 and cli.main(["checkpoints", "verify"]) == 0
    assert capsys.readouterr().out.count("default") >= 2
    torch.save({"model_state_dict": build_network().state_dict()}, tmp_path / "theirs.pth")
    root = ["--checkpoints", str(tmp_path / "root")]
    assert cli.main(["checkpoints", "import", *root, str(tmp_path / "theirs.pth"), "--name", "community"]) == 0
    assert cli.main(["checkpoints", "verify", *root]) == 0
    assert "community: SHA-256" in capsys.readouterr().out


def test_where_the_evidence_lies_and_whether_the_map_is_faithful_is_told_beside_the_verdict(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["scan", "--explain", str(tmp_path), "--check-maps", str(examples / "manipulated.jpg")]
    assert cli.main(arguments) == 0
    captured = capsys.readouterr()
    assert "Of what points to manipulation in this face" in captured.err and "(logit) falls by" in captured.err
    assert "logit" not in captured.out


HOSTILE = "100% \x1b[31m\u202egpj.\n=1+1"


def test_hostile_names_reach_neither_the_terminal_nor_a_document_and_are_never_linted(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The video breaks off, so the name is in a warning as well."""
    whole = tmp_path / "whole.mkv"
    with av.open(str(examples / "genuine.mp4")) as source, av.open(str(whole), "w") as target:
        video = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = video
                target.mux(packet)
    matroska = whole.read_bytes()
    file = tmp_path / f"{HOSTILE}.mkv"
    file.write_bytes(matroska[: len(matroska) // 2])
    report, copy = tmp_path / "out.zip", tmp_path / "copy.mp4"
    assert cli.main([*SCAN, "--report", str(report), "--annotate", str(copy), str(file)]) == 0
    told = capsys.readouterr()
    for stream in (told.out, told.err):
        assert not re.search("[\x1b\u202e]", stream) and "\n=1+1" not in stream
    assert "breaks off" in told.out and copy.exists()
    assert told.out.count("breaks off") == 1, "a warning is told once"
    verify_package(report)
    with zipfile.ZipFile(report) as archive:
        for name in archive.namelist():
            if not name.endswith((".pdf", ".jpg", ".png", ".mp4")):
                assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", archive.read(name).decode()), (
                    name
                )
    name = f"gone{HOSTILE}.jpg".translate({ord(mark): "-" for mark in "*?["})  # those would make it a pattern
    assert cli.main([*SCAN, "--json", str(tmp_path / name)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii() and json.loads(line)["file"].endswith(name)


@pytest.mark.skipif(sys.platform == "win32", reason="names are Unicode there")
def test_a_name_that_is_not_utf8_does_not_lose_the_other_files(examples: Path, tmp_path: Path) -> None:
    odd = os.path.join(os.fsencode(tmp_path), b"odd\xff.jpg")
    Path(os.fsdecode(odd)).write_bytes((examples / "no-face.jpg").read_bytes())
    good = os.fsencode(examples / "no-face.jpg")
    command = [sys.executable, str(ROOT / "cli.py"), *SCAN]
    done = subprocess.run([*command, "--json", odd, good], capture_output=True, check=True)
    first, second = (json.loads(line) for line in done.stdout.decode("utf-8").splitlines())
    assert first["file"].endswith(r"odd\xff.jpg") and first["verdict"] == second["verdict"]
    done = subprocess.run([*command, odd, good], capture_output=True, check=True)
    assert r"odd\udcff.jpg" in done.stdout.decode("utf-8")


def test_a_result_that_is_not_a_number_is_an_error_of_that_file(
    detector: Detector,
    examples: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysis = detector.analyze(examples / "no-face.jpg")
    results = iter([replace(analysis, elapsed_s=float("nan")), analysis])
    monkeypatch.setattr(Detector, "from_checkpoint", lambda *given: detector)
    monkeypatch.setattr(detector, "analyze", lambda file, **options: next(results))
    files = [shutil.copy(examples / "no-face.jpg", tmp_path / name) for name in ("a.jpg", "b.jpg")]
    assert cli.main(["scan", "--json", *map(str, files)]) == 1
    first, second = (json.loads(line, parse_constant=pytest.fail) for line in capsys.readouterr().out.splitlines())
    assert first["error"]["type"] == "DetectorError" and "not finite" in first["error"]["message"]
    assert second["verdict"]["outcome"] == "no_face"


@pytest.mark.parametrize("failure", [ExplainError("no map could be made"), OSError(28, "No space left on device")])
def test_what_fails_after_the_verdict_does_not_lose_it(
    failure: Exception,
    detector: Detector,
    examples: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*given: object) -> None:
        raise failure

    monkeypatch.setattr(Detector, "from_checkpoint", lambda *given: detector)
    monkeypatch.setattr("explain.examination.explain", fail)
    file = str(examples / "manipulated.jpg")
    assert cli.main(["scan", "--json", "--explain", str(tmp_path), file]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["verdict"]["outcome"] == "fake" and str(failure) in told.err
    assert isinstance(failure, ExplainError) or "make room there or choose another place" in told.err


# The command line, which never finishes an annotated copy.
HELD = """
import time
import cli, explain.annotate
explain.annotate.VideoWriter.finish = lambda self: time.sleep(3600)
cli.run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_a_file_is_analysed_ends_with_its_status_and_leaves_nothing(
    number: signal.Signals, examples: Path, tmp_path: Path
) -> None:
    """Stopped while the annotated copy is being written: the unfinished file is there, then gone."""
    (tmp_path / "out").mkdir()
    copy = tmp_path / "out" / "copy.mp4"
    command = [sys.executable, "-c", HELD, *SCAN, "--annotate", str(copy), str(examples / "genuine.mp4")]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: list(copy.parent.iterdir()) or running.poll() is not None, longest_s=900)
    running.send_signal(number)
    out, _ = running.communicate()
    assert running.returncode == 128 + number and list(copy.parent.iterdir()) == []
    assert b"genuine.mp4" in out, "the verdict was told before"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_results_that_cannot_be_written_out_are_an_error(tmp_path: Path) -> None:
    for command in (["checkpoints", "list"], ["scan", "--json", "gone.jpg"]):
        with open("/dev/full", "w") as full:
            run = subprocess.run(
                [sys.executable, str(ROOT / "cli.py"), *command],
                cwd=ROOT,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert run.returncode == 1 and "could not be written out" in run.stderr and "Traceback" not in run.stderr


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(20):  # 5,000 characters, more than a path may have
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    os.chdir(tmp_path)
    assert cli.main([*SCAN, "--json", "."]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "a folder could not be read" in captured.err
