"""What the visitor knows about the incident: the fields of `reporting.Case`, every one optional."""

from __future__ import annotations

from datetime import datetime

import gradio as gr

from detector.errors import ReportError
from reporting import Case
from reporting.case import IST
from ui.lettering import Lettering

_PICKER = """<label><span class="dd-label">${label}</span>
<input type="datetime-local" min="2000-01-01T00:00" value="${value}"></label>"""
_PICKER_SCRIPT = "element.addEventListener('change', (event) => { props.value = event.target.value; });"


def case_fields(lettering: Lettering) -> list[gr.HTML | gr.Textbox | gr.Dropdown]:
    """Lay out the fields, in the order in which `read_case` takes their values."""
    # The browser's own picker: every phone has one that its owner knows.
    seen_at = lettering.add(
        gr.HTML,
        lambda words: {"label": words.FORM_SEEN_AT},
        value="",
        html_template=_PICKER,
        js_on_load=_PICKER_SCRIPT,
        apply_default_css=False,
        elem_classes="dd-picker",
    )
    platform = lettering.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_PLATFORM, "placeholder": words.FORM_PLATFORM_HINT},
        max_length=200,
    )
    handle = lettering.add(gr.Textbox, lambda words: {"label": words.FORM_HANDLE}, max_length=200)
    links = lettering.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_LINKS, "placeholder": words.FORM_LINKS_HINT},
        lines=2,
        max_lines=6,
        max_length=8000,
    )
    whose_face = lettering.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_WHOSE_FACE, "placeholder": words.FORM_WHOSE_FACE_HINT},
        max_length=200,
    )
    what_happened = lettering.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_WHAT_HAPPENED},
        lines=3,
        max_lines=12,
        max_length=8000,
    )
    harm = lettering.add(
        gr.Textbox, lambda words: {"label": words.FORM_HARM}, lines=2, max_lines=6, max_length=2000
    )
    state = lettering.add(
        gr.Dropdown,
        lambda words: {
            "label": words.FORM_STATE,
            "choices": [(shown, name) for name, shown in words.STATES.items()],
        },
        value=None,
    )
    return [seen_at, platform, handle, links, whose_face, what_happened, harm, state]


def read_case(
    seen_at: str | None,
    platform: str | None,
    handle: str | None,
    links: str | None,
    whose_face: str | None,
    what_happened: str | None,
    harm: str | None,
    state: str | None,
) -> Case:
    """The visitor's words, as they were typed.

    Raises:
        ReportError: the date and time cannot be read.
    """
    return Case(
        seen_at=_indian_time(seen_at or ""),
        platform=platform or "",
        handle=handle or "",
        urls=tuple(link.strip() for link in (links or "").splitlines() if link.strip()),
        whose_face=whose_face or "",
        what_happened=what_happened or "",
        harm=harm or "",
        state=state or "",
    )


def _indian_time(value: str) -> datetime | None:
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=IST)
    except ValueError as error:
        raise ReportError(
            f"The date and time {value!r} could not be read. Choose them again, or leave the field empty."
        ) from error
