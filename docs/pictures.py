"""Make the pictures in the documents from the real page: `python docs/pictures.py` (needs Chromium or Chrome)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]


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
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
            page = chromium.new_page(
                viewport={"width": 900, "height": 1500}, reduced_motion="reduce", locale="en-GB"
            )
            page.goto(address.group())
            page.get_by_role("button", name="Manipulated picture").click()
            page.locator("#findings img").first.wait_for(timeout=120_000)
            for picture in page.locator("#findings img").all():
                picture.scroll_into_view_if_needed()
                loaded = "image => image.complete && image.naturalWidth > 0"
                page.wait_for_function(loaded, arg=picture.element_handle())
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=ROOT / "docs" / "images" / "page.png", animations="disabled")
            chromium.close()
    finally:
        app.terminate()
        app.wait()


if __name__ == "__main__":
    main()
