"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [text for text in blocks if containing in text]
    return found


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    code = block("python", "build_package").replace('"examples/', f'"{ROOT}/examples/')
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    assert re.fullmatch(r"(fake|real|inconclusive) 0\.\d+\n", capsys.readouterr().out)
    assert (tmp_path / "report.zip").is_file()


def test_the_output_shown_is_the_output(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Up to the estimate's last digits, which differ between processors."""
    monkeypatch.chdir(ROOT)
    command = shlex.split(block("sh", "cli.py scan examples/manipulated.jpg"))
    assert cli.main(command[2:]) == 0
    shown, found = block("text", "examples/manipulated.jpg"), capsys.readouterr().out
    assert re.sub(r"\d+", "#", shown).split() == re.sub(r"\d+", "#", found).split()


def test_every_command_and_flag_shown_exists(capsys: pytest.CaptureFixture[str]) -> None:
    commands = block("sh", "scan --json")
    shown = set(re.findall(r"--[a-z-]+", README.split("\n---\n", 1)[1].split("## In Python")[0])) - {"--help"}
    known: set[str] = set()
    for name in set(re.findall(r"cli\.py (\w+)", commands)):
        with pytest.raises(SystemExit) as left:
            cli.main([name, "--help"])
        assert left.value.code == 0
        known |= set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert shown <= known


def test_every_file_linked_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links and all((ROOT / link).exists() for link in links)
