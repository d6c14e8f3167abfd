"""Whether the portal answers is asked with nothing of the visitor's, and a silent portal is told as such."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import ClassVar, get_args

import pytest
from words_helper import WORDS

from reporting.portals import load_portal
from ui import text
from ui.common.html import escape
from ui.report import handlers as report_handlers
from ui.report.handlers import ReportHandlers
from ui.report.portal_status import Reach, check_portal
from ui.session.store import Visits


class Portal(http.server.BaseHTTPRequestHandler):
    answer: ClassVar[int] = 200
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(self.answer)
        self.send_header("Set-Cookie", "who=you")
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Portal.asked.clear()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "reachable"), (302, "reachable"), (403, "reachable"), (500, "failing"), (503, "failing")],
)
def test_an_answer_is_told_from_a_failure(
    address: str, monkeypatch: pytest.MonkeyPatch, status: int, state: str
) -> None:
    monkeypatch.setattr(Portal, "answer", status)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    assert check_portal(address) == state
    ((path, headers),) = Portal.asked
    assert path == "/" and not {"cookie", "authorization", "referer"} & headers.keys(), "once, and nothing of ours"


def test_a_closed_port_is_out_of_reach() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert check_portal(f"http://127.0.0.1:{port}/") == "unreachable"


@pytest.mark.parametrize("state", get_args(Reach))
def test_what_it_means_is_said_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, state: Reach, tmp_path: object
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(report_handlers, "check_portal", lambda where: asked.append(where) or state)
    handlers = ReportHandlers(Visits(tmp_path))  # type: ignore[arg-type]
    number = load_portal().helpline_cyber_fraud.value
    for language in ("en", "hi"):
        panel = handlers.ask_portal(language)["reached"]
        assert escape(text.of(language).REACH[state].format(fraud=number)) in panel  # type: ignore[arg-type]
        assert (number in panel) is (state != "reachable")
    assert asked == [load_portal().home_url.value] * 2 and set(WORDS.REACH) == set(get_args(Reach))
