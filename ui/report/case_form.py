"""The case form: the fields of `reporting.Case`. Only its kind is required; nothing asks who the visitor is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import gradio as gr

from detector.errors import ReportError
from reporting import Case
from reporting.case import IST, MAX_CHARS, parse_case
from ui.common.localized import LocalizedComponents, Wording

_PICKER = """<label><span class="dd-label">${label}</span>
<input type="datetime-local" min="2000-01-01T00:00" value="${value}"></label>"""
_PICKER_SCRIPT = "element.addEventListener('change', (event) => { props.value = event.target.value; });"
_DAY = timedelta(days=1)


class Answers(NamedTuple):
    """Values of the form, in the order of the fields."""

    kind: str | None = None
    in_danger: bool | None = False
    depicted: str | None = None
    witness_only: bool | None = False
    country: str | None = "IN"
    what_happened: str | None = ""
    denied: bool | None = False
    seen_at: str | None = ""
    saved_at: str | None = ""
    delay_reason: str | None = ""
    platform: str | None = ""
    handle: str | None = ""
    links: str | None = ""
    whose_face: str | None = ""
    harm: str | None = ""
    state: str | None = None
    with_images: bool | None = False

    @property
    def age_missing(self) -> bool:
        """Whether the content is sexual and the age was not answered yet."""
        return self.kind == "sexual" and self.depicted is None

    def seen_long_ago(self, now: datetime) -> bool:
        """Return whether the portal may ask for the reason of a delay."""
        try:
            seen_at = indian_time(self.seen_at)
        except ReportError:
            return False
        return seen_at is not None and now - seen_at > _DAY


def _choices(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, value) for value, label in labels.items()]


def first_fields(localized: LocalizedComponents) -> list[gr.Radio | gr.Checkbox | gr.Dropdown]:
    """Lay out what decides where to turn: the first five of `Answers`."""
    kind = localized.add(
        gr.Radio,
        lambda words: {"label": words.KIND_TITLE, "choices": _choices(words.KINDS)},
        elem_id="kind",
    )
    depicted = localized.add(
        gr.Radio,
        lambda words: {"label": words.AGE_TITLE, "choices": _choices(words.AGES)},
        visible=False,
        elem_id="depicted",
    )
    in_danger = localized.add(gr.Checkbox, lambda words: {"label": words.DANGER}, elem_id="in-danger")
    witness_only = localized.add(gr.Checkbox, lambda words: {"label": words.WITNESS}, elem_id="witness")
    country = localized.add(
        gr.Dropdown,
        lambda words: {"label": words.COUNTRY, "choices": _choices(words.COUNTRIES)},
        value="IN",
        filterable=False,
        elem_id="country",
    )
    return [kind, in_danger, depicted, witness_only, country]


def account_fields(localized: LocalizedComponents) -> list[gr.Textbox | gr.Checkbox]:
    """Lay out what happened, and the claim that only the visitor can make."""
    what_happened = localized.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_WHAT_HAPPENED, "info": words.FORM_WHAT_HAPPENED_HINT},
        lines=3,
        max_lines=12,
        max_length=MAX_CHARS["what_happened"],
        elem_id="what-happened",
    )
    denied = localized.add(gr.Checkbox, lambda words: {"label": words.FORM_DENIED}, elem_id="denied")
    return [what_happened, denied]


def detail_fields(localized: LocalizedComponents) -> list[gr.HTML | gr.Textbox | gr.Dropdown]:
    """Lay out the optional fields: the rest of `Answers` but the last."""
    seen_at = time_picker(localized, lambda words: {"label": words.FORM_SEEN_AT})
    saved_at = time_picker(localized, lambda words: {"label": words.FORM_SAVED_AT})
    delay_reason = localized.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_DELAY, "info": words.FORM_DELAY_HINT},
        max_length=MAX_CHARS["delay_reason"],
        visible=False,
        elem_id="delay",
    )
    platform = localized.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_PLATFORM, "placeholder": words.FORM_PLATFORM_HINT},
        max_length=MAX_CHARS["platform"],
    )
    handle = localized.add(gr.Textbox, lambda words: {"label": words.FORM_HANDLE}, max_length=MAX_CHARS["handle"])
    links = localized.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_LINKS, "placeholder": words.FORM_LINKS_HINT},
        lines=2,
        max_lines=6,
        max_length=MAX_CHARS["urls"],
    )
    whose_face = localized.add(
        gr.Textbox,
        lambda words: {"label": words.FORM_WHOSE_FACE, "placeholder": words.FORM_WHOSE_FACE_HINT},
        max_length=MAX_CHARS["whose_face"],
    )
    harm = localized.add(
        gr.Textbox, lambda words: {"label": words.FORM_HARM}, lines=2, max_lines=6, max_length=MAX_CHARS["harm"]
    )
    state = localized.add(
        gr.Dropdown,
        lambda words: {"label": words.FORM_STATE, "choices": _choices(words.STATES)},
        value=None,
    )
    return [seen_at, saved_at, delay_reason, platform, handle, links, whose_face, harm, state]


def images_field(localized: LocalizedComponents) -> gr.Checkbox:
    """Lay out the last of `Answers`, for sexual content only."""
    return localized.add(
        gr.Checkbox,
        lambda words: {"label": words.FORM_IMAGES, "info": words.FORM_IMAGES_HINT},
        visible=False,
        elem_id="with-images",
    )


def time_picker(localized: LocalizedComponents, wording: Wording) -> gr.HTML:
    """Lay out the browser's own date and time picker."""
    return localized.add(
        gr.HTML,
        wording,
        value="",
        html_template=_PICKER,
        js_on_load=_PICKER_SCRIPT,
        apply_default_css=False,
        elem_classes="dd-picker",
    )


def read_case(answers: Answers) -> Case:
    """Convert the form to a case.

    Raises:
        ReportError: a value that the form does not offer, a text that is too long, or an invalid time.
    """
    sexual = answers.kind == "sexual"
    images = bool(answers.with_images) if sexual else None
    texts = ("delay_reason", "platform", "handle", "whose_face", "what_happened", "harm", "state")
    marks = ("in_danger", "witness_only", "denied")
    values: dict[str, Any] = {
        "kind": answers.kind,
        "depicted": (answers.depicted if sexual else None) or "unsure",
        "country": answers.country or "IN",
        "seen_at": indian_time(answers.seen_at),
        "saved_at": indian_time(answers.saved_at),
        "urls": tuple(link.strip() for link in (answers.links or "").splitlines() if link.strip()),
        "include_media": images,
        "show_images": images,
    }
    values |= {name: getattr(answers, name) or "" for name in texts}
    values |= {name: bool(getattr(answers, name)) for name in marks}
    return parse_case(values, "The form")


def indian_time(value: str | None) -> datetime | None:
    """Parse the value of a picker; None if it is empty.

    Raises:
        ReportError: it cannot be read.
    """
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=IST)
    except ValueError as error:
        raise ReportError(
            f"The date and time {value!r} could not be read. Choose them again, or leave the field empty."
        ) from error
