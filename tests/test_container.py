"""The Dockerfile without Docker: its own words, and the files it names, run as it would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LINES = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
START_S = 300
PASSWORD = re.compile(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}")
# Notes every file that is opened for writing outside the one folder that is writable in the container.
PROGRAM = """
import os, sys
allowed = os.environ["TMPDIR"]
def note(event, args):
    if event == "open" and isinstance(args[0], str):
        path, mode, flags = args
        writes = set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and not os.path.abspath(path).startswith((allowed, "/dev/", "/proc/")):
            sys.stderr.write(f"WRITES {path}\\n")
    elif event == "os.mkdir" and args[2] == -1 and not os.path.abspath(args[0]).startswith(allowed):
        sys.stderr.write(f"WRITES {args[0]}\\n")
sys.addaudithook(note)
sys.path.insert(0, os.getcwd())
import app
raise SystemExit(app.main(sys.argv[1:]))
"""


def instructions(name: str) -> list[str]:
    return [line.removeprefix(f"{name} ") for line in LINES if line.startswith(f"{name} ")]


def copied() -> list[str]:
    return [path for line in instructions("COPY") for path in line.split()[:-1] if not path.startswith("--")]


def test_it_does_not_run_as_root() -> None:
    (user,) = instructions("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "a number, which every platform can check"
    assert LINES.index(f"USER {user}") > max(
        LINES.index(line) for line in LINES if line.startswith(("RUN", "COPY"))
    )


def test_everything_that_is_copied_is_there_and_sent_to_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / path).exists() for path in sent)
    for path in copied():
        assert (ROOT / path).exists() and any(f"{kept}/".startswith(f"{path}/") for kept in sent)


def test_the_base_is_a_python_that_the_libraries_have_wheels_for() -> None:
    (base,) = instructions("FROM")
    match = re.fullmatch(r"python:3\.(\d+)-slim", base)
    assert match and int(match[1]) >= 11


def test_a_build_argument_chooses_cpu_or_cuda() -> None:
    assert instructions("ARG") == ["TORCH=cpu"]
    (install,) = [line for line in instructions("RUN") if "pip install" in line]
    cpu, _, both = install.partition("; fi && ")
    assert cpu.startswith('if [ "$TORCH" = cpu ]') and "--index-url https://download.pytorch.org/whl/cpu" in cpu
    assert "index" not in both, "the default index serves CUDA"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def nobody() -> dict[str, Any]:
    """How to run as nobody, where that can be: root may, unless the interpreter is for root alone."""
    if os.geteuid() != 0:
        return {}
    as_nobody: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        subprocess.run(
            [sys.executable, "-c", "import torch"], capture_output=True, check=True, cwd="/", **as_nobody
        )
    except (OSError, subprocess.CalledProcessError):
        return {}
    return as_nobody


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the container is a Linux one")
def test_it_runs_as_nobody_without_a_home_and_writes_only_to_tmp(tmp_path: Path) -> None:
    """The files that are copied, read-only, with the entry point's flags; then the health check's own command."""
    app, tmp, said = tmp_path / "app", tmp_path / "tmp", tmp_path / "said.txt"
    app.mkdir()
    tmp.mkdir()
    for path in copied():
        source = ROOT / path
        shutil.copytree(source, app / path) if source.is_dir() else shutil.copy(source, app / path)
    shutil.rmtree(app / "ui" / "__pycache__", ignore_errors=True)
    port = free_port()
    entry = json.loads(instructions("ENTRYPOINT")[0])
    assert entry[:2] == ["python", "app.py"]
    flags = [str(port) if flag == "7860" else flag for flag in entry[2:]]
    environment = dict(part.split("=", 1) for part in instructions("ENV")[0].split())
    environment |= {"HOME": "/nonexistent", "TMPDIR": str(tmp), "MPLCONFIGDIR": str(tmp / "matplotlib")}
    environment |= {"PATH": os.environ["PATH"]}
    as_nobody = nobody()
    if as_nobody:
        os.chown(tmp, 65534, 65534)
        for folder in (tmp_path, *list(tmp_path.parents)[:2]):
            folder.chmod(0o755)
    for path in (app, *app.rglob("*")):
        path.chmod(0o555)
    command = [sys.executable, "-c", PROGRAM, *flags]
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=app, env=environment, stdout=out, stderr=out, **as_nobody)
    try:
        check = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
        healthy = [sys.executable, "-c", check[2].replace("7860", str(port))]
        for _ in range(START_S):
            assert process.poll() is None, said.read_text()
            answers = subprocess.run(healthy, capture_output=True, check=False).returncode == 0
            if answers and PASSWORD.search(said.read_text()):  # it is told after the first answer
                break
            time.sleep(1)
        else:
            pytest.fail(f"never healthy, or without a password: {said.read_text()}")
    finally:
        process.terminate()
        process.wait(300)
        for path in (app, *app.rglob("*")):
            path.chmod(0o755)
    told = said.read_text()
    assert "WRITES" not in told and "Traceback" not in told, told
    assert not [path for path in tmp.iterdir() if path.name.startswith("deepfake-detector-")]
