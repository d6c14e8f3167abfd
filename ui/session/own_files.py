"""Check paths from outside against an allow list.

Every path in a URL or event goes through `own_file`: it must match, character by character, a place where the
program stores files, be a regular file without links in its path, and belong to the requesting browser.
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
"""Folder of originals; never served, since metadata may reveal where somebody lives."""
OWNER_COOKIE = "deepfake_detector_visitor"
"""Cookie with a random id of the browser, required besides a file's secret address."""

_SECRET = "[0-9a-f]{32}"
_NAME = r"[^/\\\0]+"
SHOWN = re.compile(
    rf"(?P<folder>{_SECRET})/"
    rf"((face|original|frame|still)-[0-9]+\.png|sheet-[0-9]+\.jpg|thumb\.png|"
    rf"(moments|packages|copies)/{_SECRET}/{_NAME})"
)
"""Files that the page serves, below the root of all visits."""
UPLOADED = re.compile(rf"(?P<folder>{RECEIVED}/{_SECRET})/[0-9a-f]{{64}}/{_NAME}")
"""Complete uploads, below the same root; incomplete ones have another path."""
_OWNER_FILE = ".owner"
_OWNER = re.compile(_SECRET)
_MAX_CHARS = 4096


def own_file(address: object, root: Path, layout: re.Pattern[str], owner: str) -> Path | None:
    """Return the file of a path from outside, if the browser may have it.

    Args:
        address: from outside; anything but text is refused.
        root: folder of all visits, without links in its path.
        layout: `SHOWN` or `UPLOADED`.
        owner: from `owner_in`, of the request.

    Returns:
        None if it is not a regular file of this layout, reached by a link, or of another browser.
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
    """Return the id of the browser; empty for programs and browsers without cookies."""
    owner = cookies.get(OWNER_COOKIE, "")
    return owner if _OWNER.fullmatch(owner) else ""


def make_owner() -> str:
    """Make an id for a browser."""
    return secrets.token_hex(16)


def secret_folder(parent: Path, owner: str = "") -> Path:
    """Make a folder with a secret name.

    Args:
        parent: where it is made.
        owner: browser that may read its files; empty for any that knows the name.
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
