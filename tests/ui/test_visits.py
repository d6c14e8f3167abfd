from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detector.errors import MediaNotFoundError
from ui.markup import Picture
from ui.visits import MAX_VISITS, Visits, home_name, save_pictures, save_still


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def upload(folder: Path, name: str = "stripped.jpg", orig_name: str | None = None) -> dict[str, Any]:
    path = folder / name
    path.write_bytes(b"content")
    return {"path": str(path), "orig_name": orig_name}


def test_an_upload_is_moved_and_gets_its_own_name_back(root: Path, tmp_path: Path) -> None:
    given = upload(tmp_path, orig_name="मेरा video (1) <b>.jpg")
    visit = Visits(root).start_upload("a", given)
    assert visit.original.name == "मेरा video (1) <b>.jpg" and visit.original.parent == visit.folder
    assert visit.original.read_bytes() == b"content" and not Path(given["path"]).exists()


def test_the_folder_is_secret_and_private(root: Path, tmp_path: Path) -> None:
    visit = Visits(root).start_upload("a", upload(tmp_path))
    assert len(visit.folder.name) == 32 and visit.folder.stat().st_mode & 0o077 == 0


def test_a_visitor_has_one_visit_and_only_their_own(root: Path, tmp_path: Path) -> None:
    visits = Visits(root)
    first = visits.start_upload("a", upload(tmp_path))
    other = visits.start_upload("b", upload(tmp_path))
    second = visits.start_upload("a", upload(tmp_path))
    assert visits.get("a") is second and visits.get("b") is other and visits.get("c") is None
    assert not first.folder.exists() and other.folder.exists()
    visits.end("b")
    visits.end("c")
    assert visits.get("b") is None and sorted(root.iterdir()) == [second.folder]


def test_an_example_is_never_deleted(root: Path, examples: Path) -> None:
    visits = Visits(root)
    visits.start("a", examples / "genuine.jpg")
    visits.end("a")
    assert (examples / "genuine.jpg").exists() and not list(root.iterdir())


def test_the_oldest_visit_makes_room(root: Path, examples: Path) -> None:
    visits = Visits(root)
    for number in range(MAX_VISITS + 1):
        visits.start(str(number), examples / "genuine.jpg")
    assert visits.get("0") is None and visits.get("1") is not None
    assert len(list(root.iterdir())) == MAX_VISITS


def test_an_upload_that_is_gone_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaNotFoundError):
        Visits(root).start_upload("a", {"path": str(tmp_path / "gone.jpg"), "orig_name": None})
    assert not list(root.iterdir())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a\x00b\nc.jpg", "abc.jpg"),
        ("..\\..\\x.png", "x.png"),
        ("/etc/passwd", "passwd"),
        ("", "file"),
        ("x" * 400, "x" * 200),
        ("क" * 100 + ".jpg", "क" * 65 + ".jpg"),
        ("a." + "x" * 400, "a." + "x" * 198),
    ],
)
def test_a_name_from_elsewhere_is_a_name_here(name: str, expected: str) -> None:
    assert home_name(name) == expected


def test_pictures_keep_every_pixel(root: Path) -> None:
    pixels = np.arange(20 * 16 * 3, dtype=np.uint8).reshape(20, 16, 3)
    stored = save_pictures([pixels, pixels[:10]], root, "face")
    links = [f"gradio_api/file={root.as_posix()}/face-{number}.png" for number in (1, 2)]
    assert stored == (Picture(links[0], 16, 20), Picture(links[1], 16, 10))
    with Image.open(io.BytesIO((root / "face-1.png").read_bytes())) as picture:
        assert picture.format == "PNG" and np.array_equal(np.asarray(picture), pixels)


def test_a_still_is_small(root: Path) -> None:
    save_still(np.zeros((1000, 2000, 3), np.uint8), root)
    with Image.open(root / "still.png") as picture:
        assert picture.size == (480, 240)
