"""Handlers of the file tab: take files in, check them, show the result."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from detector import Analysis, Detector
from detector.errors import MediaTooLargeError
from detector.media.media import Media, open_media
from detector.types import Pixels
from explain import Explanations
from explain.overlay import draw_frame
from explain.single_frame import scores_in_frame
from reporting import Case, build_package
from reporting.text.printable import printable
from reporting.text.results import Language
from ui import text
from ui.check import file_check, frame_sampling
from ui.check.file_check import MAX_UPLOAD_MB, ProgressCallback, Superseded, Trouble, attempt
from ui.check.result_updates import answer_updates, empty_result, result_texts, show_result
from ui.check.scheduler import Scheduler
from ui.check.video_handlers import copy_updates
from ui.common.updates import Updates
from ui.result.status_panel import (
    checking_panel,
    stopped_panel,
    trouble_panel,
)
from ui.security.rate_limit import MAX_WAITING
from ui.session.images import KeyFrame, delete_earlier_runs, save_images, save_sheet, save_still, store_frames
from ui.session.origin import Origin, read_origin, sheet_frames
from ui.session.own_files import RECEIVED, secret_folder
from ui.session.store import ImageLinks, Visit, Visits, clean_file_name, take_upload
from ui.session.visitor import owner_of, session_of

_T = TypeVar("_T")
_NO_PROGRESS: ProgressCallback = lambda share, stage: None  # noqa: E731


class Handlers:
    """Handlers around one detector. Thread-safe.

    Handlers return updates by component name. `chosen` is the language of the page, `request` identifies the page.
    """

    def __init__(self, detector: Detector, root: Path) -> None:
        self._detector = detector
        self._root = root
        self.visits = Visits(root)
        self.scheduler = Scheduler()

    def receive(self, upload: object, chosen: str, request: gr.Request) -> Updates:
        """Take an upload in and show at once that it is being checked; the check follows."""
        session, language, owner = session_of(request), text.language_of(chosen), owner_of(request)
        self.visits.end(session)
        return self.start_check(session, language, lambda: self.visits.receive_upload(upload, language, owner))

    def refuse_large(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Say that a file is too large; the browser does not send it, only its `name` and `size` in bytes."""
        session, language = session_of(request), text.language_of(chosen)
        told = event._data if isinstance(event._data, dict) else {}
        name, size = (told.get(key) for key in ("name", "size"))
        self.visits.end(session)

        def refuse() -> Visit:
            shown = clean_file_name(name if isinstance(name, str) else "")
            size_mb = size / 2**20 if isinstance(size, int) else MAX_UPLOAD_MB
            raise MediaTooLargeError(
                f"{shown} has {size_mb:.0f} MB, more than the {MAX_UPLOAD_MB} MB that this page takes. Cut out "
                "the part in question and add that, or check the whole file with deepfake-detector scan; keep "
                "the original."
            )

        return self.start_check(session, language, refuse)

    def receive_example(self, path: Path) -> Callable[[str, gr.Request], Updates]:
        """Return a handler that takes in one of the examples."""

        def receive(chosen: str, request: gr.Request) -> Updates:
            session, language, owner = session_of(request), text.language_of(chosen), owner_of(request)
            return self.start_check(session, language, lambda: self.visits.make(path, language, owner))

        return receive

    def run_check(
        self,
        choice: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Updates:
        """Check the file of the visit.

        Args:
            choice: how densely to sample a video, a value of `ui.check.frame_sampling.choices`.
            request: page of the visitor.
            progress: shown on the page.

        Returns:
            Updates of the whole result; none if another call delivers it.
        """
        session, jobs = session_of(request), self.visits.jobs
        visit = self.visits.get(session)
        job = visit.check if visit is not None else None
        if visit is None or job is None or visit.started is job or not jobs.is_current(job):
            return {}  # no file, already started, or stopped while it waited
        visit.started = job
        clock = TimeLeft()

        def on_progress(share: float, stage: Callable[[Language], str]) -> None:
            if self.visits.get(session) is not visit or not jobs.is_current(job):
                raise Superseded
            progress(share, desc=clock.describe(share, stage(visit.language), visit.language))

        found = self.visits.attempt(session, visit, lambda: self._analyze(visit, choice, on_progress))
        if found is None:
            return {}  # the handler that stopped it updates the page
        if not isinstance(found, Trouble):
            kept = jobs.deliver(job, lambda: _set_result(visit, found))
            return show_result(visit, found.analysis) if kept else {}
        if not jobs.deliver(job, lambda: setattr(visit, "checking", False)):
            return {}
        if visit.analysis is not None:  # keep the earlier result
            return show_result(visit, visit.analysis) | {"closer-note": trouble_panel(found, visit.language)}
        panel = self._end_with(session, partial(trouble_panel, found), visit.language)
        return answer_updates(panel) | empty_result() | copy_updates(visit)

    def check_again(self, chosen: str, request: gr.Request) -> Updates:
        """Start another check of the same video with denser sampling; `run_check` follows."""
        session = session_of(request)
        visit = self.visits.get(session)
        if visit is None or visit.analysis is None or visit.finer is None or visit.checking:
            return {}
        visit.check, visit.checking = self.visits.jobs.start(session, "check"), True
        return answer_updates(
            checking_panel(visit.original.name, text.language_of(chosen), again=True), working=True
        )

    def examine(self, visit: Visit, choice: str, on_progress: ProgressCallback) -> Analysis:
        """Check the file of a visit and store the result in it.

        Raises:
            MediaError: the file cannot be read.
            OSError: the disk is full.
        """
        found = self._analyze(visit, choice, on_progress)
        _set_result(visit, found)
        return found.analysis

    def _analyze(self, visit: Visit, choice: str, on_progress: ProgressCallback) -> CheckResult:
        on_progress(0.0, lambda language: text.of(language).CHECKING.format(name=printable(visit.original.name)))
        how = frame_sampling.parse_choice(choice, self._detector.config.max_frames)
        media, (analysis, explanations) = self._in_turn(
            visit.media or visit.original,
            on_progress,
            lambda media, step: file_check.check(self._detector, media, step, how),
        )
        return self._save_result(visit, media, analysis, explanations)

    def change_language(self, chosen: str, request: gr.Request) -> Updates:
        """Show everything in another language, without another check."""
        session, language = session_of(request), text.language_of(chosen)
        visit, notice = self.visits.get(session), self.visits.notice(session)
        if visit is None:
            return {"answer": notice(language)} if notice else {}
        visit.language = language
        if visit.analysis is None:
            return {"answer": checking_panel(visit.original.name, language)}
        updates = result_texts(visit, visit.analysis) | copy_updates(visit)
        if visit.checking:
            updates["answer"] = checking_panel(visit.original.name, language, again=True)
        return updates

    def cancel(self, chosen: str, request: gr.Request) -> Updates:
        """Stop the check and delete its files; an earlier result is shown again."""
        session = session_of(request)
        self.visits.jobs.end(session, "check")
        visit = self.visits.get(session)
        if visit is not None and visit.analysis is not None and (visit.checking or visit.runs > 1):
            visit.checking = False
            return show_result(visit, visit.analysis)
        return answer_updates(self._end_with(session_of(request), stopped_panel, text.language_of(chosen)))

    def show_stopped(self, chosen: str, request: gr.Request) -> Updates:
        """Show again what replaced a stopped result, which may have been on its way already."""
        session = session_of(request)
        notice = self.visits.notice(session)
        if self.visits.get(session) is not None or notice is None:
            return {}
        return answer_updates(notice(text.language_of(chosen)))

    def busy(self, chosen: str, request: gr.Request) -> Updates:
        """Say that the queue is full."""
        full = partial(trouble_panel, Trouble("busy", waiting=MAX_WAITING))
        return answer_updates(self._end_with(session_of(request), full, text.language_of(chosen)))

    def analyze(self, upload: object, request: gr.Request) -> dict[str, Any]:
        """Analyse one image or video for the API; return what `scan --json` prints."""

        def work(media: Media, step: ProgressCallback) -> Analysis:
            return self._detector.analyze(media, progress=lambda done: step(done.share, lambda language: ""))

        return self._once(upload, request, lambda path: self._in_turn(path, _NO_PROGRESS, work)[1].to_dict())

    def report(self, upload: object, request: gr.Request) -> str:
        """Return the report package of an image or video for the API, without case and original."""

        def work(path: Path) -> str:
            media, (analysis, explanations) = self._in_turn(
                path, _NO_PROGRESS, lambda media, step: file_check.check(self._detector, media, step)
            )
            folder = secret_folder(self._root, owner_of(request))
            try:
                (folder / "packages").mkdir()
                out = secret_folder(folder / "packages")
                return str(
                    build_package(
                        Case(), analysis, explanations, out, original=media, processed_at=self.visits.processed_at
                    ).path
                )
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

        return self._once(upload, request, work)

    def _in_turn(
        self, source: Path | Media, on_progress: ProgressCallback, work: Callable[[Media, ProgressCallback], _T]
    ) -> tuple[Media, _T]:
        """Open a file and process it when it is its turn.

        Args:
            source: the file, or its `Media` if it is open.
            on_progress: called in each step.
            work: gets the opened file and its progress callback, which lets others pass during a video.
        """
        with self.scheduler.image():
            media = source if isinstance(source, Media) else open_media(source, self._detector.config)
            if media.info.kind == "image":
                return media, work(media, on_progress)
        name = printable(media.path.name)
        with self.scheduler.video(
            lambda: on_progress(0.0, lambda language: text.of(language).CHECKING.format(name=name))
        ) as give_way:

            def step(share: float, stage: Callable[[Language], str]) -> None:
                give_way()
                on_progress(share, stage)

            return media, work(media, step)

    def _once(self, upload: object, request: gr.Request, action: Callable[[Path], _T]) -> _T:
        """Answer an API call; nothing is kept, and trouble is raised with its message."""
        folder = secret_folder(self._root)
        try:
            answer = attempt(lambda: action(take_upload(upload, folder, self._root, owner_of(request))))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(answer, Trouble):
            detail = answer.detail or answer.message("en")
            raise gr.Error(printable(f"{answer.title('en')}. {detail}"), print_exception=False)
        return answer

    def _end_with(self, session: str, panel: Callable[[Language], str], language: Language) -> str:
        """End the visit and show a panel instead, in any language."""
        self.visits.end(session, panel)
        return panel(language)

    def start_check(self, session: str, language: Language, make: Callable[[], Visit]) -> Updates:
        """Start a visit, and show that its file is being checked or why not."""
        visit = attempt(lambda: self.visits.show(session, make()))
        failed = isinstance(visit, Trouble)
        job = self.visits.jobs.start(session, "check")
        if isinstance(visit, Trouble):
            panel = self._end_with(session, partial(trouble_panel, visit), language)
        else:
            visit.check = job
            panel = checking_panel(visit.original.name, language)
        return {"upload": None} | answer_updates(panel, working=not failed)

    def _save_result(
        self, visit: Visit, media: Media, analysis: Analysis, explanations: Explanations | None
    ) -> CheckResult:
        """Write the images that the page shows into the visit's folder."""
        folder, run = visit.folder, visit.runs
        kept = folder / "frames" / RECEIVED
        shutil.rmtree(kept, ignore_errors=True)
        key_frames = store_frames(analysis.key_frames.values(), kept)
        links = ImageLinks(sheet=visit.links.sheet or save_sheet(sheet_frames(media), folder))
        if explanations is not None:
            faces = explanations.faces
            # Cut off the colour bar below the square; the page has its own.
            squares = [face.overlay[: face.overlay.shape[1]] for face in faces]
            links = replace(
                links,
                faces=save_images(squares, folder, "face", run),
                originals=save_images([face.crop.pixels for face in faces], folder, "original", run),
                frames=save_images([frame.pixels for frame in explanations.frames], folder, "frame", run),
            )
            ranked = sorted(
                zip(explanations.frames, links.frames, strict=True), key=lambda shown: min(shown[0].track_ids)
            )
            links = replace(links, opened=ranked[0][1] if ranked else None)
        links = replace(links, still=save_still(_decisive_frame(media, analysis), folder, run))
        return CheckResult(
            media=media if media.info.kind == "video" else None,  # an image would stay in memory
            analysis=replace(analysis, key_frames={}),
            explanations=explanations,
            links=links,
            key_frames=key_frames,
            origin=visit.origin or read_origin(media),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CheckResult:
    """Result of one check."""

    media: Media | None
    analysis: Analysis
    explanations: Explanations | None
    links: ImageLinks
    key_frames: tuple[KeyFrame, ...]
    origin: Origin


class TimeLeft:
    """Estimate the remaining time of a check from its progress."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()

    def describe(self, share: float, stage: str, language: Language) -> str:
        """Return the stage, with the time left once it can be estimated."""
        if share <= 0.0:  # waiting for its turn
            self._start = self._clock()
        past_s = self._clock() - self._start
        if share < 0.03 or past_s < 2.0 or share >= 0.98:
            return stage
        left_s, words = past_s * (1 - share) / share, text.of(language)
        short = words.SECONDS.format(count=max(5, 5 * round(left_s / 5)))
        shown = short if left_s < 90 else words.MINUTES.format(count=round(left_s / 60))
        return f"{stage}, {words.TIME_LEFT.format(time=shown)}"


def _decisive_frame(media: Media, analysis: Analysis) -> Pixels:
    """Return the decisive frame with a box around every face; the first frame if there is no face."""
    if not analysis.tracks:
        return next(iter(media.frames(1, lambda warning: None))).pixels
    crop = analysis.tracks[0].key_crops[0]
    frame = analysis.key_frames.get(crop.frame_index) or media.frame(crop.frame_index)
    boxes = {track_id: score.box for track_id, score in scores_in_frame(analysis.tracks, frame.index)}
    return draw_frame(frame, (), 0.0, boxes)


def _set_result(visit: Visit, found: CheckResult) -> None:
    """Make a check's outcome the result of the visit, in place of the previous one."""
    delete_earlier_runs(visit.folder, visit.runs)
    visit.runs += 1
    visit.media, visit.analysis, visit.explanations = found.media, found.analysis, found.explanations
    visit.links, visit.key_frames, visit.origin = found.links, found.key_frames, found.origin
    visit.checking = False
    visit.finer = frame_sampling.finer(found.analysis, found.media) if found.media else None
    visit.moment = visit.checks = visit.annotated = None
