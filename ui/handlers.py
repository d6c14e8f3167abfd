"""What the page does when something happens on it: each handler turns an event into updates of components."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from detector import Analysis, Detector
from explain import Explanations
from reporting import Case, build_package
from ui import checks, depth, text
from ui.case_form import read_case
from ui.checks import Superseded, Trouble, attempt
from ui.markup import file_size
from ui.panels import checking_panel, idle_panel, note_panel, stopped_panel, trouble_panel, verdict_panel
from ui.results import PictureLinks, findings, next_steps
from ui.sessions import session_of
from ui.timeline import timelines
from ui.visits import Visit, Visits, save_pictures, save_still, secret_folder, take_upload

_T = TypeVar("_T")
_UNCHANGED = (gr.skip(),) * 13
"""What `judge` answers where another call answers for it."""


class Handlers:
    """Joins one detector with the visits; every method may be called from several threads."""

    def __init__(self, detector: Detector, root: Path) -> None:
        self._detector = detector
        self._root = root
        self._visits = Visits(root)

    @property
    def visits(self) -> Visits:
        """What is kept of each visitor."""
        return self._visits

    def receive(self, upload: dict[str, Any], request: gr.Request) -> tuple[Any, ...]:
        """Take a file in and say so at once; the check comes after.

        Returns:
            Updates of the drop zone (emptied, ready for another file), the answer, the column with the progress
            and the result's column.
        """
        self._visits.end(session_of(request))
        visit = attempt(lambda: self._visits.start_upload(session_of(request), upload))
        if isinstance(visit, Trouble):
            return None, _trouble(visit), gr.Column(visible=False), gr.Column(visible=False)
        return _checking(visit)

    def receive_example(self, path: Path) -> Callable[[gr.Request], tuple[Any, ...]]:
        """A handler that takes in one of the examples."""

        def receive(request: gr.Request) -> tuple[Any, ...]:
            return _checking(self._visits.start(session_of(request), path))

        return receive

    def judge(
        self,
        choice: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple[Any, ...]:
        """Check the file of the visit.

        Args:
            choice: how closely to look at a clip, a value of `ui.depth.choices`.
            request: whose page it is.
            progress: shown on the page.

        Returns:
            Updates of the answer, the column with the progress, the result's column, the timelines, the moment,
            the findings, the steps, the package's status and download; and, for the annotated copy, its column,
            the button that makes it, its note and its download.
        """
        visit = self._visits.get(session_of(request))
        if visit is None or visit.checking:  # nothing has arrived, or an earlier call has taken it on
            return _UNCHANGED
        visit.checking = True

        def tell(share: float, stage: str) -> None:
            if self._visits.get(session_of(request)) is not visit:
                raise Superseded
            progress(share, desc=stage)

        def work() -> tuple[Any, ...]:
            tell(0.0, text.CHECKING.format(name=visit.original.name))
            how = depth.wanted(choice, self._detector.config.max_frames)
            analysis, explanations = checks.check(self._detector, visit.original, tell, how)
            shown = self._show(visit, analysis, explanations)
            visit.analysis, visit.explanations = replace(analysis, key_frames={}), explanations
            return shown

        try:
            shown = attempt(work)
        except Superseded:
            shown = _UNCHANGED
        if self._visits.get(session_of(request)) is not visit:
            shutil.rmtree(visit.folder, ignore_errors=True)  # pictures may have been drawn into it since
            return _UNCHANGED
        if isinstance(shown, Trouble):
            self._visits.end(session_of(request))
            hidden = (gr.Column(visible=False), gr.Column(visible=False))
            return _trouble(shown), *hidden, "", idle_panel(), "", "", idle_panel(), _no_download(), *_copy(False)
        return shown

    def cancel(self, request: gr.Request) -> tuple[Any, ...]:
        """The visitor stopped the check: it ends at its next step, and all that was kept is deleted now.

        Returns:
            Updates of the answer, the column with the progress and the result's column.
        """
        self._visits.end(session_of(request))
        return stopped_panel(), gr.Column(visible=False), gr.Column(visible=False)

    def busy(self, request: gr.Request) -> tuple[Any, ...]:
        """The queue took no more.

        Returns:
            Updates of the answer and the column with the progress.
        """
        self._visits.end(session_of(request))
        return trouble_panel(text.BUSY_TITLE, text.BUSY), gr.Column(visible=False)

    def prepare(self, request: gr.Request, original_wanted: bool, *fields: str | None) -> tuple[Any, ...]:
        """Build the report package of the visit.

        Returns:
            Updates of the package's status and the download.
        """
        visit = self._visits.get(session_of(request))
        if visit is None or visit.analysis is None:
            return trouble_panel(text.REPORT_TROUBLE, text.RESULT_GONE), _no_download()
        analysis, explanations = visit.analysis, visit.explanations
        packages = visit.folder / "packages"

        def work() -> Path:
            shutil.rmtree(packages, ignore_errors=True)
            packages.mkdir()
            # A new address each time: a browser may keep what it has had from an old one.
            return _package(
                secret_folder(packages),
                read_case(*fields),
                analysis,
                explanations,
                visit.original,
                original_wanted,
            )

        package = attempt(work)
        if isinstance(package, Trouble):
            return _trouble(package), _no_download()
        label = text.DOWNLOAD.format(name=package.name, size=file_size(package.stat().st_size))
        return note_panel(text.READY), gr.DownloadButton(label, value=package, visible=True)

    def outdate(self) -> tuple[Any, ...]:
        """Something was changed after the package was made: take the old one off the page."""
        return idle_panel(), _no_download()

    def leave(self, request: gr.Request) -> None:
        """The visitor closed or reloaded the page."""
        self._visits.end(session_of(request))

    def analyze(self, upload: dict[str, Any]) -> dict[str, Any]:
        """Judge one picture or clip.

        Returns:
            What `cli.py scan --json` prints for it.
        """
        return self._once(upload, lambda path: self._detector.analyze(path).to_dict())

    def report(self, upload: dict[str, Any]) -> str:
        """Judge one picture or clip and return its report package, without a case and without the original."""

        def work(path: Path) -> str:
            analysis, explanations = checks.check(self._detector, path, lambda share, stage: None)
            return str(_package(secret_folder(self._root), Case(), analysis, explanations, path, False))

        return self._once(upload, work)

    def _once(self, upload: dict[str, Any], action: Callable[[Path], _T]) -> _T:
        """Answer a program: nothing is kept, and trouble is an error with the same words."""
        folder = secret_folder(self._root)
        try:
            answer = attempt(lambda: action(take_upload(upload, folder)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(answer, Trouble):
            raise gr.Error(f"{answer.title}. {answer.message}", print_exception=False)
        return answer

    def _show(self, visit: Visit, analysis: Analysis, explanations: Explanations | None) -> tuple[Any, ...]:
        """Store the pictures, and write the page around them."""
        still_link = None
        links = PictureLinks()
        if explanations is not None:
            links = PictureLinks(
                faces=save_pictures([face.overlay for face in explanations.faces], visit.folder, "face"),
                frames=save_pictures([frame.pixels for frame in explanations.frames], visit.folder, "frame"),
            )
        elif not analysis.tracks:
            still_link = save_still(checks.still(self._detector, visit.original), visit.folder)
        return (
            verdict_panel(analysis, still_link),
            gr.Column(visible=False),
            gr.Column(visible=True),
            timelines(analysis),
            idle_panel(),
            findings(analysis, explanations, links),
            next_steps(analysis.verdict.outcome),
            idle_panel(),
            _no_download(),
            *_copy(analysis.media.kind == "video" and bool(analysis.tracks)),
        )


def _no_download() -> gr.DownloadButton:
    return gr.DownloadButton(value=None, visible=False)


def _copy(offered: bool) -> tuple[Any, ...]:
    """The annotated copy's column, button, note and download, before any was made."""
    return gr.Column(visible=offered), gr.Button(visible=True), idle_panel(), _no_download()


def _checking(visit: Visit) -> tuple[Any, ...]:
    return None, checking_panel(visit.original.name), gr.Column(visible=True), gr.Column(visible=False)


def _package(
    folder: Path,
    case: Case,
    analysis: Analysis,
    explanations: Explanations | None,
    original: Path,
    include_original: bool,
) -> Path:
    package = build_package(
        case, analysis, explanations, folder, original=original, include_original=include_original
    )
    return package.path


def _trouble(trouble: Trouble) -> str:
    return trouble_panel(trouble.title, trouble.message, trouble.hint)
