"""A visitor's browser: how it is started, and what a visitor does on the page."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
from playwright.sync_api import BrowserContext, Locator, Page, Request, TimeoutError, expect
from wait_helpers import wait_until

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
SLOW_VIDEO = "slow.mp4"
AXE = Path(__file__).parent / "ui" / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

expect.set_options(timeout=PATIENCE_MS)  # for a condition; how long it takes is a matter of the machine


def wait_for_answer(page: Page) -> str:
    page.locator("#answer .dd-panel:not(.dd-checking)").wait_for()
    return page.locator("#answer").inner_text()


def unfold(page: Page, *names: str) -> None:
    """Open sections of the result by their `elem_id`; those that are open stay so."""
    for name in names:
        button = page.locator(f"#{name} > button")
        button.wait_for()
        if not page.locator(f"#{name} > button.open").count():
            button.click()


def add(page: Page, name: str, content: bytes) -> None:
    payload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#upload input[type=file]").set_input_files(payload)


def choose(page: Page, box: Locator, option: str) -> None:
    """Choose an option of a dropdown; its list is opened anew where the page scrolled away below it."""
    row = page.get_by_role("option", name=option, exact=True)

    def is_chosen() -> bool:
        box.scroll_into_view_if_needed()
        box.click()
        try:
            row.click(timeout=10_000)
        except TimeoutError:
            page.keyboard.press("Escape")
            return False
        return True

    wait_until(is_chosen, PATIENCE_MS / 1000)


def wait_for_image(image: Locator) -> None:
    """Scroll an image into view until it is loaded, even if the page puts another in its place meanwhile."""

    def is_loaded() -> bool:
        image.scroll_into_view_if_needed()
        return bool(image.evaluate("image => image.complete && image.naturalWidth > 0"))

    wait_until(is_loaded, PATIENCE_MS / 1000)


def has_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def boxes_of(elements: Locator) -> list[dict[str, float]]:
    """Where elements are, as `getBoundingClientRect` says; all at once, because a page may still move."""
    found: list[dict[str, float]] = elements.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    return found


def tops_of(page: Page, selectors: list[str]) -> list[float]:
    """Where the first element of each begins, all at one moment: pictures that load move what is below."""
    for selector in selectors:
        page.locator(selector).first.wait_for()
    found: list[float] = page.evaluate(
        "selectors => selectors.map((one) => document.querySelector(one).getBoundingClientRect().top)", selectors
    )
    return found


def opened_elsewhere(context: BrowserContext) -> list[str]:
    """Grows by every address of the internet that is asked for, at every try; `FLAGS` let none be found."""
    opened: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith("https:"):
            assert "referer" not in request.headers
            opened.append(request.url)

    context.on("request", note)
    return opened


def barriers(page: Page) -> list[str]:
    """What axe-core finds, as the rule and the first places."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [f"{rule['id']}: {[node['html'][:150] for node in rule['nodes'][:3]]}" for rule in found["violations"]]


def long_video(folder: Path, example: Path, times: int = 60) -> bytes:
    """A video over and over. Named `SLOW_VIDEO`, all of its frames take the test server at least nine minutes."""
    out = folder / "long.mp4"
    with av.open(str(out), "w") as container:
        copy, tick = None, 0
        for _ in range(times):
            with av.open(str(example)) as original:
                source = original.streams.video[0]
                copy = copy or container.add_stream_from_template(source)
                for packet in original.demux(source):
                    if packet.pts is not None and packet.dts is not None:
                        packet.stream, packet.pts, packet.dts = copy, packet.pts + tick, packet.dts + tick
                        container.mux(packet)
                tick += source.duration or 0
    return out.read_bytes()
