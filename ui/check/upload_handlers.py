"""What the page does when something happens on it: each handler turns an event into updates of components."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from detector import Analysis, Detector
from detector.media.media import Media, open_media
from explain import Explanations
from reporting import Case, build_package
from reporting.text.printable import printable
from reporting.text.results import Language
from ui import text
from ui.check import file_check, frame_sampling
from ui.check.file_check import Superseded, Tell, Trouble, attempt
from ui.check.turns import Turns
from ui.check.video_handlers import copy_updates
from ui.common.updates import Updates
from ui.result.details import findings, next_steps
from ui.result.faithfulness import map_check_panel
from ui.result.status_panel import (
    checking_panel,
    idle_panel,
    moment_panel,
    stopped_panel,
    trouble_panel,
    verdict_panel,
)
from ui.result.timeline import timelines
from ui.security.rate_limit import MAX_WAITING
from ui.session.key_frames import store_frames
from ui.session.own_files import RECEIVED, secret_folder
from ui.session.store import ImageLinks, Visit, Visits, save_images, save_still, sweep, take_upload
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
        visit = self._visits.get(session_of(request))
        if visit is None or visit.checking:  # nothing has arrived, or an earlier call has taken it on
            return {}
        visit.checking = True

        def tell(share: float, stage: Callable[[Language], str]) -> None:
            if self._visits.get(session_of(request)) is not visit:
                raise Superseded
            progress(share, desc=stage(visit.language))

        def work() -> Updates:
            return show_result(visit, self.examine(visit, choice, tell))

        try:
            shown = attempt(work)
        except Superseded:
            shown = {}
        if self._visits.get(session_of(request)) is not visit:
            sweep(visit)  # images may have been drawn into it since
            return {}
        if isinstance(shown, Trouble):
            panel = self._end_with(session_of(request), partial(trouble_panel, shown), visit.language)
            return answered(panel) | emptied() | copy_updates(visit)
        return shown

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
        tell(0.0, lambda language: text.of(language).CHECKING.format(name=printable(visit.original.name)))
        how = frame_sampling.wanted(choice, self._detector.config.max_frames)
        media, (analysis, explanations) = self._in_turn(
            visit.original, tell, lambda media, step: file_check.check(self._detector, media, step, how)
        )
        visit.media = media if media.info.kind == "video" else None  # an image would stay in memory
        visit.links = self._store(visit, media, analysis, explanations)
        frames = visit.folder / "frames"
        shutil.rmtree(frames, ignore_errors=True)  # of a check that was broken off
        visit.key_frames = store_frames(analysis.key_frames.values(), frames / RECEIVED)
        visit.analysis, visit.explanations = replace(analysis, key_frames={}), explanations
        return visit.analysis

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
        return _written(visit, visit.analysis) | copy_updates(visit)

    def cancel(self, chosen: str, request: gr.Request) -> Updates:
        """The visitor stopped the check: it ends at its next step, and all that was kept is deleted now.

        Returns:
            Updates of `answer`, `working` and `result`.
        """
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
            _, (analysis, explanations) = self._in_turn(
                path, _tell_nobody, lambda media, step: file_check.check(self._detector, media, step)
            )
            folder = secret_folder(self._root, owner_of(request))
            try:
                (folder / "packages").mkdir()
                out = secret_folder(folder / "packages")
                return str(
                    build_package(
                        Case(), analysis, explanations, out, original=path, processed_at=self._visits.processed_at
                    ).path
                )
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

        return self._once(upload, request, work)

    def _in_turn(self, path: Path, tell: Tell, work: Callable[[Media, Tell], _T]) -> tuple[Media, _T]:
        """Open a file and do the work on it when it is its turn.

        Args:
            path: of the file.
            tell: told how far the work has come.
            work: gets the opened file, and what it has to tell instead: there a video lets others go first.
        """
        with self.turns.image():
            media = open_media(path, self._detector.config)
            if media.info.kind == "image":
                return media, work(media, tell)
        name = printable(path.name)
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
        if isinstance(visit, Trouble):
            panel = self._end_with(session, partial(trouble_panel, visit), language)
        else:
            panel = checking_panel(visit.original.name, language)
        return {"upload": None} | answered(panel, working=not failed)

    def _store(
        self, visit: Visit, media: Media, analysis: Analysis, explanations: Explanations | None
    ) -> ImageLinks:
        """Write the images that the page shows into the visit's folder."""
        if explanations is None:
            if analysis.tracks:
                return ImageLinks()
            return ImageLinks(still=save_still(file_check.still(media), visit.folder))
        faces = explanations.faces
        # A face's colour bar, below the square, is written on the page in the visitor's language.
        squares = [face.overlay[: face.overlay.shape[1]] for face in faces]
        return ImageLinks(
            faces=save_images(squares, visit.folder, "face"),
            originals=save_images([face.crop.pixels for face in faces], visit.folder, "original"),
            frames=save_images([frame.pixels for frame in explanations.frames], visit.folder, "frame"),
        )


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
        "maps": gr.Column(visible=False),
        "copy": gr.Column(visible=False),
    }


def show_result(visit: Visit, analysis: Analysis) -> Updates:
    """A result, where there was none before."""
    copy_offered = analysis.media.kind == "video" and bool(analysis.tracks)
    return (
        _written(visit, analysis)
        | copy_updates(visit)
        | {
            "working": gr.Column(visible=False),
            "result": gr.Column(visible=True),
            "maps": gr.Column(visible=visit.explanations is not None),
            "copy": gr.Column(visible=copy_offered),
        }
    )


def _written(visit: Visit, analysis: Analysis) -> Updates:
    """All words of a result, in the visit's language."""
    language = visit.language
    return {
        "answer": verdict_panel(analysis, language, visit.links.still),
        "timeline": timelines(analysis, language),
        "moment": moment_panel(visit.moment, language) if visit.moment else idle_panel(),
        "findings": findings(analysis, visit.explanations, visit.links, language),
        "maps-note": map_check_panel(visit.checks, language),
        "steps": next_steps(analysis.verdict.outcome, language),
    }
