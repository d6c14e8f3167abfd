"""The report as a visitor makes it, in a real Chromium: from the image to the package, and the hard stop."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urljoin

import httpx
import pytest
from browser_helpers import (
    BROWSER,
    PATIENCE_MS,
    add,
    barriers,
    choose,
    has_sideways_scroll,
    opened_elsewhere,
    tops_of,
    unfold,
    wait_for_answer,
    wait_for_image,
)
from playwright.sync_api import Browser, Page, expect
from wait_helpers import files_below
from words_helper import WORDS

from reporting import verify_package
from reporting.text.findings import finding
from reporting.text.results import Language
from ui import text
from ui.session.images import image_link

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]
HOME = "https://cybercrime.gov.in/"


@pytest.fixture(params=["en"])
def visitor(browser: Browser, server: Any, request: pytest.FixtureRequest) -> Iterator[tuple[Page, list[str]]]:
    """A visitor's page on a phone, by its language, and what it opened elsewhere; copying may be refused."""
    context = browser.new_context(
        viewport={"width": 375, "height": 800},
        reduced_motion="reduce",
        locale="hi-IN" if request.param == "hi" else "en-GB",
    )
    if request.param != "refused":
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    else:
        context.add_init_script("Clipboard.prototype.writeText = () => Promise.reject(new Error('refused'));")
    opened = opened_elsewhere(context)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url)
    page.locator("#upload input[type=file]").wait_for(state="attached")
    yield page, opened
    context.close()


def bring(page: Page, example: Path, name: str) -> None:
    add(page, name, example.read_bytes())
    assert name in wait_for_answer(page)
    unfold(page, "report")


@pytest.mark.parametrize("visitor", ["en", "hi"], indirect=True)
def test_check_look_copy_download_and_then_the_portal(
    visitor: tuple[Page, list[str]], examples: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page, opened = visitor
    language = text.language_of(request.node.callspec.params["visitor"])
    words = text.of(language)
    expect(page.locator("#name h1")).to_have_text(words.TITLE)
    bring(page, examples / "manipulated.jpg", "mine.jpg")
    page.locator("#prepare").click()
    expect(page.locator("#package-note")).to_contain_text(words.TROUBLES["no_kind"]["title"])
    page.get_by_label(words.KINDS["impersonation"]).check()
    expect(page.locator("#routes")).to_contain_text("OTHER CYBER CRIME")
    expect(page.locator("#portal a")).to_have_count(0)

    page.locator("#prepare").click()
    portal = page.locator("#portal")
    expect(portal.locator("[aria-disabled=true]")).to_be_visible()
    expect(portal).to_contain_text(finding("nothing_told").sentences(language)[0])
    expect(portal.locator("a")).to_have_count(0)
    expect(page.locator("#fields")).to_contain_text(words.FILING_MISSING)
    copy = page.get_by_role("button", name=f"{words.FILING_COPY} Additional information about the incident")
    expect(copy).to_have_count(0)
    assert barriers(page) == []

    page.locator("#fields a[href='#what-happened']").click()
    page.locator("#what-happened textarea").fill("Somebody asks my friends for money with my face.")
    page.get_by_label(words.FORM_DENIED).check()
    expect(page.locator("#download")).not_to_be_visible()
    page.locator("#prepare").click()
    expect(page.locator("#package-note")).to_contain_text(words.LOOK_TITLE)
    page.locator("#download").wait_for()
    assert opened == [], "nothing is opened before the visitor says so"
    tops = tops_of(page, ["#package-note", "#fields", "#download", "#portal"])
    assert tops == sorted(tops)
    copy.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#fields [role=status]")).to_have_text(
        words.FILING_COPIED.format(field="Additional information about the incident")
    )
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "asks my friends for money with my face" in copied and "(fill in" not in copied
    assert "did not agree" in copied and copied.isascii(), "the portal works in English"
    if language == "hi":
        expect(page.locator("#fields .dd-gloss")).to_contain_text("सहमति")
    with page.expect_download() as download:
        page.locator("#download").click()
    package = tmp_path / download.value.suggested_filename
    download.value.save_as(package)
    verify_package(package)
    with zipfile.ZipFile(package) as archive:
        assert copied in archive.read("2_complaint_copy_paste.txt").decode()
        assert "3_report_suspect.txt" not in archive.namelist()
        evidence = archive.read("5_evidence/supporting_evidence_copy_image.jpg")
    page.locator("#fields summary", has_text=words.FILING_FILES.split(" (")[0]).click()
    with page.expect_download() as download:
        page.locator("#fields .dd-saves a").first.click()
    assert download.value.suggested_filename == "supporting_evidence_copy_image.jpg"
    download.value.save_as(tmp_path / "saved.jpg")
    assert (tmp_path / "saved.jpg").read_bytes() == evidence
    assert not has_sideways_scroll(page) and barriers(page) == []

    with page.context.expect_page() as tab:
        page.locator("#portal a").click()
    assert tab.value.evaluate("window.opener") is None
    page.bring_to_front()
    assert set(opened) == {HOME}

    unfold(page, "filed-number")
    page.get_by_label(words.FILED_NUMBER).fill("31409250012345")
    page.locator("#file").click()
    expect(page.locator("#filed")).to_contain_text(words.FOLLOWUPS_TITLE)
    with page.expect_download() as download:
        page.locator("#download").click()
    download.value.save_as(package)
    with zipfile.ZipFile(package) as archive:
        assert b"31409250012345" in archive.read("7_custody_log.csv")
    unfold(page, "told")
    page.get_by_text(words.FORM_TITLE).click()
    page.get_by_label(words.FORM_HARM).fill("so much")
    expect(page.locator("#download")).not_to_be_visible()
    expect(page.locator("#filing")).not_to_be_visible()


@pytest.mark.parametrize("kind", ["impersonation", "fraud_money_lost"])
@pytest.mark.parametrize("language", get_args(Language))
def test_on_a_phone_a_prepared_package_shows_the_next_step_and_collapses_the_rest(
    phone_browser: Browser, server: Any, language: Language, kind: str
) -> None:
    words = text.of(language)
    page = phone_browser.new_page(
        viewport={"width": 375, "height": 675},
        reduced_motion="reduce",
        locale={"en": "en-GB", "hi": "hi-IN"}[language],
    )
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url)
    page.get_by_text(words.DEPTH_TITLE).click()
    choose(page, page.get_by_label(words.DEPTH_LABEL), words.DEPTHS["auto"])
    page.locator("#example-4").click()
    wait_for_answer(page)
    unfold(page, "report")
    page.get_by_label(words.KINDS[kind]).check()
    page.locator("#what-happened textarea").fill("Somebody asks my friends for money with my face.")
    page.get_by_label(words.FORM_DENIED).check()
    page.locator("#prepare").click()
    page.locator("#download").wait_for()
    for collapsed in ("#kind", "#findings", "#look-closer"):
        expect(page.locator(collapsed)).not_to_be_visible()
    page.wait_for_function("0 <= document.querySelector('#package-note').getBoundingClientRect().top")
    page.wait_for_function("document.querySelector('#package-note').getBoundingClientRect().top < innerHeight / 2")
    height = page.evaluate("document.documentElement.scrollHeight")
    print(f"{language}, {kind}: {height} px")
    assert not has_sideways_scroll(page) and barriers(page) == []
    for number in ("112", "1930"):
        expect(page.locator(f".dd-call a[href='tel:{number}']")).to_be_visible()
    urgent = page.locator("#package-note .dd-urgent a[href='tel:1930']")
    expect(urgent).to_have_count(1 if kind == "fraud_money_lost" else 0)
    assert height <= (3500 if urgent.count() else 3300)
    expect(page.get_by_role("button", name=words.FILING_COPY).first).to_be_visible()
    expect(page.locator("#fields .dd-saves a").first).not_to_be_visible()
    expect(page.locator("#fields details[open]")).to_have_count(1)
    unfold(page, "found")
    wait_for_image(page.locator("#findings img").first)
    page.close()


@pytest.mark.parametrize("visitor", ["refused"], indirect=True)
def test_where_copying_is_refused_the_text_is_there_to_mark(
    visitor: tuple[Page, list[str]], examples: Path
) -> None:
    page, opened = visitor
    bring(page, examples / "no-face.jpg", "mine.jpg")
    page.get_by_label(WORDS.KINDS["other"]).check()
    page.get_by_label(WORDS.WITNESS).check()
    expect(page.locator("#routes")).to_contain_text("Deepfake")
    page.locator("#what-happened textarea").fill("It shows a politician who never said this.")
    page.locator("#prepare").click()
    page.get_by_role("button", name=f"{WORDS.FILING_COPY} Description").click()
    expect(page.locator("#fields [role=status]")).to_contain_text("Not copied")
    box = page.get_by_role("textbox", name="Description")
    expect(box).to_be_focused()
    assert page.evaluate("getSelection().toString()") == box.input_value() != ""
    expect(page.locator("#fields")).not_to_contain_text("Category of complaint")
    with page.context.expect_page() as tab:
        page.locator("#portal a").click()
    tab.value.wait_for_load_state()
    assert set(opened) == {f"{HOME}Webform/cyber_suspect.aspx"}


def test_a_hard_stop_leaves_nothing_on_the_page_or_the_disk_and_another_file_starts_anew(
    visitor: tuple[Page, list[str]], server: Any, examples: Path
) -> None:
    page, opened = visitor
    others = set(files_below(server.folder, "*"))
    bring(page, examples / "manipulated.jpg", "stopped.jpg")
    image = page.locator("#findings img").first.get_attribute("src") or ""
    address = urljoin(server.url, image)
    assert page.request.get(address).ok and httpx.get(address).status_code == 404, "for this browser alone"
    (folder,) = [path.parent.parent for path in files_below(server.folder, "stopped.jpg")]
    page.get_by_label(WORDS.KINDS["other"]).check()
    page.locator("#what-happened textarea").fill("It shows me.")
    page.locator("#prepare").click()
    page.locator("#download").wait_for()
    (made,) = files_below(folder, "*.zip")
    package = urljoin(server.url, image_link(made))
    assert page.request.get(package).ok and httpx.get(package).status_code == 404

    unfold(page, "told")
    page.get_by_label(WORDS.DANGER).check()
    page.get_by_label(WORDS.KINDS["sexual"]).check()
    expect(page.locator("#routes")).to_contain_text(WORDS.AGE_FIRST)
    expect(page.locator("#routes a[href='tel:112']")).to_be_visible()
    for hidden in ("#found", "#build", "#download", "#filing", "#maps"):
        expect(page.locator(hidden)).not_to_be_visible()
    page.get_by_label(WORDS.AGES["adult"]).check()
    expect(page.locator("#build")).to_be_visible()
    expect(page.locator("#found")).to_be_visible()
    expect(page.get_by_label(WORDS.FORM_IMAGES)).not_to_be_checked()
    page.get_by_label(WORDS.AGES["unsure"]).check()

    expect(page.locator("#routes")).to_contain_text(WORDS.HARD_STOP)
    expect(page.locator("#build")).not_to_be_visible()
    expect(page.locator("#result img")).to_have_count(0)
    expect(page.locator("#answer img")).to_have_count(0)
    expect(page.locator("#routes a[href='tel:1098']")).to_be_visible()
    assert not folder.exists() and not list(files_below(server.folder, "*stopped*"))
    assert not set(files_below(server.folder, made.name)) - others, "nor a copy of the package anywhere else"
    for gone in (address, package):
        assert page.request.get(gone).status == 404
    assert opened == [] and not has_sideways_scroll(page)
    shown = page.locator("body").inner_text()
    for other in (
        WORDS.REPORT_TITLE,
        WORDS.KIND_TITLE,
        WORDS.PORTAL_TITLE,
        WORDS.UPLOAD_DROP,
        WORDS.EXAMPLES_LEAD,
    ):
        assert other not in shown, "nothing but what to do"
    for hidden in ("#answer", "#upload", "#kind", "#examples", "#depth", "#portal", "#reach"):
        expect(page.locator(hidden)).not_to_be_visible()
    assert barriers(page) == []

    page.get_by_role("link", name=WORDS.START_AGAIN).click()
    page.locator("#upload input[type=file]").wait_for(state="attached")
    bring(page, examples / "no-face.jpg", "next.jpg")
    expect(page.get_by_label(WORDS.KINDS["sexual"])).not_to_be_checked()
    expect(page.locator("#build")).to_be_visible()
    expect(page.locator("#depicted")).not_to_be_visible()
    expect(page.locator("#routes section")).to_have_count(0)
