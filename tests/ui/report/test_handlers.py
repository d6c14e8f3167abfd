"""The report on the page: where to turn comes first, nothing is kept of what must not be, one click hands over."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from upload_helpers import store_upload
from words_helper import WORDS

from detector import Detector
from detector.types import Frame
from reporting import Case, verify_package
from reporting.portals import load_portal
from reporting.text.catalog import sentence
from reporting.text.findings import finding, mark
from reporting.text.results import Language
from ui import text
from ui.check.upload_handlers import Handlers
from ui.common.html import escape
from ui.common.updates import Updates
from ui.report.filing import before_filing
from ui.report.handlers import ReportHandlers
from ui.session.images import load_frames, store_frames
from ui.session.own_files import RECEIVED, SHOWN, own_file
from ui.session.store import Prepared, Visit

VISITOR: Any = SimpleNamespace(session_hash="a")
STRANGER: Any = SimpleNamespace(session_hash="b")
TURN = itertools.count(1)
"""As the page counts."""
NOTE, FIELDS, FILED, DOWNLOAD = "package-note", "fields", "filed", "download"


def quiet(share: float, desc: str) -> None:
    """Stands in for the page's progress."""


def answers(kind: str | None, depicted: str | None = None, **more: Any) -> tuple[Any, ...]:
    values = {"in_danger": False, "witness_only": False, "country": "IN"} | more
    rest = ("seen_at", "saved_at", "delay_reason", "platform", "handle", "links", "whose_face")
    return (
        kind,
        values["in_danger"],
        depicted,
        values["witness_only"],
        values["country"],
        values.get("what_happened", "It shows me."),
        values.get("denied", True),
        *(values.get(name, "") for name in rest),
        "",
        None,
        values.get("with_images", False),
    )


@pytest.fixture
def handlers(detector: Detector, tmp_path: Path) -> Handlers:
    (tmp_path / "root" / RECEIVED).mkdir(parents=True)
    return Handlers(detector, tmp_path / "root")


@pytest.fixture
def judged(handlers: Handlers, examples: Path, tmp_path: Path) -> Visit:
    """An uploaded image with a face, judged for the visitor."""
    path = store_upload(tmp_path / "root", (examples / "manipulated.jpg").read_bytes(), "mine.jpg")
    handlers.receive({"path": str(path), "orig_name": "mine.jpg"}, "en", VISITOR)
    handlers.run_check("auto", VISITOR, quiet)
    visit = handlers.visits.get("a")
    assert visit is not None and visit.analysis is not None
    return visit


@pytest.fixture
def report(handlers: Handlers) -> ReportHandlers:
    return ReportHandlers(handlers.visits)


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def prepared(visit: Visit) -> Prepared:
    assert isinstance(visit.package, Prepared)
    return visit.package


def test_danger_has_its_number_before_the_kind_or_the_age_is_told(report: ReportHandlers) -> None:
    for given in (answers(None, in_danger=True), answers("sexual", in_danger=True)):
        panel = report.route(VISITOR, next(TURN), "en", *given)["routes"]
        assert 'href="tel:112"' in panel and "tel:1930" not in panel
    assert "tel:" not in report.route(VISITOR, next(TURN), "en", *answers(None))["routes"]


def test_a_package_is_of_the_visitors_own_result(report: ReportHandlers, judged: Visit) -> None:
    assert (
        WORDS.TROUBLES["result_gone"]["message"]
        in report.prepare(STRANGER, next(TURN), "en", False, *answers("other"))[NOTE]
    )
    updates = report.prepare(VISITOR, next(TURN), "en", False, *answers("impersonation", platform="Some app"))
    assert escape(WORDS.READY) in updates[NOTE]
    package = prepared(judged)
    assert verify_package(package.path).input_sha256 == judged.analysis.media.sha256  # type: ignore[union-attr]
    with zipfile.ZipFile(package.path) as archive:
        draft = archive.read("2_complaint_copy_paste.txt").decode()
    assert all(field.text in draft for field in package.fields) and "Some app" in draft


def test_the_kind_is_the_only_thing_that_must_be_told(report: ReportHandlers, judged: Visit) -> None:
    assert (
        WORDS.TROUBLES["no_kind"]["title"]
        in report.prepare(VISITOR, next(TURN), "en", False, *answers(None))[NOTE]
    )
    assert WORDS.TROUBLES["no_kind"]["title"] in report.show(VISITOR)[NOTE], "it stays"
    assert not isinstance(judged.package, Prepared)


def test_what_is_changed_after_the_package_takes_it_off_the_page(report: ReportHandlers, judged: Visit) -> None:
    report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))
    updates = report.discard_package(VISITOR, next(TURN))
    assert judged.package is None and updates[DOWNLOAD].visible is False


def test_the_routes_come_before_anything_else(report: ReportHandlers, judged: Visit) -> None:
    updates = report.route(VISITOR, next(TURN), "en", *answers("fraud_money_lost", in_danger=True))
    panel = updates["routes"]
    assert not {"answer", "findings"} & set(updates), "the result stays"
    assert panel.index('href="tel:112"') < panel.index('href="tel:1930"') < panel.index("FINANCIAL FRAUD")
    assert panel.count(WORDS.ROUTES_NOW) == 2 and 'role="status"' in panel


def test_the_age_is_asked_only_where_it_matters(report: ReportHandlers, judged: Visit) -> None:
    def shown(said: Updates) -> tuple[bool, ...]:
        return tuple(said[name].visible for name in ("depicted", "with-images", "build"))

    said = report.route(VISITOR, next(TURN), "en", *answers("sexual"))
    assert shown(said) == (True, False, False)
    assert escape(WORDS.AGE_FIRST) in said["routes"] and judged.folder.exists(), (
        "the question can still be answered"
    )
    said = report.route(VISITOR, next(TURN), "en", *answers("sexual", "adult"))
    assert shown(said) == (True, True, True) and "stopncii" in said["routes"]
    assert shown(report.route(VISITOR, next(TURN), "en", *answers("defamation"))) == (False, False, True)


@pytest.mark.parametrize("depicted", ["minor", "unsure"])
def test_a_hard_stop_keeps_nothing_at_all(
    report: ReportHandlers, handlers: Handlers, judged: Visit, tmp_path: Path, depicted: str
) -> None:
    report.prepare(VISITOR, next(TURN), "en", True, *answers("other"))
    assert {path.suffix for path in files_below(tmp_path)} >= {".png", ".jpg", ".zip"}
    updates = report.route(VISITOR, next(TURN), "en", *answers("sexual", depicted))
    assert files_below(tmp_path) == [] and handlers.visits.get("a") is None
    panel = updates["routes"]
    assert escape(WORDS.HARD_STOP) in panel and 'href="tel:1098"' in panel and updates["build"].visible is False
    assert "<img" not in updates["answer"] and {updates[name] for name in ("timeline", "findings", "steps")} == {
        ""
    }
    assert "<p>" not in updates["moment"] + updates["maps-note"]
    assert updates["origin"] == updates["about"] == "" and not updates["found"].visible
    made = report.prepare(VISITOR, next(TURN), "en", True, *answers("other"))
    assert not any("gradio_api/file" in str(update) for update in made.values())
    assert files_below(tmp_path) == [], "and nothing is made of what is gone"
    assert escape(text.of("hi").HARD_STOP) in handlers.change_language("hi", VISITOR)["answer"]


def test_what_was_told_first_is_not_shown_over_what_was_told_last(report: ReportHandlers, judged: Visit) -> None:
    first, second = next(TURN), next(TURN)
    assert "tel:1930" in report.route(VISITOR, second, "en", *answers("fraud_money_lost"))["routes"]
    assert report.route(VISITOR, first, "en", *answers("other")) == {}
    assert "tel:" not in report.route(STRANGER, first, "en", *answers(None))["routes"], (
        "each visitor has a count of their own"
    )


def test_a_hard_stop_told_first_takes_effect_all_the_same(report: ReportHandlers, judged: Visit) -> None:
    first, second = next(TURN), next(TURN)
    report.route(VISITOR, second, "en", *answers("sexual", "adult"))
    updates = report.route(VISITOR, first, "en", *answers("sexual", "unsure"))
    assert not judged.folder.exists() and escape(WORDS.HARD_STOP) in updates["answer"]


@pytest.mark.parametrize("depicted", [None, "minor", "unsure"])
def test_a_forged_call_cannot_get_past_a_hard_stop(
    report: ReportHandlers, judged: Visit, tmp_path: Path, depicted: str | None
) -> None:
    updates = report.prepare(VISITOR, next(TURN), "en", False, *answers("sexual", depicted))
    assert escape(WORDS.TROUBLES["hard_stop"]["title"]) in updates[NOTE]
    assert not [path for path in files_below(tmp_path) if path.suffix == ".zip"]
    assert depicted is None or files_below(tmp_path) == []


def test_a_hard_stop_while_the_package_is_being_made_keeps_nothing(
    report: ReportHandlers, judged: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        report.route(VISITOR, next(TURN), "en", *answers("sexual", "minor"))

    while_building(monkeypatch, stop)
    updates = report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))
    assert files_below(tmp_path) == [] and updates == {}


def while_building(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Something else happens on the page while the next package is being built."""
    import ui.report.handlers as module

    real = module.build_package

    def build(*args: Any, **more: Any) -> Any:
        action()
        return real(*args, **more)

    monkeypatch.setattr(module, "build_package", build)


@pytest.mark.parametrize("edited", ["a detail", "the kind"])
def test_a_package_whose_case_was_edited_while_it_was_built_is_not_offered(
    report: ReportHandlers, judged: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str
) -> None:
    def edit() -> None:
        if edited == "a detail":
            report.discard_package(VISITOR, next(TURN))
        else:
            report.route(VISITOR, next(TURN), "en", *answers("fraud_money_lost"))

    with monkeypatch.context() as patched:
        while_building(patched, edit)
        updates = report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))
    assert updates == {} and judged.package is None
    assert not [path for path in files_below(tmp_path) if path.suffix == ".zip"]
    assert escape(WORDS.READY) not in report.change_language(VISITOR, next(TURN), "en", *answers("other"))[NOTE]
    assert escape(WORDS.READY) in report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))[NOTE]


def test_a_package_whose_case_was_edited_while_it_waited_is_not_built(
    report: ReportHandlers, judged: Visit
) -> None:
    asked = next(TURN)
    report.discard_package(VISITOR, next(TURN))
    assert report.prepare(VISITOR, asked, "en", False, *answers("other")) == {}
    assert judged.package is None


def test_an_edit_that_arrives_late_does_not_stop_the_package_that_was_asked_for_after_it(
    report: ReportHandlers, judged: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = next(TURN)
    while_building(monkeypatch, lambda: report.discard_package(VISITOR, edited))
    assert escape(WORDS.READY) in report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))[NOTE]
    assert prepared(judged)


def test_the_page_shows_at_last_how_the_package_stands(report: ReportHandlers, judged: Visit) -> None:
    """An answer that was on its way may come after the one that took its package off the page."""
    report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))
    assert escape(WORDS.READY) in report.show(VISITOR)[NOTE]
    report.discard_package(VISITOR, next(TURN))
    assert escape(WORDS.READY) not in report.show(VISITOR)[NOTE] and not report.show(VISITOR)[DOWNLOAD].visible
    assert report.show(STRANGER) == {}


def test_images_of_sexual_content_go_in_only_when_wanted(report: ReportHandlers, judged: Visit) -> None:
    for wanted in (False, True):
        report.prepare(VISITOR, next(TURN), "en", False, *answers("sexual", "adult", with_images=wanted))
        names = verify_package(prepared(judged).path).files
        assert any(name.endswith((".jpg", ".png")) for name in names) is wanted


def test_the_way_to_the_portal_opens_once_the_texts_are_complete(report: ReportHandlers, judged: Visit) -> None:
    portal = load_portal()
    for given, address in (
        (answers("other"), portal.home_url.value),
        (answers("other", witness_only=True), portal.report_suspect_url.value),
        (answers("other", country="AU"), "https://www.esafety.gov.au/report"),
        (answers("other", country="GB"), "https://www.reportfraud.police.uk"),
        (answers("other", country="ZZ"), ""),
    ):
        assert report.route(VISITOR, next(TURN), "en", *given)["portal"] == "", "nothing before the check"
        said = report.prepare(VISITOR, next(TURN), "en", False, *given)
        assert (f'href="{address}"' in said["portal"]) == bool(address)


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("witness", [False, True])
def test_no_text_with_a_gap_can_be_copied_and_the_portal_waits_for_it(
    report: ReportHandlers, judged: Visit, language: Language, witness: bool
) -> None:
    judged.language, words = language, text.of(language)
    given = answers("other", what_happened=" ", witness_only=witness)
    said = report.prepare(VISITOR, next(TURN), language, False, *given)
    (gap,) = [field for field in prepared(judged).fields if not field.complete]
    assert escape(gap.text) not in said["fields"] and 'href="#what-happened"' in said["fields"]
    assert escape(words.FILING_MISSING) in said["fields"] and "fill in" not in said["fields"]
    missing = finding("nothing_told").sentences(language)[0]
    assert "<a " not in said["portal"] and 'aria-disabled="true"' in said["portal"]
    assert escape(missing) in said["portal"] and escape(words.PORTAL_OFF) in said["portal"]
    assert load_portal().home_url.value in said["portal"], "who must, types the address"
    whole = answers("other", witness_only=witness)
    said = report.prepare(VISITOR, next(TURN), language, False, *whole)
    assert all(field.complete for field in prepared(judged).fields) and "<a " in said["portal"]


def test_the_order_on_the_page_is_look_copy_download_open(report: ReportHandlers, judged: Visit) -> None:
    for language in ("en", "hi"):
        judged.language, words = language, text.of(language)
        said = report.prepare(VISITOR, next(TURN), language, False, *answers("other"))
        titles = [words.LOOK_TITLE, words.FILING_TITLE, words.DOWNLOAD_TITLE, words.PORTAL_TITLE]
        page = "".join(said[name] for name in ("package-note", "fields", "portal"))
        places = [page.index(f"<h2>{escape(title)}</h2>") for title in titles]
        assert places == sorted(places) and [title[0] for title in titles] == list("1234")


def test_hindi_has_every_field_hint_and_text_explained(report: ReportHandlers, judged: Visit) -> None:
    judged.language = "hi"
    page = report.prepare(VISITOR, next(TURN), "hi", False, *answers("other"))["fields"]
    for field in prepared(judged).fields:
        for said in (field.label_hi, field.step_hi, field.hint_hi, field.gloss_hi):
            assert escape(said) in page
        assert not field.hint or page.index(escape(field.hint_hi)) < page.index(escape(field.hint))
    assert "GLOSS" not in page and prepared(judged).fields[9].gloss_hi


def test_each_file_to_attach_is_saved_by_itself(report: ReportHandlers, judged: Visit, tmp_path: Path) -> None:
    page = report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))["fields"]
    package = prepared(judged)
    (field,) = [field for field in package.fields if field.files]
    assert 2 <= len(package.uploads) == len(field.files) <= 6
    for path, name in zip(package.uploads, field.files, strict=True):
        assert path.name == Path(name).name and f'download="{path.name}"' in page
        with zipfile.ZipFile(package.path) as archive:
            assert path.read_bytes() == archive.read(name)
        assert own_file(str(path), tmp_path / "root", SHOWN, "") == path
    report.file(VISITOR, next(TURN), "en", "12345", "")
    assert all(path.exists() for path in prepared(judged).uploads)


def test_what_to_look_at_before_filing_is_said_under_the_note_in_the_language_that_is_on(
    report: ReportHandlers, judged: Visit
) -> None:
    given = answers("other", links="https://a.b/1", what_happened="<b>It's ${1}</b>")
    page = report.prepare(VISITOR, next(TURN), "en", False, *given)[NOTE]
    hindi = report.change_language(VISITOR, next(TURN), "hi", *given)[NOTE]
    findings = prepared(judged).findings
    assert {"warn", "info"} == {entry.severity for entry in findings}
    pages: dict[Language, str] = {"en": page, "hi": hindi}
    for language, markup in pages.items():
        words = text.of(language)
        shown, folded = markup.split("<details", 1)
        assert shown.index(escape(words.READY)) < shown.index(f"<h2>{escape(words.LOOK_TITLE)}</h2>")
        for entry in findings:
            said = " ".join(escape(sentence) for sentence in entry.sentences(language))
            marked = f"{mark(entry.severity, language)}:</strong> {said}"
            assert (marked in shown, said in folded) == (entry.severity == "warn", entry.severity == "info")
        assert "<b>" not in markup and "&lt;b&gt;It&#x27;s &#36;&#123;1}&lt;/b&gt;" in folded
    stranger = finding("state", state="<b>", count=36)
    error = before_filing(Case(), (stranger,), "hi")
    assert mark("error", "hi") in error and "<b>" not in error and "<svg" in error and "<details" not in error
    assert WORDS.LOOK_NOTHING in before_filing(Case(), (), "en")


def test_each_field_of_the_portal_has_its_own_button(report: ReportHandlers, judged: Visit) -> None:
    page = report.prepare(VISITOR, next(TURN), "en", False, *answers("other", links="https://a.b/c?d=100%&e={x}"))[
        FIELDS
    ]
    fields = prepared(judged).fields
    copied = [field for field in fields if field.text and not field.files]
    assert page.count("data-copied=") == page.count("<textarea") == len(copied)
    places = [page.index(f">{escape(field.label)}<") for field in fields if field.step == fields[0].step]
    assert places == sorted(places)
    assert "https://a.b/c?d=100%&amp;e=&#123;x}" in page, "every character as it is"


def test_the_number_goes_into_the_package_and_the_dates_follow(report: ReportHandlers, judged: Visit) -> None:
    report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))
    first = prepared(judged).path
    refused = report.file(VISITOR, next(TURN), "en", "?", "")
    assert "is not an acknowledgement number" in refused[FILED] and refused[DOWNLOAD].visible
    assert WORDS.LOOK_TITLE in refused[NOTE], "nothing was filed yet"
    updates = report.file(VISITOR, next(TURN), "en", " 31409250012345 ", "2026-03-06T10:00")
    assert WORDS.LOOK_TITLE not in updates[NOTE]
    package = prepared(judged)
    assert package.path != first and not first.exists() and package.filed_at is not None
    assert package.filed_at.astimezone(UTC) == datetime(2026, 3, 6, 4, 30, tzinfo=UTC)
    verify_package(package.path)
    with zipfile.ZipFile(package.path) as archive:
        assert b"31409250012345" in archive.read("7_custody_log.csv")
    for day, name, days in (("13-03-2026", "platform_resolves", 7), ("05-04-2026", "appeal", 30)):
        assert (
            f"{day}, 10:00" in updates[FILED]
            and escape(sentence("referrals", f"followups.{name}", "en", span=days)) in updates[FILED]
        )
    hindi = report.change_language(VISITOR, next(TURN), "hi", *answers("other"))
    assert (
        escape(sentence("referrals", "followups.appeal", "hi", span=30)) in hindi[FILED]
        and text.of("hi").READY in hindi[NOTE]
    )
    assert (
        WORDS.TROUBLES["result_gone"]["message"]
        in report.file(STRANGER, next(TURN), "en", "31409250012345", "")[NOTE]
    )


def test_the_reason_for_a_delay_is_asked_only_after_a_day(report: ReportHandlers) -> None:
    for seen_at, asked in (("", False), ("2020-01-01T10:00", True), ("2999-01-01T10:00", False), ("x", False)):
        assert (
            report.route(VISITOR, next(TURN), "en", *answers("other", seen_at=seen_at))["delay"].visible is asked
        )


def test_another_language_says_the_routes_again(report: ReportHandlers, judged: Visit) -> None:
    for language, word in (("en", "Money first"), ("hi", "पहले पैसे")):
        assert (
            word in report.change_language(VISITOR, next(TURN), language, *answers("fraud_money_lost"))["routes"]
        )


def test_key_frames_are_kept_on_disk_and_never_served(judged: Visit) -> None:
    assert judged.analysis is not None and dict(judged.analysis.key_frames) == {}
    assert judged.key_frames and all(RECEIVED in frame.path.parts for frame in judged.key_frames)


def test_the_package_of_a_video_holds_its_key_frames(
    handlers: Handlers, report: ReportHandlers, examples: Path
) -> None:
    handlers.receive_example(examples / "manipulated.mp4")("en", VISITOR)
    handlers.run_check("10", VISITOR, quiet)
    visit = handlers.visits.get("a")
    assert visit is not None
    report.prepare(VISITOR, next(TURN), "en", False, *answers("other"))
    names = verify_package(prepared(visit).path).files
    assert "5_evidence/supporting_evidence_key_frames.jpg" in names


def test_a_key_frame_comes_back_as_it_was(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:64, 0:96]
    pixels = np.stack([rows * 3, columns * 2, 255 - rows], axis=-1).astype(np.uint8)
    stored = store_frames([Frame(pixels, 7, 1.5)], tmp_path / "kept")
    with Image.open(stored[0].path) as image:
        assert not image.getexif() and image.size == (96, 64)
    (again,) = load_frames(stored).values()
    assert (again.index, again.time_s) == (7, 1.5)
    assert np.abs(again.pixels.astype(int) - pixels).max() <= 4
