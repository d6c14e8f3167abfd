"""The table of docs/architecture.md: who may import whom, which folders and modules there are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("batch", "detector", "explain", "reporting", "ui", "training", "benchmarks", "app", "cli")
MAY_IMPORT = {
    "batch": {"batch", "detector", "reporting.text"},
    "detector": {"detector"},
    "explain": {"explain", "detector"},
    "reporting": {
        "reporting",
        "detector.types",
        "detector.messages",
        "detector.errors",
        "detector.config",
        "detector.media",
        "explain.types",
    },
    "ui": {"ui", "detector", "explain", "reporting"},
    "training": {"training", "detector", "explain.cam"},
    "benchmarks": {
        "benchmarks",
        "batch",
        "cli",
        "detector",
        "explain",
        "training.datasets",
        "training.evaluation",
    },
}
PURE = ("types", "messages", "errors", "config", "verdict/aggregate", "verdict/calibration", "faces/tracks")
HEAVY = {"torch", "cv2", "gradio", "av", "facenet_pytorch", "pytorch_grad_cam"}


def imported_names(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def trespasses(room: str, source: str) -> list[str]:
    return sorted(
        name
        for name in imported_names(source)
        if name.split(".")[0] in ROOMS
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in MAY_IMPORT[room])
    )


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_only_what_lies_below_them(room: str) -> None:
    for file in sorted((ROOT / room).glob("**/*.py")):
        if file.name == "__main__.py":
            continue
        assert trespasses(room, file.read_text(encoding="utf-8")) == [], file


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("detector", "from explain import explain"),
        ("reporting", "from detector.pipeline import Detector"),
        ("training", "import app"),
        ("benchmarks", "from training.fitting.fit import fit"),
    ],
)
def test_a_planted_trespass_is_seen(room: str, line: str) -> None:
    assert trespasses(room, line)


@pytest.mark.parametrize("module", PURE)
def test_the_pure_modules_need_no_heavy_library(module: str) -> None:
    source = (ROOT / "detector" / f"{module}.py").read_text(encoding="utf-8")
    assert not {name.split(".")[0] for name in imported_names(source)} & HEAVY


@pytest.mark.parametrize("module", ["reporting", "detector", "explain", "detector.types", "explain.types"])
def test_these_can_be_imported_without_pytorch(module: str) -> None:
    code = f"import sys, {module}; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["verify", "missing.zip"]])
def test_commands_that_analyse_nothing_load_no_heavy_library(arguments: list[str]) -> None:
    code = f"""
import sys, cli
try:
    cli.main({arguments!r})
except SystemExit:
    pass
print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def documented() -> dict[str, str]:
    """Folder or file to its contents, from the table of rooms."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]
    return {name: cells[1] for cells in rows for name in re.findall(r"`([^`]+)`", cells[0])}


def test_every_folder_of_a_room_is_in_the_table() -> None:
    packages = {
        f"{file.parent.relative_to(ROOT)}/" for room in MAY_IMPORT for file in (ROOT / room).glob("**/__init__.py")
    }
    assert packages - set(documented()) == set(), "add a row to the table of rooms in docs/architecture.md"


def test_everything_named_in_the_table_exists() -> None:
    for folder, contents in documented().items():
        assert (ROOT / folder).exists(), folder
        if folder.split("/")[0] not in MAY_IMPORT:
            continue
        for name in re.findall(r"`([a-z]\w+)`", contents):
            assert (ROOT / folder / f"{name}.py").is_file(), f"{folder}{name}.py is in the table but not there"


def test_folders_and_modules_stay_small() -> None:
    files = [file for room in MAY_IMPORT for file in (ROOT / room).glob("**/*.py")]
    for folder in {file.parent for file in files}:
        assert len([file for file in files if file.parent == folder]) <= 15, folder
    for file in files:
        if file.parent != ROOT / "ui" / "text":
            assert len(file.read_text(encoding="utf-8").splitlines()) <= 450, file


def test_every_decision_has_a_number_of_its_own() -> None:
    names = sorted(file.name for file in (ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [name[:4] for name in names]
    assert [name for name in names if numbers.count(name[:4]) > 1] == []
    for name in names:
        title = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8").splitlines()[0]
        assert title.startswith(f"# {name[:4]} "), name
