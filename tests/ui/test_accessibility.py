"""The page for everybody: both languages, light and dark, a phone, a keyboard, a screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from browser_helpers import (
    BROWSER,
    PATIENCE_MS,
    add,
    barriers,
    has_sideways_scroll,
    unfold,
    wait_for_answer,
    wait_for_image,
)
from playwright.sync_api import Browser, Page, expect
from words_helper import WORDS

from reporting.text import results as result_text
from reporting.text.results import Language
from ui import text

LOCALES: dict[Language, str] = {"en": "en-GB", "hi": "hi-IN"}
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) window.shifts += entry.value;
})).observe({ type: 'layout-shift', buffered: true });
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]
Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, server: Any) -> Iterator[Opener]:
    """Opens the page as a visitor whose browser prefers a language."""
    contexts = []

    def visit(language: Language, query: str = "", width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, reduced_motion="reduce", locale=LOCALES[language]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(SHIFTS)
        page.goto(server.url + query)
        page.locator("#upload input[type=file]").wait_for(state="attached")
        return page

    yield visit
    for context in contexts:
        context.close()


def show_stopped(page: Page, language: Language) -> None:
    expect(page.locator("#name h1")).to_have_text(text.of(language).TITLE)
    expect(page.locator("#depth")).to_contain_text(text.of(language).DEPTH_TITLE)
    expect(page.locator("#name h1")).to_be_visible()


def try_example(page: Page, name: str) -> str:
    page.locator(f"#example-{list(WORDS.EXAMPLES).index(name) + 1}").click()
    page.locator("#answer", has_text=name).wait_for()
    return wait_for_answer(page)


def english_on(page: Page) -> set[str]:
    """Every English sentence of the page's that can be read on it."""
    shown = page.locator("body").inner_text()
    sentences = {value for value in vars(WORDS).values() if isinstance(value, str) and " " in value}
    return {sentence for sentence in sentences if "{" not in sentence and sentence in shown}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", get_args(Language))
def test_axe_finds_no_barrier(open_page: Opener, examples: Path, language: Language, theme: str) -> None:
    page, words = open_page(language, f"?__theme={theme}"), text.of(language)
    show_stopped(page, language)
    assert barriers(page) == [], "before anything"
    try_example(page, "manipulated.mp4")
    page.locator(".dd-plot").first.click()
    page.locator("#moment img").wait_for()
    unfold(page, "where", "maps", "copy", "report")
    page.get_by_text(words.FORM_TITLE).click()
    page.evaluate("document.querySelectorAll('#result details').forEach((fold) => { fold.open = true; })")
    page.get_by_label(words.KINDS["fraud_money_lost"]).check()
    page.get_by_label(words.DANGER).check()
    page.locator("#routes .dd-urgent").nth(1).wait_for()
    assert barriers(page) == [], "with a video's result and the form"
    assert language == "en" or english_on(page) == set()
    try_example(page, "no-face.jpg")
    assert barriers(page) == [], "without a face"
    add(page, "broken.jpg", (examples / "genuine.jpg").read_bytes()[:300])
    page.locator("#answer [role=alert]").wait_for()
    assert barriers(page) == [], "with a broken file"
    page.get_by_role("tab", name=words.CAMERA_TAB).click()
    page.get_by_role("button", name=words.CAMERA_START).wait_for()
    assert barriers(page) == [], "before the camera runs"


@pytest.mark.parametrize(
    ("browser_language", "query", "shown"),
    [
        ("en", "", "en"),
        ("hi", "", "hi"),
        ("en", "?lang=hi", "hi"),
        ("hi", "?lang=en", "en"),
        ("hi", "?lang=xx", "hi"),
    ],
)
def test_the_address_and_then_the_browser_choose_the_language(
    open_page: Opener, browser_language: Language, query: str, shown: Language
) -> None:
    page = open_page(browser_language, query)
    show_stopped(page, shown)
    expect(page.locator("html")).to_have_attribute("lang", shown)
    expect(page.locator("#language [aria-pressed=true]")).to_have_text(text.LANGUAGES[shown])
    page.reload()
    show_stopped(page, shown)


def test_a_switch_writes_the_result_again_and_judges_nothing(open_page: Opener) -> None:
    page = open_page("en")
    answer = try_example(page, "manipulated.jpg")
    outcome = next(one for one in ("fake", "real", "inconclusive") if result_text.headline(one, "en") in answer)
    images = [image.get_attribute("src") for image in page.locator("#findings img").all()]
    unfold(page, "where", "maps", "report")
    assert len(english_on(page)) > 20
    switch = page.locator("#language button[lang=hi]")
    switch.focus()
    page.keyboard.press("Enter")
    show_stopped(page, "hi")
    expect(page.locator("#answer")).to_contain_text(result_text.headline(outcome, "hi"))
    expect(switch).to_be_focused()
    expect(page.locator("#findings .dd-slider")).to_contain_text(text.of("hi").COMPARE.format(number=1, moment=""))
    assert english_on(page) == set()
    assert [image.get_attribute("src") for image in page.locator("#findings img").all()] == images
    page.get_by_label(text.of("hi").KINDS["other"]).check()
    page.locator("#what-happened textarea").fill("इसमें मैं हूँ।")
    page.locator("#prepare").click()
    expect(page.locator("#package-note")).to_contain_text(text.of("hi").READY)
    expect(page.locator("#fields textarea").first).to_be_visible()
    assert english_on(page) == set()
    # Gradio pales what an event still works on.
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('#package-note .html-container')).opacity === '1'"
    )
    assert barriers(page) == [], "with the fields to copy"
    page.locator("#language button[lang=en]").click()
    expect(page.locator("#package-note")).to_contain_text(WORDS.READY)
    expect(page.locator("#download")).to_contain_text("Download DFD-")
    expect(page.locator("#routes")).to_contain_text(WORDS.ROUTES_TITLE)
    expect(page.locator("#country input")).to_have_value(WORDS.COUNTRIES["IN"])


def test_what_went_wrong_is_said_in_hindi_with_the_english_folded(open_page: Opener, examples: Path) -> None:
    page = open_page("hi")
    show_stopped(page, "hi")
    add(page, "broken.jpg", (examples / "genuine.jpg").read_bytes()[:300])
    alert = page.locator("#answer [role=alert]")
    expect(alert).to_contain_text(text.of("hi").TROUBLES["broken"]["title"])
    detail = alert.locator("[lang=en]")
    expect(detail).not_to_be_visible()
    alert.locator("summary").click()
    expect(detail).to_contain_text("broken.jpg is damaged")
    page.locator("#language button[lang=en]").click()
    expect(alert).to_contain_text(WORDS.TROUBLES["broken"]["title"])


@pytest.mark.parametrize("language", get_args(Language))
def test_a_phone_needs_no_sideways_scroll(open_page: Opener, language: Language) -> None:
    page = open_page(language, width=375)
    show_stopped(page, language)
    assert not has_sideways_scroll(page)
    expect(page.locator("#upload")).to_be_in_viewport()
    try_example(page, "manipulated.mp4")
    unfold(page, "where", "maps", "copy", "report")
    page.get_by_text(text.of(language).FORM_TITLE).click()
    page.evaluate("document.querySelectorAll('#result details').forEach((fold) => { fold.open = true; })")
    page.get_by_label(text.of(language).KINDS["fraud_money_lost"]).check()
    page.locator("#routes .dd-urgent").wait_for()
    page.locator("#what-happened textarea").fill("It shows me.")
    page.locator("#prepare").click()
    page.locator("#fields textarea").first.wait_for()
    assert not has_sideways_scroll(page)


@pytest.mark.parametrize("language", get_args(Language))
def test_nothing_jumps(open_page: Opener, language: Language) -> None:
    """0.1 is where a shift begins to count as bothersome (web.dev/cls)."""
    page = open_page(language)
    show_stopped(page, language)
    page.evaluate("async () => { for (let n = 0; n < 3; n++) await new Promise(requestIdleCallback); }")
    loaded = page.evaluate("window.shifts")
    try_example(page, "manipulated.jpg")
    for image in page.locator("#findings img").all():
        if image.is_visible():  # the others are folded away, and load when they are shown
            wait_for_image(image)
    judged = page.evaluate("window.shifts") - loaded
    print(f"shift: {loaded:.3f} while loading, {judged:.3f} while judging")
    assert loaded < 0.1 and judged < 0.1


def test_the_colours_come_off_with_the_keyboard(open_page: Opener) -> None:
    page = open_page("en")
    try_example(page, "manipulated.jpg")
    slider = page.get_by_role("slider", name="Face 1: from the original to the colours")
    over = page.locator(".dd-over")
    slider.focus()
    page.keyboard.press("Home")
    assert slider.input_value() == "0"
    expect(over).to_have_css("clip-path", re.compile(r"inset\(0px 100% 0px 0px\)"))
    page.keyboard.press("ArrowRight")
    expect(over).to_have_css("clip-path", re.compile(r"inset\(0px 95% 0px 0px\)"))


def test_the_keyboard_meets_the_page_from_the_top_down(open_page: Opener) -> None:
    page = open_page("en")
    show_stopped(page, "en")
    seen: list[float] = []
    for _ in range(10):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "() => { const at = document.activeElement, style = getComputedStyle(at);"
            " return [at.getBoundingClientRect().top + scrollY, style.outlineStyle,"
            " parseFloat(style.outlineWidth)]; }"
        )
        assert focus[1] == "solid" and focus[2] >= 3, "the focus can be seen"
        seen.append(focus[0])
    assert seen == sorted(seen)
