"""Render the plain-text files of a package from their templates, `*.txt.j2` in this folder."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reporting.case import IST
from reporting.complaint.sanitize import one_line


def render(name: str, **values: object) -> str:
    """Render a template; the text ends with one line feed."""
    return _environment().get_template(name).render(**values).rstrip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"one_line": one_line, "indian_time": _indian_time}
    return environment


def _indian_time(at: datetime) -> str:
    return f"{at.astimezone(IST):%d-%m-%Y %H:%M}"
