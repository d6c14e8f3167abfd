"""Every file of a collection is found exactly once, in a stable order."""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.sources import find_files
from detector.errors import BatchError

ENDINGS = (".jpg", ".mp4")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.jpg", "a.JPG", "deep/er/c.mp4", "deep/notes.txt", ".hidden/d.jpg", "._b.jpg", "100% [x].jpg"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_bytes(b"x")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_gives_its_images_and_videos_sorted_without_hidden_files_and_links(folder: Path) -> None:
    sources = find_files(["data"], ENDINGS)
    assert sources.files == ("data/100% [x].jpg", "data/a.JPG", "data/b.jpg", "data/deep/er/c.mp4")
    assert sources.skipped == 1


def test_patterns_cross_folders_and_a_name_with_brackets_is_a_name(folder: Path) -> None:
    assert find_files(["data/**/*.mp4"], ENDINGS).files == ("data/deep/er/c.mp4",)
    assert find_files(["data/100% [x].jpg"], ENDINGS).files == ("data/100% [x].jpg",)


def test_a_file_named_several_times_is_taken_once_and_in_the_order_given(folder: Path) -> None:
    files = find_files(["data/b.jpg", "data", "data/*.jpg", "data/b.jpg"], ENDINGS).files
    assert files[0] == "data/b.jpg" and len(files) == len(set(files)) == 4


def test_a_named_file_is_kept_whatever_it_is(folder: Path) -> None:
    assert find_files(["data/deep/notes.txt", "gone.jpg"], ENDINGS).files == ("data/deep/notes.txt", "gone.jpg")


@pytest.mark.parametrize("name", ["list.txt", "list.csv", "list.parquet"])
def test_relative_paths_of_a_list_start_at_its_folder(folder: Path, name: str) -> None:
    paths = ["b.jpg", str(folder / "data" / "a.JPG"), "b.jpg"]
    file = folder / "data" / name
    if name.endswith(".txt"):
        file.write_text("\ufeff" + "\r\n".join(paths) + "\n\n")
    elif name.endswith(".csv"):
        file.write_text("label,where\n" + "".join(f"0,{path}\n" for path in paths))
    else:
        pq.write_table(pa.table({"label": [0, 0, 0], "where": paths}), file)
    files = find_files([], ENDINGS, str(file), "where").files
    assert files == (str(folder / "data" / "b.jpg"), str(folder / "data" / "a.JPG"))


def test_standard_input_lists_paths_also_those_that_are_not_utf8(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"data/b.jpg\n\xff.jpg\n")))
    assert [os.fsencode(file) for file in find_files([], ENDINGS, "-").files] == [b"data/b.jpg", b"\xff.jpg"]


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        ("a,b\n1,2\n", "list.csv", "no column 'path'; it has: a, b"),
        ("", "list.csv", "no column 'path'; it has: none"),
        ("not Parquet", "list.parquet", "cannot be read as Parquet"),
        ("\n\n", "list.txt", "lists no file"),
        (None, "gone.txt", "No such file"),
        ("path,path\na.jpg,b.jpg\n", "list.csv", "several columns 'path'"),
        ('path\n"a.jpg\nb.jpg\n', "list.csv", "cannot be read as CSV"),
        ("a.jpg\0\nb.jpg\n", "list.txt", "zero bytes"),
        ("\0p\0a\0t\0h", "list.csv", "zero bytes"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(folder: Path, content: str | None, name: str, told: str) -> None:
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(BatchError, match=told):
        find_files([], ENDINGS, str(folder / name))


@pytest.mark.parametrize("name", ["list.txt", "list.csv"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_list_may_be_any_unicode_that_says_so(folder: Path, name: str, encoding: str) -> None:
    """PowerShell writes UTF-16."""
    lines = ["data/b.jpg", "हिन्दी.mp4"]
    (folder / name).write_bytes("\r\n".join(["path"] * name.endswith("csv") + lines).encode(encoding))
    assert find_files([], ENDINGS, str(folder / name)).files == tuple(str(folder / line) for line in lines)


def test_a_list_cut_within_a_character_is_an_error(folder: Path) -> None:
    (folder / "list.txt").write_bytes("a.jpg".encode("utf-16")[:-1])
    with pytest.raises(BatchError, match="not UTF-16"):
        find_files([], ENDINGS, "list.txt")


def test_rows_without_a_path_are_counted(folder: Path) -> None:
    (folder / "list.csv").write_text("label,path\n1\n2,data/b.jpg\n3,\n")
    assert find_files([], ENDINGS, "list.csv").unnamed == 2
    pq.write_table(pa.table({"path": ["data/b.jpg", None, ""]}), folder / "list.parquet")
    assert find_files([], ENDINGS, "list.parquet").unnamed == 2


def test_paths_of_a_parquet_list_may_be_bytes_and_nothing_else(folder: Path) -> None:
    pq.write_table(pa.table({"path": [b"data/b.jpg", b"\xff.jpg"]}), folder / "list.parquet")
    files = find_files([], ENDINGS, "list.parquet").files
    assert [os.fsencode(file) for file in files] == [b"./data/b.jpg", b"./\xff.jpg"]
    pq.write_table(pa.table({"path": [["data/b.jpg"]]}), folder / "list.parquet")
    with pytest.raises(BatchError, match="where a path should be"):
        find_files([], ENDINGS, "list.parquet")


def test_one_line_of_a_list_that_names_nothing_does_not_lose_the_others(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "list.txt").write_text("gone [x1].mp4\nempty\ndata/b.jpg\n")
    assert find_files([], ENDINGS, "list.txt").files == ("./gone [x1].mp4", "./empty", "./data/b.jpg")


def test_two_links_that_lead_back_do_not_make_a_pattern_endless(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "data" / "second loop").symlink_to(folder / "data")
    listed, list_folder = 0, os.scandir

    def counted(path: str) -> object:
        nonlocal listed
        listed += 1
        assert listed < 100
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", counted)
    everything = ("data/100% [x].jpg", "data/b.jpg")
    assert find_files(["data/**/*.jpg"], ENDINGS).files == everything
    assert find_files([f"{folder}/data/**/*.jpg"], ENDINGS).files == tuple(
        f"{folder}/{file}" for file in everything
    )
    assert find_files(["**/er/**"], ENDINGS).files == ("data/deep/er/c.mp4",)


def test_a_folder_that_cannot_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = folder / "data" / "deep"
    monkeypatch.chdir(deep)
    for _ in range(20):  # 5,000 characters, more than a path may have
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    (Path("lost.jpg")).write_bytes(b"x")
    os.chdir(folder)
    for given in ("data", "data/**/*.mp4"):
        sources = find_files([given], ENDINGS)
        assert "data/deep/er/c.mp4" in sources.files
        assert len(sources.unlisted) == 1 and "too long" in sources.unlisted[0]


@pytest.mark.parametrize("path", ["data/deep/er/*.jpg", "empty"])
def test_a_folder_or_pattern_without_files_is_an_error(folder: Path, path: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(BatchError, match="names no image or video"):
        find_files([path], ENDINGS)
