"""What a result, or the lack of one, changes on the page."""

from __future__ import annotations

import gradio as gr

from detector.types import Analysis
from ui.check.video_handlers import copy_updates
from ui.common.updates import Updates
from ui.result.details import about, findings, next_steps
from ui.result.faithfulness import map_check_panel
from ui.result.origin import origin_panel
from ui.result.status_panel import closer_panel, idle_panel, moment_panel, verdict_panel
from ui.result.timeline import timelines
from ui.session.store import Visit


def answered(panel: str, *, working: bool = False) -> Updates:
    """The answer alone, with the progress or without."""
    return {"answer": panel, "working": gr.Column(visible=working), "result": gr.Column(visible=False)}


def emptied() -> Updates:
    """Nothing of a result below the answer."""
    return {
        "timeline": "",
        "moment": idle_panel(),
        "findings": "",
        "maps-note": idle_panel(),
        "steps": "",
        "about": "",
        "origin": "",
        "closer-note": idle_panel(),
        "found": gr.Column(visible=False),
    }


def show_result(visit: Visit, analysis: Analysis) -> Updates:
    """A result, where there was none before."""
    video = analysis.media.kind == "video"
    return (
        written(visit, analysis)
        | copy_updates(visit)
        | {
            "working": gr.Column(visible=False),
            "result": gr.Column(visible=True),
            "found": gr.Column(visible=True),
            "maps": gr.Accordion(visible=visit.explanations is not None, open=False),
            "copy": gr.Accordion(visible=video and bool(analysis.tracks), open=False),
            "where": gr.Accordion(open=False),
            "closer": gr.Column(visible=video),
            "look-closer": gr.Button(visible=visit.finer is not None),
            "again": gr.update(value=visit.finer or "all", visible=visit.finer is not None),
        }
    )


def written(visit: Visit, analysis: Analysis) -> Updates:
    """All words of a result, in the visit's language."""
    language = visit.language
    return {
        "answer": verdict_panel(analysis, language, visit.links),
        "closer-note": closer_panel(analysis, language),
        "timeline": timelines(analysis, language),
        "moment": moment_panel(visit.moment, language) if visit.moment else idle_panel(),
        "findings": findings(analysis, visit.explanations, visit.links, language),
        "maps-note": map_check_panel(visit.checks, language),
        "origin": origin_panel(analysis, visit.origin, visit.links, language),
        "about": about(analysis, language),
        "steps": next_steps(analysis.verdict.outcome, language),
    }
