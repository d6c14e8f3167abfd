"""Handlers of the report: where to turn, the package, the acknowledgement."""

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
from reporting import Case, ReportPackage, build_package, record_acknowledgement
from reporting.complaint.referrals import is_hard_stop, refuse_hard_stop
from reporting.portals import load_portal
from reporting.text.results import Language
from reporting.types import Place
from ui import text
from ui.check.file_check import Trouble, attempt
from ui.check.result_updates import empty_result
from ui.check.video_handlers import download, no_download
from ui.common.updates import Updates
from ui.report.case_form import Answers, indian_time, read_case
from ui.report.filing import before_filing, filed_panel, filing_list
from ui.report.portal_status import check_portal
from ui.report.referral_steps import first_panel, portal_link, routes_panel
from ui.result.status_panel import idle_panel, note_panel, trouble_panel
from ui.session.disk import discard
from ui.session.images import load_frames
from ui.session.own_files import secret_folder
from ui.session.store import Prepared, Visit, Visits
from ui.session.visitor import session_of


class ReportHandlers:
    """Handlers around the visits. Thread-safe.

    Handlers return updates by component name. `request` identifies the page, `turn` is the count of `Jobs.SCRIPT`,
    `chosen` the language of the page, `typed` the values of `Answers`.
    """

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._jobs = visits.jobs

    def route(self, request: gr.Request, turn: float, chosen: str, *typed: Any) -> Updates:
        """Show where to turn after an answer that decides it. A hard stop deletes the visitor's file at once.

        Events may arrive out of order: a hard stop always takes effect, the steps are those of the newest turn.
        """
        session, language = session_of(request), text.language_of(chosen)
        job = self._jobs.start(session, "route", turn)
        answers = Answers(*typed)
        self._discard_package(session, turn)
        stopped = self._stops(session, answers)
        found = {"answer": _hard_stop_panel(language)} | empty_result() if stopped else {}
        if not self._jobs.is_current(job):
            return found
        routed = _form_updates(answers, language, build=self._visits.get(session) is not None)
        return routed | package_updates(None, language) | found

    def prepare(
        self, request: gr.Request, turn: float, chosen: str, original_wanted: bool, *typed: Any
    ) -> Updates:
        """Build the report package; it is dropped if something was edited meanwhile."""
        session, language = session_of(request), text.language_of(chosen)
        answers = Answers(*typed)
        job = self._jobs.start(session, "package", turn)
        if not self._jobs.is_current(job):
            return {}
        if self._stops(session, answers):
            return package_updates(attempt(partial(_refuse, answers)), language)
        visit = self._visits.get(session)
        if visit is None or visit.analysis is None:
            return package_updates(Trouble("result_gone"), language)
        analysis = visit.analysis

        def work() -> Prepared:
            return _build(visit, analysis, read_case(answers), original_wanted, self._visits.processed_at)

        package: Prepared | Trouble | None = Trouble("no_kind")
        if answers.kind is not None:
            refuse_or_build = partial(_refuse, answers) if answers.age_missing else work
            package = self._visits.attempt(session, visit, refuse_or_build)
        if package is None:
            return {}
        if not self._jobs.deliver(job, lambda: setattr(visit, "package", package)):
            if isinstance(package, Prepared):
                discard(package.path.parent)
            return {}
        return package_updates(package, visit.language)

    def file(
        self, request: gr.Request, turn: float, chosen: str, number: str | None, filed_at: str | None
    ) -> Updates:
        """Write the acknowledgement number into the package.

        Args:
            request: page of the visitor.
            turn: count of `Jobs.SCRIPT`.
            chosen: language of the page.
            number: from the portal.
            filed_at: value of the picker; empty means now.
        """
        language = text.language_of(chosen)
        visit = self._visits.get(session_of(request))
        if visit is None or not isinstance(visit.package, Prepared):
            return package_updates(Trouble("result_gone"), language)
        package = visit.package
        job = self._jobs.start(session_of(request), "package", turn)

        def work() -> Prepared:
            at = indian_time(filed_at) or datetime.now(UTC)
            # A new URL each time, because browsers cache.
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
        return package_updates(shown, language)

    def discard_package(self, request: gr.Request, turn: float) -> Updates:
        """Remove the package from the page after an edit."""
        self._discard_package(session_of(request), turn)
        return package_updates(None, text.DEFAULT)

    def show(self, request: gr.Request) -> Updates:
        """Show the state of the package again: updates may arrive out of order."""
        visit = self._visits.get(session_of(request))
        if visit is None:
            return {}
        return package_updates(visit.package, visit.language)

    def change_language(self, request: gr.Request, turn: float, chosen: str, *typed: Any) -> Updates:
        """Show form and package in another language."""
        session, language = session_of(request), text.language_of(chosen)
        self._jobs.start(session, "route", turn)
        visit = self._visits.get(session)
        routed = _form_updates(Answers(*typed), language, build=visit is not None)
        return routed | package_updates(visit.package if visit else None, language)

    def ask_portal(self, chosen: str) -> Updates:
        """Check whether the portal answers this computer."""
        portal, words = load_portal(), text.of(text.language_of(chosen))
        found = words.REACH[check_portal(portal.home_url.value)]
        return {"reached": note_panel(found.format(fraud=portal.helpline_cyber_fraud.value))}

    def _stops(self, session: str, answers: Answers) -> bool:
        """End the visit if the answers are a hard stop, and return whether they are."""
        if answers.kind != "sexual" or answers.age_missing or answers.depicted == "adult":
            return False
        self._visits.end(session, _hard_stop_panel, listed=True)
        return True

    def _discard_package(self, session: str, turn: float) -> None:
        self._jobs.end(session, "package", turn)
        if visit := self._visits.get(session):
            visit.package = None


def _refuse(answers: Answers) -> Prepared:
    """Refuse to build a package.

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
            secret_folder(packages),  # a new URL each time, because browsers cache
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
    """Unpack the files to upload beside the package, for visitors who cannot open a zip."""
    names = list(dict.fromkeys(name for field in package.fields for name in field.files))
    with zipfile.ZipFile(package.path) as archive:
        for name in names:
            (folder / Path(name).name).write_bytes(archive.read(name))
    return tuple(folder / Path(name).name for name in names)


def _form_updates(answers: Answers, language: Language, *, build: bool) -> Updates:
    """Update the form and the steps.

    Args:
        answers: values of the form.
        language: of the page.
        build: whether there is a result to build from.
    """
    sexual, unknown = answers.kind == "sexual", answers.kind is None or answers.age_missing
    # Times do not decide where to turn, and may be incomplete.
    without_times = answers._replace(seen_at="", saved_at="")
    if unknown:
        case = read_case(without_times._replace(kind="other"))
        panel = first_panel(case, language, age_missing=answers.age_missing)
    else:
        case = read_case(without_times)
        panel = routes_panel(case, language)
    stop = answers.age_missing or is_hard_stop(case)
    return {
        "depicted": gr.Radio(visible=sexual),
        "with-images": gr.Checkbox(visible=sexual and answers.depicted == "adult"),
        "delay": gr.Textbox(visible=answers.seen_long_ago(datetime.now(UTC))),
        "routes": panel,
        "build": gr.Column(visible=build and not stop),
    }


def package_updates(package: Prepared | Trouble | None, language: Language) -> Updates:
    """Update the note, fields, download, portal link and follow-up of the report package.

    A package that is ready collapses the form that it was made from and the details of the result.
    """
    if not isinstance(package, Prepared):
        return {
            "told": gr.Accordion(open=True),
            "package-note": idle_panel() if package is None else trouble_panel(package, language),
            "filing": gr.Column(visible=False),
            "fields": "",
            "download": no_download(),
            "portal": "",
            "after": gr.Column(visible=False),
            "filed": idle_panel(),
        }
    look, filed = before_filing(package.case, package.findings, language), idle_panel()
    if package.trouble is not None:
        filed = trouble_panel(package.trouble, language)
    elif package.filed_at is not None:
        look, filed = "", f'<div role="status">{filed_panel(package, language)}</div>'
    return {
        "told": gr.Accordion(open=False),
        "found": gr.Accordion(open=False),
        "package-note": note_panel(text.of(language).READY) + look,
        "filing": gr.Column(visible=True),
        "fields": filing_list(package, language),
        "download": download(package.path, language),
        "portal": portal_link(package.case, package.findings, language),
        "after": gr.Column(visible=True),
        "filed": filed,
    }


def _hard_stop_panel(language: Language) -> str:
    """Return what replaces the answer after a hard stop."""
    return note_panel(text.of(language).HARD_STOP)
