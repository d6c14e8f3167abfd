"""The page as it is shipped: `app.py` in a process of its own, asked over the network."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from wait_helpers import files_below, wait_until

from reporting import verify_package

ROOT = Path(__file__).resolve().parents[2]
TOO_LATE = """
import httpx
def head(*given, **more):
    raise httpx.ConnectTimeout("too late")
httpx.head = head
"""


@pytest.fixture(scope="module")
def client(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(server.url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))
    yield client
    client.close()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "kind"), [("genuine.jpg", "image"), ("manipulated.mp4", "video")])
def test_a_file_with_a_face_gets_a_verdict(client: Client, examples: Path, name: str, kind: str) -> None:
    answer = client.predict(handle_file(examples / name), api_name="/analyze")
    assert (answer["file"], answer["kind"], answer["sha256"]) == (name, kind, sha256(examples / name))
    assert answer["verdict"]["outcome"] in {"fake", "real", "inconclusive"}
    assert 0 <= answer["verdict"]["probability"] <= 1 and answer["tracks"]


def test_a_file_without_a_face_gets_no_number(client: Client, examples: Path) -> None:
    answer = client.predict(handle_file(examples / "no-face.jpg"), api_name="/analyze")
    assert answer["verdict"]["outcome"] == "no_face" and answer["verdict"]["probability"] is None


def test_a_broken_file_gets_a_plain_message(client: Client, examples: Path, tmp_path: Path) -> None:
    broken = tmp_path / "holiday.jpg"
    broken.write_bytes((examples / "genuine.jpg").read_bytes()[:300])
    with pytest.raises(AppError, match=r"holiday\.jpg") as caught:
        client.predict(handle_file(broken), api_name="/analyze")
    assert "Traceback" not in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_a_file_keeps_the_name_it_came_with(client: Client, examples: Path, tmp_path: Path) -> None:
    named = tmp_path / "मेरा फ़ोटो (1).jpg"
    named.write_bytes((examples / "no-face.jpg").read_bytes())
    assert client.predict(handle_file(named), api_name="/analyze")["file"] == named.name


def test_a_package_arrives_whole(client: Client, examples: Path) -> None:
    package = client.predict(handle_file(examples / "genuine.jpg"), api_name="/report")
    verified = verify_package(package)
    assert verified.input_sha256 == sha256(examples / "genuine.jpg")
    assert "5_evidence/supporting_evidence_key_frames.jpg" in verified.files
    assert not any(name.startswith("original/") for name in verified.files)


def test_programs_are_offered_two_calls(client: Client) -> None:
    offered = client.view_api(return_format="dict", print_info=False)
    assert set(offered["named_endpoints"]) == {"/analyze", "/report"} and not offered["unnamed_endpoints"]


@pytest.mark.parametrize("meta", [None, {"_type": "gradio.FileData"}])
def test_a_file_of_the_server_cannot_be_had(server: Any, examples: Path, meta: object) -> None:
    forged = {"path": str(examples / "genuine.jpg"), "orig_name": "x.jpg"} | ({"meta": meta} if meta else {})
    refused = httpx.post(f"{server.url}gradio_api/call/analyze", json={"data": [forged]}, timeout=60)
    assert refused.status_code == 400 and "event_id" not in refused.text
    assert (examples / "genuine.jpg").exists()


def test_nothing_is_kept_of_what_programs_ask(client: Client, server: Any, examples: Path, tmp_path: Path) -> None:
    """By a name of its own: visits of other tests may hold the example."""
    asked = tmp_path / "asked-by-a-program.jpg"
    asked.write_bytes((examples / "no-face.jpg").read_bytes())
    client.predict(handle_file(asked), api_name="/analyze")
    assert not files_below(server.folder, asked.name)


def test_only_this_computer_is_ever_asked(client: Client, server: Any, examples: Path) -> None:
    client.predict(handle_file(examples / "genuine.jpg"), api_name="/analyze")
    local = ("127.0.0.1", "localhost", "'127.0.0.1'", "('127.0.0.1',")
    calls = server.calls.read_text().splitlines()
    assert calls and [call for call in calls if not call.startswith(local)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_page_stopped_while_a_file_is_judged_ends_as_usual_and_leaves_nothing(
    start_server: Callable[..., Any], examples: Path, number: int
) -> None:
    server = start_server("--max-frames", "all")
    (private,) = server.folder.glob("deepfake-detector-*")
    assert private.stat().st_mode & 0o077 == 0
    files = {"files": ("mine.mp4", (examples / "manipulated.mp4").read_bytes())}
    (path,) = httpx.post(f"{server.url}gradio_api/upload", files=files, timeout=60).json()
    given = {"data": [{"path": path, "orig_name": "mine.mp4", "meta": {"_type": "gradio.FileData"}}]}
    httpx.post(f"{server.url}gradio_api/call/analyze", json=given, timeout=60).raise_for_status()
    wait_until(lambda: list(private.glob("*/received/mine.mp4")))  # it was taken on
    server.process.send_signal(number)
    assert server.process.wait(300) == 128 + number
    assert not list(server.folder.iterdir())


@pytest.mark.parametrize(
    "more",
    [
        {"env": {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}},
        {"env": {"ALL_PROXY": "socks5://127.0.0.1:9"}},
        {"first": TOO_LATE},
    ],
    ids=["proxy that does not answer", "proxy of a kind that httpx does not know", "own answer too late"],
)
def test_the_page_starts_whatever_stands_between_it_and_its_own_address(
    start_server: Callable[..., Any], more: dict[str, Any]
) -> None:
    server = start_server(**more)
    wait_until(lambda: server.process.poll() is not None or "The page is at" in server.said.read_text())
    assert server.process.poll() is None


def test_a_missing_checkpoint_is_said_and_ends_with_3(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "app.py", "--no-browser", "--checkpoints", str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3 and "checkpoint:" in done.stderr and "Traceback" not in done.stderr


def test_a_wrong_flag_ends_with_2() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "app.py", "--max-frames", "0"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "--max-frames" in done.stderr


def test_the_documented_lines_for_programs_work(server: Any, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (code,) = [block for block in blocks if "gradio_client" in block]
    code = code.replace("http://127.0.0.1:7860/", server.url).replace('"examples/', f'"{ROOT}/examples/')
    exec(compile(code.replace("Client(", "Client(verbose=False, src="), "serving.md", "exec"), {})
    outcome, package = capsys.readouterr().out.split()
    assert outcome in {"fake", "real", "inconclusive"} and verify_package(package)


def test_the_calls_say_what_they_take_and_give(client: Client) -> None:
    calls = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for name in ("/analyze", "/report"):
        (given,) = calls[name]["parameters"]
        assert given["parameter_name"] == "upload" or given["label"] == "file"
        assert given["python_type"]["type"] == "filepath" and calls[name].get("description")
