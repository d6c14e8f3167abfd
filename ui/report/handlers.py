"""What the page does about a report: where to turn, the package, the way to the portal, and what comes after."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from detector.errors import HardStopError
from detector.types import Analysis
from reporting import (
    Case,
    ReportPackage,
    build_package,
    is_hard_stop,
    record_acknowledgement,
    refuse_hard_stop,
)
from reporting.portals import load_portal
from reporting.text.results import Language
from reporting.types import Place
from ui import text
from ui.check.file_check import Trouble, attempt
from ui.check.result_updates import emptied
from ui.check.video_handlers import download, no_download
from ui.common.updates import Updates
from ui.report.case_form import Answers, indian_time, read_case
from ui.report.filing import before_filing, filed_panel, filing_list
from ui.report.portal_status import reach
from ui.report.referral_steps import first_panel, portal_link, routes_panel
from ui.result.status_panel import idle_panel, note_panel, trouble_panel
from ui.session.disk import discard
from ui.session.key_frames import load_frames
from ui.session.own_files import secret_folder
from ui.session.store import Prepared, Visit, Visits, sweep
from ui.session.visitor import session_of


class ReportHandlers:
    """Joins the visits with the report; every method may be called from several threads."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._jobs = visits.jobs

    def route(self, request: gr.Request, turn: float, chosen: str, *typed: Any) -> Updates:
        """Something that decides where to turn was answered. Where that is a hard stop, everything that was kept
        of the visitor's file is deleted at once.

        Args:
            request: whose page it is, here and below.
            turn: the count of `Jobs.SCRIPT`, here and below. What is answered last need not have been told last:
                a hard stop always takes effect, but where to turn is shown for the newest turn alone.
            chosen: language of the page, here and below.
            typed: the values of `Answers`, here and below.

        Returns:
            Updates of the form, of `routes` and `build`, and of the package as `prepare`; after a hard stop also
            of all that shows the result.
        """
        session, language = session_of(request), text.language_of(chosen)
        job = self._jobs.begin(session, "route", turn)
        answers = Answers(*typed)
        self._outdate(session, turn)
        stopped = self._stops(session, answers, language)
        found = {"answer": _halted(language)} | emptied() if stopped else {}
        if not self._jobs.is_current(job):
            return found
        routed = _routed(answers, language, build=self._visits.get(session) is not None)
        return routed | _package_updates(None, language) | found

    def prepare(
        self, request: gr.Request, turn: float, chosen: str, original_wanted: bool, *typed: Any
    ) -> Updates:
        """Build the report package of the visit; none is offered if something was edited since it was asked for.

        Returns:
            Updates of `package-note`, `filing`, `fields`, `download`, `portal`, `after` and `filed`.
        """
        session, language = session_of(request), text.language_of(chosen)
        answers = Answers(*typed)
        job = self._jobs.begin(session, "package", turn)
        if not self._jobs.is_current(job):
            return {}
        if self._stops(session, answers, language):
            return _package_updates(attempt(partial(_refuse, answers)), language)
        visit = self._visits.get(session)
        if visit is None or visit.analysis is None:
            return _package_updates(Trouble("result_gone"), language)
        analysis = visit.analysis

        def work() -> Prepared:
            return _build(visit, analysis, read_case(answers), original_wanted, self._visits.processed_at)

        package: Prepared | Trouble = Trouble("no_kind")
        if answers.kind is not None:
            package = attempt(partial(_refuse, answers) if answers.age_missing else work)
        if self._visits.get(session) is not visit:
            sweep(visit)  # it may have been written into since
            return {}
        if not self._jobs.deliver(job, lambda: setattr(visit, "package", package)):
            if isinstance(package, Prepared):
                discard(package.path.parent)
            return {}
        return _package_updates(package, visit.language)

    def file(
        self, request: gr.Request, turn: float, chosen: str, number: str | None, filed_at: str | None
    ) -> Updates:
        """Write the acknowledgement number into the package.

        Args:
            request: whose page it is.
            turn: see `route`.
            chosen: language of the page.
            number: as the portal gave it.
            filed_at: what the picker holds; empty says now.

        Returns:
            Updates as `prepare`.
        """
        language = text.language_of(chosen)
        visit = self._visits.get(session_of(request))
        if visit is None or not isinstance(visit.package, Prepared):
            return _package_updates(Trouble("result_gone"), language)
        package = visit.package
        job = self._jobs.begin(session_of(request), "package", turn)

        def work() -> Prepared:
            at = indian_time(filed_at) or datetime.now(UTC)
            # A new address each time: a browser may keep what it has had from an old one.
            path = Path(shutil.copy(package.path, secret_folder(package.path.parent.parent)))
            try:
                record_acknowledgement(path, number or "", at)
            except BaseException:
                shutil.rmtree(path.parent, ignore_errors=True)
                raise
            shutil.rmtree(package.path.parent, ignore_errors=True)
            return replace(package, path=path, filed_at=at, trouble=None)

        filed = attempt(work)
        shown = replace(package, trouble=filed) if isinstance(filed, Trouble) else filed
        if not self._jobs.deliver(job, lambda: setattr(visit, "package", shown)):
            return {}
        return _package_updates(shown, language)

    def outdate(self, request: gr.Request, turn: float) -> Updates:
        """Something was changed after the package was asked for: take the old one off the page."""
        self._outdate(session_of(request), turn)
        return _package_updates(None, text.DEFAULT)

    def show(self, request: gr.Request) -> Updates:
        """Say again how the package stands: an answer that was on its way may have come after a newer one.

        Returns:
            Updates as `prepare`.
        """
        visit = self._visits.get(session_of(request))
        if visit is None:
            return {}
        return _package_updates(visit.package, visit.language)

    def speak(self, request: gr.Request, turn: float, chosen: str, *typed: Any) -> Updates:
        """The visitor changed the language.

        Returns:
            Updates as `route`, those of the result apart.
        """
        session, language = session_of(request), text.language_of(chosen)
        self._jobs.begin(session, "route", turn)
        visit = self._visits.get(session)
        routed = _routed(Answers(*typed), language, build=visit is not None)
        return routed | _package_updates(visit.package if visit else None, language)

    def ask_portal(self, chosen: str) -> Updates:
        """See whether the portal answers this computer.

        Returns:
            Update of `reached`.
        """
        portal, words = load_portal(), text.of(text.language_of(chosen))
        found = words.REACH[reach(portal.home_url.value)]
        return {"reached": note_panel(found.format(fraud=portal.helpline_cyber_fraud.value))}

    def _stops(self, session: str, answers: Answers, language: Language) -> bool:
        """Whether the answers are a hard stop; then nothing is kept from now on."""
        if answers.kind != "sexual" or answers.age_missing or answers.depicted == "adult":
            return False
        self._visits.end(session, _halted, listed=True)
        return True

    def _outdate(self, session: str, turn: float) -> None:
        self._jobs.end(session, "package", turn)
        if visit := self._visits.get(session):
            visit.package = None


def _refuse(answers: Answers) -> Prepared:
    """Say that nothing is made.

    Raises:
        HardStopError: always.
    """
    refuse_hard_stop(read_case(answers))
    raise HardStopError("the age of the person shown was not told")


def _build(visit: Visit, analysis: Analysis, case: Case, original_wanted: bool, processed_at: Place) -> Prepared:
    refuse_hard_stop(case)
    packages = visit.folder / "packages"
    shutil.rmtree(packages, ignore_errors=True)
    packages.mkdir()
    frames = load_frames(visit.key_frames) if case.media_included else {}
    try:
        package = build_package(
            case,
            replace(analysis, key_frames=frames),
            visit.explanations,
            secret_folder(packages),  # a new address each time: a browser may keep what it has had from an old one
            original=visit.media or visit.original,
            include_original=original_wanted,
            processed_at=processed_at,
            language=visit.language,
        )
        uploads = _unpack_uploads(package, secret_folder(packages))
    except BaseException:
        discard(packages)
        raise
    return Prepared(
        path=package.path, case=case, fields=package.fields, findings=package.findings, uploads=uploads
    )


def _unpack_uploads(package: ReportPackage, folder: Path) -> tuple[Path, ...]:
    """Write the files to upload beside the package, for who cannot open a zip where the portal asks for a file."""
    names = list(dict.fromkeys(name for field in package.fields for name in field.files))
    with zipfile.ZipFile(package.path) as archive:
        for name in names:
            (folder / Path(name).name).write_bytes(archive.read(name))
    return tuple(folder / Path(name).name for name in names)


def _routed(answers: Answers, language: Language, *, build: bool) -> Updates:
    """The form and the steps.

    Args:
        answers: what stands in the form.
        language: of the page.
        build: there is something to build from.
    """
    sexual, unknown = answers.kind == "sexual", answers.kind is None or answers.age_missing
    # What was typed elsewhere does not decide where to turn, and may not be readable yet.
    told = answers._replace(seen_at="", saved_at="")
    if unknown:
        case = read_case(told._replace(kind="other"))
        panel = first_panel(case, language, age_missing=answers.age_missing)
    else:
        case = read_case(told)
        panel = routes_panel(case, language)
    stop = answers.age_missing or is_hard_stop(case)
    return {
        "depicted": gr.Radio(visible=sexual),
        "with-images": gr.Checkbox(visible=sexual and answers.depicted == "adult"),
        "delay": gr.Textbox(visible=answers.seen_long_ago(datetime.now(UTC))),
        "routes": panel,
        "build": gr.Column(visible=build and not stop),
    }


def _package_updates(package: Prepared | Trouble | None, language: Language) -> Updates:
    """How the report package stands, in the order of filing: its note with what to look at, the texts to copy, the
    download, the way to the portal, and what comes after."""
    if not isinstance(package, Prepared):
        return {
            "package-note": idle_panel() if package is None else trouble_panel(package, language),
            "filing": gr.Column(visible=False),
            "fields": "",
            "download": no_download(),
            "portal": "",
            "after": gr.Column(visible=False),
            "filed": idle_panel(),
        }
    look, filed = before_filing(package.findings, language), idle_panel()
    if package.trouble is not None:
        filed = trouble_panel(package.trouble, language)
    elif package.filed_at is not None:
        look, filed = "", f'<div role="status">{filed_panel(package, language)}</div>'
    return {
        "package-note": note_panel(text.of(language).READY) + look,
        "filing": gr.Column(visible=True),
        "fields": filing_list(package, language),
        "download": download(package.path, language),
        "portal": portal_link(package.case, package.findings, language),
        "after": gr.Column(visible=True),
        "filed": filed,
    }


def _halted(language: Language) -> str:
    """What the page says in place of the answer."""
    return note_panel(text.of(language).HARD_STOP)
