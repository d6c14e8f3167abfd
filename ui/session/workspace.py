"""One private folder for everything a run of the page stores, wiped when the run ends.

A run that was killed cannot wipe: the next one does it. Each holds a lock on its own folder, which the system lets
go of however the run ends.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "deepfake-detector-"
_LOCK = ".lock"
_YOUNG_S = 60.0
_TRIES = 5
_OPENINGS = ("GRADIO_ALLOWED_PATHS", "GRADIO_LOCAL_DEV_MODE", "GRADIO_WATCH_DIRS")
"""Settings by which the surroundings would make Gradio serve more, or to more."""
_workspaces: dict[int, tuple[Path, FileLock]] = {}
"""The folder of a process, by its number."""


def make_workspace() -> Path:
    """Make a fresh folder that only its owner can read, and make Gradio use it.

    Everything Gradio would otherwise leave in a folder that all its apps share goes there, uploads above all.
    Gradio's own requests to the internet are switched off as well. Both are read while Gradio is imported, so
    this comes first. What earlier runs had to leave behind is deleted.

    Raises:
        RuntimeError: Gradio was imported before.
        OSError: no folder can be made in the system's place for temporary files.
    """
    if "gradio" in sys.modules:
        raise RuntimeError("make_workspace comes before the first import of gradio, which reads what it sets")
    parent = Path(os.path.realpath(tempfile.gettempdir()))  # what is served is asked for by its real path
    wipe_abandoned(parent)
    folder, lock = locked_folder(parent)
    _workspaces[os.getpid()] = folder, lock
    atexit.register(wipe_workspace)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    for name in _OPENINGS:
        os.environ.pop(name, None)
    return folder


def wipe_workspace() -> None:
    """Delete the folder of this run, if it has one, with all that is in it."""
    # By process: a copy of this one may end long before it, and must not take its folder.
    folder, lock = _workspaces.pop(os.getpid(), (None, None))
    if folder is None or lock is None:
        return
    for _ in range(_TRIES):  # another thread may just be writing into it
        _delete(folder, lock)
        if not folder.exists():
            break


def locked_folder(parent: Path) -> tuple[Path, FileLock]:
    """A new folder, mode 0700, and the lock that keeps it from being taken for an abandoned one.

    Raises:
        OSError: none can be made or locked.
    """
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = FileLock(folder / _LOCK)
        # Another run that starts just now may have seen the lock's file before it was locked, and wipe the folder.
        with suppress(Timeout, FileNotFoundError):
            lock.acquire(timeout=0)
            if (folder / _LOCK).exists():
                return folder, lock
            lock.release()
    raise OSError(f"no folder of one's own can be made in {parent}")


def wipe_abandoned(parent: Path) -> None:
    """Delete the folders of runs that are no more; those of others and of runs that go on are left alone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        if not _is_ours(folder):
            continue
        if not (folder / _LOCK).exists():
            # Just being made; or its lock was tidied away by the system, and nobody knows whether its run goes on.
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > _YOUNG_S:
                    folder.rmdir()  # only where it is empty
            continue
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        _delete(folder, lock)


def _delete(folder: Path, lock: FileLock) -> None:
    """Delete a folder whose lock is held: whoever waits for it must not take what is about to go."""
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    if sys.platform == "win32":  # an open file cannot be deleted there
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """A real folder of this user: what others lay into a shared place leads anywhere."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    return own and stat.S_ISDIR(facts.st_mode)
