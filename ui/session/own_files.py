"""Which files an address from outside may name: an allow list.

Whatever names a file from outside (a file's address, an event's input) goes through `own_file`. An address is
taken only where it is, character by character, one of the places where this program stores files; where a regular
file lies there and no link leads elsewhere; and where the browser that asks is the one whose file it is.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

RECEIVED = "received"
"""Folders of this name hold what visitors sent, as they sent it. Nothing in them is ever served: an image's
metadata may say where its maker lives."""
OWNER_COOKIE = "deepfake_detector_visitor"
"""A random name for a browser. It opens nothing by itself: it is asked for beside a file's secret address."""

_SECRET = "[0-9a-f]{32}"
_NAME = r"[^/\\\0]+"
SHOWN = re.compile(
    rf"(?P<folder>{_SECRET})/"
    rf"((face|original|frame)-[0-9]+\.png|still\.png|thumb\.png|(moments|packages|copies)/{_SECRET}/{_NAME})"
)
"""What the page shows and hands out, below the root of all visits."""
UPLOADED = re.compile(rf"(?P<folder>{RECEIVED}/{_SECRET})/[0-9a-f]{{64}}/{_NAME}")
"""A complete upload, below the same root. One that is still arriving has another path."""
_OWNER_FILE = ".owner"
_OWNER = re.compile(_SECRET)
_MAX_CHARS = 4096


def own_file(address: object, root: Path, layout: re.Pattern[str], owner: str) -> Path | None:
    """The file that an address from outside names, if whoever asks may have it.

    Args:
        address: from outside; anything but text is refused.
        root: folder of all visits, without links in its path.
        layout: `SHOWN` or `UPLOADED`.
        owner: from `owner_in`, of the request.

    Returns:
        None where it is not a regular file of this layout, where a link leads there, or where it is another's.
    """
    if not isinstance(address, str) or len(address) > _MAX_CHARS:
        return None
    below = next(
        (start for start in (f"{root}{os.sep}", f"{root.as_posix()}/") if address.startswith(start)), None
    )
    if below is None:
        return None
    relative = address.removeprefix(below).replace(os.sep, "/")
    found = layout.fullmatch(relative)
    if found is None or ".." in relative.split("/"):
        return None
    path = root / relative
    try:
        same = os.path.realpath(path, strict=True) == str(path)
        regular = stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return None
    return path if same and regular and _owner_of(root / found["folder"]) in ("", owner) else None


def owner_in(cookies: Mapping[str, str]) -> str:
    """The browser that asks; empty for programs and for browsers that keep no cookies."""
    owner = cookies.get(OWNER_COOKIE, "")
    return owner if _OWNER.fullmatch(owner) else ""


def make_owner() -> str:
    """A name for a browser that has none yet."""
    return secrets.token_hex(16)


def secret_folder(parent: Path, owner: str = "") -> Path:
    """A new folder whose name nobody can guess.

    Args:
        parent: where it is made.
        owner: only this one is given what lies in it; empty: whoever knows its name.
    """
    folder = parent / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    if owner:
        try:
            (folder / _OWNER_FILE).write_text(owner, encoding="ascii")
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder


def _owner_of(folder: Path) -> str:
    try:
        return (folder / _OWNER_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
