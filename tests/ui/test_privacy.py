"""No metadata of a file reaches what is shown or written, and a run leaves nothing behind, however it ends."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
from PIL import ExifTags, Image
from upload_helpers import store_upload

from detector import Detector
from ui.check.upload_handlers import Handlers
from ui.check.video_handlers import VideoHandlers
from ui.report.handlers import ReportHandlers
from ui.session.own_files import RECEIVED
from ui.session.workspace import locked_folder, wipe_abandoned

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Somebodys-Home-221b"
VISITOR: Any = SimpleNamespace(session_hash="a")


def quiet(share: float, desc: str) -> None:
    """Stands in for the page's progress."""


def located_image(example: Path) -> bytes:
    """The example as a phone writes it: with the place, the maker, a comment."""
    with Image.open(example) as image:
        exif = image.getexif()
        exif[ExifTags.Base.ImageDescription] = exif[ExifTags.Base.Artist] = SECRET
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (19.0, 4.0, 33.0), 29: SECRET}
        )
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", exif=exif, comment=SECRET, quality=95)
    return buffer.getvalue()


def located_video(example: Path, out: Path) -> bytes:
    with av.open(str(example)) as original, av.open(str(out), "w") as container:
        container.metadata.update({"location": "+19.0760+072.8777/", "title": SECRET, "comment": SECRET})
        source = original.streams.video[0]
        copy = container.add_stream_from_template(source)
        for packet in original.demux(source):
            if packet.dts is not None:
                packet.stream = copy
                container.mux(packet)
    return out.read_bytes()


@pytest.fixture
def give(detector: Detector, tmp_path: Path) -> Callable[[str, bytes], Handlers]:
    """Upload a file and have it judged."""
    root = tmp_path / "root"

    def give(name: str, content: bytes) -> Handlers:
        handlers = Handlers(detector, root)
        path = store_upload(root, content, name)
        handlers.receive({"path": str(path), "orig_name": name}, "en", VISITOR)
        handlers.run_check("10", VISITOR, quiet) if name.endswith("mp4") else handlers.run_check(
            "auto", VISITOR, quiet
        )
        return handlers

    return give


def written(root: Path) -> dict[str, bytes]:
    """All that was written of the visit, the files in packages included; not what was received."""
    files: dict[str, bytes] = {}
    for path in root.rglob("*"):
        if path.is_file() and RECEIVED not in path.relative_to(root).parts:
            files[path.name] = path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    files |= {name: archive.read(name) for name in archive.namelist()}
    return files


def assert_nothing_told(files: dict[str, bytes]) -> None:
    images = 0
    for name, content in files.items():
        assert SECRET.encode() not in content and SECRET.encode("utf-16-le") not in content, name
        if name.endswith((".png", ".jpg")):
            with Image.open(io.BytesIO(content)) as image:
                assert not dict(image.getexif()) and not image.info.get("comment"), name
            images += 1
    assert images


def test_a_images_place_and_maker_stay_with_its_owner(
    give: Callable[[str, bytes], Handlers], examples: Path, tmp_path: Path
) -> None:
    content = located_image(examples / "genuine.jpg")
    assert SECRET.encode() in content
    handlers = give("holiday.jpg", content)
    note = ReportHandlers(handlers.visits).prepare(VISITOR, 1, "en", False, "other")["package-note"]
    files = written(tmp_path / "root")
    assert any(name.endswith(".zip") for name in files), note
    assert_nothing_told(files)
    visit = handlers.visits.get("a")
    assert visit is not None and visit.original.read_bytes() == content, "the original itself is untouched"


def test_a_videos_place_is_not_in_its_annotated_copy(
    give: Callable[[str, bytes], Handlers], detector: Detector, examples: Path, tmp_path: Path
) -> None:
    content = located_video(examples / "manipulated.mp4", tmp_path / "video.mp4")
    assert SECRET.encode() in content
    handlers = give("holiday.mp4", content)
    videos = VideoHandlers(detector, handlers.visits, handlers.scheduler)
    videos.start_copy(VISITOR)
    videos.make_copy("en", VISITOR, quiet)
    files = written(tmp_path / "root")
    (copy,) = [name for name in files if name.endswith(".mp4")]
    assert_nothing_told(files)
    with av.open(io.BytesIO(files[copy])) as container:
        assert not {"location", "title", "comment"} & container.metadata.keys()


PROGRAM = """
import sys, time
from ui.session.workspace import make_workspace
print(make_workspace(), flush=True)
time.sleep(3600)
"""


def start_run(tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    environment = os.environ | {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=300)


def test_runs_side_by_side_keep_their_folders_however_the_others_come_and_go(tmp_path: Path) -> None:
    runs = [start_run(tmp_path) for _ in range(2)]
    try:
        (first, one), (second, two) = runs
        for folder in (one, two):
            (folder / "upload.jpg").write_bytes(b"x")
        (one / ".lock").unlink()  # as a system does that tidies up what is old
        os.utime(one, (time.time() - 3600,) * 2)
        runs.append(start_run(tmp_path))
        assert first.poll() is None and (one / "upload.jpg").exists(), "another run began"
        runs[-1][0].terminate()
        runs[-1][0].communicate(timeout=300)
        end(second)
        runs.append(start_run(tmp_path))
        assert (one / "upload.jpg").exists() and not two.exists(), "one was killed, and another began"
    finally:
        for process, _ in runs:
            end(process)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only some systems copy processes")
def test_a_copy_of_the_run_that_ends_takes_nothing_with_it(tmp_path: Path) -> None:
    program = """
import os, sys
from ui.session.workspace import make_workspace, wipe_abandoned
folder = make_workspace()
copy = os.fork()
if copy == 0:
    sys.exit()
os.waitpid(copy, 0)
wipe_abandoned(folder.parent)
print(folder.exists())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True", done.stderr
    assert not list(tmp_path.iterdir())


def test_a_run_that_starts_while_others_tidy_up_keeps_its_folder(tmp_path: Path) -> None:
    stop = threading.Event()

    def tidy_up() -> None:
        while not stop.is_set():
            wipe_abandoned(tmp_path)

    others = [threading.Thread(target=tidy_up) for _ in range(3)]
    for other in others:
        other.start()
    try:
        kept = [locked_folder(tmp_path) for _ in range(200)]
    finally:
        stop.set()
        for other in others:
            other.join()
    assert all((folder / ".lock").exists() for folder, _ in kept)
    for _, lock in kept:
        lock.release()
    wipe_abandoned(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_run_is_cleaned_up_by_the_next_and_a_living_one_is_left_alone(tmp_path: Path) -> None:
    killed, leftover = start_run(tmp_path)
    living, kept = start_run(tmp_path)
    try:
        (leftover / "upload.jpg").write_bytes(b"x")
        (kept / "upload.jpg").write_bytes(b"x")
        assert (leftover / "upload.jpg").exists() and leftover.stat().st_mode & 0o077 == 0
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=300)
        assert (leftover / "upload.jpg").exists(), "nobody can clean up after that"
        following, fresh = start_run(tmp_path)
        following.terminate()
        following.communicate(timeout=300)
        assert not leftover.exists() and (kept / "upload.jpg").exists() and fresh != kept
    finally:
        living.kill()
        living.communicate(timeout=300)


def test_what_others_laid_into_the_shared_place_is_not_followed(tmp_path: Path) -> None:
    mine, shared = tmp_path / "mine", tmp_path / "tmp"
    mine.mkdir()
    shared.mkdir()
    (mine / "diary.txt").write_text("x")
    (shared / "deepfake-detector-trap").symlink_to(mine)
    (shared / "deepfake-detector-file").write_text("x")
    young = shared / "deepfake-detector-young"
    young.mkdir()
    old = shared / "deepfake-detector-old"
    old.mkdir()
    os.utime(old, (time.time() - 3600,) * 2)
    wipe_abandoned(shared)
    assert (mine / "diary.txt").exists() and young.exists() and not old.exists()
