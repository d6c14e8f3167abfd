"""The page: what stands where, and which event leads to which handler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from detector import Detector
from reporting import wording
from ui import depth, text
from ui.camera import CameraHandlers, Cameras, camera_section
from ui.case_form import case_fields
from ui.clip_handlers import ClipHandlers
from ui.handlers import Handlers
from ui.markup import escape
from ui.panels import idle_panel
from ui.results import portal_link
from ui.sessions import session_of
from ui.tidy import keep_tidy

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MAX_UPLOAD_MB = 200
"""Largest file that is taken. A page for others must not be filled up; the command line takes more."""

HEAVY = "detector"
"""All heavy events wait in one line: the detector is used by one at a time."""
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
AT_ONCE: dict[str, Any] = PRIVATE | {"queue": False, "show_progress": "hidden"}
_TIMELINE_SCRIPT = Path(__file__).with_name("timeline.js")
_FOCUS = "() => setTimeout(() => document.querySelector('#answer [role=status]').focus(), 100)"
"""For the keyboard, whose button has just gone."""
_SCROLL = """() => setTimeout(() => document.getElementById('answer').scrollIntoView({{
    block: '{block}',
    behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
}}), 100)"""


def build_page(detector: Detector, *, shared: bool = False, api: bool = True) -> gr.Blocks:
    """Lay the page out around one detector.

    Args:
        detector: judges what visitors bring.
        shared: others than this computer's user can open the page, and it must not say that files stay here.
        api: programs are offered two calls.
    """
    root = Path(get_upload_folder())
    handlers, cameras = Handlers(detector, root), Cameras(detector)
    keep_tidy(handlers.visits, root)
    # Gradio deletes copies that it made; what a visit holds is deleted with the visit.
    page = gr.Blocks(title=text.TITLE, analytics_enabled=False, delete_cache=(60, 3600))
    with page:
        private = text.SHARED if shared else text.PRIVATE
        _html(
            f"<h1>{escape(text.TITLE)}</h1><p>{escape(text.LEAD)}</p><p><strong>{escape(private)}</strong></p>",
            elem_id="lead",
        )
        with gr.Tabs():
            with gr.Tab(text.FILE_TAB, elem_id="tab-file"):
                _file_tab(detector, handlers)
            with gr.Tab(text.CAMERA_TAB, elem_id="tab-camera"):
                _camera_tab(detector, cameras, shared=shared)

        def leave(request: gr.Request) -> None:
            handlers.leave(request)
            cameras.drop(session_of(request))

        page.unload(leave)
        if api:
            _add_interface(handlers)
    return page


def _file_tab(detector: Detector, handlers: Handlers) -> None:
    """Lay out what is about files, and join it to what it does."""
    # Every type is let through: the detector looks at the content, and says in words what it cannot read.
    upload = gr.File(label=text.UPLOAD_LABEL.format(limit=f"{MAX_UPLOAD_MB} MB"), height=190, elem_id="upload")
    with gr.Accordion(text.DEPTH_TITLE, open=False, elem_id="depth"):
        configured = detector.config.max_frames
        how = gr.Dropdown(
            depth.choices(configured),
            value=depth.chosen(configured),
            label=text.DEPTH_LABEL,
            info=text.DEPTH_HINT,
            filterable=False,
        )
    _html(f"<p>{escape(text.EXAMPLES_LEAD)}</p>")
    with gr.Row(elem_id="examples"):
        examples = {
            name: gr.Button(words, size="sm", min_width=120, elem_id=f"example-{number}")
            for number, (name, words) in enumerate(text.EXAMPLES.items(), 1)
        }
    answer = _html(idle_panel(), elem_id="answer")
    with gr.Column(visible=False, elem_id="working") as working:
        progress = _html("", elem_id="progress")
        cancel = gr.Button(text.CANCEL, elem_id="cancel")
    with gr.Column(visible=False, elem_id="result") as result:
        timeline, moment = _timeline(), _html(idle_panel(), elem_id="moment")
        findings = _html(elem_id="findings")
        with gr.Column(visible=False, elem_id="copy") as copy_column:
            copy = _copy_part()
        steps = _html(elem_id="steps")
        fields, original, prepare, package_note, download = _package_part()

    received = [upload, answer, working, result]
    arrivals = [upload.upload(handlers.receive, upload, received, preprocess=False, **AT_ONCE)]
    for name, button in examples.items():
        arrivals.append(button.click(handlers.receive_example(EXAMPLES / name), None, received, **AT_ONCE))
    make, stop, copy_note, copy_download = copy
    shown = [answer, working, result, timeline, moment, findings, steps, package_note, download]
    for arrival in arrivals:
        arrival.then(None, js=_SCROLL.format(block="nearest"), **PRIVATE)
        check = arrival.success(
            handlers.judge,
            how,
            [*shown, copy_column, make, copy_note, copy_download],
            show_progress="full",
            show_progress_on=progress,
            concurrency_id=HEAVY,
            trigger_mode="multiple",
            **PRIVATE,
        )
        check.success(None, js=_SCROLL.format(block="start"), **PRIVATE)
        check.failure(handlers.busy, None, [answer, working], **AT_ONCE)
    cancel.click(handlers.cancel, None, [answer, working, result], **AT_ONCE).then(None, js=_FOCUS, **PRIVATE)

    clips = ClipHandlers(detector, handlers.visits)
    timeline.pick(
        clips.moment,
        None,
        moment,
        show_progress_on=moment,
        concurrency_id=HEAVY,
        trigger_mode="always_last",
        **PRIVATE,
    )
    copy_parts = [make, stop, copy_note, copy_download]
    make.click(clips.start_copy, None, copy_parts, **AT_ONCE).success(
        clips.make_copy,
        None,
        copy_parts,
        show_progress="full",
        show_progress_on=copy_note,
        concurrency_id=HEAVY,
        trigger_mode="multiple",
        **PRIVATE,
    )
    stop.click(clips.stop_copy, None, copy_parts, **AT_ONCE)
    prepare.click(
        handlers.prepare,
        [original, *fields],
        [package_note, download],
        show_progress_on=package_note,
        concurrency_id=HEAVY,
        **PRIVATE,
    )
    changes = [original.change, *(field.change for field in fields)]
    gr.on(changes, handlers.outdate, None, [package_note, download], **AT_ONCE)


def _timeline() -> gr.HTML:
    """The graphs; the event `pick` names a moment."""
    return _html(elem_id="timeline", js_on_load=_TIMELINE_SCRIPT.read_text(encoding="utf-8"))


def _copy_part() -> tuple[gr.Button, gr.Button, gr.HTML, gr.DownloadButton]:
    """The annotated copy: the button that makes it, the one that stops it, a note, the download."""
    _html(f"<h2>{escape(text.COPY_TITLE)}</h2><p>{escape(text.COPY_LEAD)}</p>")
    make = gr.Button(text.COPY_MAKE, elem_id="copy-make")
    note = _html(idle_panel(), elem_id="copy-note")
    stop = gr.Button(text.COPY_STOP, visible=False, elem_id="copy-stop")
    return make, stop, note, gr.DownloadButton(visible=False, variant="primary", elem_id="copy-download")


def _package_part() -> tuple[list[Any], gr.Checkbox, gr.Button, gr.HTML, gr.DownloadButton]:
    """The report package: the case's fields, the original's box, the button, its note, the download."""
    _html(
        f"<h2>{escape(text.REPORT_TITLE)}</h2><p>{escape(text.REPORT_LEAD)}</p>"
        f"<p>{escape(wording.not_an_fir(text.LANGUAGE))}</p>"
    )
    with gr.Accordion(text.FORM_TITLE, open=False, elem_id="case"):
        fields = case_fields()
    original = gr.Checkbox(label=text.FORM_ORIGINAL, info=text.FORM_ORIGINAL_HINT, elem_id="original")
    prepare = gr.Button(text.PREPARE, variant="primary", elem_id="prepare")
    note = _html(idle_panel(), elem_id="package-note")
    download = gr.DownloadButton(visible=False, variant="primary", elem_id="download")
    _html(portal_link(), elem_id="portal")
    return fields, original, prepare, note, download


def _camera_tab(detector: Detector, cameras: Cameras, *, shared: bool) -> None:
    where = text.CAMERA_SHARED if shared else text.CAMERA_PRIVATE
    _html(
        f"<h2>{escape(text.CAMERA_TITLE)}</h2><p>{escape(text.CAMERA_LEAD)} <strong>{escape(where)}</strong></p>",
        elem_id="camera-lead",
    )
    camera = camera_section()
    answer = _html("", elem_id="camera-answer")
    _html(
        f"<p>{escape(wording.error_sentence(detector.card.info('video'), text.LANGUAGE))}</p>"
        f"<p><strong>{escape(wording.not_proof(text.LANGUAGE))}</strong></p>"
    )
    handlers = CameraHandlers(cameras)
    # Not in the line of the heavy events, where a camera would wait behind every clip: the page sends no picture
    # before it has the answer to the last, and the networks' own locks let one thread in at a time.
    camera.look(handlers.look, None, answer, trigger_mode="multiple", **AT_ONCE)
    camera.halt(handlers.halt, None, answer, trigger_mode="multiple", **AT_ONCE)


def _html(value: str = "", **kwargs: Any) -> gr.HTML:
    """A piece of our own markup, in our own style."""
    return gr.HTML(value, apply_default_css=False, **kwargs)


def _add_interface(handlers: Handlers) -> None:
    """Two calls for programs, on components that are never drawn: a file in, JSON or a package out."""
    upload = gr.File(label="file", visible=False)
    to_call: dict[str, Any] = {"preprocess": False, "concurrency_id": HEAVY}
    gr.Button(visible=False).click(handlers.analyze, upload, gr.JSON(visible=False), api_name="analyze", **to_call)
    gr.Button(visible=False).click(handlers.report, upload, gr.File(visible=False), api_name="report", **to_call)
