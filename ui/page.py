"""Lay out the page and connect events to handlers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from detector import Detector
from detector.config import Depth
from reporting.text import results as result_text
from reporting.types import Place
from ui import text
from ui.check import frame_sampling
from ui.check.camera import CameraHandlers, Cameras, camera_section
from ui.check.file_check import MAX_UPLOAD_MB
from ui.check.link_handlers import LinkHandlers, link_part
from ui.check.scheduler import CHECK
from ui.check.upload_handlers import Handlers
from ui.check.video_handlers import VideoHandlers
from ui.common.html import escape
from ui.common.localized import LocalizedComponents, plain_html
from ui.common.templates import render, script
from ui.common.updates import AT_ONCE, HEAVY, MANY, PRIVATE, by_name, connect
from ui.queue.handlers import ListHandlers
from ui.queue.layout import FilesPart, pick_part
from ui.report.layout import ReportPart
from ui.result.faithfulness import MapCheckHandlers
from ui.result.status_panel import idle_panel
from ui.session.cleanup import start_cleanup
from ui.session.visitor import session_of
from ui.text import Words

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

_DRAWN = "watch('value', () => { delete document.getElementById('moment').dataset.waiting; });"
"""Remove the message that `timeline.js` shows while a frame is drawn."""
_PRESSED = "() => document.querySelector('#language [aria-pressed=true]').lang"
_FOCUS = "() => setTimeout(() => document.querySelector('#answer [role=status]').focus(), 100)"
"""Keep the keyboard focus when the pressed button disappears."""
_SCROLL = """() => setTimeout(() => document.getElementById('answer').scrollIntoView({{
    block: '{block}',
    behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
}}), 100)"""


def build_page(
    detector: Detector,
    *,
    shared: bool = False,
    api: bool = True,
    links: bool = False,
    processed_at: Place = "own_computer",
) -> gr.Blocks:
    """Build the page.

    Args:
        detector: checks the visitors' files.
        shared: others than this computer's user can open the page.
        api: offer the two API calls.
        links: offer to download from a link, see `Exposure.links_fetched`.
        processed_at: where files are processed, as reports state it.
    """
    root = Path(os.path.realpath(get_upload_folder()))
    handlers, cameras = Handlers(detector, root), Cameras(detector)
    handlers.visits.processed_at = processed_at
    lists = ListHandlers(handlers, root)
    start_cleanup(handlers.visits, root, lists.lists)
    localized = LocalizedComponents()
    # For copies made by Gradio; files of visits are deleted with them.
    page = gr.Blocks(title=text.of(text.DEFAULT).TITLE, analytics_enabled=False, delete_cache=(60, 3600))
    with page:
        with gr.Row(elem_id="top"):
            localized.html(lambda words: f"<h1>{escape(words.TITLE)}</h1>", elem_id="name")
            language = _language_switch()
        localized.html(lambda words: render("lead.html.j2", words.LANGUAGE, shared=shared), elem_id="lead")
        with gr.Tabs():
            with localized.add(gr.Tab, lambda words: {"label": words.FILE_TAB}, elem_id="tab-file"):
                links_handlers = LinkHandlers(handlers, root, max_bytes=MAX_UPLOAD_MB * 2**20) if links else None
                texts = _file_tab(page, detector, handlers, lists, localized, language, links_handlers)
            with localized.add(gr.Tab, lambda words: {"label": words.CAMERA_TAB}, elem_id="tab-camera"):
                _camera_tab(detector, cameras, localized, language, shared=shared)

        result_in = by_name(handlers.change_language, texts)

        def change_language(chosen: str, request: gr.Request) -> list[Any]:
            return [*localized.updates(text.language_of(chosen)), *result_in(chosen, request)]

        page.load(None, None, language, js=_PRESSED, **PRIVATE)
        language.change(change_language, language, [*localized.components, *texts], **AT_ONCE)

        def leave(request: gr.Request) -> None:
            lists.leave(request)
            cameras.drop(session_of(request))

        page.unload(leave)
        if api:
            _add_interface(handlers)
    return page


def _language_switch() -> gr.HTML:
    """Create two buttons; `language.js` presses the active one."""
    buttons = "".join(
        f'<button type="button" lang="{language}" aria-pressed="false">{escape(name)}</button>'
        for language, name in text.LANGUAGES.items()
    )
    label = escape(text.LANGUAGE_LABEL)
    return plain_html(
        text.DEFAULT,
        html_template=f'<div role="group" class="dd-switch" aria-label="{label}">{buttons}</div>',
        js_on_load=script("language.js"),
        elem_id="language",
    )


def _file_tab(
    page: gr.Blocks,
    detector: Detector,
    handlers: Handlers,
    lists: ListHandlers,
    localized: LocalizedComponents,
    language: gr.HTML,
    links_handlers: LinkHandlers | None,
) -> list[Any]:
    """Lay out the file tab and connect its events; return the components of `Handlers.change_language`."""
    # All types are allowed: the detector checks the content and explains what it cannot read.
    upload = localized.add(
        gr.File,
        lambda words: {"label": words.UPLOAD_LABEL.format(limit=f"{MAX_UPLOAD_MB} MB")},
        height=190,
        elem_id="upload",
    )
    pick = pick_part(localized, MAX_UPLOAD_MB * 2**20)
    link = link_part(localized) if links_handlers else None
    localized.html(
        lambda words: f"<p>{escape(words.EXAMPLES_LEAD)}</p>", elem_id="examples-lead", elem_classes="dd-intro"
    )
    with gr.Row(elem_id="examples", elem_classes="dd-intro"):
        names = text.of(text.DEFAULT).EXAMPLES
        examples = {name: _example(localized, name, number) for number, name in enumerate(names, 1)}
    configured = detector.config.max_frames
    with localized.accordion(lambda words: words.DEPTH_TITLE, "depth", elem_classes="dd-intro"):
        sampling = localized.add(
            gr.Dropdown,
            lambda words: {
                "choices": frame_sampling.choices(configured, words.LANGUAGE),
                "label": words.DEPTH_LABEL,
                "info": words.DEPTH_HINT,
            },
            value=frame_sampling.default_choice(configured),
            filterable=False,
        )
    files = FilesPart(MAX_UPLOAD_MB * 2**20)
    answer = plain_html(idle_panel(), elem_id="answer")
    with gr.Column(visible=False, elem_id="working") as working:
        progress = plain_html("", elem_id="progress")
        cancel = localized.button(lambda words: words.CANCEL, "cancel")
    with gr.Column(visible=False, elem_id="result") as result:
        steps = plain_html(elem_id="steps")
        with localized.add(
            gr.Accordion, lambda words: {"label": words.DECISIVE_TITLE}, open=True, elem_id="found"
        ) as found:
            findings = plain_html(elem_id="findings", js_on_load=script("result/compare.js", "result/fold.js"))
            timeline = plain_html(elem_id="timeline", js_on_load=script("result/timeline.js", "result/fold.js"))
            moment = plain_html(idle_panel(), js_on_load=_DRAWN, elem_id="moment")
            with gr.Column(visible=False, elem_id="closer") as closer:
                closer_note, recheck_sampling, look_closer = _closer_part(localized, configured)
            with localized.accordion(lambda words: words.WHERE_TITLE, "where") as where:
                origin = plain_html(elem_id="origin", js_on_load=script("result/origin.js"))
            with localized.accordion(lambda words: words.MAPS_TITLE, "maps") as maps:
                localized.html(lambda words: f"<p>{escape(words.MAPS_LEAD)}</p>")
                check_maps = localized.button(lambda words: words.MAPS_CHECK, "check-maps")
                maps_note = plain_html(idle_panel(), elem_id="maps-note")
            with localized.accordion(lambda words: words.COPY_TITLE, "copy") as copy:
                copy_parts = _copy_part(localized)
            about = plain_html(elem_id="about")
        with localized.accordion(lambda words: words.REPORT_TITLE, "report"):
            report = ReportPart(localized)
        files.result_part(localized)

    received = [upload, answer, working, result]
    arrivals = [
        connect(upload.upload, handlers.receive, [upload, language], received, preprocess=False, **AT_ONCE),
        *(
            connect(button.click, handlers.receive_example(EXAMPLES / name), language, received, **AT_ONCE)
            for name, button in examples.items()
        ),
    ]
    refused = connect(pick.large, handlers.refuse_large, language, received, **AT_ONCE)
    nearest, start_of = (_SCROLL.format(block=block) for block in ("nearest", "start"))
    if links_handlers and link:
        field, button = link
        start = by_name(links_handlers.start, received)
        named = gr.on([button.click, field.submit], start, [field, language], received, **AT_ONCE)
        named.then(None, js=nearest, **PRIVATE)
        # `MANY`: a stopped download may end late and must not block the next one.
        arrivals.append(connect(named.success, links_handlers.download, None, received, **MANY))
    refused.then(None, js=nearest, **PRIVATE)
    texts = [answer, timeline, moment, findings, closer_note, maps_note, origin, about, steps]
    shown = [*texts, working, result, found, maps, copy, where, closer, look_closer, recheck_sampling, *copy_parts]
    answered = [answer, working, result]
    recheck = connect(look_closer.click, handlers.check_again, language, answered, **AT_ONCE)
    for event, depth in [*((arrival, sampling) for arrival in arrivals), (recheck, recheck_sampling)]:
        event.then(None, js=nearest, **PRIVATE)
        settings = {"show_progress": "full", "show_progress_on": progress, "trigger_mode": "multiple"}
        check = connect(event.success, handlers.run_check, depth, shown, **settings, **CHECK, **PRIVATE)
        check.success(None, js=start_of, **PRIVATE)
        connect(check.success, handlers.show_stopped, language, answered, **AT_ONCE)
        connect(check.failure, handlers.busy, language, answered, **AT_ONCE)
    stopped = connect(cancel.click, handlers.cancel, language, shown, **AT_ONCE)
    stopped.then(None, js=_FOCUS, **PRIVATE)

    videos = VideoHandlers(detector, handlers.visits, handlers.scheduler)
    # The page shows its own progress.
    settings = {"show_progress": "hidden", "trigger_mode": "always_last"}
    connect(timeline.pick, videos.moment, language, [moment], **settings, **HEAVY)
    map_checks = MapCheckHandlers(detector, handlers.visits)
    connect(check_maps.click, map_checks.check, language, [maps_note], show_progress_on=maps_note, **HEAVY)
    make, stop, copy_note, _ = copy_parts
    started = connect(make.click, videos.start_copy, None, copy_parts, **AT_ONCE)
    settings = {"show_progress": "full", "show_progress_on": copy_note, "trigger_mode": "multiple"}
    made = connect(started.success, videos.make_copy, language, copy_parts, **settings, **HEAVY)
    connect(made.then, videos.show_copy, None, copy_parts, **AT_ONCE)
    connect(stop.click, videos.stop_copy, None, copy_parts, **AT_ONCE)
    opened = files.join(page, lists, language, sampling, arrivals, shown, pressed=_PRESSED)
    opened.success(None, js=start_of, **PRIVATE)
    report.join(handlers.visits, language, [*arrivals, opened], texts, found, rechecks=[recheck])
    return [*texts, *copy_parts]


def _example(localized: LocalizedComponents, name: str, number: int) -> gr.Button:
    return localized.button(lambda words: words.EXAMPLES[name], f"example-{number}", size="sm", min_width=120)


def _closer_part(localized: LocalizedComponents, configured: Depth) -> tuple[gr.HTML, gr.Dropdown, gr.Button]:
    """Lay out how densely a video was sampled and the controls to check it again."""
    note = plain_html(idle_panel(), elem_id="closer-note")
    with gr.Row(elem_id="closer-row"):
        recheck_sampling = localized.add(
            gr.Dropdown,
            lambda words: {
                "choices": frame_sampling.choices(configured, words.LANGUAGE),
                "label": words.DEPTH_LABEL,
            },
            value="all",
            filterable=False,
            min_width=220,
            elem_id="again",
        )
        button = localized.button(lambda words: words.CLOSER_AGAIN, "look-closer")
    return note, recheck_sampling, button


def _copy_part(localized: LocalizedComponents) -> tuple[gr.Button, gr.Button, gr.HTML, gr.DownloadButton]:
    """Lay out the annotated copy: make, stop, note, download."""
    localized.html(lambda words: f"<p>{escape(words.COPY_LEAD)}</p>")
    make = localized.button(lambda words: words.COPY_MAKE, "copy-make")
    note = plain_html(idle_panel(), elem_id="copy-note")
    stop = localized.button(lambda words: words.COPY_STOP, "copy-stop", visible=False)
    return make, stop, note, gr.DownloadButton(visible=False, variant="primary", elem_id="copy-download")


def _camera_tab(
    detector: Detector, cameras: Cameras, localized: LocalizedComponents, language: gr.HTML, *, shared: bool
) -> None:
    localized.html(lambda words: _camera_lead(words, shared=shared), elem_id="camera-lead")
    camera = camera_section(localized)
    answer = plain_html("", elem_id="camera-answer")
    card = detector.card.info("video")
    localized.html(
        lambda words: (
            f"<p>{escape(result_text.error_sentence(card, words.LANGUAGE))}</p>"
            f"<p><strong>{escape(result_text.not_proof(words.LANGUAGE))}</strong></p>"
        )
    )
    handlers = CameraHandlers(cameras)
    # Not in the queue of heavy events, where a camera would wait for every video: the page sends one image at a
    # time, and the networks have locks of their own.
    camera.look(handlers.score_image, language, answer, **MANY)
    camera.halt(handlers.stop, None, answer, **MANY)


def _camera_lead(words: Words, *, shared: bool) -> str:
    where = words.CAMERA_SHARED if shared else words.CAMERA_PRIVATE
    return (
        f"<h2>{escape(words.CAMERA_TITLE)}</h2><p>{escape(words.CAMERA_LEAD)} <strong>{escape(where)}</strong></p>"
    )


def _add_interface(handlers: Handlers) -> None:
    """Add the two API calls, on components that are never drawn."""
    upload = gr.File(label="file", visible=False)
    to_call: dict[str, Any] = {"preprocess": False, **CHECK}
    gr.Button(visible=False).click(handlers.analyze, upload, gr.JSON(visible=False), api_name="analyze", **to_call)
    gr.Button(visible=False).click(handlers.report, upload, gr.File(visible=False), api_name="report", **to_call)
