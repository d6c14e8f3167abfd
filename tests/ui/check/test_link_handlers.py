"""A direct link: fetched for this computer's user alone, stopped at any time, and told plainly.

The site here is on this computer, where the shipped check refuses to go; only where a test says so may it go to
the one address that stands for a place on the internet.
"""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from browser_helpers import BROWSER, PATIENCE_MS, wait_for_answer
from playwright.sync_api import Browser, expect
from wait_helpers import files_below, wait_until
from words_helper import WORDS

from detector import DetectorConfig
from ui import text
from ui.check.link_handlers import LinkHandlers
from ui.check.safe_download import fetch, is_public
from ui.check.upload_handlers import Handlers
from ui.session.own_files import RECEIVED
from ui.session.visitor import session_of

OPEN = "127.0.0.2"
"""Stands for a place on the internet."""
PERMITTED = f"""
from ui.check import safe_download
safe_download.fetch.__kwdefaults__.update(
    permitted=lambda address: str(address) == "{OPEN}" or safe_download.is_public(address),
    ports=lambda scheme, port: True,
)
"""


class Site(http.server.BaseHTTPRequestHandler):
    """Has one image, and another that never ends."""

    content = b""

    def do_GET(self) -> None:
        if self.path.startswith("/gone"):
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        if self.path.startswith("/slow"):
            for _ in range(6000):
                self.wfile.write(b"x")
                time.sleep(0.1)
        self.wfile.write(self.content)

    def log_message(self, *args: Any) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the other end has had enough
            pass


@pytest.fixture(scope="module")
def site(examples: Path) -> Iterator[str]:
    Site.content = (examples / "no-face.jpg").read_bytes()
    server = http.server.ThreadingHTTPServer((OPEN, 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{OPEN}:{server.server_port}"
    server.shutdown()
    server.server_close()


def visitor(name: str = "a") -> Any:
    return SimpleNamespace(session_hash=name)


@pytest.fixture
def handlers(tmp_path: Path) -> Handlers:
    return Handlers(SimpleNamespace(config=DetectorConfig()), tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def links(handlers: Handlers, tmp_path: Path) -> LinkHandlers:
    get = functools.partial(
        fetch, permitted=lambda one: str(one) == OPEN or is_public(one), ports=lambda scheme, port: True
    )
    return LinkHandlers(handlers, tmp_path, max_bytes=1_000_000, get=get)


def test_a_link_is_taken_in_like_an_upload(
    links: LinkHandlers, handlers: Handlers, site: str, tmp_path: Path
) -> None:
    said = links.start(f" {site}/holiday.jpg ", "en", visitor())
    assert f"from {OPEN}" in said["answer"] and said["working"].visible and not said["result"].visible
    said = links.download(visitor())
    visit = handlers.visits.get("a")
    assert visit is not None and visit.original.read_bytes() == Site.content
    assert visit.original.name == "holiday.jpg" and "holiday.jpg" in said["answer"] and said["working"].visible
    assert not list((tmp_path / RECEIVED).iterdir()) and visit.folder.parent == tmp_path


@pytest.mark.parametrize(
    ("url", "detail"),
    [("/gone.jpg", "404"), ("not a link", "not a link"), ("http://127.0.0.1/x", "open internet"), (None, "https")],
)
def test_what_is_not_fetched_is_told_in_words_of_its_own(
    links: LinkHandlers, handlers: Handlers, site: str, tmp_path: Path, url: str | None, detail: str
) -> None:
    links.start(f"{site}{url}" if url and url.startswith("/") else url, "en", visitor())
    said = links.download(visitor())
    assert WORDS.TROUBLES["link"]["title"] in said["answer"] and detail in said["answer"]
    assert not said["working"].visible
    assert text.of("hi").TROUBLES["link"]["title"] in handlers.change_language("hi", visitor())["answer"]
    assert handlers.visits.get("a") is None and not list((tmp_path / RECEIVED).iterdir())


@pytest.mark.parametrize("way", ["cancel", "leave", "another link"])
def test_a_download_that_nobody_waits_for_ends_and_leaves_nothing(
    links: LinkHandlers, handlers: Handlers, site: str, tmp_path: Path, way: str
) -> None:
    links.start(f"{site}/slow.jpg", "en", visitor())
    answers: list[Any] = []
    bringing = threading.Thread(target=lambda: answers.append(links.download(visitor())))
    bringing.start()
    wait_until(lambda: files_below(tmp_path, "slow.jpg"))
    assert links.download(visitor("b")) == {}, "another visitor's link"
    if way == "cancel":
        handlers.cancel("en", visitor())
    elif way == "leave":
        handlers.visits.end(session_of(visitor()))
    else:
        links.start(f"{site}/other.jpg", "en", visitor())
    bringing.join(300)
    assert not bringing.is_alive() and answers == [{}]
    assert not list((tmp_path / RECEIVED).iterdir()) and handlers.visits.get("a") is None
    if way == "cancel":
        assert links.download(visitor()) == {}, "what was stopped before it began is not begun"


def test_the_language_may_change_while_a_link_is_fetched(
    links: LinkHandlers, handlers: Handlers, site: str
) -> None:
    links.start(f"{site}/holiday.jpg", "en", visitor())
    assert text.of("hi").FETCHING.format(site=OPEN) in handlers.change_language("hi", visitor())["answer"]
    said = links.download(visitor())["answer"]
    assert text.of("hi").CHECKING.format(name="<bdi>holiday.jpg</bdi>") in said


@pytest.fixture(scope="module")
def fetching_server(start_server: Callable[..., Any]) -> Any:
    return start_server(first=PERMITTED)


def test_only_a_page_of_this_computer_has_the_field(
    start_server: Callable[..., Any], fetching_server: Any
) -> None:
    shared = start_server("--host", "0.0.0.0", "--password", "chosen by somebody", first=PERMITTED)
    with httpx.Client(timeout=60) as visitor:
        private = visitor.get(f"{fetching_server.url}config").json()
        visitor.post(f"{shared.url}login", data={"password": "chosen by somebody"})
        public = visitor.get(f"{shared.url}config").json()
        labels = [{part["props"].get("label") for part in config["components"]} for config in (private, public)]
        assert WORDS.LINK_LABEL in labels[0] and WORDS.LINK_LABEL not in labels[1]
        events = [config["dependencies"] for config in (private, public)]
        assert len(events[0]) - len(events[1]) == 10, "nothing to call there"
        start = next(event for event in events[0] if len(event["targets"]) == 2 and len(event["inputs"]) == 2)
        called = {"data": ["http://127.0.0.2/x.jpg", "en"], "fn_index": start["id"], "session_hash": "abcdefghij"}
        assert visitor.post(f"{fetching_server.url}gradio_api/run/predict", json=called).status_code == 200
        for event in (start["id"], max(event["id"] for event in events[0])):
            answer = visitor.post(f"{shared.url}gradio_api/run/predict", json=called | {"fn_index": event})
            assert answer.status_code >= 400 or WORDS.LINK_TITLE not in answer.text
            assert "Fetching" not in answer.text
    assert OPEN not in shared.calls.read_text()


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed")
def test_a_link_is_fetched_checked_and_stopped_in_the_browser(
    browser: Browser, fetching_server: Any, site: str
) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(fetching_server.url)
    page.locator("#upload input[type=file]").wait_for(state="attached")
    expect(page.get_by_label(WORDS.LINK_LABEL)).not_to_be_visible()
    page.get_by_text(WORDS.LINK_TITLE).click()
    expect(page.locator("#link")).to_contain_text("sees this computer's internet address")

    page.get_by_label(WORDS.LINK_LABEL).fill(f"{site}/slow.jpg")
    page.get_by_role("button", name=WORDS.LINK_FETCH).click()
    expect(page.locator("#answer")).to_contain_text(WORDS.FETCHING.format(site=OPEN))
    page.get_by_role("button", name=WORDS.CANCEL).click()
    expect(page.locator("#answer")).to_contain_text(WORDS.STOPPED_TITLE)
    expect(page.locator("#cancel")).not_to_be_visible()

    page.get_by_label(WORDS.LINK_LABEL).fill(f"{site}/gone.jpg")
    page.get_by_role("button", name=WORDS.LINK_FETCH).click()
    page.locator("#answer [role=alert]", has_text=WORDS.TROUBLES["link"]["title"]).wait_for()
    expect(page.locator("#cancel")).not_to_be_visible()

    page.get_by_label(WORDS.LINK_LABEL).fill(f"{site}/holiday.jpg")
    page.get_by_label(WORDS.LINK_LABEL).press("Enter")
    page.locator("#answer .dd-no_face").wait_for()
    assert "holiday.jpg" in wait_for_answer(page)
    assert len(list(files_below(fetching_server.folder, "holiday.jpg"))) == 1
    assert not list(files_below(fetching_server.folder, "slow.jpg"))
    context.close()
