"""The page as a visitor meets it, in a real Chromium."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import av
import httpx
import numpy as np
import pytest
from browser_helpers import (
    BROWSER,
    FLAGS,
    PATIENCE_MS,
    SLOW_VIDEO,
    add,
    choose,
    has_sideways_scroll,
    long_video,
    unfold,
    wait_for_answer,
    wait_for_image,
)
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, Route, expect
from wait_helpers import files_below, wait_until
from words_helper import WORDS

from reporting import verify_package
from reporting.text import results as result_text
from ui import text
from ui.check.scheduler import CHECKS_AT_ONCE
from ui.security.rate_limit import MAX_WAITING

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]


@pytest.fixture(params=[1280], ids=lambda width: f"{width}px")
def page(browser: Browser, server: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor's page. In the end it must have asked no other host, and had no error in its console."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 800},
        reduced_motion="reduce",
        accept_downloads=True,
        locale="en-GB",
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


def try_example(page: Page, name: str) -> None:
    page.get_by_role("button", name=WORDS.EXAMPLES[name], exact=True).click()


@pytest.mark.parametrize("page", [375, 1280], indirect=True)
def test_an_example_gets_a_verdict_with_images(page: Page) -> None:
    assert not has_sideways_scroll(page)
    try_example(page, "manipulated.jpg")
    answer = wait_for_answer(page)
    assert any(result_text.headline(outcome, "en") in answer for outcome in ("fake", "real", "inconclusive"))
    page.get_by_text(WORDS.FRAMES_TITLE["image"]).click()
    images = page.locator("#findings img")
    expect(images).to_have_count(3)
    for image in [*images.all(), page.locator("#answer img")]:
        assert image.get_attribute("alt")
        wait_for_image(image)
    unfold(page, "where", "maps", "report")
    page.get_by_text(WORDS.FORM_TITLE).click()
    page.locator("#findings summary").first.click()
    assert not has_sideways_scroll(page)
    levels = [int(tag[1]) for tag in page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(h => h.tagName)")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_video_tells_when_its_faces_are_seen(page: Page) -> None:
    try_example(page, "genuine.mp4")
    assert "genuine.mp4" in wait_for_answer(page)
    expect(page.locator("#findings .dd-card").first).to_contain_text("frames that were looked at")


def test_no_face_is_a_screen_and_no_error(page: Page) -> None:
    try_example(page, "no-face.jpg")
    assert result_text.headline("no_face", "en") in wait_for_answer(page)
    expect(page.locator("#answer [role=alert]")).to_have_count(0)
    expect(page.locator("#answer img")).to_be_visible()
    page.locator("#steps summary").click()
    expect(page.locator("#steps li").first).to_be_visible()


def test_a_broken_file_is_told_plainly_and_the_next_one_works(page: Page, examples: Path) -> None:
    content = (examples / "no-face.jpg").read_bytes()
    for name in ("first.jpg", "second.jpg"):
        add(page, name, content[:300])
        alert = page.locator("#answer [role=alert]", has_text=name)
        alert.wait_for()
        expect(alert).to_contain_text(WORDS.TROUBLES["broken"]["title"])
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
    unfold(page, "report")
    page.get_by_text(WORDS.FORM_TITLE).click()
    page.get_by_label(WORDS.FORM_PLATFORM).fill("Some platform")
    page.get_by_label(WORDS.FORM_LINKS).fill("https://example.org/one\nhttps://example.org/two")
    page.get_by_label(WORDS.FORM_SEEN_AT).fill("2026-03-05T21:30")
    page.get_by_label(WORDS.FORM_ORIGINAL).check()
    page.get_by_label(WORDS.KINDS["other"]).check()
    page.locator("#prepare").click()
    page.locator("#download").wait_for()
    with page.expect_download() as download:
        page.locator("#download").click()
    package = tmp_path / download.value.suggested_filename
    download.value.save_as(package)

    digest = hashlib.sha256(original.read_bytes()).hexdigest()
    assert re.fullmatch(rf"DFD-\d{{8}}-{digest[:8]}\.zip", package.name)
    assert "original/genuine.jpg" in verify_package(package).files
    with zipfile.ZipFile(package) as archive:
        draft = archive.read("2_complaint_copy_paste.txt").decode()
    for words in ("Some platform", "https://example.org/two", "05-03-2026 at about 21:30 IST"):
        assert words in draft

    unfold(page, "told")
    page.get_by_label(WORDS.FORM_HANDLE).fill("@somebody")
    expect(page.locator("#download")).not_to_be_visible()


def test_the_portal_is_a_link_that_says_where_it_leads(page: Page) -> None:
    try_example(page, "no-face.jpg")
    wait_for_answer(page)
    page.get_by_role("link", name=WORDS.JUMP_REPORT).click()  # unfolds the part
    page.get_by_label(WORDS.KINDS["other"]).check()
    page.locator("#what-happened textarea").fill("It shows me.")
    page.locator("#prepare").click()
    link = page.get_by_role("link", name=WORDS.PORTAL_BUTTON)
    expect(link).to_have_attribute("href", "https://cybercrime.gov.in/")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator("#portal")).to_contain_text("https://cybercrime.gov.in/ (type it yourself")


def test_the_keyboard_is_enough(page: Page) -> None:
    page.get_by_role("button", name=WORDS.EXAMPLES["no-face.jpg"], exact=True).focus()
    page.keyboard.press("Enter")
    wait_for_answer(page)
    page.locator("#about summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#about .dd-facts")).to_be_visible()


def nearest_frame(page: Page, clip: Path) -> int:
    """Which frame of a video the moment's image shows, judged by the part below the face."""
    source = page.locator("#moment img").get_attribute("src") or ""
    with Image.open(io.BytesIO(page.request.get(urljoin(page.url, source)).body())) as image:
        shown = np.asarray(image.convert("RGB")).astype(int)
    with av.open(str(clip)) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    apart = slice(250, None)
    return min(range(len(frames)), key=lambda index: float(np.abs(frames[index] - shown)[apart].mean()))


def judge_video(page: Page, depth: str, name: str) -> None:
    page.get_by_text(WORDS.DEPTH_TITLE).click()
    choose(page, page.get_by_label(WORDS.DEPTH_LABEL), depth)
    try_example(page, name)
    wait_for_answer(page)


@pytest.mark.parametrize("page", [375, 1280], indirect=True)
def test_a_click_on_the_timeline_shows_another_frame(page: Page, examples: Path) -> None:
    judge_video(page, "20 frames", "manipulated.mp4")
    expect(page.locator("#findings")).to_contain_text("20 of 20 frames that were looked at")
    if page.viewport_size and page.viewport_size["width"] < 560:
        page.get_by_text(WORDS.TIMELINE_TITLE).click()
    plot, shown = page.locator(".dd-plot").first, []
    area = plot.bounding_box()
    assert area is not None
    for share in (0.1, 0.9):
        before = page.locator("#moment img").get_attribute("src") if shown else None
        plot.click(position={"x": share * area["width"], "y": area["height"] / 2})
        page.wait_for_function(
            "before => { const i = document.querySelector('#moment img');"
            " return i && i.getAttribute('src') !== before && i.complete && i.naturalWidth > 0; }",
            arg=before,
        )
        shown.append(nearest_frame(page, examples / "manipulated.mp4"))
    assert shown[0] == pytest.approx(0.1 * 96, abs=4) and shown[1] == pytest.approx(0.9 * 96, abs=4)
    assert not has_sideways_scroll(page)


def test_the_timeline_needs_no_mouse(page: Page) -> None:
    judge_video(page, "10 frames", "genuine.mp4")
    slider = page.get_by_role("slider", name="Face 1: moment to show")
    slider.focus()
    page.keyboard.press("Enter")
    caption = page.locator("#moment figcaption")
    expect(caption).to_contain_text("Face 1 at 0:0")
    page.keyboard.press("End")
    expect(caption).to_contain_text("Face 1 at 0:03.")
    page.keyboard.press("Home")
    expect(caption).to_contain_text("Face 1 at 0:00.")
    assert (slider.get_attribute("aria-valuetext") or "").startswith("0:00.")
    first = caption.inner_text()
    page.keyboard.press("ArrowRight")
    expect(caption).not_to_have_text(first)
    page.locator("#timeline figure summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#timeline table tbody tr").first).to_be_visible()


@pytest.mark.parametrize("by_keyboard", [False, True], ids=["click", "keyboard"])
def test_a_check_is_stopped_and_the_next_file_is_judged(
    page: Page, server: Any, examples: Path, tmp_path: Path, by_keyboard: bool
) -> None:
    page.get_by_text(WORDS.DEPTH_TITLE).click()
    choose(page, page.get_by_label(WORDS.DEPTH_LABEL), WORDS.DEPTHS["all"])
    add(page, SLOW_VIDEO, long_video(tmp_path, examples / "genuine.mp4"))
    expect(page.locator("#progress")).to_contain_text("Looking at frame")
    assert list(files_below(server.folder, SLOW_VIDEO))
    if by_keyboard:
        page.get_by_role("button", name=WORDS.CANCEL).focus()
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name=WORDS.CANCEL).click()
    expect(page.locator("#answer")).to_contain_text(WORDS.STOPPED_TITLE)
    expect(page.locator("#cancel")).not_to_be_visible()
    expect(page.locator("#answer [role=status]")).to_be_focused()
    assert not list(files_below(server.folder, SLOW_VIDEO))
    try_example(page, "no-face.jpg")
    page.locator("#answer .dd-no_face:not(.dd-stopped)", has_text="no-face.jpg").wait_for()
    assert WORDS.STOPPED_TITLE not in page.locator("#answer").inner_text()


def test_an_image_is_judged_between_the_frames_of_another_visitors_video(
    page: Page, browser: Browser, server: Any, examples: Path, tmp_path: Path
) -> None:
    page.get_by_text(WORDS.DEPTH_TITLE).click()
    choose(page, page.get_by_label(WORDS.DEPTH_LABEL), WORDS.DEPTHS["all"])
    add(page, SLOW_VIDEO, long_video(tmp_path, examples / "genuine.mp4"))
    expect(page.locator("#progress")).to_contain_text("Looking at frame")
    context = browser.new_context(viewport={"width": 375, "height": 800})
    other = context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    other.goto(server.url)
    other.locator("#upload input[type=file]").wait_for(state="attached")
    add(other, "mine.jpg", (examples / "no-face.jpg").read_bytes())
    assert "mine.jpg" in wait_for_answer(other)
    expect(page.locator("#progress")).to_contain_text("Looking at frame")
    page.get_by_role("button", name=WORDS.CANCEL).click()
    context.close()


def test_a_full_line_says_how_many_are_before(
    page: Page, browser: Browser, server: Any, examples: Path, tmp_path: Path, film: Callable[..., Path]
) -> None:
    """Videos wait for the video before them; images would be judged between its frames."""
    page.get_by_text(WORDS.DEPTH_TITLE).click()
    choose(page, page.get_by_label(WORDS.DEPTH_LABEL), WORDS.DEPTHS["all"])
    add(page, SLOW_VIDEO, long_video(tmp_path, examples / "genuine.mp4"))
    expect(page.locator("#progress")).to_contain_text("Looking at frame", timeout=PATIENCE_MS)
    short = film("short.mp4", [np.zeros((64, 64, 3), np.uint8)] * 2, 25).read_bytes()
    events = []
    for _ in range(CHECKS_AT_ONCE - 1 + MAX_WAITING):
        (path,) = httpx.post(
            f"{server.url}gradio_api/upload", files={"files": ("a.mp4", short)}, timeout=60
        ).json()
        given = {"data": [{"path": path, "orig_name": "a.mp4", "meta": {"_type": "gradio.FileData"}}]}
        asked = httpx.post(f"{server.url}gradio_api/call/analyze", json=given, timeout=60)
        events.append(asked.raise_for_status().json()["event_id"])
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="hi-IN")
    other = context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    other.goto(server.url)
    expect(other.locator("#name h1")).to_have_text(text.of("hi").TITLE)
    add(other, "refused.jpg", (examples / "no-face.jpg").read_bytes())
    busy = text.of("hi").TROUBLES["busy"]
    alert = other.locator("#answer [role=alert]", has_text=busy["title"])
    alert.wait_for()
    expect(alert).to_contain_text(busy["message"].format(waiting=MAX_WAITING))
    expect(other.locator("#cancel")).not_to_be_visible()
    expect(other.locator(".toast-body")).not_to_be_visible()
    assert not list(files_below(server.folder, "refused.jpg"))
    page.get_by_role("button", name=WORDS.CANCEL).click()
    for event in events:  # the line is empty for the next test
        told = httpx.get(f"{server.url}gradio_api/call/analyze/{event}", timeout=PATIENCE_MS / 1000)
        assert "no_face" in told.text
    context.close()


def test_an_annotated_copy_downloads_and_plays(page: Page, tmp_path: Path) -> None:
    try_example(page, "manipulated.mp4")
    wait_for_answer(page)
    unfold(page, "copy")
    page.locator("#copy-make").click()
    page.locator("#copy-download").wait_for()
    expect(page.locator("#copy-stop")).not_to_be_visible()
    with page.expect_download() as download:
        page.locator("#copy-download").click()
    copy = tmp_path / download.value.suggested_filename
    download.value.save_as(copy)
    assert copy.name == "manipulated-annotated.mp4"
    with av.open(str(copy)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in container.decode(video=0)) == 96
    try_example(page, "manipulated.jpg")
    page.locator("#answer", has_text="manipulated.jpg").wait_for()
    wait_for_answer(page)
    expect(page.locator("#copy-make")).not_to_be_visible()


@pytest.fixture(scope="module")
def camera_browser(
    playwright: Playwright, examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Another browser, whose camera shows the face of the genuine video for four seconds, then none for two."""
    shown = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    with av.open(str(examples / "genuine.mp4")) as container, shown.open("wb") as file:
        for frame in [*container.decode(video=0), *[None] * 48]:
            image = Image.new("RGB", (640, 480), "grey")
            if frame is not None:
                image.paste(frame.to_image(), (128, 48))
            image.save(file, "JPEG")
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = playwright.chromium.launch(
        executable_path=BROWSER, args=[*FLAGS, *flags, f"--use-file-for-fake-video-capture={shown}"]
    )
    yield browser
    browser.close()


@pytest.fixture
def camera_page(camera_browser: Browser, server: Any) -> Iterator[Page]:
    context = camera_browser.new_context(
        viewport={"width": 375, "height": 800}, permissions=["camera"], locale="en-GB"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(
        "window.asked = 0; const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = (wish) => { window.asked += 1; return real(wish); };"
    )
    page.goto(server.url)
    page.get_by_role("tab", name=WORDS.CAMERA_TAB).click()
    page.get_by_role("button", name=WORDS.CAMERA_START).wait_for()
    yield page
    context.close()


def test_the_camera_is_judged_as_it_runs_and_nothing_is_stored(camera_page: Page, server: Any) -> None:
    page, before = camera_page, {path for path in files_below(server.folder) if path.is_file()}
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name=WORDS.CAMERA_START).click()
    answer = page.locator("#camera-answer")
    expect(answer).to_contain_text("this face")
    assert page.evaluate("window.asked") == 1
    box = page.locator(".dd-camera-box")
    expect(box.first).to_be_visible()
    expect(box.first).to_have_text(re.compile("manipulation|Inconclusive"))
    expect(answer).to_contain_text(result_text.no_face_in_view("en"))
    expect(box).to_have_count(0)
    expect(box).to_have_count(1)
    rate = page.locator("[data-rate]").first.get_attribute("data-rate")
    print(f"camera: {rate} frames a second")
    assert not has_sideways_scroll(page)
    assert {path for path in files_below(server.folder) if path.is_file()} <= before  # earlier visits may end
    page.get_by_role("button", name=WORDS.CAMERA_STOP).click()
    expect(page.locator(".dd-camera-said")).to_contain_text(WORDS.CAMERA_STOPPED)
    expect(answer).not_to_contain_text("this face")
    expect(page.get_by_role("button", name=WORDS.CAMERA_START)).to_be_focused()
    expect(page.locator(".dd-camera-stage")).not_to_be_visible()


def test_an_answer_that_comes_after_the_stop_is_never_seen(camera_page: Page) -> None:
    """The server had sent it before the stop; it was slow on its way."""
    page, held = camera_page, []

    def hold(route: Route) -> None:
        if "data:image/jpeg" in (route.request.post_data or "") and not held:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.get_by_role("button", name=WORDS.CAMERA_START).click()
    answer = page.locator("#camera-answer")
    expect(answer).to_contain_text("this face")
    page.route("**/gradio_api/run/predict**", hold)
    with page.expect_request(lambda request: "data:image/jpeg" in (request.post_data or "")):
        pass
    while not held:
        page.wait_for_timeout(50)  # lets the handler run
    page.get_by_role("button", name=WORDS.CAMERA_STOP).click()
    expect(page.locator(".dd-camera-said")).to_contain_text(WORDS.CAMERA_STOPPED)
    expect(answer).to_be_hidden()
    (route, response), *_ = held
    with page.expect_event("requestfinished", lambda request: request == route.request):
        route.fulfill(response=response)
    expect(answer).to_be_hidden()
    page.get_by_role("button", name=WORDS.CAMERA_START).click()
    expect(answer).to_be_visible()


def test_the_camera_ends_when_its_section_is_left(camera_page: Page) -> None:
    page = camera_page
    page.get_by_role("button", name=WORDS.CAMERA_START).click()
    expect(page.locator("#camera-answer p").first).to_be_visible()
    page.evaluate("window.tracks = document.querySelector('.dd-camera-video').srcObject.getTracks()")
    page.get_by_role("tab", name=WORDS.FILE_TAB).click()
    page.wait_for_function("window.tracks.every((track) => track.readyState === 'ended')")


def test_the_camera_goes_on_in_another_language(camera_page: Page) -> None:
    page, hindi = camera_page, text.of("hi")
    page.get_by_role("button", name=WORDS.CAMERA_START).click()
    answer = page.locator("#camera-answer")
    expect(answer).to_contain_text("face")
    page.evaluate("window.tracks = document.querySelector('.dd-camera-video').srcObject.getTracks()")
    for language, words, face in (("hi", hindi, "चेहरे"), ("en", WORDS, "face")):
        page.locator(f"#language button[lang={language}]").click()
        expect(page.get_by_role("button", name=words.CAMERA_STOP)).to_be_visible()
        expect(page.get_by_role("button", name=words.CAMERA_START)).not_to_be_visible()
        expect(answer).to_contain_text(face)
        expect(page.locator(".dd-camera-box")).to_have_text(re.compile(r"^\D+$"))
        page.wait_for_function("document.querySelector('.dd-camera-video').currentTime > 0.5")
    assert page.evaluate("window.asked") == 1
    page.get_by_role("button", name=WORDS.CAMERA_STOP).click()
    expect(page.locator(".dd-camera-said")).to_contain_text(WORDS.CAMERA_STOPPED)
    page.wait_for_function("window.tracks.every((track) => track.readyState === 'ended')")


def test_one_press_deletes_everything(page: Page, server: Any, examples: Path) -> None:
    add(page, "erase-me.jpg", (examples / "no-face.jpg").read_bytes())
    wait_for_answer(page)
    (folder,) = [path.parent.parent for path in files_below(server.folder, "erase-me.jpg")]
    page.locator("#erase").click()
    expect(page.locator("#answer")).to_contain_text(WORDS.FILES_ERASED)
    assert not folder.exists()


def test_closing_the_page_before_there_is_a_result_deletes_the_file(
    browser: Browser, server: Any, examples: Path, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url)
    page.get_by_text(WORDS.DEPTH_TITLE).click()
    choose(page, page.get_by_label(WORDS.DEPTH_LABEL), WORDS.DEPTHS["all"])
    add(page, SLOW_VIDEO, long_video(tmp_path, examples / "genuine.mp4"))
    expect(page.locator("#progress")).to_contain_text("Looking at frame")
    assert files_below(server.folder, SLOW_VIDEO)
    context.close()
    wait_until(lambda: not files_below(server.folder, SLOW_VIDEO))
