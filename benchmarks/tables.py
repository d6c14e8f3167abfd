"""Generate the Markdown tables of README and docs from benchmark results."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

_TABLES = (
    Environment(loader=FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True)
    .get_template("tables.md.j2")
    .module
)


def table(name: str, *values: Any) -> str:
    """Return a table; `name` is a macro of `tables.md.j2`, the values are its arguments."""
    return str(getattr(_TABLES, name)(*values)).strip()


def speed_table(results: Iterable[dict[str, Any]]) -> str:
    """Return the table of a `speed` result, with the rows of `hour` if given."""
    return table("speed", {result["benchmark"]: result for result in results})
