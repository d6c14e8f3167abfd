"""An address from outside names only a file of ours, where it really lies, and only to the browser whose it is."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ui.session.own_files import (
    OWNER_COOKIE,
    RECEIVED,
    SHOWN,
    UPLOADED,
    make_owner,
    own_file,
    owner_in,
    secret_folder,
)
from ui.session.visitor import owner_of, session_of

MINE, THEIRS = "a" * 32, "b" * 32


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / RECEIVED).mkdir(parents=True)
    return tmp_path / "root"


def shown(root: Path, *parts: str, owner: str = "") -> Path:
    return written(secret_folder(root, owner).joinpath(*parts))


def uploaded(root: Path, name: str = "holiday.jpg", owner: str = "") -> Path:
    return written(secret_folder(root / RECEIVED, owner) / ("c" * 64) / name)


def written(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    return path


@pytest.mark.parametrize(
    "parts",
    [
        ("face-1.png",),
        ("original-12.png",),
        ("frame-1.png",),
        ("still-0.png",),
        ("sheet-3.jpg",),
        ("thumb.png",),
        ("moments", "d" * 32, "moment-1.png"),
        ("packages", "d" * 32, "Complaint 100% वीडियो.zip"),
        ("copies", "d" * 32, "a..b-annotated.mp4"),
    ],
)
def test_what_the_page_shows_is_found(root: Path, parts: tuple[str, ...]) -> None:
    path = shown(root, *parts)
    assert own_file(str(path), root, SHOWN, "") == path
    assert own_file(str(path), root, UPLOADED, "") is None, "what is shown cannot be handed in"


def test_a_complete_upload_is_found_and_never_shown(root: Path) -> None:
    path = uploaded(root)
    assert own_file(str(path), root, UPLOADED, "") == path and own_file(str(path), root, SHOWN, "") is None
    arriving = written(path.parent.parent / "tmpab12cd")
    assert own_file(str(arriving), root, UPLOADED, "") is None


@pytest.mark.parametrize("layout", [SHOWN, UPLOADED], ids=["shown", "uploaded"])
def test_no_other_way_to_write_the_address_is_taken(root: Path, layout: Any) -> None:
    path = shown(root, "face-1.png") if layout is SHOWN else uploaded(root)
    folder, address = path.parent, str(path)
    (root.parent / "by-link").symlink_to(root)
    ways: list[object] = [
        f"{folder}/../{folder.name}/{path.name}",
        f"{folder}/./{path.name}",
        f"{folder}//{path.name}",
        f"/{address}",
        f"{address}/",
        f"{address}/.",
        f"{address} ",
        f"{address}\0",
        f"file://{address}",
        f"/proc/self/root{address}",
        f"/proc/self/cwd/{os.path.relpath(path)}",
        os.path.relpath(path),
        address.replace(str(root), str(root.parent / "by-link")),
        address.replace("/", "\\"),
        address.replace(path.name, path.name.upper()),
        address + "x" * 5000,
        path,
        None,
        7,
        [address],
        {"path": address},
        "",
        "\ud800",
    ]
    assert own_file(address, root, layout, "") == path
    for way in ways:
        assert own_file(way, root, layout, "") is None, way


def test_an_open_file_of_this_process_is_not_reached_by_its_number(root: Path) -> None:
    """The way by which a visitor could once fetch another's upload."""
    path = shown(root, "face-1.png")
    with path.open() as file:
        for way in (f"/proc/self/fd/{file.fileno()}", f"/dev/fd/{file.fileno()}", f"/proc/{os.getpid()}/fd/3"):
            for layout in (SHOWN, UPLOADED):
                assert own_file(way, root, layout, "") is None


@pytest.mark.parametrize(
    "parts",
    [
        ("received", "holiday.jpg"),
        ("received", "c" * 64, "holiday.jpg"),
        ("frames", "received", "4.jpg"),
        (".owner",),
        ("face-1.png", "x.png"),
        ("face-x.png",),
        ("notes.zip",),
        ("packages", "report.zip"),
        ("packages", "d" * 32, "inner", "report.zip"),
        ("moments", "received", "moment-1.png"),
        ("media", "d" * 32, "x.png"),
    ],
)
def test_what_lies_elsewhere_in_a_visit_is_not_shown(root: Path, parts: tuple[str, ...]) -> None:
    assert own_file(str(shown(root, *parts)), root, SHOWN, "") is None


def test_a_link_in_the_right_place_leads_nowhere(root: Path, tmp_path: Path) -> None:
    outside = written(tmp_path / "outside.png")
    visit = secret_folder(root)
    (visit / "face-1.png").symlink_to(outside)
    (visit / "packages").mkdir()
    (visit / "packages" / ("d" * 32)).symlink_to(tmp_path)
    (root / ("e" * 32)).symlink_to(visit)
    written(visit / "face-2.png")
    for address in (
        visit / "face-1.png",
        visit / "packages" / ("d" * 32) / "outside.png",
        root / ("e" * 32) / "face-2.png",
    ):
        assert address.is_file() and own_file(str(address), root, SHOWN, "") is None


def test_only_a_regular_file_is_taken(root: Path) -> None:
    visit = secret_folder(root)
    (visit / "face-1.png").mkdir()
    os.mkfifo(visit / "face-2.png")
    with socket.socket(socket.AF_UNIX) as listening:
        before = os.getcwd()
        os.chdir(visit)  # the name of such a socket may not be long
        try:
            listening.bind("face-3.png")
        finally:
            os.chdir(before)
        for number in range(1, 5):
            assert own_file(str(visit / f"face-{number}.png"), root, SHOWN, "") is None


@pytest.mark.parametrize("layout", [SHOWN, UPLOADED], ids=["shown", "uploaded"])
def test_another_browser_is_given_nothing(root: Path, layout: Any) -> None:
    place = uploaded if layout is UPLOADED else lambda root, owner="": shown(root, "face-1.png", owner=owner)
    mine, open_to_all = place(root, owner=MINE), place(root)
    assert own_file(str(mine), root, layout, MINE) == mine
    for other in (THEIRS, "", MINE[:-1], MINE + "a"):
        assert own_file(str(mine), root, layout, other) is None
    assert own_file(str(open_to_all), root, layout, MINE) == open_to_all, "what a program brought has no browser"


def test_a_browser_has_one_well_formed_name() -> None:
    made = make_owner()
    assert owner_in({OWNER_COOKIE: made}) == made and made != make_owner()
    for value in ("", "../x", made + "0", made.upper().replace("0", "G"), "a/b"):
        assert owner_in({OWNER_COOKIE: value}) == ""


def test_the_name_of_a_session_is_worth_nothing_in_another_browser() -> None:
    here, there, program = (
        SimpleNamespace(session_hash="same", cookies={OWNER_COOKIE: owner} if owner else {})
        for owner in (MINE, THEIRS, "")
    )
    assert len({session_of(one) for one in (here, there, program)}) == 3  # type: ignore[arg-type]
    assert owner_of(here) == MINE and owner_of(program) == ""  # type: ignore[arg-type]
