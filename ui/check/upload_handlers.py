"""What the page does when something happens on it: each handler turns an event into updates of components."""

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
from ui.check.file_check import Superseded, Tell, Trouble, attempt
from ui.check.result_updates import answered, emptied, show_result, written
from ui.check.turns import Turns
from ui.check.video_handlers import copy_updates
from ui.common.updates import Updates
from ui.result.status_panel import (
    checking_panel,
    stopped_panel,
    trouble_panel,
)
from ui.security.rate_limit import MAX_WAITING
from ui.session.key_frames import KeyFrame, store_frames
from ui.session.origin import Origin, read_origin, sheet_frames
from ui.session.own_files import RECEIVED, secret_folder
from ui.session.store import (
    ImageLinks,
    Visit,
    Visits,
    delete_earlier_runs,
    save_images,
    save_sheet,
    save_still,
    sweep,
    take_upload,
)
from ui.session.visitor import owner_of, session_of

_T = TypeVar("_T")


def _tell_nobody(share: float, stage: Callable[[Language], str]) -> None:
    """For programs, which see no progress."""


class Handlers:
    """Joins one detector with the visits; every method may be called from several threads."""

    def __init__(self, detector: Detector, root: Path) -> None:
        self._detector = detector
        self._root = root
        self._visits = Visits(root)
        self.turns = Turns()

    @property
    def visits(self) -> Visits:
        """What is kept of each visitor."""
        return self._visits

    def receive(self, upload: object, chosen: str, request: gr.Request) -> Updates:
        """Take a file in and say so at once; the check comes after.

        Args:
            upload: as Gradio describes it.
            chosen: language of the page, here and below.
            request: whose page it is, here and below.

        Returns:
            Updates of `upload` (emptied, ready for another file), `answer`, `working` and `result`.
        """
        session, language = session_of(request), text.language_of(chosen)
        self._visits.end(session)
        return self.arrived(
            session, language, lambda: self._visits.start_upload(session, upload, language, owner_of(request))
        )

    def receive_example(self, path: Path) -> Callable[[str, gr.Request], Updates]:
        """A handler that takes in one of the examples."""

        def receive(chosen: str, request: gr.Request) -> Updates:
            session, language = session_of(request), text.language_of(chosen)
            return self.arrived(
                session, language, lambda: self._visits.start(session, path, language, owner_of(request))
            )

        return receive

    def judge(
        self,
        choice: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Updates:
        """Check the file of the visit.

        Args:
            choice: how closely to look at a video, a value of `ui.check.frame_sampling.choices`.
            request: whose page it is.
            progress: shown on the page.

        Returns:
            Updates of all that shows the result; none where another call answers for it.
        """
        session, jobs = session_of(request), self._visits.jobs
        visit = self._visits.get(session)
        job = visit.check if visit is not None else None
        if visit is None or job is None or visit.begun is job or not jobs.is_current(job):
            return {}  # nothing has arrived, an earlier call has taken it on, or it was stopped while it waited
        visit.begun = job
        clock = TimeLeft()

        def tell(share: float, stage: Callable[[Language], str]) -> None:
            if self._visits.get(session) is not visit or not jobs.is_current(job):
                raise Superseded
            progress(share, desc=clock.told(share, stage(visit.language), visit.language))

        def work() -> Found:
            return self._find(visit, choice, tell)

        try:
            found = attempt(work)
        except Superseded:
            found = None
        if self._visits.get(session) is not visit:
            sweep(visit)  # images may have been drawn into it since
            return {}
        if found is None:
            return {}  # whoever stopped it has said so
        if not isinstance(found, Trouble):
            kept = jobs.deliver(job, lambda: _keep(visit, found))
            return show_result(visit, found.analysis) if kept else {}
        if not jobs.deliver(job, lambda: setattr(visit, "checking", False)):
            return {}
        if visit.analysis is not None:  # the result so far stays
            return show_result(visit, visit.analysis) | {"closer-note": trouble_panel(found, visit.language)}
        panel = self._end_with(session, partial(trouble_panel, found), visit.language)
        return answered(panel) | emptied() | copy_updates(visit)

    def look_closer(self, chosen: str, request: gr.Request) -> Updates:
        """The visitor wants the video of the result checked again; `judge` does it, without another upload.

        Returns:
            Updates of `answer`, `working` and `result`; none where there is no result of a video.
        """
        session = session_of(request)
        visit = self._visits.get(session)
        if visit is None or visit.analysis is None or visit.finer is None or visit.checking:
            return {}
        visit.check, visit.checking = self._visits.jobs.begin(session, "check"), True
        return answered(checking_panel(visit.original.name, text.language_of(chosen), again=True), working=True)

    def examine(self, visit: Visit, choice: str, tell: Tell) -> Analysis:
        """Check the file of a visit, and keep in it what the page shows.

        Args:
            visit: whose file.
            choice: as `judge`.
            tell: told how far the work has come; whatever it raises ends the work.

        Raises:
            MediaError: the file cannot be read.
            OSError: the disk is full.
        """
        found = self._find(visit, choice, tell)
        _keep(visit, found)
        return found.analysis

    def _find(self, visit: Visit, choice: str, tell: Tell) -> Found:
        tell(0.0, lambda language: text.of(language).CHECKING.format(name=printable(visit.original.name)))
        how = frame_sampling.wanted(choice, self._detector.config.max_frames)
        media, (analysis, explanations) = self._in_turn(
            visit.media or visit.original,
            tell,
            lambda media, step: file_check.check(self._detector, media, step, how),
        )
        return self._store(visit, media, analysis, explanations)

    def speak(self, chosen: str, request: gr.Request) -> Updates:
        """The visitor changed the language: write again what is on the page. Nothing is judged anew.

        Returns:
            Updates as `judge`.
        """
        session, language = session_of(request), text.language_of(chosen)
        visit, told = self._visits.get(session), self._visits.told(session)
        if visit is None:
            return {"answer": told(language)} if told else {}
        visit.language = language
        if visit.analysis is None:
            return {"answer": checking_panel(visit.original.name, language)}
        said = written(visit, visit.analysis) | copy_updates(visit)
        if visit.checking:
            said["answer"] = checking_panel(visit.original.name, language, again=True)
        return said

    def cancel(self, chosen: str, request: gr.Request) -> Updates:
        """The visitor stopped the check: it ends at its next step, and all that was kept is deleted now. A result
        that was there before is shown again.

        Returns:
            Updates as `judge`.
        """
        session = session_of(request)
        self._visits.jobs.end(session, "check")
        visit = self._visits.get(session)
        if visit is not None and visit.analysis is not None and (visit.checking or visit.runs > 1):
            visit.checking = False
            return show_result(visit, visit.analysis)
        return answered(self._end_with(session_of(request), stopped_panel, text.language_of(chosen)))

    def settle(self, chosen: str, request: gr.Request) -> Updates:
        """Say again what stands in place of a result that was stopped: it may have been on its way already.

        Returns:
            Updates as `cancel`.
        """
        session = session_of(request)
        told = self._visits.told(session)
        if self._visits.get(session) is not None or told is None:
            return {}
        return answered(told(text.language_of(chosen)))

    def busy(self, chosen: str, request: gr.Request) -> Updates:
        """The queue took no more.

        Returns:
            Updates of `answer`, `working` and `result`.
        """
        full = partial(trouble_panel, Trouble("busy", waiting=MAX_WAITING))
        return answered(self._end_with(session_of(request), full, text.language_of(chosen)))

    def leave(self, request: gr.Request) -> None:
        """The visitor closed or reloaded the page."""
        self._visits.end(session_of(request))

    def analyze(self, upload: object, request: gr.Request) -> dict[str, Any]:
        """Judge one image or video.

        Returns:
            What `cli.py scan --json` prints for it.
        """

        def judge(media: Media, step: Tell) -> Analysis:
            return self._detector.analyze(media, progress=lambda done: step(done.share, lambda language: ""))

        return self._once(upload, request, lambda path: self._in_turn(path, _tell_nobody, judge)[1].to_dict())

    def report(self, upload: object, request: gr.Request) -> str:
        """Judge one image or video and return its report package, without a case and without the original."""

        def work(path: Path) -> str:
            media, (analysis, explanations) = self._in_turn(
                path, _tell_nobody, lambda media, step: file_check.check(self._detector, media, step)
            )
            folder = secret_folder(self._root, owner_of(request))
            try:
                (folder / "packages").mkdir()
                out = secret_folder(folder / "packages")
                return str(
                    build_package(
                        Case(), analysis, explanations, out, original=media, processed_at=self._visits.processed_at
                    ).path
                )
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

        return self._once(upload, request, work)

    def _in_turn(self, source: Path | Media, tell: Tell, work: Callable[[Media, Tell], _T]) -> tuple[Media, _T]:
        """Open a file and do the work on it when it is its turn.

        Args:
            source: the file, or its `Media` where it was opened before.
            tell: told how far the work has come.
            work: gets the opened file, and what it has to tell instead: there a video lets others go first.
        """
        with self.turns.image():
            media = source if isinstance(source, Media) else open_media(source, self._detector.config)
            if media.info.kind == "image":
                return media, work(media, tell)
        name = printable(media.path.name)
        with self.turns.video(
            lambda: tell(0.0, lambda language: text.of(language).CHECKING.format(name=name))
        ) as give_way:

            def step(share: float, stage: Callable[[Language], str]) -> None:
                give_way()
                tell(share, stage)

            return media, work(media, step)

    def _once(self, upload: object, request: gr.Request, action: Callable[[Path], _T]) -> _T:
        """Answer a program: nothing is kept, and trouble is an error with the same words."""
        folder = secret_folder(self._root)
        try:
            answer = attempt(lambda: action(take_upload(upload, folder, self._root, owner_of(request))))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(answer, Trouble):
            said = answer.detail or answer.message("en")
            raise gr.Error(printable(f"{answer.title('en')}. {said}"), print_exception=False)
        return answer

    def _end_with(self, session: str, panel: Callable[[Language], str], language: Language) -> str:
        """Forget the visit; what the page says instead is kept, so that it can be said in another language."""
        self._visits.end(session, panel)
        return panel(language)

    def arrived(self, session: str, language: Language, start: Callable[[], Visit]) -> Updates:
        """Begin a visit, and say that its file is being checked, or why it is not.

        Returns:
            Updates as `receive`.
        """
        visit = attempt(start)
        failed = isinstance(visit, Trouble)
        job = self._visits.jobs.begin(session, "check")
        if isinstance(visit, Trouble):
            panel = self._end_with(session, partial(trouble_panel, visit), language)
        else:
            visit.check = job
            panel = checking_panel(visit.original.name, language)
        return {"upload": None} | answered(panel, working=not failed)

    def _store(self, visit: Visit, media: Media, analysis: Analysis, explanations: Explanations | None) -> Found:
        """Write the images that the page shows into the visit's folder."""
        folder, run = visit.folder, visit.runs
        kept = folder / "frames" / RECEIVED
        shutil.rmtree(kept, ignore_errors=True)
        key_frames = store_frames(analysis.key_frames.values(), kept)
        links = ImageLinks(sheet=visit.links.sheet or save_sheet(sheet_frames(media), folder))
        if explanations is not None:
            faces = explanations.faces
            # A face's colour bar, below the square, is written on the page in the visitor's language.
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
        return Found(
            media=media if media.info.kind == "video" else None,  # an image would stay in memory
            analysis=replace(analysis, key_frames={}),
            explanations=explanations,
            links=links,
            key_frames=key_frames,
            origin=visit.origin or read_origin(media),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """What came of one check."""

    media: Media | None
    analysis: Analysis
    explanations: Explanations | None
    links: ImageLinks
    key_frames: tuple[KeyFrame, ...]
    origin: Origin


class TimeLeft:
    """Estimates how long a check will still take, from how long it took so far."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()

    def told(self, share: float, stage: str, language: Language) -> str:
        """The stage, with the time left once there is something to estimate it by."""
        if share <= 0.0:  # it waits for its turn
            self._start = self._clock()
        past_s = self._clock() - self._start
        if share < 0.03 or past_s < 2.0 or share >= 0.98:
            return stage
        left_s, words = past_s * (1 - share) / share, text.of(language)
        short = words.SECONDS.format(count=max(5, 5 * round(left_s / 5)))
        shown = short if left_s < 90 else words.MINUTES.format(count=round(left_s / 60))
        return f"{stage}, {words.TIME_LEFT.format(time=shown)}"


def _decisive_frame(media: Media, analysis: Analysis) -> Pixels:
    """The whole frame that decided, with a box around every face in it; of a file without faces its first."""
    if not analysis.tracks:
        return file_check.still(media)
    crop = analysis.tracks[0].key_crops[0]
    frame = analysis.key_frames.get(crop.frame_index) or media.frame(crop.frame_index)
    boxes = {track_id: score.box for track_id, score in scores_in_frame(analysis.tracks, frame.index)}
    return draw_frame(frame, (), 0.0, boxes)


def _keep(visit: Visit, found: Found) -> None:
    """Take what came of a check as the visit's result; what belonged to the one before is gone."""
    delete_earlier_runs(visit.folder, visit.runs)
    visit.runs += 1
    visit.media, visit.analysis, visit.explanations = found.media, found.analysis, found.explanations
    visit.links, visit.key_frames, visit.origin = found.links, found.key_frames, found.origin
    visit.checking = False
    visit.finer = frame_sampling.finer(found.analysis, found.media) if found.media else None
    visit.moment = visit.checks = visit.annotated = None
