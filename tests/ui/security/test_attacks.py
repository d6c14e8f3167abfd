"""The page as it is shipped, attacked over the network: each of these worked on Gradio alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError, AuthenticationError
from wait_helpers import files_below, size_of, wait_until
from words_helper import WORDS

from ui.security import messages
from ui.session.own_files import OWNER_COOKIE

FILE = {"_type": "gradio.FileData"}
LINK = "abc123.gradio.live"
# The relay's part of a public link, which needs the internet: everything else of `--share` is the real thing.
RELAY = f"""
import ui.session.workspace
real = ui.session.workspace.make_workspace
def made():
    folder = real()
    from gradio import networking
    networking.setup_tunnel = lambda **given: "https://{LINK}"
    return folder
ui.session.workspace.make_workspace = made
"""


def upload(url: str, content: bytes, name: str = "holiday.jpg", **more: Any) -> Path:
    answer = httpx.post(f"{url}gradio_api/upload", files={"files": (name, content)}, timeout=60, **more)
    assert answer.status_code == 200, answer.text
    (path,) = answer.json()
    return Path(path)


def analyze(url: str, path: Path | str) -> str:
    """Ask for a file by its path, as a program may, and wait for all that is said."""
    given = {"data": [{"path": str(path), "orig_name": "x.jpg", "meta": FILE}]}
    asked = httpx.post(f"{url}gradio_api/call/analyze", json=given, timeout=60)
    if asked.status_code != 200:
        return asked.text
    return httpx.get(f"{url}gradio_api/call/analyze/{asked.json()['event_id']}", timeout=120).text


def test_the_shipped_page_knows_its_name_and_its_origin(server: Any) -> None:
    assert httpx.get(server.url, headers={"host": "evil.example"}).status_code == 421
    foreign = {"origin": "http://evil.example"}
    assert httpx.get(f"{server.url}config", headers=foreign).status_code == 403
    assert httpx.post(f"{server.url}gradio_api/upload", headers=foreign, files={"files": b"x"}).status_code == 403
    told = httpx.get(
        server.url, headers={"x-forwarded-host": "evil.example", "x-gradio-server": "http://evil.example"}
    )
    assert told.status_code == 200 and "evil.example" not in told.text


def test_neither_the_disk_nor_the_internet_can_be_had_through_it(server: Any) -> None:
    for path in (
        "/etc/passwd",
        "app.py",
        "../app.py",
        "/proc/self/environ",
        "https://example.org/",
        "%2e%2e/app.py",
    ):
        answer = httpx.get(f"{server.url}gradio_api/file={path}")
        assert answer.status_code == 404 and "root:" not in answer.text
    before = server.calls.read_text()
    for path in ("https://example.org/x.jpg", "http://127.0.0.1:1/x.jpg", "/etc/passwd"):
        assert "sha256" not in analyze(server.url, path)
    assert "example.org" not in server.calls.read_text().removeprefix(before)


def test_nobody_jumps_the_line(server: Any, examples: Path) -> None:
    path = upload(server.url, (examples / "no-face.jpg").read_bytes())
    file = {"path": str(path), "orig_name": "x.jpg", "meta": FILE}
    functions = httpx.get(f"{server.url}config").json()["dependencies"]
    heavy = [number["id"] for number in functions if number["queue"] is not False and number["backend_fn"]]
    assert heavy
    for number in heavy:
        given = {"fn_index": number, "data": [file], "session_hash": "abc"}
        assert httpx.post(f"{server.url}gradio_api/run/predict", json=given, timeout=60).status_code >= 400


def test_an_upload_can_neither_be_fetched_nor_used_twice(server: Any, examples: Path) -> None:
    path = upload(server.url, (examples / "no-face.jpg").read_bytes())
    for way in (
        path,
        f"{path.parent}/../{path.parent.name}/{path.name}",
        str(path).replace("received", "Received"),
    ):
        assert httpx.get(f"{server.url}gradio_api/file={way}").status_code == 404
    assert "no_face" in analyze(server.url, path)
    assert messages.NOT_UPLOADED in analyze(server.url, path) and not path.exists()


def test_an_upload_that_is_still_arriving_is_nobodys(server: Any, examples: Path) -> None:
    """Its file is open in the server, and `/proc/self/fd` names every open file."""
    content = (examples / "genuine.jpg").read_bytes()
    before = b'--b\r\nContent-Disposition: form-data; name="files"; filename="v.jpg"\r\n\r\n'
    after = b"\r\n--b--\r\n"
    earlier = set(files_below(server.folder, "received/*/tmp*"))
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as line:
        line.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n"
            + f"Content-Length: {len(before) + len(content) + len(after)}\r\n\r\n".encode()
            + before
            + content[:-10]
        )
        arriving = wait_until(
            lambda: [
                path
                for path in files_below(server.folder, "received/*/tmp*")
                if path not in earlier and size_of(path)
            ]
        )
        assert len(arriving) == 1
        for way in (
            *(f"/proc/self/fd/{number}" for number in range(3, 40)),
            f"/proc/self/root{arriving[0]}",
            arriving[0],
        ):
            assert httpx.get(f"{server.url}gradio_api/file={way}").status_code == 404, way
            assert messages.NOT_UPLOADED in analyze(server.url, way), way
        line.sendall(content[-10:] + after)
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_what_a_visit_shows_is_for_its_browser_alone(server: Any, examples: Path) -> None:
    """By address, as an upload handed in, and by the name of its session."""
    with (
        httpx.Client(base_url=server.url, timeout=60) as mine,
        httpx.Client(base_url=server.url, timeout=60) as other,
    ):
        for visitor in (mine, other):
            assert visitor.get("/").status_code == 200 and len(visitor.cookies[OWNER_COOKIE]) == 32
        content = (examples / "no-face.jpg").read_bytes()
        (path,) = mine.post("gradio_api/upload", files={"files": ("holiday.jpg", content)}).json()
        given = {"data": [{"path": path, "orig_name": "holiday.jpg", "meta": FILE}]}
        for thief in (other, httpx):
            url = "gradio_api/call/report" if thief is other else f"{server.url}gradio_api/call/report"
            assert thief.post(url, json=given).status_code == 400
        event = mine.post("gradio_api/call/report", json=given).json()["event_id"]
        told = mine.get(f"gradio_api/call/report/{event}", timeout=300).text
        (package,) = json.loads(told.rpartition("data: ")[2])
        assert mine.get(f"gradio_api/file={package['path']}").content[:2] == b"PK"
        assert other.get(f"gradio_api/file={package['path']}").status_code == 404
        assert httpx.get(f"{server.url}gradio_api/file={package['path']}").status_code == 404


def test_the_same_bytes_of_two_visitors_are_two_files(server: Any, examples: Path) -> None:
    content = (examples / "no-face.jpg").read_bytes()
    first, second = upload(server.url, content), upload(server.url, content)
    assert first != second and len(first.relative_to(server.folder).parts[2]) == 32
    assert "no_face" in analyze(server.url, first)
    assert not first.exists() and second.read_bytes() == content
    assert "no_face" in analyze(server.url, second)


def test_an_upload_that_is_too_large_or_broken_leaves_nothing(server: Any) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="x.mp4"\r\n\r\n'
        for _ in range(202):
            yield b"x" * (1 << 20)

    before = set(files_below(server.folder, "received/*"))
    headers = {"content-type": "multipart/form-data; boundary=b"}
    refused = httpx.post(f"{server.url}gradio_api/upload", content=endless(), headers=headers, timeout=60)
    assert refused.status_code == 413 and "200 MB" in refused.text
    for content in (
        b"nothing of the kind",
        b"--b\r\n\r\n",
        b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx',
    ):
        answer = httpx.post(f"{server.url}gradio_api/upload", content=content, headers=headers)
        assert answer.status_code in (200, 400) and "Traceback" not in answer.text
    wait_until(lambda: set(files_below(server.folder, "received/*")) <= before)


def begun_upload(url: str, size: int, sent: int) -> socket.socket:
    """The connection of an upload of which only the first bytes were sent."""
    address = urlsplit(url)
    line = socket.create_connection((address.hostname or "", address.port or 0))
    line.sendall(
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; "
        'name="files"; filename="v.mp4"\r\n\r\n'.encode()
        + b"x" * sent
    )
    return line


def test_who_closes_the_page_while_a_file_is_sent_leaves_nothing(server: Any) -> None:
    before = set(files_below(server.folder, "received/*"))
    line = begun_upload(server.url, 50_000_000, 3_000_000)
    wait_until(
        lambda: [
            path
            for path in files_below(server.folder, "received/*/tmp*")
            if path.parent not in before and size_of(path) > 1_000_000
        ]
    )
    line.close()
    wait_until(lambda: set(files_below(server.folder, "received/*")) <= before)


def held_files(process: int) -> list[int]:
    """Sizes in bytes of the received files that the process holds open, deleted ones too."""
    sizes = []
    for path in Path(f"/proc/{process}/fd").glob("*"):
        with contextlib.suppress(FileNotFoundError):  # closed since the folder was listed
            if "received" in os.readlink(path):
                sizes.append(size_of(path))
    return sizes


FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
"""


def test_a_full_disk_is_told_and_its_room_is_free_again_at_once(
    start_server: Callable[..., Any], examples: Path
) -> None:
    """The system takes no more than 3 MB of a file, as a disk does that has no more."""
    server = start_server(first=FULL)
    for _ in range(3):
        answer = httpx.post(
            f"{server.url}gradio_api/upload", files={"files": ("v.mp4", b"x" * 8_000_000)}, timeout=60
        )
        assert answer.status_code == 507 and "no room left" in answer.text and "जगह नहीं" in answer.text
        held = held_files(server.process.pid)
        assert not list(files_below(server.folder, "received/*")) and not sum(held)
    path = upload(server.url, (examples / "no-face.jpg").read_bytes())
    assert "no_face" in analyze(server.url, path)


def test_the_answers_of_one_visitor_are_not_kept_for_the_next(server: Any, examples: Path) -> None:
    """No result is cached: the same bytes are judged anew, and told under the name they came with."""
    content = (examples / "no-face.jpg").read_bytes()
    answers = []
    for name in ("first.jpg", "second.jpg"):
        given = {"data": [{"path": str(upload(server.url, content, name)), "orig_name": name, "meta": FILE}]}
        event = httpx.post(f"{server.url}gradio_api/call/analyze", json=given).json()["event_id"]
        told = httpx.get(f"{server.url}gradio_api/call/analyze/{event}", timeout=120).text
        answers.append(json.loads(told.partition("data: ")[2])[0])
    assert [answer["file"] for answer in answers] == ["first.jpg", "second.jpg"]


@pytest.fixture(scope="module")
def linked(start_server: Callable[..., Any]) -> Any:
    """With a link, and surroundings that would open the disk and put helpers beside the guard."""
    opened = {"GRADIO_ALLOWED_PATHS": "/etc", "GRADIO_NUM_WORKERS": "2", "GRADIO_RUN_HISTORY": "True"}
    return start_server("--share", env=opened, first=RELAY)


@pytest.fixture(scope="module")
def password(linked: Any) -> str:
    """As the terminal shows it, which is after the page answers."""
    return wait_until(lambda: re.search(r"Password.*: ([a-z0-9-]{19})\n", linked.said.read_text()))[1]


def by_link(more: dict[str, str] | None = None) -> dict[str, str]:
    return {"host": LINK, "x-forwarded-for": "93.184.216.34", "x-forwarded-proto": "https"} | (more or {})


def test_a_link_is_said_with_what_it_means_and_its_password_once(linked: Any, password: str) -> None:
    said = wait_until(lambda: text if "relay" in (text := linked.said.read_text()) else "")
    assert f"https://{LINK}" in said and said.count(password) == 1


def test_a_link_opens_nothing_without_the_password(linked: Any) -> None:
    page = httpx.get(linked.url, headers=by_link())
    assert page.status_code == 401 and WORDS.UPLOAD_LABEL[:12] not in page.text and 'type="password"' in page.text
    for path in ("config", "gradio_api/info", "gradio_api/heartbeat/abc", "gradio_api/file=/etc/hostname"):
        assert httpx.get(f"{linked.url}{path}", headers=by_link()).status_code == 401
    assert (
        httpx.post(f"{linked.url}gradio_api/upload", headers=by_link(), files={"files": b"x"}).status_code == 401
    )


def test_behind_the_password_all_is_as_at_home(linked: Any, password: str) -> None:
    with httpx.Client(headers=by_link()) as visitor:
        entered = visitor.post(f"{linked.url}login", data={"password": password}, headers={"accept": "text/html"})
        assert entered.status_code == 303
        cookie = by_link({"cookie": entered.headers["set-cookie"].partition(";")[0]})
        page = visitor.get(linked.url, headers=cookie)
        assert page.status_code == 200 and "amazonaws" not in page.text and "./assets/" in page.text
        assert f"https://{LINK}" in page.text
        assert visitor.get(f"{linked.url}gradio_api/file=/etc/hostname", headers=cookie).status_code == 404
        assert visitor.get(f"{linked.url}gradio_api/runs", headers=cookie).status_code == 404
        foreign = cookie | {"origin": "https://evil.example"}
        assert (
            visitor.post(f"{linked.url}gradio_api/upload", headers=foreign, files={"files": b"x"}).status_code
            == 403
        )


def test_programs_log_in_too(linked: Any, password: str, examples: Path, tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError):
        Client(linked.url, verbose=False)
    with pytest.raises(AuthenticationError):
        Client(linked.url, auth=("visitor", "not the password"), verbose=False)
    client = Client(linked.url, auth=("visitor", password), verbose=False, download_files=tmp_path)
    answer = client.predict(handle_file(examples / "no-face.jpg"), api_name="/analyze")
    client.close()
    assert answer["verdict"]["outcome"] == "no_face"


def test_calls_can_be_off_and_no_link_is_said(start_server: Callable[..., Any], examples: Path) -> None:
    """Without the internet: Gradio finds no relay."""
    server = start_server("--share", "--no-api", "--password", "chosen by somebody")
    said = wait_until(lambda: text if messages.PASSWORD_GIVEN in (text := server.said.read_text()) else "")
    assert "chosen by somebody" not in said and "gradio.live" not in said
    with pytest.raises((AppError, ValueError)):
        Client(server.url, auth=("x", "chosen by somebody"), verbose=False).predict(
            handle_file(examples / "no-face.jpg"), api_name="/analyze"
        )
