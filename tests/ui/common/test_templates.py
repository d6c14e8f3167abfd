"""Templates escape every value for HTML and for Gradio, and name no value that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from ui.common import templates

TEMPLATES = sorted(templates._FOLDER.glob("**/*.html.j2"))
HOSTILE = '<img src=x onerror="alert(1)">${1}{{x}}\u202e'


@pytest.fixture
def render_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates._ENVIRONMENT.loader, "load_func", lambda name: name)


@pytest.mark.usefixtures("render_source")
def test_values_are_escaped_and_markup_is_not() -> None:
    shown = templates.render("<p>{{ name }}</p>{{ image }}", "en", name=HOSTILE, image=Markup("<img>"))
    assert shown == (
        "<p>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#36;&#123;1}&#123;&#123;x}}\\u202e</p><img>"
    )


@pytest.mark.usefixtures("render_source")
def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates.render("{{ missing }}", "en")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_can_be_read(path: Path) -> None:
    assert templates._ENVIRONMENT.get_template(str(path.relative_to(templates._FOLDER)))
