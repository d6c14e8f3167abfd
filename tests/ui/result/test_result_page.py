"""One result as its visitor meets it, in a real Chromium: on a phone and a desktop, in both languages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import av
import pytest
from browser_helpers import (
    BROWSER,
    PATIENCE_MS,
    SLOW_VIDEO,
    add,
    boxes_of,
    choose,
    has_sideways_scroll,
    long_video,
    tops_of,
    unfold,
    wait_for_answer,
    wait_for_image,
)
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from words_helper import WORDS

from benchmarks.sample_videos import write_video
from reporting.text import guidance
from reporting.text.results import Language
from ui import text
from ui.result.origin import SEARCHES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]
LOCALES: dict[Language, str] = {"en": "en-GB", "hi": "hi-IN"}
Opener = Callable[..., Page]


@pytest.fixture
def open_page(phone_browser: Browser, server: Any) -> Iterator[Opener]:
    contexts = []

    def visit(language: Language = "en", width: int = 1280) -> Page:
        height = 675 if width < 500 else 800
        context = phone_browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale=LOCALES[language]
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(server.url)
        page.locator("#upload input[type=file]").wait_for(state="attached")
        expect(page.locator("#name h1")).to_have_text(text.of(language).TITLE)
        return page

    yield visit
    for context in contexts:
        context.close()


def example(page: Page, number: int) -> None:
    page.locator(f"#example-{number}").click()
    wait_for_answer(page)
    page.locator("#findings .dd-card").first.wait_for()


@pytest.mark.parametrize("language", get_args(Language))
def test_a_result_on_a_phone_is_four_screens_with_the_urgent_first(open_page: Opener, language: Language) -> None:
    page = open_page(language, 375)
    page.get_by_text(text.of(language).DEPTH_TITLE).click()
    choose(page, page.get_by_label(text.of(language).DEPTH_LABEL), text.of(language).DEPTHS["auto"])
    example(page, 4)
    page.wait_for_function("!document.querySelector('#timeline details').open")
    height = page.evaluate("document.documentElement.scrollHeight")
    print(f"{language}: {height} px")
    assert height <= 2700 and not has_sideways_scroll(page)
    order = [
        "#answer .dd-still",
        "#answer .dd-action",
        ".dd-call",
        "#findings .dd-card",
        "#look-closer",
        "#report",
    ]
    tops = tops_of(page, order)
    assert tops == sorted(tops)
    assert [link.get_attribute("href") for link in page.locator(".dd-call a").all()] == ["tel:112", "tel:1930"]
    thumbnail, headline = boxes_of(page.locator("#answer .dd-still, #answer h2"))
    assert thumbnail["right"] <= headline["left"], "side by side"
    assert thumbnail["top"] < headline["bottom"] and headline["top"] < thumbnail["top"] + 200
    assert guidance.next_action("fake", language) in page.locator("#answer").inner_text()
    assert page.locator("#answer h2").evaluate("e => e.getBoundingClientRect().bottom <= innerHeight"), "in view"


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("case", ["three people", "incomplete"])
def test_more_people_or_a_warning_keep_a_result_on_a_phone_to_four_screens(
    open_page: Opener, examples: Path, tmp_path: Path, language: Language, case: str
) -> None:
    video = tmp_path / "video.mp4"
    if case == "three people":
        write_video(video, 640, 360, 4, 3)
    else:
        incomplete(examples / "manipulated.mp4", video)
    page = open_page(language, 375)
    page.get_by_text(text.of(language).DEPTH_TITLE).click()
    choose(page, page.get_by_label(text.of(language).DEPTH_LABEL), text.of(language).DEPTHS["auto"])
    add(page, video.name, video.read_bytes())
    wait_for_answer(page)
    page.locator("#findings .dd-card").first.wait_for()
    page.wait_for_function("!document.querySelector('#timeline details').open")
    assert page.locator("#answer .dd-warning").count() == (case == "incomplete")
    assert page.locator(".dd-card").count() == (3 if case == "three people" else 1)
    height = page.evaluate("document.documentElement.scrollHeight")
    print(f"{case}, {language}: {height} px")
    assert height <= 2700 and not has_sideways_scroll(page)


def test_on_a_desktop_further_images_of_a_face_are_beside_each_other(open_page: Opener, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    write_video(video, 640, 360, 4, 3)
    page = open_page("en", 1280)
    page.get_by_text(WORDS.DEPTH_TITLE).click()
    choose(page, page.get_by_label(WORDS.DEPTH_LABEL), WORDS.DEPTHS["auto"])
    add(page, video.name, video.read_bytes())
    wait_for_answer(page)
    further = page.locator(".dd-card").first.locator(".dd-more figure")
    further.nth(1).wait_for()
    first, second = boxes_of(further)[:2]
    assert first["top"] == second["top"] and first["right"] <= second["left"]


def incomplete(video: Path, out: Path) -> None:
    """Write the first 70 % of a video, with its index at the front, as an interrupted download leaves it."""
    with av.open(str(video)) as source, av.open(str(out), "w", options={"movflags": "faststart"}) as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    out.write_bytes(out.read_bytes()[: out.stat().st_size * 7 // 10])


@pytest.mark.parametrize("language", get_args(Language))
def test_on_a_phone_times_stay_on_one_line_and_every_section_shows_its_arrow(
    open_page: Opener, language: Language
) -> None:
    page = open_page(language, 375)
    example(page, 4)
    unfold(page, "report")
    page.evaluate("document.querySelectorAll('#timeline details').forEach((one) => { one.open = true; })")
    cells = page.locator("#timeline table td:visible")
    cells.first.wait_for()
    for lines in cells.evaluate_all(
        "all => all.map((one) => [...one.childNodes].flatMap((node) => {"
        "const range = document.createRange(); range.selectNodeContents(node); return [...range.getClientRects()];"
        "}).length)"
    ):
        assert lines == 1
    arrows = page.locator("button.label-wrap:visible .icon")
    assert arrows.count() > 4 and not has_sideways_scroll(page)
    right = "getBoundingClientRect().right"
    beyond = arrows.evaluate_all(f"all => all.map((one) => one.{right} - one.parentElement.{right})")
    assert max(beyond) < 8, "turned, its box is as wide as its line is high, and what lies beyond is cut off"


@pytest.mark.parametrize("width", [375, 1280])
def test_a_video_is_looked_at_closer_without_another_upload(open_page: Opener, width: int) -> None:
    page = open_page("en", width)
    example(page, 4)
    uploads: list[str] = []
    page.on("request", lambda asked: uploads.append(asked.url) if "/upload" in asked.url else None)
    expect(page.locator("#answer")).to_contain_text("3 of 96 frames")
    before = page.locator("#findings img").first.get_attribute("src")
    expect(page.locator("#again input")).to_have_value(WORDS.DEPTHS["moments"])
    page.locator("#look-closer").click()
    expect(page.locator("#answer")).to_contain_text("16 of 96 frames")
    expect(page.locator("#again input")).to_have_value(WORDS.DEPTHS["all"])
    choose(page, page.locator("#again input"), "20 frames")
    page.locator("#look-closer").click()
    expect(page.locator("#answer")).to_contain_text("20 of 96 frames")
    image = page.locator("#findings img").first
    assert image.get_attribute("src") != before
    wait_for_image(image)
    assert uploads == [] and not has_sideways_scroll(page)


@pytest.mark.parametrize("language", get_args(Language))
def test_progress_stop_and_the_time_left_stay_in_view_and_a_stop_keeps_the_result(
    open_page: Opener, examples: Path, tmp_path: Path, language: Language
) -> None:
    words, page = text.of(language), open_page(language, 375)
    add(page, SLOW_VIDEO, long_video(tmp_path, examples / "genuine.mp4"))
    wait_for_answer(page)
    answer = page.locator("#answer .dd-panel").inner_text()
    choose(page, page.locator("#again input"), words.DEPTHS["all"])
    page.locator("#look-closer").click()
    before, after = words.TIME_LEFT.split("{time}")
    expect(page.locator("#progress")).to_contain_text((before or after).strip())
    for place in ("0", "document.documentElement.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        expect(page.locator("#cancel")).to_be_in_viewport(ratio=1)
        expect(page.locator("#progress")).to_be_in_viewport()
    page.locator("#cancel").click()
    expect(page.locator("#result")).to_be_visible()
    assert page.locator("#answer .dd-panel").inner_text() == answer, "the result so far stays"


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("width", [375, 1280])
def test_where_it_comes_from_stands_on_the_page(open_page: Opener, language: Language, width: int) -> None:
    words, page = text.of(language), open_page(language, width)
    example(page, 4)
    unfold(page, "where")
    part = page.locator("#origin")
    for said in (
        words.SEARCH_TITLE,
        words.SAYS_TITLE,
        words.CREDENTIALS["absent"],
        words.TAGS["software"],
        "h264",
    ):
        expect(part).to_contain_text(said)
    links = part.locator(".dd-searches a")
    assert [link.get_attribute("href") for link in links.all()] == list(SEARCHES.values())
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}
    frame = part.locator(".dd-sheet img").first
    wait_for_image(frame)
    with page.expect_download() as download:
        part.get_by_role("link", name=words.FRAME_SAVE).first.click()
    with Image.open(download.value.path()) as image:
        assert image.format == "JPEG" and image.size == (384, 384) and not image.getexif()
    part.get_by_role("button", name=words.FRAME_COPY).first.click()
    expect(part.locator("[role=status]")).to_have_text(words.FRAME_COPIED)
    size = page.evaluate(
        "async () => { const [item] = await navigator.clipboard.read();"
        " const image = await createImageBitmap(await item.getType('image/png')); return image.width; }"
    )
    assert size == 384 and not has_sideways_scroll(page)


def test_what_a_file_says_of_itself_is_shown_to_its_visitor_and_turns_nothing(
    open_page: Opener, examples: Path
) -> None:
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail(f"the tag ran: {dialog.message}"))
    hostile = "<img src=x onerror=alert(1)>${alert(2)}{{value}}"
    with Image.open(examples / "no-face.jpg") as image:
        exif, out = image.getexif(), io.BytesIO()
        exif[0x010F], exif[0x0131] = "Some Camera", hostile
        exif[0x8825] = {1: "N", 2: (28.0, 36.0, 50.0), 3: "E", 4: (77.0, 12.0, 32.0)}
        image.save(out, "JPEG", exif=exif)
    add(page, "holiday.jpg", out.getvalue())
    wait_for_answer(page)
    unfold(page, "where")
    for said in ("Some Camera", hostile, "28.61389, 77.20889"):
        expect(page.locator("#origin .dd-facts").first).to_contain_text(said)


def test_a_click_on_the_graph_says_so_in_the_pages_own_words(open_page: Opener) -> None:
    page = open_page("hi")
    example(page, 4)
    page.evaluate(
        "window.said = []; new MutationObserver(() => window.said.push(document.body.innerText + "
        "(document.querySelector('#moment').dataset.waiting ?? '')))"
        ".observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })"
    )
    page.locator(".dd-plot").first.click()
    page.locator("#moment img").wait_for()
    assert [said for said in page.evaluate("window.said") if text.of("hi").MOMENT_WAITING in said]
    expect(page.locator("#moment")).not_to_have_attribute("data-waiting", re.compile("."))
    assert not [said for said in page.evaluate("window.said") if "processing" in said]


@pytest.mark.parametrize("language", get_args(Language))
def test_a_screen_reader_is_told_words_and_no_keys(open_page: Opener, language: Language) -> None:
    page = open_page(language)
    page.evaluate(
        """window.heard = []; setInterval(() => {
            for (const region of document.querySelectorAll('[aria-live], [role=status], [role=alert]'))
                if (region.textContent) window.heard.push(region.textContent);
        }, 20)"""
    )
    example(page, 4)
    unfold(page, "maps")
    page.locator("#check-maps").click()
    expect(page.locator("#maps-note")).to_contain_text(text.of(language).MAPS_CHECKED)
    words = {"en": "Done", "hi": "पूरा हुआ"}[language]
    page.wait_for_function("words => window.heard.some((said) => said.includes(words))", arg=words)
    keys = [
        said for said in page.evaluate("window.heard") if re.search(r"\b(common|status|upload)\.[a-z_]+", said)
    ]
    assert keys == []
