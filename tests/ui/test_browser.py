"""The page as a visitor meets it, in a real Chromium."""

from __future__ import annotations

import hashlib
import shutil
import time
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from reporting import verify_package, wording
from ui import text

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 180_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[1280], ids=lambda width: f"{width}px")
def page(browser: Browser, server: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor's page. In the end it must have asked no other host, and had no error in its console."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, reduced_motion="reduce", accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda asked: hosts.add(urlsplit(asked.url).hostname))
    page.goto(server.url)
    page.locator("#upload input[type=file]").wait_for(state="attached")
    yield page
    context.close()
    assert errors == []
    assert hosts - {"127.0.0.1", None} == set()


def wait_for_answer(page: Page) -> str:
    page.locator("#answer .dd-panel:not(.dd-checking)").wait_for()
    return page.locator("#answer").inner_text()


def add(page: Page, name: str, content: bytes) -> None:
    payload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#upload input[type=file]").set_input_files(payload)


def try_example(page: Page, name: str) -> None:
    page.get_by_role("button", name=text.EXAMPLES[name], exact=True).click()


def has_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("page", [375, 1280], indirect=True)
def test_an_example_gets_a_verdict_with_pictures(page: Page) -> None:
    assert not has_sideways_scroll(page)
    try_example(page, "manipulated.jpg")
    answer = wait_for_answer(page)
    assert any(wording.headline(outcome, "en") in answer for outcome in ("fake", "real", "inconclusive"))
    pictures = page.locator("#findings img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        assert picture.get_attribute("alt")
        picture.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    page.get_by_text(text.FORM_TITLE).click()
    page.locator("#findings summary").first.click()
    assert not has_sideways_scroll(page)
    levels = [int(tag[1]) for tag in page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(h => h.tagName)")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_clip_tells_when_its_faces_are_seen(page: Page) -> None:
    try_example(page, "genuine.mp4")
    assert "genuine.mp4" in wait_for_answer(page)
    expect(page.locator("#findings .dd-card").first).to_contain_text("frames that were looked at")


def test_no_face_is_a_screen_and_no_error(page: Page) -> None:
    try_example(page, "no-face.jpg")
    assert wording.headline("no_face", "en") in wait_for_answer(page)
    expect(page.locator("#answer [role=alert]")).to_have_count(0)
    expect(page.locator("#answer img")).to_be_visible()
    expect(page.locator("#steps li").first).to_be_visible()


def test_a_broken_file_is_told_plainly_and_the_next_one_works(page: Page, examples: Path) -> None:
    content = (examples / "no-face.jpg").read_bytes()
    for name in ("first.jpg", "second.jpg"):
        add(page, name, content[:3000])
        alert = page.locator("#answer [role=alert]", has_text=name)
        alert.wait_for()
        expect(alert).to_contain_text(text.FILE_TROUBLE)
        expect(page.locator("#result")).not_to_be_visible()
    add(page, "holiday.jpg", content)
    page.locator("#answer .dd-no_face").wait_for()


def test_a_hostile_name_is_shown_and_not_run(page: Page, examples: Path) -> None:
    name = "<img src=x onerror=alert(1)>${alert(2)}{{value}}.jpg"
    page.on("dialog", lambda dialog: pytest.fail(f"the name ran: {dialog.message}"))
    add(page, name, (examples / "no-face.jpg").read_bytes())
    assert name in wait_for_answer(page)


def test_the_package_downloads_whole_with_what_was_typed(page: Page, examples: Path, tmp_path: Path) -> None:
    original = examples / "genuine.jpg"
    add(page, original.name, original.read_bytes())
    wait_for_answer(page)
    page.get_by_text(text.FORM_TITLE).click()
    page.get_by_label(text.FORM_PLATFORM).fill("Some platform")
    page.get_by_label(text.FORM_LINKS).fill("https://example.org/one\nhttps://example.org/two")
    page.get_by_label(text.FORM_SEEN_AT).fill("2026-03-05T21:30")
    page.get_by_label(text.FORM_ORIGINAL).check()
    page.locator("#prepare").click()
    page.locator("#download").wait_for()
    with page.expect_download() as download:
        page.locator("#download").click()
    package = tmp_path / download.value.suggested_filename
    download.value.save_as(package)

    assert package.name == f"report-{hashlib.sha256(original.read_bytes()).hexdigest()[:8]}.zip"
    assert "original/genuine.jpg" in verify_package(package).files
    with zipfile.ZipFile(package) as archive:
        draft = archive.read("complaint_draft.txt").decode()
    for words in ("Some platform", "https://example.org/two", "05-03-2026 at about 21:30 IST"):
        assert words in draft

    page.get_by_label(text.FORM_HANDLE).fill("@somebody")
    expect(page.locator("#download")).not_to_be_visible()


def test_the_portal_is_a_link_that_says_where_it_leads(page: Page) -> None:
    try_example(page, "no-face.jpg")
    wait_for_answer(page)
    link = page.get_by_role("link", name=text.PORTAL_BUTTON)
    expect(link).to_have_attribute("href", "https://cybercrime.gov.in/")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator("#portal")).to_contain_text("https://cybercrime.gov.in/ (type it yourself")


def test_the_keyboard_is_enough(page: Page) -> None:
    page.get_by_role("button", name=text.EXAMPLES["no-face.jpg"], exact=True).focus()
    page.keyboard.press("Enter")
    wait_for_answer(page)
    page.locator("#findings summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#findings .dd-facts")).to_be_visible()


def test_closing_the_page_deletes_the_file(page: Page, server: Any, examples: Path) -> None:
    add(page, "close-me.jpg", (examples / "no-face.jpg").read_bytes())
    wait_for_answer(page)
    assert len(list(server.folder.rglob("close-me.jpg"))) == 1
    page.goto("about:blank")
    for _ in range(60):
        if not list(server.folder.rglob("close-me.jpg")):
            return
        time.sleep(1)
    pytest.fail("the file is still there a minute after its page was closed")
