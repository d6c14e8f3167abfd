"""Updates of the components that show a result."""

from __future__ import annotations

import gradio as gr

from detector.types import Analysis
from ui.check.video_handlers import copy_updates
from ui.common.updates import Updates
from ui.result.details import about, findings, next_steps
from ui.result.faithfulness import map_check_panel
from ui.result.origin import origin_panel
from ui.result.status_panel import idle_panel, moment_panel, verdict_panel
from ui.result.timeline import timelines
from ui.session.store import Visit


def answer_updates(panel: str, *, working: bool = False) -> Updates:
    """Show a panel with or without the progress bar, and hide the result."""
    return {"answer": panel, "working": gr.Column(visible=working), "result": gr.Column(visible=False)}


def empty_result() -> Updates:
    """Clear everything below the answer."""
    return {
        "timeline": "",
        "moment": idle_panel(),
        "findings": "",
        "maps-note": idle_panel(),
        "steps": "",
        "about": "",
        "origin": "",
        "closer-note": idle_panel(),
        "found": gr.Accordion(visible=False),
    }


def show_result(visit: Visit, analysis: Analysis) -> Updates:
    """Show a new result."""
    video = analysis.media.kind == "video"
    return (
        result_texts(visit, analysis)
        | copy_updates(visit)
        | {
            "working": gr.Column(visible=False),
            "result": gr.Column(visible=True),
            "found": gr.Accordion(visible=True, open=True),
            "maps": gr.Accordion(visible=visit.explanations is not None, open=False),
            "copy": gr.Accordion(visible=video and bool(analysis.tracks), open=False),
            "where": gr.Accordion(open=False),
            "closer": gr.Column(visible=video),
            "look-closer": gr.Button(visible=visit.finer is not None),
            "again": gr.update(value=visit.finer or "all", visible=visit.finer is not None),
        }
    )


def result_texts(visit: Visit, analysis: Analysis) -> Updates:
    """Return all texts of a result, in the visit's language."""
    language = visit.language
    return {
        "answer": verdict_panel(analysis, language, visit.links),
        "closer-note": idle_panel(),
        "timeline": timelines(analysis, language),
        "moment": moment_panel(visit.moment, language) if visit.moment else idle_panel(),
        "findings": findings(analysis, visit.explanations, visit.links, language),
        "maps-note": map_check_panel(visit.checks, language),
        "origin": origin_panel(analysis, visit.origin, visit.links, language),
        "about": about(analysis, language),
        "steps": next_steps(analysis.verdict.outcome, language),
    }
