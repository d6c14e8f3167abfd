"""A visitor's browser: how it is started, and what a visitor does on the page."""

from __future__ import annotations

import shutil

from playwright.sync_api import BrowserContext, Page, Request, expect

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE_MS = 180_000

expect.set_options(timeout=PATIENCE_MS)  # for a condition; how long it takes is a matter of the machine


def wait_for_answer(page: Page) -> str:
    page.locator("#answer .dd-panel:not(.dd-checking)").wait_for()
    return page.locator("#answer").inner_text()


def add(page: Page, name: str, content: bytes) -> None:
    payload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#upload input[type=file]").set_input_files(payload)


def has_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def opened_elsewhere(context: BrowserContext) -> list[str]:
    """Grows by every address of the internet that is asked for, at every try; `FLAGS` let none be found."""
    opened: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith("https:"):
            assert "referer" not in request.headers
            opened.append(request.url)

    context.on("request", note)
    return opened
