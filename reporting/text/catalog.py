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


def sentence(table: str, key: str, language: str, /, **values: object) -> str:
    """Return a sentence in one language with its values filled in.

    Args:
        table: name of a table.
        key: keys on the way to the sentence, separated by dots.
        language: `en` or `hi`.

    >>> sentence("results", "step.look", "en", frame=2, frames=9)
    'Looking at frame 2 of 9.'
    """
    return str(_entry(table, key)[language]).format(**values)


def lines(table: str, key: str, language: str) -> tuple[str, ...]:
    """Return a list of sentences in one language."""
    return tuple(_entry(table, key)[language])


def _entry(table: str, key: str) -> Any:
    entry: Any = sentences(table)
    for name in key.split("."):
        entry = entry[name]
    return entry
