from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from upload_helpers import store_upload

from detector.errors import MediaNotFoundError
from ui.check.file_check import TooManyVisits
from ui.session.cleanup import KEPT_S, clean_up
from ui.session.own_files import RECEIVED, secret_folder
from ui.session.store import MAX_VISITS, Visit, Visits, clean_file_name

ANSWERED: Any = "an analysis"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def show(visits: Visits, session: str, original: Path) -> Visit:
    return visits.show(session, visits.make(original))


def show_upload(visits: Visits, session: str, given: object) -> Visit:
    return visits.show(session, visits.receive_upload(given))


def upload(root: Path, name: str = "stripped.jpg", orig_name: str | None = None) -> dict[str, Any]:
    """What the upload route stores and tells."""
    return {"path": str(store_upload(root, b"content", name)), "orig_name": orig_name}


def test_an_upload_is_moved_and_gets_its_own_name_back(root: Path) -> None:
    given = upload(root, orig_name="मेरा video (1) <b>.jpg")
    visit = show_upload(Visits(root), "a", given)
    assert visit.original.name == "मेरा video (1) <b>.jpg" and visit.original.parent == visit.folder / RECEIVED
    assert visit.original.read_bytes() == b"content" and not list((root / RECEIVED).iterdir())


def test_an_upload_is_of_use_once(root: Path) -> None:
    given = upload(root)
    visits = Visits(root)
    visit = show_upload(visits, "a", given)
    with pytest.raises(MediaNotFoundError):
        show_upload(visits, "b", given)
    assert visits.get("b") is None and visit.original.is_file()


def test_what_is_no_upload_is_not_taken(root: Path, tmp_path: Path) -> None:
    visits = Visits(root)
    other = show_upload(visits, "a", upload(root))
    (other.folder / "face-1.png").write_bytes(b"theirs")
    (root / RECEIVED / "link").symlink_to(tmp_path)
    (tmp_path / "mine.txt").write_text("x")
    given = Path(upload(root)["path"])
    linked = root / RECEIVED / "link" / "mine.txt"
    for path in (other.original, other.folder / "face-1.png", tmp_path / "mine.txt", linked, root / RECEIVED,
                 given.parent, given.parent.parent, Path("/etc/passwd"), Path("")):  # fmt: skip
        with pytest.raises(MediaNotFoundError):
            show_upload(visits, "b", {"path": str(path), "orig_name": None})
        assert path.exists()
    assert visits.get("b") is None and other.original.is_file()


def test_the_folder_is_secret_and_private(root: Path) -> None:
    visit = show_upload(Visits(root), "a", upload(root))
    assert len(visit.folder.name) == 32 and visit.folder.stat().st_mode & 0o077 == 0


def test_a_visitor_has_one_visit_and_only_their_own(root: Path) -> None:
    visits = Visits(root)
    first = show_upload(visits, "a", upload(root))
    other = show_upload(visits, "b", upload(root))
    second = show_upload(visits, "a", upload(root))
    assert visits.get("a") is second and visits.get("b") is other and visits.get("c") is None
    assert not first.folder.exists() and other.folder.exists()
    visits.end("b")
    visits.end("c")
    assert visits.get("b") is None and set(root.iterdir()) == {second.folder, root / RECEIVED}


def test_an_example_is_never_deleted(root: Path, examples: Path) -> None:
    visits = Visits(root)
    show(visits, "a", examples / "genuine.jpg")
    visits.end("a")
    assert (examples / "genuine.jpg").exists() and not list(root.iterdir())


def test_the_oldest_that_has_its_answer_makes_room(root: Path, examples: Path) -> None:
    visits = Visits(root)
    kept = [show(visits, str(number), examples / "genuine.jpg") for number in range(MAX_VISITS)]
    with pytest.raises(TooManyVisits, match=f"{MAX_VISITS} are waiting"):
        show(visits, "late", examples / "genuine.jpg")
    assert (
        all(visits.get(str(number)) is visit for number, visit in enumerate(kept)) and visits.get("late") is None
    )
    assert len(list(root.iterdir())) == MAX_VISITS
    kept[3].analysis = kept[5].analysis = ANSWERED
    assert show(visits, "late", examples / "genuine.jpg") is visits.get("late")
    assert visits.get("3") is None and visits.get("5") is kept[5]
    assert len(list(root.iterdir())) == MAX_VISITS


def test_who_comes_back_needs_no_room(root: Path, examples: Path) -> None:
    visits = Visits(root)
    for number in range(MAX_VISITS):
        show(visits, str(number), examples / "genuine.jpg")
    again = show(visits, "0", examples / "genuine.jpg")
    assert visits.get("0") is again and len(list(root.iterdir())) == MAX_VISITS


def test_what_nobody_uses_is_deleted_after_a_while(root: Path, examples: Path) -> None:
    now = [0.0]
    visits = Visits(root, clock=lambda: now[0])
    unused, used = show(visits, "a", examples / "genuine.jpg"), show(visits, "b", examples / "genuine.jpg")
    unclaimed, package = Path(upload(root)["path"]), secret_folder(root) / "report.zip"
    package.write_bytes(b"x")
    clean_up(visits, root)
    assert all(path.exists() for path in (unused.folder, used.folder, unclaimed, package))
    now[0] += KEPT_S - 1
    visits.get("b")
    now[0] += 2
    for path in (unclaimed, package):
        for one in (path, path.parent, path.parent.parent):
            if one not in (root, root / RECEIVED):
                os.utime(one, (time.time() - KEPT_S - 1,) * 2)
    clean_up(visits, root)
    assert visits.get("a") is None and visits.get("b") is used
    assert set(root.iterdir()) == {used.folder, root / RECEIVED} and not list((root / RECEIVED).iterdir())


def test_an_upload_that_is_gone_leaves_nothing_behind(root: Path) -> None:
    with pytest.raises(MediaNotFoundError):
        show_upload(Visits(root), "a", {"path": str(root / RECEIVED / "x" / "gone.jpg"), "orig_name": None})
    assert not list(root.iterdir())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a\x00b\nc.jpg", "abc.jpg"),
        ("a\x1b[31m\x9b31m\u2028b.jpg", "a[31m31mb.jpg"),
        ("a\ud800b\udcff.jpg", "a?b?.jpg"),
        ("100% real.mp4", "100% real.mp4"),
        ("..\\..\\x.png", "x.png"),
        ("/etc/passwd", "passwd"),
        ("", "file"),
        ("x" * 400, "x" * 200),
        ("क" * 100 + ".jpg", "क" * 65 + ".jpg"),
        ("a." + "x" * 400, "a." + "x" * 198),
    ],
)
def test_a_name_from_elsewhere_is_a_name_here(name: str, expected: str) -> None:
    assert clean_file_name(name) == expected
