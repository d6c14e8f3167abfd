"""Render the page's Jinja2 templates (`*.html.j2` below `ui/`) and read its scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reporting.text import results
from reporting.text.results import Language
from ui import text
from ui.common.html import escape, file_size, icon, linked, verbatim, with_name

_FOLDER = Path(__file__).resolve().parent.parent


def render(name: str, language: Language, /, **values: object) -> str:
    """Render a template with the words of a language; values are escaped by `escape` unless they are `Markup`."""
    return _ENVIRONMENT.get_template(name).render(words=text.of(language), language=language, **values)


def script(*names: str) -> str:
    """Return scripts below `ui/`, one after the other."""
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def _source(name: str) -> str:
    """Read a template; line breaks and indentation between its lines mean nothing."""
    return "".join(line.strip() for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines())


def _escape(value: Any) -> Any:
    return value if hasattr(value, "__html__") else Markup(escape(value))


_ENVIRONMENT = Environment(
    loader=FunctionLoader(_source), autoescape=True, finalize=_escape, undefined=StrictUndefined
)
_ENVIRONMENT.globals |= {
    "file_size": file_size,
    "icon": icon,
    "linked": linked,
    "results": results,
    "verbatim": verbatim,
    "with_name": with_name,
}
