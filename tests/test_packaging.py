"""Packaging: every way to install uses the tested versions, and what is imported is declared."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("detector", "explain", "reporting", "ui")
MODULE_OF = {
    "grad-cam": "pytorch_grad_cam",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "fpdf2": "fpdf",
    "c2pa-python": "c2pa",
}


def requirements(lines: list[str]) -> dict[str, Requirement]:
    parsed = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


RUNTIME = requirements(lines("requirements.txt"))
EXTRAS = requirements([line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra])
PINS = requirements(lines("constraints.txt"))


def test_every_dependency_has_an_upper_bound_and_a_pin_within_it() -> None:
    for name, requirement in (RUNTIME | EXTRAS).items():
        if name == "deepfake-detector":
            continue
        assert any(part.operator in ("<", "==") for part in requirement.specifier), f"{name} has no upper bound"
        (pin,) = PINS[name].specifier
        assert pin.operator == "==" and requirement.specifier.contains(pin.version), name


def test_gradio_is_pinned_exactly() -> None:
    assert {part.operator for part in RUNTIME["gradio"].specifier} == {"=="}


def test_the_tests_run_with_the_versions_that_are_pinned() -> None:
    """CI and `make` install with the constraints, so what passes there is what they name."""
    found = {
        canonicalize_name(distribution.name): distribution.version
        for distribution in importlib.metadata.distributions()
    }
    differing = [
        f"{name} {found[name]}" for name in PINS.keys() & found if found[name] not in PINS[name].specifier
    ]
    assert differing == []


def test_every_way_to_install_uses_the_constraints() -> None:
    assert "-c constraints.txt" in (ROOT / "Makefile").read_text()
    dockerfile = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    installs = re.findall(r"pip install[^;&\n]*", dockerfile)
    assert installs and all("-c constraints.txt" in command for command in installs)
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    commands = [step.get("run") for step in workflow["jobs"]["test"]["steps"]]
    assert {"make lint", "make test"} <= set(commands)
    assert not [command for command in commands if command and "pip install" in command]


@pytest.mark.parametrize("room", ROOMS)
def test_every_library_imported_is_declared(room: str) -> None:
    declared = {MODULE_OF.get(name, name.replace("-", "_")) for name in RUNTIME | EXTRAS}
    declared |= {
        "starlette",
        "uvicorn",
        "httpx",
        "pydantic",
        "jinja2",
        "python_multipart",
    }  # Gradio is made of these
    for file in (ROOT / room).glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            for module in modules:
                top = module.split(".")[0]
                if (
                    top not in (*ROOMS, "batch", "cli", "cli_parser", "cli_scan", "app")
                    and top not in sys.stdlib_module_names
                ):
                    assert top in declared, f"{file} imports {top}"


def test_the_console_script_is_the_command_line() -> None:
    module, _, function = PROJECT["project"]["scripts"]["deepfake-detector"].partition(":")
    tree = ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_version_is_the_same_everywhere() -> None:
    from reporting.package.exports import TOOL_VERSION

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert TOOL_VERSION == PROJECT["project"]["version"] == citation["version"]
