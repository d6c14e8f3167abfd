"""Faithfulness check of the heatmaps, on request."""

from __future__ import annotations

import gradio as gr

from detector import Detector
from explain import Explanation, Faithfulness, measure_faithfulness
from reporting.text.regions import faithfulness_sentences
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Superseded, Trouble
from ui.common.templates import render
from ui.common.updates import Updates
from ui.result.status_panel import idle_panel, trouble_panel
from ui.session.store import Visits
from ui.session.visitor import session_of


class MapCheckHandlers:
    """Handlers around one detector. Thread-safe."""

    def __init__(self, detector: Detector, visits: Visits) -> None:
        self._detector = detector
        self._visits = visits

    def check(self, chosen: str, request: gr.Request) -> Updates:
        """Occlude what the heatmaps point at and score again."""
        visit = self._visits.get(session_of(request))
        if visit is None or visit.explanations is None:
            return {"maps-note": trouble_panel(Trouble("result_gone"), text.language_of(chosen))}
        faces = [face for face in visit.explanations.strongest if face.concentrated]

        def measure(face: Explanation) -> tuple[int, Faithfulness]:
            if self._visits.get(session_of(request)) is not visit:
                raise Superseded
            return face.track_id, measure_faithfulness(self._detector, face.crop, face.heatmap)

        checks = self._visits.attempt(session_of(request), visit, lambda: tuple(measure(face) for face in faces))
        if checks is None:
            return {}
        visit.checks = checks
        return {"maps-note": map_check_panel(checks, visit.language)}


def map_check_panel(checks: tuple[tuple[int, Faithfulness], ...] | Trouble | None, language: Language) -> str:
    """Return what the check found; empty before there was one."""
    if checks is None:
        return idle_panel()
    if isinstance(checks, Trouble):
        return trouble_panel(checks, language)
    words = text.of(language)
    sentences = [] if checks else [words.MAPS_NOTHING]
    for track_id, measured in checks:
        falls, meaning = faithfulness_sentences(measured, language)
        sentences.append(f"{words.FACE_NAME.format(number=track_id + 1)}: {meaning} {falls}")
    return render("result/map_check.html.j2", language, sentences=sentences)
