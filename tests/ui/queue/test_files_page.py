"""Many files as a visitor brings them, in a real Chromium: dropped, chosen, pasted, judged, compared, exported."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_helpers import (
    BROWSER,
    PATIENCE_MS,
    add,
    barriers,
    boxes_of,
    has_sideways_scroll,
    wait_for_answer,
    wait_for_image,
)
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from report_facts import read_pages
from wait_helpers import files_below
from words_helper import WORDS

from reporting.text import results as result_text
from reporting.text.results import Language
from ui import text

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]
Opener = Callable[..., Page]
HOSTILE = "<img src=x onerror=alert(1)>=1.jpg"
DROP = """([selector, files]) => {
    const data = new DataTransfer();
    for (const { name, content } of files) {
        data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name));
    }
    document.querySelector(selector).dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
}"""
PASTE = """([name, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name,
        { type: 'image/png' }));
    const options = { bubbles: true, cancelable: true, clipboardData: data };
    document.body.dispatchEvent(new ClipboardEvent('paste', options));
}"""


@pytest.fixture
def open_page(browser: Browser, server: Any) -> Iterator[Opener]:
    """Opens the page as a visitor of a language and a width."""
    contexts = []

    def visit(language: Language = "en", width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
            locale="hi-IN" if language == "hi" else "en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("dialog", lambda dialog: pytest.fail(f"a name ran: {dialog.message}"))
        page.goto(server.url)
        page.locator("#upload input[type=file][multiple]").wait_for(state="attached")
        expect(page.locator("#name h1")).to_have_text(text.of(language).TITLE)
        return page

    yield visit
    for context in contexts:
        context.close()


def payload(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def bring(page: Page, *files: tuple[str, bytes]) -> None:
    """Choose several files at once in the drop zone."""
    page.locator("#upload input[type=file]").set_input_files([payload(*file) for file in files])


def judged(page: Page, count: int) -> None:
    """Wait until so many rows have their answer, whatever it is, for as long as one more is answered each time."""
    answered = "#files tr.dd-is-done, #files tr.dd-is-failed"
    while (before := page.locator(answered).count()) < count:
        page.wait_for_function(
            "([rows, before]) => document.querySelectorAll(rows).length > before", arg=[answered, before]
        )
    expect(page.locator(answered)).to_have_count(count)
    expect(page.locator("#files tbody tr")).to_have_count(count)


def names(page: Page) -> list[str]:
    return page.locator("#files tbody bdi").all_inner_texts()


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_a_file_larger_than_the_page_takes_is_not_sent_and_that_is_said(
    open_page: Opener, examples: Path, language: Language, way: str
) -> None:
    page = open_page(language, 375)
    content = (examples / "no-face.jpg").read_bytes()
    most = page.locator("[data-most]")
    assert most.get_attribute("data-most") == str(200 * 2**20)
    most.evaluate("one => { one.dataset.most = 1000; }")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "upload" in request.url else None)
    if way == "chosen":
        add(page, "large.mp4", content)
    else:
        file = {"name": "large.mp4", "content": base64.b64encode(content).decode()}
        page.evaluate(DROP, ["#upload button", [file]])
    trouble = text.of(language).TROUBLES["too_large"]
    expect(page.locator("#answer")).to_contain_text(trouble["title"])
    expect(page.locator("#answer")).to_contain_text(trouble["message"].format(limit_mb=200))
    expect(page.locator("#answer")).to_contain_text("large.mp4 has 0 MB, more than the 200 MB")
    assert sent == [] and page.locator("#files table").count() == 0
    most.evaluate("one => { one.dataset.most = 10000000; }")
    add(page, "small.jpg", content)
    page.locator("#answer .dd-panel:not(.dd-checking)", has_text="small.jpg").wait_for()


@pytest.fixture
def mixed(examples: Path) -> list[tuple[str, bytes]]:
    return [
        (HOSTILE, (examples / "manipulated.jpg").read_bytes()),
        ("b.jpg", (examples / "genuine.jpg").read_bytes()),
        ("c.mp4", (examples / "manipulated.mp4").read_bytes()),
        ("d.jpg", b"\xff\xd8\xff\xe0 broken"),
        ("e.jpg", (examples / "no-face.jpg").read_bytes()),
    ]


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("hi", 375)])
def test_several_files_are_judged_sorted_filtered_marked_and_opened(
    open_page: Opener, mixed: list[tuple[str, bytes]], language: Language, width: int
) -> None:
    page, words = open_page(language, width), text.of(language)
    assert barriers(page) == [] and not has_sideways_scroll(page)
    bring(page, *mixed)
    judged(page, 5)
    expect(page.locator("#files [role=status]")).to_have_text(words.FILES_DONE.format(done=5, all=5))
    assert names(page) == [name for name, _ in mixed]
    expect(page.locator("#depth")).to_be_visible(visible=width > 560)  # a phone keeps the field for more files
    rows = page.locator("#files tbody tr")
    for row, said in zip(
        rows.all(),
        (
            result_text.headline("fake", language),
            result_text.headline("real", language),
            result_text.headline("fake", language),
            words.TROUBLES["broken"]["title"],
            result_text.headline("no_face", language),
        ),
        strict=True,
    ):
        expect(row.locator("[data-cell=result]")).to_have_text(said)
    expect(rows.nth(2).locator("[data-cell=where]")).to_have_text(re.compile(r"^0:0\d\.\d\u20130:0\d\.\d$"))
    expect(rows.nth(2).locator("[data-cell=length]")).to_have_text(re.compile(r"^0:0[34]\.\d$"))
    expect(rows.nth(0).locator("[data-cell=where]")).to_have_text(words.FACE_NAME.format(number=1))
    for image in page.locator("#files tbody img:visible").all():
        wait_for_image(image)
    assert barriers(page) == [] and not has_sideways_scroll(page)
    box = "e => { const box = e.getBoundingClientRect(); return [box.left, box.right]; }"
    room, table = (page.locator(f"#files {place}").evaluate(box) for place in (".dd-list", "table"))
    assert room[0] - 1 <= table[0] and table[1] <= room[1] + 1, "the table stays within the page's column"
    for choice in page.locator("#files select:visible").all():
        assert choice.evaluate("e => getComputedStyle(e).appearance") == "auto", "the arrow shows that it opens"

    page.locator("[data-column=result] button").click()
    assert names(page)[-1] == "d.jpg" and {*names(page)[:2]} == {HOSTILE, "c.mp4"}
    expect(page.locator("[data-column=result]")).to_have_attribute("aria-sort", "descending")
    page.locator("[data-column=name] button").click()
    assert names(page) == sorted((name for name, _ in mixed), key=str.lower)
    page.locator("#files .dd-tools select").first.select_option("fake")
    assert sorted(names(page)) == [HOSTILE, "c.mp4"]
    page.locator("#files .dd-tools select").first.select_option("")
    page.locator("#files input[type=search]").fill("B.JP")
    assert names(page) == ["b.jpg"]
    page.locator("#files input[type=search]").fill("nothing like it")
    expect(page.locator("#files [data-part=none]")).to_be_visible()
    page.locator("#files input[type=search]").fill("")

    page.locator("#files .dd-open").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.querySelector('bdi').textContent") == "b.jpg"
    page.keyboard.press("3")
    expect(page.locator("tr", has_text="b.jpg").locator("td select")).to_have_value("3")
    assert page.evaluate("document.activeElement.querySelector('bdi').textContent") == "b.jpg"
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("b.jpg")
    expect(page.locator("#answer h2")).to_contain_text(result_text.headline("real", language))
    expect(page.locator("#findings img").first).to_be_attached()
    expect(page.locator("tr[data-opened] bdi")).to_have_text("b.jpg")
    page.locator(".dd-open", has_text="d.jpg").click()
    expect(page.locator("#answer [role=alert]")).to_contain_text(words.TROUBLES["broken"]["title"])
    expect(page.locator("#result")).not_to_be_visible()

    for name in (HOSTILE, "b.jpg"):
        page.locator("tr", has_text=name).locator("input[type=checkbox]").check()
    page.locator("[data-part=compare]").click()
    compared = page.locator("#compared")
    expect(compared).to_contain_text(words.COMPARED_TITLE)
    first, second = boxes_of(compared.locator("thead th"))
    assert first["top"] == second["top"], "side by side"
    assert barriers(page) == [] and not has_sideways_scroll(page)
    compared.locator("[data-close]").click()
    expect(compared.locator("table")).to_have_count(0)
    page.locator("tr", has_text="d.jpg").locator(".dd-remove").click()
    expect(page.locator("#files tbody tr")).to_have_count(4)
    page.locator("[data-part=clear]").click()
    expect(page.locator("#files table")).to_have_count(0)
    expect(page.locator("#answer")).to_contain_text(words.FILES_ERASED)


def test_results_are_saved_without_a_package(
    open_page: Opener, mixed: list[tuple[str, bytes]], tmp_path: Path, server: Any
) -> None:
    page, packages = open_page(), set(files_below(server.folder, "DFD-*.zip"))
    bring(page, *mixed)
    judged(page, 5)
    page.locator("#files .dd-tools select").first.select_option("fake")
    saved = {}
    for kind in ("csv", "json", "pdf"):
        with page.expect_download() as download:
            page.locator(f"[data-kind={kind}]").click()
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    lines = list(csv.DictReader(io.StringIO(saved["csv"].read_text(encoding="utf-8-sig"))))
    assert [line["file"] for line in lines] == [HOSTILE, "c.mp4"], "what is shown, in its order"
    assert [entry["verdict"]["outcome"] for entry in json.loads(saved["json"].read_text())] == ["fake", "fake"]
    with zipfile.ZipFile(saved["pdf"]) as archive:
        assert [len(read_pages(archive.read(name))) for name in archive.namelist()] == [1, 1]
    assert set(files_below(server.folder, "DFD-*.zip")) <= packages  # those of other visits


def test_two_files_dropped_together_are_both_judged(open_page: Opener, examples: Path) -> None:
    page = open_page()
    contents = {name: (examples / name).read_bytes() for name in ("genuine.jpg", "no-face.jpg")}
    files = [{"name": name, "content": base64.b64encode(content).decode()} for name, content in contents.items()]
    page.evaluate(DROP, ["#upload button", files])
    judged(page, 2)
    assert names(page) == list(contents)
    page.evaluate(DROP, ["#upload button", files[:1]])
    judged(page, 3)


def test_a_file_that_is_too_large_has_a_row_that_says_so(open_page: Opener, examples: Path) -> None:
    page = open_page()
    page.evaluate(
        """() => window.dispatchEvent(new CustomEvent('dd-files', { detail: [
            new File([new Uint8Array(201 * 2 ** 20)], 'huge.mp4'), new File(['no image'], 'small.txt')] }))"""
    )
    judged(page, 2)
    assert names(page) == ["huge.mp4", "small.txt"]
    expect(page.locator("tr", has_text="huge.mp4")).to_contain_text(WORDS.TROUBLES["too_large"]["title"])


def test_a_file_added_while_another_is_checked_joins_it_in_a_list(open_page: Opener, examples: Path) -> None:
    page = open_page()
    add(page, "first.mp4", (examples / "manipulated.mp4").read_bytes())
    page.locator("#cancel").wait_for()
    files = [{"name": "second.jpg", "content": base64.b64encode((examples / "no-face.jpg").read_bytes()).decode()}]
    page.evaluate(DROP, ["#upload", files])
    judged(page, 2)
    assert names(page) == ["first.mp4", "second.jpg"]


def test_an_image_is_pasted_and_judged(open_page: Opener, examples: Path) -> None:
    page = open_page()
    buffer = io.BytesIO()
    Image.open(examples / "no-face.jpg").save(buffer, "PNG")
    page.evaluate(PASTE, ["image.png", base64.b64encode(buffer.getvalue()).decode()])
    page.locator("#answer .dd-no_face").wait_for()
    assert re.search(r"pasted-\d{14}\.png", page.locator("#answer").inner_text())


def test_a_folder_is_taken_with_what_lies_deeper_and_without_what_is_hidden(
    open_page: Opener, examples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "holiday"
    (folder / "deeper").mkdir(parents=True)
    for name in ("one.jpg", "deeper/two.jpg", ".DS_Store", "Thumbs.db"):
        (folder / name).write_bytes((examples / "no-face.jpg").read_bytes())
    page = open_page()
    page.locator("#pick input[name=folder]").set_input_files(folder)
    judged(page, 2)
    assert sorted(names(page)) == ["one.jpg", "two.jpg"]


def test_a_phone_offers_its_camera_and_what_can_be_judged(open_page: Opener, examples: Path) -> None:
    page = open_page("en", 375)
    field = page.locator("#upload input[type=file]")
    assert (field.get_attribute("accept") or "").startswith("image/*,video/*,")
    for name, accept in (("photo", "image/*"), ("video", "video/*")):
        camera = page.locator(f"#pick input[name={name}]")
        assert (camera.get_attribute("accept"), camera.get_attribute("capture")) == (accept, "environment")
    page.locator("#pick input[name=photo]").set_input_files(
        payload("shot.jpg", (examples / "no-face.jpg").read_bytes())
    )
    assert "shot.jpg" in wait_for_answer(page)
    expect(page.locator("#files table")).to_have_count(0)


def test_a_reload_finds_the_result_the_list_and_the_marks_and_a_new_tab_does_not(
    open_page: Opener, examples: Path
) -> None:
    page = open_page()
    add(page, "mine.jpg", (examples / "no-face.jpg").read_bytes())
    wait_for_answer(page)
    page.reload()
    page.locator("#answer .dd-no_face").wait_for()
    expect(page.locator("#answer")).to_contain_text("mine.jpg")
    bring(page, *((name, (examples / name).read_bytes()) for name in ("genuine.jpg", "manipulated.jpg")))
    judged(page, 3)
    page.locator("tr", has_text="manipulated.jpg").locator("td select").select_option("2")
    page.locator(".dd-open", has_text="manipulated.jpg").click()
    expect(page.locator("#answer")).to_contain_text("manipulated.jpg")
    page.reload()
    judged(page, 3)
    expect(page.locator("tr", has_text="manipulated.jpg").locator("td select")).to_have_value("2")
    expect(page.locator("#answer")).to_contain_text("manipulated.jpg")
    page.locator("#findings img").first.scroll_into_view_if_needed()
    image = page.locator("#findings img").first.element_handle()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#upload input[type=file][multiple]").wait_for(state="attached")
    expect(other.locator("#name h1")).to_be_visible()
    expect(other.locator("#files table")).to_have_count(0)
    expect(other.locator("#answer .dd-panel")).to_have_count(0)


def test_a_list_holds_nobody_else_up(open_page: Opener, mixed: list[tuple[str, bytes]], examples: Path) -> None:
    busy, other = open_page(), open_page()
    bring(busy, *(mixed * 12))
    busy.locator("#files tr.dd-is-done").first.wait_for()
    add(other, "short.jpg", (examples / "no-face.jpg").read_bytes())
    wait_for_answer(other)
    assert busy.locator("#files tr.dd-is-waiting").count() > 0, "it came between two files of the list"
    busy.locator("[data-part=clear]").click()
    expect(busy.locator("#files table")).to_have_count(0)
    bring(busy, *mixed[:2])
    expect(busy.locator("#files tbody tr")).to_have_count(2)  # none of those that were still on their way
    judged(busy, 2)


def test_a_hundred_mixed_files_are_judged_within_bounded_memory(open_page: Opener, examples: Path) -> None:
    """Good, broken and many-faced, made from the examples. Prints what the browser needed."""
    page = open_page()
    files = hundred(examples)
    start = memory_mb(page)
    at = {0: start}
    for batch in range(0, 100, 25):
        bring(page, *files[batch : batch + 25])
        judged(page, batch + 25)
        at[batch + 25] = memory_mb(page)
    print("megabytes by files judged (script heap, whole tab):", at)
    assert page.locator("#files tr.dd-is-failed").count() == 20
    assert page.locator("#files tr.dd-is-done").count() == 80
    faces = page.locator("tr", has_text="crowd-0.jpg")
    expect(faces.locator("[data-cell=result]")).to_have_text(result_text.headline("fake", "en"))
    page.locator(".dd-open", has_text="crowd-0.jpg").click()
    expect(page.locator("#findings .dd-card")).to_have_count(4)
    assert at[100][0] - at[25][0] < 20, "the script's heap does not grow with the files"
    assert at[100][1] - start[1] < 300


def hundred(examples: Path) -> list[tuple[str, bytes]]:
    """Twenty files of each of five sorts, each other bytes."""
    crowd = np.hstack([np.asarray(Image.open(examples / name).convert("RGB")) for name in ("genuine.jpg",) * 3])
    crowd = np.hstack([crowd, np.asarray(Image.open(examples / "manipulated.jpg").convert("RGB"))])
    files = []
    for number in range(20):
        buffer = io.BytesIO()
        Image.fromarray(crowd).save(buffer, "JPEG", quality=90 - number % 5)
        files += [
            (f"good-{number}.jpg", (examples / "genuine.jpg").read_bytes() + bytes([number])),
            (f"fake-{number}.mp4", (examples / "manipulated.mp4").read_bytes()),
            (f"broken-{number}.jpg", (examples / "genuine.jpg").read_bytes()[: 300 + number]),
            (f"crowd-{number}.jpg", buffer.getvalue()),
            (f"empty-{number}.jpg", (examples / "no-face.jpg").read_bytes() + bytes([number])),
        ]
    return files


def memory_mb(page: Page) -> tuple[int, int]:
    """The script's heap after collecting, and all that the tab's process holds in memory."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    whole = page.context.browser
    assert whole is not None
    system = whole.new_browser_cdp_session()
    processes = system.send("SystemInfo.getProcessInfo")["processInfo"]
    system.detach()
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    resident = 0
    for number in renderers:
        status = Path(f"/proc/{number}/status")
        if status.exists():
            resident += int(re.findall(r"VmRSS:\s+(\d+)", status.read_text())[0])
    return round(metrics["JSHeapUsedSize"] / 2**20), round(resident / 2**10)
