"""Take the screenshots in the documents from the real page: `python docs/screenshots.py` (needs Chromium)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]
PATIENCE_MS = 300_000
QUALITY = 60


def main() -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("neither chromium nor google-chrome is installed")
    app = subprocess.Popen([sys.executable, "app.py", "--no-browser"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert app.stdout is not None
        address = re.search(r"http://\S+", app.stdout.readline())
        if address is None:
            sys.exit("the page did not start")
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
            shutil.copytree(ROOT / "reporting" / "fonts", Path(home) / "fonts")  # this machine may lack Devanagari
            environment = dict(os.environ) | {"XDG_DATA_HOME": home}
            chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS, env=environment)
            page = chromium.new_page(
                viewport={"width": 900, "height": 1500}, reduced_motion="reduce", locale="en-GB"
            )
            page.set_default_timeout(PATIENCE_MS)
            page.goto(address.group())
            page.locator("#upload input[type=file]").wait_for(state="attached")
            take_images(page)
            chromium.close()
    finally:
        app.terminate()
        app.wait()


def take_images(page: Page) -> None:
    """The first screen, an image's result, a video's, and the part about the report; only shipped examples."""
    save(page, "guide-first", page.locator("#top"), page.locator("#depth"))

    page.get_by_role("button", name="Manipulated image").click()
    wait_for_images(page)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=IMAGES / "page.png", animations="disabled")
    save(page, "guide-faces", page.locator("#answer"), page.locator("#findings .dd-card:visible").last)
    page.locator("#report > button").click()
    page.locator("#prepare").wait_for()
    save(page, "guide-report", page.locator("#kind"), page.locator("#prepare"))

    page.get_by_role("button", name="Manipulated video").click()
    page.locator("#answer", has_text="manipulated.mp4").wait_for()
    page.locator("#answer .dd-panel:not(.dd-checking)").wait_for()
    wait_for_images(page)
    plot = page.locator(".dd-plot:visible").first
    area = plot.bounding_box()
    assert area is not None
    plot.click(position={"x": 0.6 * area["width"], "y": area["height"] / 2})
    page.locator("#moment img").wait_for()
    page.wait_for_function("() => document.querySelector('#moment img').naturalWidth > 0")
    save(page, "guide-video", page.locator("#timeline"), page.locator("#moment"))


def wait_for_images(page: Page) -> None:
    """Wait for every image of the result that is not folded away."""
    page.locator("#findings img").first.wait_for()
    for image in page.locator("#findings img:visible").all():
        image.scroll_into_view_if_needed()
        loaded = "image => image.complete && image.naturalWidth > 0"
        page.wait_for_function(loaded, arg=image.element_handle())


def save(page: Page, name: str, first: Locator, last: Locator) -> None:
    """Keep what stands from one part of the page to another, as a small JPEG."""
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    top, bottom = first.bounding_box(), last.bounding_box()
    assert top is not None and bottom is not None
    margin = 16.0
    y = max(0.0, top["y"] - margin)
    area: FloatRect = {"x": 0, "y": y, "width": 900, "height": bottom["y"] + bottom["height"] + margin - y}
    page.screenshot(
        path=IMAGES / f"{name}.jpg", type="jpeg", quality=QUALITY, full_page=True, clip=area, animations="disabled"
    )


if __name__ == "__main__":
    main()
