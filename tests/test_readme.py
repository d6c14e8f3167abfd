"""README and the pages of docs: what they show is what happens, and their figures are those that were measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import cli
from benchmarks.readme import accuracy_table, newest_speed, short_speed_table
from detector.config import CHECKPOINTS
from detector.model.checkpoint import load_card

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
WITH_COMMANDS = [
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("command-line", "package", "scale")),
]
AGAIN = "run: python -m benchmarks readme"


def marked(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", README, re.DOTALL)
    return str(found)


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 120


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code.replace('"examples/', f'"{ROOT}/examples/'), "README.md", "exec"), {})
    assert re.fullmatch(r"(fake|real|inconclusive) 0\.\d+\n", capsys.readouterr().out)
    assert (tmp_path / "report.zip").is_file()


def test_the_output_shown_is_the_output(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Up to digits, which differ between processors."""
    monkeypatch.chdir(ROOT)
    command, shown = marked("example").removeprefix("```text\n").removesuffix("```").split("\n", 1)
    assert command.startswith("$ deepfake-detector ")
    assert cli.main(command.split()[2:]) == 0
    found = capsys.readouterr().out
    assert re.sub(r"\d+", "#", shown).split() == re.sub(r"\d+", "#", found).split(), AGAIN


def test_the_tables_are_those_of_the_card_and_the_newest_benchmark() -> None:
    assert marked("accuracy") == accuracy_table(load_card("default", CHECKPOINTS)), AGAIN
    assert marked("speed") == short_speed_table(json.loads(newest_speed().read_text())), AGAIN


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_every_command_and_flag_shown_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = re.findall(r"deepfake-detector (\w+)([^\n#]*)", page.read_text(encoding="utf-8"))
    assert lines
    for command, rest in lines:
        with pytest.raises(SystemExit) as left:
            cli.main([command, "--help"])
        assert left.value.code == 0
        known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"{command}{rest}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_linked_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
