"""Handlers of a video's result: draw a picked frame, write the annotated copy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import gradio as gr

from detector import Analysis, Detector
from detector.media.media import Media
from detector.types import FaceScore, FaceTrack, Pixels
from explain.annotate import Legend, annotate_video
from explain.canvas import can_shape
from explain.single_frame import draw_scored_frame
from reporting.text import results as result_text
from reporting.text.printable import drop_unsafe, printable
from reporting.text.results import Language, moment_clock
from ui import text
from ui.check.file_check import Superseded, Trouble
from ui.check.scheduler import Scheduler
from ui.common.html import Picture, file_size
from ui.common.updates import Updates
from ui.result.status_panel import idle_panel, moment_panel, note_panel, trouble_panel
from ui.session.disk import discard
from ui.session.images import save_images
from ui.session.own_files import secret_folder
from ui.session.store import Moment, Visit, Visits
from ui.session.visitor import session_of

_TYPEFACES: dict[Language, Path | None] = {
    "en": None,
    "hi": Path(result_text.__file__).parents[1] / "fonts" / "NotoSansDevanagari-Regular.ttf",
}


class VideoHandlers:
    """Handlers around one detector. Thread-safe."""

    def __init__(self, detector: Detector, visits: Visits, scheduler: Scheduler) -> None:
        self._detector = detector
        self._visits = visits
        self._scheduler = scheduler

    def moment(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Draw the frame that was picked in a timeline.

        Args:
            chosen: language of the page.
            request: page of the visitor; only its own video is opened.
            event: with `track`, the number of a person, and `moment`, the index among the track's scores.
        """
        language = text.language_of(chosen)
        visit = self._visits.get(session_of(request))
        if visit is None or visit.analysis is None or visit.media is None:
            return {"moment": trouble_panel(Trouble("moment_gone"), language)}
        session, analysis, media = session_of(request), visit.analysis, visit.media

        def work() -> Moment:
            track, score, probability = _picked(analysis, event._data)
            pixels = self._draw(visit, analysis, media, score)
            if self._visits.get(session) is not visit:
                raise Superseded
            return Moment(_store(visit, pixels), track.track_id, moment_clock(score.time_s), probability)

        moment = self._visits.attempt(session, visit, work)
        if moment is None:
            return {}
        if isinstance(moment, Trouble):
            return {"moment": trouble_panel(moment, language)}
        visit.moment = moment
        return {"moment": moment_panel(moment, visit.language)}

    def start_copy(self, request: gr.Request) -> Updates:
        """Show that the annotated copy is coming; `make_copy` follows."""
        visit = self._visits.get(session_of(request))
        if visit is None:
            return {}  # `make_copy` reports it
        visit.copy, visit.annotated = self._visits.jobs.start(session_of(request), "copy"), "working"
        return copy_updates(visit)

    def make_copy(
        self,
        chosen: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Updates:
        """Write the annotated copy, unless it was stopped while it waited."""
        visit = self._visits.get(session_of(request))
        if visit is None or visit.analysis is None or visit.media is None:
            return _copy(trouble_panel(Trouble("moment_gone"), text.language_of(chosen)))
        analysis, media, jobs, job = visit.analysis, visit.media, self._visits.jobs, visit.copy
        if job is None or not jobs.is_current(job) or visit.annotated != "working":
            return {}  # stopped while it waited, or already made

        def on_progress(share: float) -> None:
            if self._visits.get(session_of(request)) is not visit or not jobs.is_current(job):
                raise Superseded
            progress(share, desc=text.of(visit.language).COPY_WORKING)

        def work() -> Path:
            on_progress(0.0)
            copies = visit.folder / "copies"
            shutil.rmtree(copies, ignore_errors=True)
            copies.mkdir()
            out = secret_folder(copies) / f"{drop_unsafe(Path(analysis.media.file_name).stem)[:60]}-annotated.mp4"
            try:
                with self._scheduler.video(lambda: on_progress(0.0)) as give_way:

                    def step(share: float) -> None:
                        give_way()
                        on_progress(share)

                    annotate_video(
                        self._detector,
                        analysis,
                        media,
                        out,
                        legend=legend(analysis, visit.language),
                        heatmap_scale=visit.explanations.heatmap_scale if visit.explanations else 0.0,
                        progress=step,
                    )
            except BaseException:
                discard(copies)
                raise
            return out

        copy = self._visits.attempt(session_of(request), visit, work)
        if copy is None or not jobs.deliver(job, lambda: setattr(visit, "annotated", copy)):
            return {}  # the handler that stopped it updates the page
        return copy_updates(visit)

    def stop_copy(self, request: gr.Request) -> Updates:
        """Stop writing the copy."""
        visit = self._visits.get(session_of(request))
        if visit is None:
            return _copy(idle_panel())
        self._visits.jobs.end(session_of(request), "copy")
        visit.annotated = "stopped"
        return copy_updates(visit)

    def show_copy(self, request: gr.Request) -> Updates:
        """Show the state of the copy again: updates may arrive out of order."""
        visit = self._visits.get(session_of(request))
        return copy_updates(visit) if visit else {}

    def _draw(self, visit: Visit, analysis: Analysis, media: Media, score: FaceScore) -> Pixels:
        """Decode a frame again and draw its faces and heatmaps."""
        frame = media.frame(score.frame_index)
        scale = visit.explanations.heatmap_scale if visit.explanations else 0.0
        return draw_scored_frame(self._detector, analysis.tracks, frame, scale)


def copy_updates(visit: Visit) -> Updates:
    """Update the buttons, note and download of the annotated copy."""
    words, copy = text.of(visit.language), visit.annotated
    if isinstance(copy, Path):
        strange = visit.language != drawn_language(visit.language)
        note = f"{words.COPY_READY} {words.COPY_ENGLISH}" if strange else words.COPY_READY
        return _copy(note_panel(note), download(copy, visit.language))
    if isinstance(copy, Trouble):
        return _copy(trouble_panel(copy, visit.language))
    notes = {"working": words.COPY_WORKING, "stopped": words.COPY_STOPPED}
    return _copy(note_panel(notes[copy]) if copy else idle_panel(), working=copy == "working")


def _store(visit: Visit, pixels: Pixels) -> Picture:
    """Store the image of a picked frame in place of the previous one."""
    moments = visit.folder / "moments"
    shutil.rmtree(moments, ignore_errors=True)
    moments.mkdir()
    # A new URL each time, because browsers cache.
    return save_images([pixels], secret_folder(moments), "moment")[0]


def drawn_language(language: Language) -> Language:
    """Return the language for text in images: English if this Pillow cannot shape the script."""
    return language if language == "en" or can_shape() else "en"


def legend(analysis: Analysis, language: Language) -> Legend:
    """Return the text drawn into an annotated copy."""
    language = drawn_language(language)
    names = text.of(language).FACE_NAME
    return Legend(
        of_track={
            track.track_id: f"{names.format(number=track.track_id + 1)}: "
            f"{result_text.headline(result_text.shown(track), language)}"
            for track in analysis.tracks
        },
        footer=result_text.derived_copy(language),
        typeface=_TYPEFACES[language],
    )


def _picked(analysis: Analysis, data: Any) -> tuple[FaceTrack, FaceScore, float]:
    """Return what an event points at.

    Raises:
        ValueError: not in this analysis.
    """
    number, moment = (data.get("track"), data.get("moment")) if isinstance(data, dict) else (None, None)
    for track in analysis.tracks:
        if type(number) is type(moment) is int and track.track_id == number and 0 <= moment < len(track.timeline):
            return track, track.scores[moment], track.timeline[moment]
    raise ValueError("a moment that is not of this video")


def _copy(note: str, offered: gr.DownloadButton | None = None, *, working: bool = False) -> Updates:
    return {
        "copy-make": gr.Button(visible=not working),
        "copy-stop": gr.Button(visible=working),
        "copy-note": note,
        "copy-download": offered or no_download(),
    }


def download(file: Path, language: Language) -> gr.DownloadButton:
    """Return a download button with the file's name and size."""
    size = file_size(file.stat().st_size, language)
    label = text.of(language).DOWNLOAD.format(name=printable(file.name), size=size)
    return gr.DownloadButton(label, value=file, visible=True)


def no_download() -> gr.DownloadButton:
    """Return a hidden download button."""
    return gr.DownloadButton(value=None, visible=False)
