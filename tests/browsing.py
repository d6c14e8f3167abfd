"""A visitor's browser: how it is started, and what a visitor does on the page."""

from __future__ import annotations

import shutil

from playwright.sync_api import BrowserContext, Page, Route

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


def wait_for_answer(page: Page) -> str:
    page.locator("#answer .dd-panel:not(.dd-checking)").wait_for()
    return page.locator("#answer").inner_text()


def add(page: Page, name: str, content: bytes) -> None:
    payload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#upload input[type=file]").set_input_files(payload)


def has_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def keep_from_portal(context: BrowserContext) -> list[str]:
    """Answer in the portal's place, so that nothing leaves; lists what was opened there."""
    opened: list[str] = []

    def answer(route: Route) -> None:
        opened.append(route.request.url)
        route.fulfill(body="<title>the portal</title>", content_type="text/html")

    context.route("https://**", answer)
    return opened
