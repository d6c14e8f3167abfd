"""Deletes what nobody uses any more, while the page runs."""

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
"""So long is kept what nobody uses: a visit whose page stays open, an upload that started nothing, a package that
was made for a program."""
_EACH_S = 30.0
_log = logging.getLogger(__name__)


def keep_tidy(visits: Visits, root: Path, lists: FileLists | None = None) -> None:
    """Tidy up now and then, for as long as the program runs."""

    def work() -> None:
        while True:
            time.sleep(_EACH_S)
            try:
                tidy(visits, root, lists=lists)
            except OSError:  # somebody was quicker, or the disk is in trouble: the next turn comes
                _log.exception("files of visitors could not be tidied up")

    threading.Thread(target=work, name="tidy", daemon=True).start()


def tidy(visits: Visits, root: Path, kept_s: float = KEPT_S, lists: FileLists | None = None) -> None:
    """Delete once what is too old.

    Args:
        visits: those that are kept.
        root: folder of all visits.
        kept_s: how long it may lie unused.
        lists: of files, whose rows are kept beside the visits.
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
    """When something in it was last written; now where it has just gone."""
    try:
        return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return time.time()
