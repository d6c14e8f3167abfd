"""Delete unused files while the page runs."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from pathlib import Path

from ui.queue.rows import FileLists
from ui.session.own_files import RECEIVED
from ui.session.store import Visits

KEPT_S = 3600.0
"""How long unused visits, uploads and packages are kept."""
_EACH_S = 30.0
_log = logging.getLogger(__name__)


def start_cleanup(visits: Visits, root: Path, lists: FileLists | None = None) -> None:
    """Delete unused files every 30 seconds, in a daemon thread."""

    def work() -> None:
        while True:
            time.sleep(_EACH_S)
            try:
                clean_up(visits, root, lists=lists)
            except OSError:  # deleted meanwhile, or a disk error: retry next time
                _log.exception("files of visitors could not be tidied up")

    threading.Thread(target=work, name="tidy", daemon=True).start()


def clean_up(visits: Visits, root: Path, kept_s: float = KEPT_S, lists: FileLists | None = None) -> None:
    """Delete unused visits and lists, and folders that belong to none.

    Args:
        visits: of all visitors.
        root: folder of all visits.
        kept_s: how long unused files are kept.
        lists: lists of files, whose rows are kept too.
    """
    visits.end_unused(kept_s)
    held = visits.folders()
    if lists is not None:
        lists.end_unused(kept_s)
        held |= lists.folders()
    received = root / RECEIVED
    folders = [path for path in root.iterdir() if path.is_dir() and path != received and path not in held]
    folders += received.iterdir() if received.is_dir() else []
    for folder in folders:
        if time.time() - _changed(folder) > kept_s:
            shutil.rmtree(folder, ignore_errors=True)


def _changed(folder: Path) -> float:
    """Return when something in a folder was last written; now if it is gone."""
    try:
        return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return time.time()
