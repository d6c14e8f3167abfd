"""The command line's contract: one answer a file, in order, whatever the other files are; exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import av
import pytest
import torch
from PIL import Image

import cli
from detector.model.classifier import build_network
from reporting import verify_package

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
        pytest.param(["file", "missing.zip", "--ack", "12345"], 1, id="nothing to file"),
        pytest.param(["file", "a.zip", "--ack", "1234", "--filed-at", "2026-03-05"], 2, id="no time zone"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
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
    assert "5_evidence/copy_image.jpg" in verify_package(report).files
    capsys.readouterr()
    assert cli.main(["verify", str(report)]) == 0
    assert "every hash" in capsys.readouterr().out
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
    assert said.index("  error: Atlantis is none of the 36") < said.index("  warn: ") and "info: " not in said
    assert "Atlantis" not in told.out
    filed = ["file", str(report), "--ack", "30811250012345", "--filed-at", "2026-03-05T21:30:00+05:30"]
    assert cli.main(filed) == 0
    told = capsys.readouterr().out
    assert "12-03-2026 21:30 IST" in told and "04-04-2026 21:30 IST" in told
    assert cli.main(["verify", str(report)]) == 0


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
    looked = [line for line in told if "Looking at moment" in line]
    assert "Looking at moment 1 of 40." in looked[0] and "Highest" not in looked[0]
    assert re.search(r"\d %|over 99 %", looked[-1].split("Highest estimate so far:")[1])
    assert told[-1].endswith("\n") and "100%" in told[-1]


def test_the_stretches_of_a_video_are_told(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*SCAN, str(examples / "manipulated.mp4")]) == 0
    assert re.search(r"Strongest (from|at) 0:0\d", capsys.readouterr().out)


def test_an_annotated_copy_is_written_of_videos_and_not_of_images(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "copy.mp4"
    assert cli.main([*SCAN, "--json", "--annotate", str(out), str(examples / "genuine.mp4")]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1 and str(out) in captured.err
    with av.open(str(out)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 96
    out.unlink()
    assert cli.main([*SCAN, "--annotate", str(out), str(examples / "genuine.jpg")]) == 0
    assert "--annotate is for videos" in capsys.readouterr().err and not out.exists()


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
    assert "Of what speaks for manipulation in this face" in captured.err and "(logit) falls by" in captured.err
    assert "logit" not in captured.out
