"""Many files: each is judged in its turn, none is lost, and nothing of one visitor reaches another."""

from __future__ import annotations

import csv
import io
import itertools
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from list_helpers import OWNER, STRANGER, event, quiet, visitor
from report_facts import images_in, read_pages
from upload_helpers import store_upload
from words_helper import WORDS

from reporting.text import results as result_text
from ui.check.upload_handlers import Handlers
from ui.common.html import escape
from ui.queue import rows as rows_module
from ui.queue.handlers import ListHandlers
from ui.queue.rows import FileList, Row
from ui.report.handlers import ReportHandlers
from ui.session.cleanup import clean_up
from ui.session.own_files import SHOWN, own_file
from ui.session.store import LEFT_S, Visit

HOSTILE = "=1+1<img src=x onerror=alert(1)>\u202egpj.jpg"
TURN = itertools.count(1)
Bring = Callable[..., Any]


def drawn(updates: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(updates["files"])
    return found


def files_of(lists: ListHandlers, session: str = f"{OWNER}/a") -> FileList:
    files = lists.lists.of(session)
    assert files is not None
    return files


def folder_of(row: Row) -> Path:
    assert row.visit is not None
    return row.visit.folder


def stored(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def work_off(lists: ListHandlers, who: Any = None) -> dict[str, Any]:
    who = who or visitor()
    for _ in range(20):
        found = drawn(lists.check_next("auto", "en", who, quiet))
        if not any(row["state"] == "waiting" for row in found["rows"]):
            return found
    raise AssertionError("the list is never worked off")


def test_each_turn_judges_one_file_and_a_broken_one_does_not_stop_the_rest(
    lists: ListHandlers, bring: Bring
) -> None:
    bring("manipulated.jpg")
    bring("broken.jpg", b"\xff\xd8\xff\xe0 not an image")
    bring("no-face.jpg")
    first = drawn(lists.check_next("auto", "en", visitor(), quiet))
    assert [row["state"] for row in first["rows"]] == ["done", "waiting", "waiting"]
    assert first["checked"] == 1, "the page asks for the next turn, behind whoever waits"
    found = work_off(lists)
    assert [row["state"] for row in found["rows"]] == ["done", "failed", "done"]
    assert [row["result"] for row in found["rows"]] == ["fake", "failed", "no_face"]
    assert found["rows"][1]["said"] == WORDS.TROUBLES["broken"]["title"]
    assert found["rows"][0]["said"] == result_text.headline("fake", "en") and found["rows"][0]["where"] == "Face 1"
    assert found["rows"][0]["thumbnail"].endswith("/thumb.png")
    assert not folder_of(files_of(lists).rows[1]).exists(), "nothing is kept of what cannot be read"


def test_results_wait_on_disk_and_one_alone_is_in_memory(
    lists: ListHandlers, handlers: Handlers, bring: Bring
) -> None:
    for name in ("manipulated.jpg", "genuine.jpg", "manipulated.mp4"):
        bring(name)
    work_off(lists)
    one, two, three = (row.visit for row in files_of(lists).rows)
    assert one and two and three
    assert one.analysis is two.analysis is three.analysis is None
    shown = lists.open("en", visitor(), event(number=1))
    assert "manipulated.jpg" in shown["answer"] and drawn(shown)["opened"] == 1 and one.analysis is not None
    assert handlers.visits.get(f"{OWNER}/a") is one
    shown = lists.open("hi", visitor(), event(number=3))
    assert "manipulated.mp4" in shown["answer"] and "वीडियो" in shown["answer"]
    assert one.analysis is None and one.folder.exists() and three.analysis is not None
    again = lists.open("en", visitor(), event(number=1))
    assert again["answer"] == lists.open("en", visitor(), event(number=1))["answer"]


def test_a_full_result_can_be_reported_from_a_row(lists: ListHandlers, handlers: Handlers, bring: Bring) -> None:
    bring("manipulated.jpg")
    bring("genuine.jpg")
    work_off(lists)
    lists.open("en", visitor(), event(number=2))
    typed = ("other", False, None, False, "IN", "It shows me.", True, *("",) * 8, None, False)
    said = ReportHandlers(handlers.visits).prepare(visitor(), next(TURN), "en", False, *typed)
    assert escape(WORDS.READY) in said["package-note"]


def test_a_hard_stop_takes_its_row_away_and_leaves_the_others(
    lists: ListHandlers, handlers: Handlers, bring: Bring
) -> None:
    bring("manipulated.jpg")
    bring("genuine.jpg")
    work_off(lists)
    stopped, kept = map(folder_of, files_of(lists).rows)
    lists.open("en", visitor(), event(number=1))
    typed = ("sexual", False, "minor", False, "IN", "", False, *("",) * 8, None, False)
    ReportHandlers(handlers.visits).route(visitor(), next(TURN), "en", *typed)
    assert not stopped.exists() and kept.exists()
    assert [row["number"] for row in drawn(lists.mark("en", visitor(), event(number=2, mark=1)))["rows"]] == [2]
    assert WORDS.FILES_GONE in lists.open("en", visitor(), event(number=1))["answer"]


def test_what_is_looked_at_or_being_checked_joins_the_list(
    lists: ListHandlers, handlers: Handlers, bring: Bring, examples: Path
) -> None:
    handlers.receive_example(examples / "no-face.jpg")("en", visitor())
    running = handlers.visits.get(f"{OWNER}/a")
    assert running is not None
    said = bring("genuine.jpg")
    assert [row["name"] for row in drawn(said)["rows"]] == ["no-face.jpg", "genuine.jpg"]
    assert said["working"].visible is False and handlers.visits.get(f"{OWNER}/a") is None
    assert [row["state"] for row in work_off(lists)["rows"]] == ["done", "done"]

    handlers.receive_example(examples / "manipulated.jpg")("en", visitor("c"))
    handlers.run_check("auto", visitor("c"), quiet)
    judged = handlers.visits.get(f"{OWNER}/c")
    said = bring("genuine.jpg", who=visitor("c"))
    assert [row["state"] for row in drawn(said)["rows"]] == ["done", "waiting"]
    assert drawn(said)["opened"] == 1 and handlers.visits.get(f"{OWNER}/c") is judged


def test_a_stranger_has_nothing_of_it(lists: ListHandlers, bring: Bring, root: Path) -> None:
    bring("manipulated.jpg")
    work_off(lists)
    row = files_of(lists).rows[0]
    assert row.thumbnail is not None
    picture = str(folder_of(row) / "thumb.png")
    assert own_file(picture, root, SHOWN, OWNER) and not own_file(picture, root, SHOWN, STRANGER)
    assert own_file(str(folder_of(row) / "frames" / "received" / "result"), root, SHOWN, OWNER) is None
    for who in (visitor("a", STRANGER), visitor("b")):
        assert WORDS.FILES_GONE in lists.open("en", who, event(number=1))["answer"]
        assert lists.export("en", who, event(kind="csv", numbers=[1])) == {}
        assert lists.compare("en", who, event(numbers=[1, 1])) == {"compared": ""}
        assert lists.remove("en", who, event(number=1)) == {}
        assert lists.mark("en", who, event(number=1, mark=1)) == {}
    upload = event(path=str(folder_of(row) / "received" / "manipulated.jpg"), orig_name="x")
    taken = drawn(lists.add("en", visitor("b", STRANGER), upload))
    assert taken["rows"][0]["state"] == "failed" and folder_of(row).exists()


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {"number": "1"}, {"number": 99}, {"number": 1, "mark": 9}, {"numbers": 5}, {"kind": "exe"}],
)
def test_a_forged_event_does_nothing(lists: ListHandlers, bring: Bring, data: Any) -> None:
    bring("no-face.jpg")
    forged = event()
    forged._data = data
    before = files_of(lists).rows[0].mark, len(files_of(lists).rows)
    for call in (lists.open, lists.mark, lists.compare, lists.export):
        call("en", visitor(), forged)
    if not (isinstance(data, dict) and data.get("number") == 1):
        lists.remove("en", visitor(), forged)
    assert (files_of(lists).rows[0].mark, len(files_of(lists).rows)) == before


def test_the_list_is_full_and_says_so(
    lists: ListHandlers, bring: Bring, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MAX_FILES", 2)
    for _ in range(4):
        said = bring("no-face.jpg")
    found = drawn(said)
    assert (len(found["rows"]), found["room"], found["leftOut"]) == (2, False, 2)
    assert len([path for path in stored(root) if path.name == "no-face.jpg"]) == 2, "nor is it kept"
    monkeypatch.setattr(rows_module, "MAX_FILES", 200)
    monkeypatch.setattr(rows_module, "MAX_TOTAL_BYTES", 200_000)
    assert drawn(bring("no-face.jpg"))["leftOut"] == 3
    monkeypatch.setattr(rows_module, "MAX_TOTAL_BYTES", 4_000_000_000)
    monkeypatch.setattr(rows_module, "MAX_ALL_BYTES", 200_000)
    assert drawn(bring("no-face.jpg", who=visitor("b")))["leftOut"] == 1, (
        "nor may all lists together fill the disk"
    )


def test_a_file_that_could_not_be_sent_has_a_row_all_the_same(lists: ListHandlers) -> None:
    for reason, title in (("too_large", "too_large"), ("unsent", "file_gone")):
        found = drawn(lists.add("en", visitor(), event(orig_name="huge.mp4", reason=reason)))
        assert found["rows"][-1]["name"] == "huge.mp4" and found["rows"][-1]["state"] == "failed"
        assert found["rows"][-1]["said"] == WORDS.TROUBLES[title]["title"]  # type: ignore[index]


def test_stop_sends_the_file_back_and_go_on_judges_it(lists: ListHandlers, bring: Bring) -> None:
    bring("manipulated.mp4")

    def stop(share: float, desc: str) -> None:
        if not files_of(lists).paused:
            lists.pause("en", visitor())

    found = drawn(lists.check_next("auto", "en", visitor(), stop))
    assert found["rows"][0]["state"] == "waiting" and found["paused"]
    assert drawn(lists.check_next("auto", "en", visitor(), quiet))["rows"][0]["state"] == "waiting"
    assert not drawn(lists.pause("en", visitor()))["paused"]
    assert work_off(lists)["rows"][0]["state"] == "done"


def test_a_row_taken_out_while_it_is_judged_leaves_nothing(lists: ListHandlers, bring: Bring, root: Path) -> None:
    bring("manipulated.mp4")
    lists.check_next("auto", "en", visitor(), lambda share, desc: lists.remove("en", visitor(), event(number=1)))
    assert stored(root) == [] and files_of(lists).rows == []


def test_a_list_deleted_while_a_file_is_sent_or_judged_does_not_come_back(
    lists: ListHandlers, bring: Bring, root: Path, examples: Path
) -> None:
    bring("manipulated.mp4")
    name = drawn(bring("genuine.jpg"))["list"]
    found = drawn(lists.check_next("auto", "en", visitor(), lambda share, desc: lists.clear("en", visitor())))
    assert found["rows"] == [] and lists.lists.of(f"{OWNER}/a") is None
    for more in ({"unwanted": True}, {"list": name}):
        late = store_upload(root, b"late", "late.jpg", OWNER)
        said = drawn(lists.add("en", visitor(), event(path=str(late), orig_name="late.jpg", **more)))
        assert said["rows"] == [] and stored(root) == [], "the page knew of the deletion, or did not yet"
    assert [row["name"] for row in drawn(bring("no-face.jpg"))["rows"]] == ["no-face.jpg"], "a new list can begin"


def test_a_list_deleted_while_a_file_is_taken_in_leaves_nothing(
    lists: ListHandlers, handlers: Handlers, bring: Bring, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring("genuine.jpg")
    receive_upload = handlers.visits.receive_upload

    def deleted_meanwhile(*given: Any) -> Any:
        visit = receive_upload(*given)
        lists.clear("en", visitor())
        return visit

    monkeypatch.setattr(handlers.visits, "receive_upload", deleted_meanwhile)
    late = store_upload(root, b"late", "late.jpg", OWNER)
    said = drawn(lists.add("en", visitor(), event(path=str(late), orig_name="late.jpg")))
    assert said["rows"] == [] and stored(root) == [] and lists.lists.of(f"{OWNER}/a") is None


def test_everything_can_be_deleted_at_once(
    lists: ListHandlers, handlers: Handlers, bring: Bring, root: Path
) -> None:
    bring("manipulated.jpg")
    bring("genuine.jpg")
    work_off(lists)
    lists.open("en", visitor(), event(number=1))
    lists.export("en", visitor(), event(kind="csv", numbers=[1, 2]))
    said = lists.clear("en", visitor())
    clean_up(handlers.visits, root, kept_s=-1, lists=lists.lists)
    assert stored(root) == [] and drawn(said)["rows"] == [] and WORDS.FILES_ERASED in said["answer"]


def test_a_reload_finds_results_marks_and_what_still_waits(
    lists: ListHandlers, handlers: Handlers, bring: Bring
) -> None:
    ticket = "e" * 32
    assert lists.restore(ticket, "en", visitor("a")) == {}
    bring("manipulated.jpg")
    bring("genuine.jpg")
    bring("no-face.jpg")
    lists.check_next("auto", "en", visitor(), quiet)
    lists.open("en", visitor(), event(number=1))
    lists.mark("en", visitor(), event(number=1, mark=2))

    def reload(share: float, desc: str) -> None:
        if lists.lists.of(f"{OWNER}/b") is None:
            lists.leave(visitor("a"))
            assert lists.restore(ticket, "en", visitor("c", STRANGER)) == {}
            said = lists.restore(ticket, "hi", visitor("b"))
            assert "manipulated.jpg" in said["answer"] and said["result"].visible
            found = drawn(said)
            assert [(row["state"], row["mark"]) for row in found["rows"]] == [
                ("done", 2),
                ("waiting", 0),
                ("waiting", 0),
            ]
            assert found["opened"] == 1

    lists.check_next("auto", "en", visitor("a"), reload)
    assert [row["state"] for row in work_off(lists, visitor("b"))["rows"]] == ["done"] * 3
    assert "genuine.jpg" in lists.open("en", visitor("b"), event(number=2))["answer"]


def test_a_single_result_outlives_its_page_for_a_reload_and_no_longer(
    lists: ListHandlers, handlers: Handlers, examples: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(handlers.visits, "_clock", lambda: now)
    monkeypatch.setattr(lists.lists, "_clock", lambda: now)
    ticket = "e" * 32

    def judged(session: str) -> Visit:
        lists.restore(ticket, "en", visitor(session))
        handlers.receive_example(examples / "no-face.jpg")("en", visitor(session))
        handlers.run_check("auto", visitor(session), quiet)
        visit = handlers.visits.get(f"{OWNER}/{session}")
        assert visit is not None
        return visit

    visit = judged("a")
    lists.leave(visitor("a"))
    now = LEFT_S - 1
    clean_up(handlers.visits, root, lists=lists.lists)
    assert "no-face.jpg" in lists.restore(ticket, "en", visitor("b"))["answer"]
    lists.leave(visitor("a"))  # the page before may be told of late
    assert visit.folder.exists() and handlers.visits.get(f"{OWNER}/b") is visit
    lists.leave(visitor("b"))
    now += LEFT_S + 1
    clean_up(handlers.visits, root, lists=lists.lists)
    assert not visit.folder.exists() and lists.restore(ticket, "en", visitor("c")) == {}


def test_a_page_without_a_ticket_takes_everything_with_it(
    lists: ListHandlers, handlers: Handlers, bring: Bring, root: Path, examples: Path
) -> None:
    bring("manipulated.jpg")
    work_off(lists)
    lists.open("en", visitor(), event(number=1))
    lists.leave(visitor())
    assert stored(root) == []


def test_a_list_that_nobody_uses_goes(lists: ListHandlers, handlers: Handlers, bring: Bring, root: Path) -> None:
    lists.restore("e" * 32, "en", visitor())
    bring("no-face.jpg")
    work_off(lists)
    clean_up(handlers.visits, root, lists=lists.lists)
    assert stored(root), "it is used"
    lists.leave(visitor())
    lists.lists.end_unused(3600, left_s=-1)
    assert stored(root) == []


def test_the_csv_names_every_file_and_no_cell_is_a_formula(
    lists: ListHandlers, bring: Bring, examples: Path
) -> None:
    bring(HOSTILE, (examples / "manipulated.jpg").read_bytes())
    bring("manipulated.mp4")
    bring("-broken.jpg", b"nothing")
    work_off(lists)
    lists.mark("en", visitor(), event(number=2, mark=2))
    said = lists.export("en", visitor(), event(kind="csv", numbers=[2, 1, 3]))
    (folder,) = (files_of(lists).folder or Path()).rglob("results.csv")
    assert "data-save" in said["exported"] and own_file(str(folder), folder.parents[3], SHOWN, OWNER) == folder
    lines = list(csv.DictReader(io.StringIO(folder.read_text(encoding="utf-8-sig"))))
    assert [line["outcome"] for line in lines] == ["fake", "fake", ""]
    assert lines[0]["mark"] == "manipulated" and float(lines[0]["strongest_from_s"]) < float(
        lines[0]["strongest_to_s"]
    )
    assert lines[1]["file"].startswith("'=1+1") and "\u202e" not in lines[1]["file"]
    assert lines[2]["file"] == "'-broken.jpg" and lines[2]["error"]
    for line in lines:
        assert not any(cell[:1] in ("=", "+", "-", "@") for cell in line.values())
    assert list(lines[0]) == list(dict.fromkeys(lines[0])) and len(lines[0]["sha256"]) == 64


def test_the_json_holds_what_the_command_line_prints(
    lists: ListHandlers, bring: Bring, detector: Any, examples: Path
) -> None:
    bring("manipulated.jpg")
    bring("broken.jpg", b"nothing")
    work_off(lists)
    lists.export("en", visitor(), event(kind="json", numbers=[1, 2]))
    (path,) = (files_of(lists).folder or Path()).rglob("results.json")
    found = json.loads(path.read_text())
    said = detector.analyze(examples / "manipulated.jpg").to_dict()
    for name in set(said) - {"elapsed_s"}:
        assert found[0][name] == said[name]
    assert found[1]["file"] == "broken.jpg" and found[1]["error"]["message"] and found[1]["state"] == "failed"


@pytest.mark.parametrize("language", ["en", "hi"])
def test_each_result_has_one_page_and_no_package_is_made(
    lists: ListHandlers, bring: Bring, root: Path, language: str
) -> None:
    for name in ("manipulated.mp4", "no-face.jpg", "genuine.jpg"):
        bring(name)
    bring("broken.jpg", b"nothing")
    work_off(lists)
    lists.export(language, visitor(), event(kind="pdf", numbers=[1, 2, 3, 4]))
    (path,) = (files_of(lists).folder or Path()).rglob("results.zip")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names == ["001_manipulated.pdf", "002_no_face.pdf", "003_genuine.pdf"]
        for name in names:
            content = archive.read(name)
            assert len(read_pages(content)) == 1
            assert len(images_in(content)) == (1 if "no_face" in name else 2), "the frame and the face in it"
    lists.export(language, visitor(), event(kind="pdf", numbers=[3]))
    (single,) = (files_of(lists).folder or Path()).rglob("genuine.pdf")
    assert not path.exists(), "one export at a time is kept"
    assert len(read_pages(single.read_bytes())) == 1
    assert not [file for file in stored(root) if file.name.startswith("DFD-")]


def test_a_single_result_has_its_page_too(
    lists: ListHandlers, handlers: Handlers, examples: Path, root: Path
) -> None:
    assert WORDS.TROUBLES["result_gone"]["message"] in lists.export_shown("en", visitor())["saved"]
    handlers.receive_example(examples / "manipulated.jpg")("en", visitor())
    handlers.run_check("auto", visitor(), quiet)
    assert "manipulated.pdf" in lists.export_shown("en", visitor())["saved"]
    (path,) = root.rglob("*.pdf")
    assert own_file(str(path), root, SHOWN, OWNER) and not own_file(str(path), root, SHOWN, STRANGER)
    assert drawn(lists.change_language("en", visitor()))["rows"] == [], "and no list begins with it"


def test_two_results_stand_side_by_side(lists: ListHandlers, bring: Bring, examples: Path) -> None:
    bring(HOSTILE, (examples / "manipulated.jpg").read_bytes())
    bring("genuine.jpg")
    bring("copy.jpg", (examples / "genuine.jpg").read_bytes())
    work_off(lists)
    page = lists.compare("en", visitor(), event(numbers=[1, 2]))["compared"]
    assert "<img src=x" not in page and "\u202e" not in page and WORDS.COMPARED_SAME not in page
    assert page.index(result_text.headline("fake", "en")) < page.index(result_text.headline("real", "en"))
    assert WORDS.COMPARED_SAME in lists.compare("en", visitor(), event(numbers=[2, 3]))["compared"]
    assert lists.compare("en", visitor(), event(numbers=[]))["compared"] == ""
    assert "नतीजा" in lists.compare("hi", visitor(), event(numbers=[1, 2]))["compared"]


def test_names_are_shown_safe_in_the_table(lists: ListHandlers, bring: Bring, examples: Path) -> None:
    found = drawn(bring(HOSTILE, (examples / "no-face.jpg").read_bytes()))
    assert "\u202e" not in found["rows"][0]["name"] and "\\u202e" in found["rows"][0]["name"]
