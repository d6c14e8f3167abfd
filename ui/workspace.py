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
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "deepfake-detector-"
_LOCK = ".lock"
_YOUNG_S = 60.0
_OPENINGS = ("GRADIO_ALLOWED_PATHS", "GRADIO_LOCAL_DEV_MODE", "GRADIO_WATCH_DIRS")
"""Settings by which the surroundings would make Gradio serve more, or to more."""


def make_workspace() -> Path:
    """Make a fresh folder that only its owner can read, and make Gradio use it.

    Everything Gradio would otherwise leave in a folder that all its apps share goes there, uploads above all.
    Gradio's own requests to the internet are switched off as well. Both are read while Gradio is imported, so
    this comes first. What earlier runs had to leave behind is deleted.

    Raises:
        RuntimeError: Gradio was imported before.
    """
    if "gradio" in sys.modules:
        raise RuntimeError("make_workspace comes before the first import of gradio, which reads what it sets")
    wipe_abandoned(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))  # mode 0700
    lock = FileLock(folder / _LOCK)
    lock.acquire(timeout=0)

    def wipe() -> None:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(wipe)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    for name in _OPENINGS:
        os.environ.pop(name, None)
    return folder


def wipe_abandoned(parent: Path) -> None:
    """Delete the folders of runs that are no more; those of others and of runs that go on are left alone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        if not _is_ours(folder):
            continue
        lock_file = folder / _LOCK
        if not lock_file.exists() and time.time() - folder.stat().st_mtime < _YOUNG_S:
            continue  # somebody is just making it
        lock = FileLock(lock_file)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """A real folder of this user: what others lay into a shared place leads anywhere."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    return own and stat.S_ISDIR(facts.st_mode)
