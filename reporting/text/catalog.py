"""Read tables of sentences, which are TOML so that they can be translated without touching code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def sentences(name: str) -> dict[str, Any]:
    """Return the table `name.toml` of this folder, read once.

    >>> sentences("referrals")["steps"]["emergency"]["en"][0]
    'Danger now'
    """
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
