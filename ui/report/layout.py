"""Lay out the report below the findings and connect its events."""

from __future__ import annotations

from typing import Any

import gradio as gr

from reporting import Case
from reporting.text import results as result_text
from ui.common.html import escape
from ui.common.localized import LocalizedComponents
from ui.common.updates import Updates, by_name
from ui.report.case_form import account_fields, detail_fields, first_fields, images_field, time_picker
from ui.report.filing import SCRIPT as FILING_SCRIPT
from ui.report.handlers import ReportHandlers
from ui.report.referral_steps import first_panel
from ui.result.status_panel import idle_panel
from ui.session.jobs import Jobs
from ui.session.store import Visits


class ReportPart:
    """The components of a page's report."""

    def __init__(self, localized: LocalizedComponents) -> None:
        with localized.add(
            gr.Accordion, lambda words: {"label": words.TOLD_TITLE}, open=True, elem_id="told"
        ) as told:
            localized.html(
                lambda words: (
                    f"<p>{escape(words.REPORT_LEAD)}</p><p>{escape(result_text.not_an_fir(words.LANGUAGE))}</p>"
                )
            )
            self._turn = gr.Number(0, visible=False)
            self._first = first_fields(localized)
            self._routes = _html(first_panel(Case(), "en", age_missing=False), elem_id="routes")
            with gr.Column(elem_id="build") as self._build:
                self._account = account_fields(localized)
                with localized.add(
                    gr.Accordion, lambda words: {"label": words.FORM_TITLE}, open=False, elem_id="case"
                ):
                    self._details = detail_fields(localized)
                self._images = images_field(localized)
                self._original = localized.add(
                    gr.Checkbox,
                    lambda words: {"label": words.FORM_ORIGINAL, "info": words.FORM_ORIGINAL_HINT},
                    elem_id="original",
                )
                self._prepare = localized.add(
                    gr.Button, lambda words: {"value": words.PREPARE}, variant="primary", elem_id="prepare"
                )
        note = _html(idle_panel(), elem_id="package-note")
        with gr.Column(visible=False, elem_id="filing") as filing:
            fields = _html("", js_on_load=FILING_SCRIPT.read_text(encoding="utf-8"), elem_id="fields")
        download = gr.DownloadButton(visible=False, variant="primary", elem_id="download")
        portal = _html("", elem_id="portal")
        with gr.Column(visible=False, elem_id="after") as after:
            self._reach = localized.add(
                gr.Button, lambda words: {"value": words.REACH_BUTTON}, size="sm", elem_id="reach"
            )
            localized.html(lambda words: f"<p>{escape(words.REACH_HINT)}</p>")
            self._reached = _html(idle_panel(), elem_id="reached")
            with localized.add(
                gr.Accordion, lambda words: {"label": words.FILED_TITLE}, open=False, elem_id="filed-number"
            ):
                localized.html(lambda words: f"<p>{escape(words.FILED_LEAD)}</p>")
                self._number = localized.add(
                    gr.Textbox, lambda words: {"label": words.FILED_NUMBER}, max_length=60, elem_id="number"
                )
                self._filed_at = time_picker(localized, lambda words: {"label": words.FILED_AT})
                self._file = localized.add(gr.Button, lambda words: {"value": words.FILED_BUTTON}, elem_id="file")
            filed = _html(idle_panel(), elem_id="filed")
        self._packaged = [note, told, filing, fields, download, portal, after, filed]

    def join(
        self,
        visits: Visits,
        language: gr.HTML,
        arrivals: list[Any],
        found: list[Any],
        *,
        rechecks: list[Any],
        heavy: dict[str, Any],
        at_once: dict[str, Any],
    ) -> None:
        """Connect the events.

        Args:
            visits: of all visitors.
            language: the switch.
            arrivals: events after which there is another file, and so another case.
            found: components of the findings, which a hard stop clears.
            rechecks: events after which the same file is checked again, and a package is outdated.
            heavy: settings of slow events.
            at_once: settings of fast events.
        """
        handlers = ReportHandlers(visits)
        first = self._first
        typed = [*first, *self._account, *self._details, self._images]
        seen_at, _, delay, *_ = self._details
        packaged = self._packaged
        routed = [first[2], self._images, delay, self._routes, self._build, *packaged]
        gr.on(
            [field.change for field in (*first, seen_at)],
            by_name(handlers.route, [*routed, *found]),
            [self._turn, language, *typed],
            [*routed, *found],
            js=Jobs.SCRIPT,
            **at_once,
        )
        changes = [field.change for field in (*self._account, *self._details[1:], self._images, self._original)]
        discard_package = by_name(handlers.discard_package, packaged)
        gr.on(changes, discard_package, self._turn, packaged, js=Jobs.SCRIPT, **at_once)
        change_language = by_name(handlers.change_language, routed)
        language.change(change_language, [self._turn, language, *typed], routed, js=Jobs.SCRIPT, **at_once)
        anew = [*first, self._build, *packaged]
        for recheck in rechecks:
            recheck.then(discard_package, self._turn, packaged, js=Jobs.SCRIPT, **at_once)
        for arrival in arrivals:
            arrival.then(by_name(_reset_form, anew), None, anew, **at_once)

        given = [self._turn, language, self._original, *typed]
        prepare = by_name(handlers.prepare, packaged)
        self._prepare.click(prepare, given, packaged, js=Jobs.SCRIPT, show_progress_on=packaged[0], **heavy).then(
            by_name(handlers.show, packaged), None, packaged, **at_once
        )
        filing = [self._turn, language, self._number, self._filed_at]
        self._file.click(by_name(handlers.file, packaged), filing, packaged, js=Jobs.SCRIPT, **at_once)
        self._reach.click(by_name(handlers.ask_portal, [self._reached]), language, self._reached, **at_once)


def _reset_form() -> Updates:
    """Reset the form for another file."""
    return {
        "kind": None,
        "in-danger": False,
        "depicted": gr.Radio(value=None, visible=False),
        "witness": False,
        "build": gr.Column(visible=True),
        "told": gr.Accordion(open=True),
        "package-note": idle_panel(),
        "filing": gr.Column(visible=False),
        "fields": "",
        "download": gr.DownloadButton(value=None, visible=False),
        "portal": "",
        "after": gr.Column(visible=False),
        "filed": idle_panel(),
    }


def _html(value: str = "", **kwargs: Any) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, **kwargs)
