"""Lay out the report below the findings and connect its events."""

from __future__ import annotations

from typing import Any

import gradio as gr

from reporting import Case
from reporting.text import results as result_text
from ui.common.html import escape
from ui.common.localized import LocalizedComponents, plain_html
from ui.common.templates import script
from ui.common.updates import AT_ONCE, HEAVY, Updates, by_name, connect
from ui.report.case_form import account_fields, detail_fields, first_fields, images_field, time_picker
from ui.report.handlers import ReportHandlers, package_updates
from ui.report.referral_steps import first_panel
from ui.result.status_panel import idle_panel
from ui.session.jobs import Jobs
from ui.session.store import Visits
from ui.text import DEFAULT


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
            self._routes = plain_html(first_panel(Case(), "en", age_missing=False), elem_id="routes")
            with gr.Column(elem_id="build") as self._build:
                self._account = account_fields(localized)
                with localized.accordion(lambda words: words.FORM_TITLE, "case"):
                    self._details = detail_fields(localized)
                self._images = images_field(localized)
                self._original = localized.add(
                    gr.Checkbox,
                    lambda words: {"label": words.FORM_ORIGINAL, "info": words.FORM_ORIGINAL_HINT},
                    elem_id="original",
                )
                self._prepare = localized.button(lambda words: words.PREPARE, "prepare", variant="primary")
        note = plain_html(idle_panel(), elem_id="package-note")
        with gr.Column(visible=False, elem_id="filing") as filing:
            fields = plain_html("", js_on_load=script("report/filing.js"), elem_id="fields")
        download = gr.DownloadButton(visible=False, variant="primary", elem_id="download")
        portal = plain_html("", elem_id="portal")
        with gr.Column(visible=False, elem_id="after") as after:
            self._reach = localized.button(lambda words: words.REACH_BUTTON, "reach", size="sm")
            localized.html(lambda words: f"<p>{escape(words.REACH_HINT)}</p>")
            self._reached = plain_html(idle_panel(), elem_id="reached")
            with localized.accordion(lambda words: words.FILED_TITLE, "filed-number"):
                localized.html(lambda words: f"<p>{escape(words.FILED_LEAD)}</p>")
                self._number = localized.add(
                    gr.Textbox, lambda words: {"label": words.FILED_NUMBER}, max_length=60, elem_id="number"
                )
                self._filed_at = time_picker(localized, lambda words: {"label": words.FILED_AT})
                self._file = localized.button(lambda words: words.FILED_BUTTON, "file")
            filed = plain_html(idle_panel(), elem_id="filed")
        self._packaged = [note, told, filing, fields, download, portal, after, filed]

    def join(
        self,
        visits: Visits,
        language: gr.HTML,
        arrivals: list[Any],
        texts: list[Any],
        found: gr.Accordion,
        *,
        rechecks: list[Any],
    ) -> None:
        """Connect the events.

        Args:
            visits: of all visitors.
            language: the switch.
            arrivals: events after which there is another file, and so another case.
            texts: components of the findings, which a hard stop clears.
            found: contains them; a package collapses it.
            rechecks: events after which the same file is checked again, and a package is outdated.
        """
        handlers = ReportHandlers(visits)
        first = self._first
        typed = [*first, *self._account, *self._details, self._images]
        seen_at, _, delay, *_ = self._details
        packaged = [*self._packaged, found]
        routed = [first[2], self._images, delay, self._routes, self._build, *packaged]
        counted: dict[str, Any] = AT_ONCE | {"js": Jobs.SCRIPT}
        gr.on(
            [field.change for field in (*first, seen_at)],
            by_name(handlers.route, [*routed, *texts]),
            [self._turn, language, *typed],
            [*routed, *texts],
            **counted,
        )
        changes = [field.change for field in (*self._account, *self._details[1:], self._images, self._original)]
        gr.on(changes, by_name(handlers.discard_package, packaged), self._turn, packaged, **counted)
        connect(language.change, handlers.change_language, [self._turn, language, *typed], routed, **counted)
        for recheck in rechecks:
            connect(recheck.then, handlers.discard_package, self._turn, packaged, **counted)
        for arrival in arrivals:
            connect(arrival.then, _reset_form, None, [*first, self._build, *packaged], **AT_ONCE)

        given = [self._turn, language, self._original, *typed]
        settings = HEAVY | {"js": Jobs.SCRIPT, "show_progress_on": packaged[0]}
        prepared = connect(self._prepare.click, handlers.prepare, given, packaged, **settings)
        connect(prepared.then, handlers.show, None, packaged, **AT_ONCE)
        filing = [self._turn, language, self._number, self._filed_at]
        connect(self._file.click, handlers.file, filing, packaged, **counted)
        connect(self._reach.click, handlers.ask_portal, language, [self._reached], **AT_ONCE)


def _reset_form() -> Updates:
    """Reset the form for another file."""
    return {
        "kind": None,
        "in-danger": False,
        "depicted": gr.Radio(value=None, visible=False),
        "witness": False,
        "build": gr.Column(visible=True),
    } | package_updates(None, DEFAULT)
