"""The page: what stands where, and which event leads to which handler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from detector import Detector
from reporting import wording
from ui import text
from ui.case_form import case_fields
from ui.handlers import Handlers
from ui.markup import escape
from ui.panels import idle_panel
from ui.results import portal_link

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MAX_UPLOAD_MB = 200
"""Largest file that is taken. A page for others must not be filled up; the command line takes more."""

_HEAVY = "detector"
"""All heavy events wait in one line: the detector is used by one at a time."""
_SCROLL = """() => setTimeout(() => document.getElementById('answer').scrollIntoView({{
    block: '{block}',
    behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
}}), 100)"""


def build_page(detector: Detector, *, shared: bool = False) -> gr.Blocks:
    """Lay the page out around one detector.

    Args:
        detector: judges what visitors bring.
        shared: others than this computer's user can open the page, and it must not say that files stay here.
    """
    handlers = Handlers(detector, Path(get_upload_folder()))
    # Gradio deletes what it stored and nobody took over; what a visit holds is deleted with the visit.
    page = gr.Blocks(title=text.TITLE, analytics_enabled=False, delete_cache=(60, 3600))
    with page:
        private = text.SHARED if shared else text.PRIVATE
        _html(
            f"<h1>{escape(text.TITLE)}</h1><p>{escape(text.LEAD)}</p><p><strong>{escape(private)}</strong></p>",
            elem_id="lead",
        )
        # Every type is let through: the detector looks at the content, and says in words what it cannot read.
        upload = gr.File(label=text.UPLOAD_LABEL.format(limit=f"{MAX_UPLOAD_MB} MB"), height=190, elem_id="upload")
        _html(f"<p>{escape(text.EXAMPLES_LEAD)}</p>")
        with gr.Row(elem_id="examples"):
            examples = {
                name: gr.Button(words, size="sm", min_width=120, elem_id=f"example-{number}")
                for number, (name, words) in enumerate(text.EXAMPLES.items(), 1)
            }
        answer = _html(idle_panel(), elem_id="answer")
        progress = _html("", visible=False, elem_id="progress")
        with gr.Column(visible=False, elem_id="result") as result:
            findings = _html(elem_id="findings")
            steps = _html(elem_id="steps")
            _html(
                f"<h2>{escape(text.REPORT_TITLE)}</h2><p>{escape(text.REPORT_LEAD)}</p>"
                f"<p>{escape(wording.not_an_fir(text.LANGUAGE))}</p>"
            )
            with gr.Accordion(text.FORM_TITLE, open=False, elem_id="case"):
                fields = case_fields()
            original = gr.Checkbox(label=text.FORM_ORIGINAL, info=text.FORM_ORIGINAL_HINT, elem_id="original")
            prepare = gr.Button(text.PREPARE, variant="primary", elem_id="prepare")
            package_note = _html(idle_panel(), elem_id="package-note")
            download = gr.DownloadButton(visible=False, variant="primary", elem_id="download")
            _html(portal_link(), elem_id="portal")

        private_event: dict[str, Any] = {"api_visibility": "private"}
        at_once = private_event | {"queue": False, "show_progress": "hidden"}
        received = [upload, answer, progress, result]
        arrivals = [upload.upload(handlers.receive, upload, received, preprocess=False, **at_once)]
        for name, button in examples.items():
            arrivals.append(button.click(handlers.receive_example(EXAMPLES / name), None, received, **at_once))
        for arrival in arrivals:
            arrival.then(None, js=_SCROLL.format(block="nearest"), **private_event)
            check = arrival.success(
                handlers.judge,
                None,
                [answer, progress, result, findings, steps, package_note, download],
                show_progress="full",
                show_progress_on=progress,
                concurrency_id=_HEAVY,
                trigger_mode="multiple",
                **private_event,
            )
            check.success(None, js=_SCROLL.format(block="start"), **private_event)
            check.failure(handlers.busy, None, [answer, progress], **at_once)
        prepare.click(
            handlers.prepare,
            [original, *fields],
            [package_note, download],
            show_progress_on=package_note,
            concurrency_id=_HEAVY,
            **private_event,
        )
        changes = [original.change, *(field.change for field in fields)]
        gr.on(changes, handlers.outdate, None, [package_note, download], **at_once)
        page.unload(handlers.leave)
        _add_interface(handlers)
    return page


def _html(value: str = "", **kwargs: Any) -> gr.HTML:
    """A piece of our own markup, in our own style."""
    return gr.HTML(value, apply_default_css=False, **kwargs)


def _add_interface(handlers: Handlers) -> None:
    """Two calls for programs, on components that are never drawn: a file in, JSON or a package out."""
    upload = gr.File(label="file", visible=False)
    to_call: dict[str, Any] = {"preprocess": False, "concurrency_id": _HEAVY}
    gr.Button(visible=False).click(handlers.analyze, upload, gr.JSON(visible=False), api_name="analyze", **to_call)
    gr.Button(visible=False).click(handlers.report, upload, gr.File(visible=False), api_name="report", **to_call)
