"""A private folder for all files of a run, deleted when the run ends.

The folder of a killed run is deleted by the next one: each run holds a lock on its folder, which the system
releases when the process ends.
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
"""Environment variables that would make Gradio serve more, or to more."""
_workspaces: dict[int, tuple[Path, FileLock]] = {}
"""Folder by process id."""


def make_workspace() -> Path:
    """Make a private folder and have Gradio use it; delete folders of dead runs.

    Must run before Gradio is imported, which reads its folder then; Gradio's own requests to the internet are
    disabled too.

    Raises:
        RuntimeError: Gradio was imported before.
        OSError: no folder can be made in the system's place for temporary files.
    """
    if "gradio" in sys.modules:
        raise RuntimeError("make_workspace comes before the first import of gradio, which reads what it sets")
    parent = Path(os.path.realpath(tempfile.gettempdir()))  # files are requested by their real path
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
    """Delete the folder of this run, if it has one."""
    # By process: a forked child must not delete the folder of its parent.
    folder, lock = _workspaces.pop(os.getpid(), (None, None))
    if folder is None or lock is None:
        return
    for _ in range(_TRIES):  # another thread may be writing
        _delete(folder, lock)
        if not folder.exists():
            break


def locked_folder(parent: Path) -> tuple[Path, FileLock]:
    """Make a folder, mode 0700, and lock it as in use.

    Raises:
        OSError: none can be made or locked.
    """
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = FileLock(folder / _LOCK)
        # Another run that starts now may have seen the unlocked file and delete the folder.
        with suppress(Timeout, FileNotFoundError):
            lock.acquire(timeout=0)
            if (folder / _LOCK).exists():
                return folder, lock
            lock.release()
    raise OSError(f"no folder of one's own can be made in {parent}")


def wipe_abandoned(parent: Path) -> None:
    """Delete the folders of this user's dead runs."""
    for folder in parent.glob(f"{_PREFIX}*"):
        if not _is_ours(folder):
            continue
        if not (folder / _LOCK).exists():
            # Just being made, or its lock file was removed by the system: unknown, so keep it.
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > _YOUNG_S:
                    folder.rmdir()  # only if empty
            continue
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        _delete(folder, lock)


def _delete(folder: Path, lock: FileLock) -> None:
    """Delete a folder while holding its lock."""
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    if sys.platform == "win32":  # an open file cannot be deleted there
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Return whether this is a real folder of this user, not a link."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    return own and stat.S_ISDIR(facts.st_mode)
