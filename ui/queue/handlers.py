"""What the page does with many files: each handler turns an event into updates of components.

One turn of work checks one file and then goes back to the end of the line, so that nobody waits for a whole list.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import gradio as gr

from reporting.text.printable import printable
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Superseded, Trouble, attempt
from ui.check.result_updates import answered, emptied, show_result
from ui.check.upload_handlers import Handlers
from ui.common.html import Picture, file_size
from ui.common.updates import Updates
from ui.queue.compare import comparison
from ui.queue.export import Kind, make_thumbnail, write_export
from ui.queue.rows import MARKS, FileList, FileLists, Row, shelve, summarize, unshelve
from ui.queue.table import table
from ui.result.status_panel import idle_panel, note_panel, saved_panel, trouble_panel
from ui.session.own_files import UPLOADED, own_file, secret_folder
from ui.session.store import Visit, home_name, image_link, sweep
from ui.session.tabs import Tabs
from ui.session.visitor import owner_of, session_of

_EXPORTS: tuple[Kind, ...] = ("csv", "json", "pdf")


class ListHandlers:
    """Joins the lists with the visits; every method may be called from several threads."""

    def __init__(self, handlers: Handlers, root: Path) -> None:
        self._handlers = handlers
        self._visits = handlers.visits
        self._root = root
        self._tabs = Tabs()
        self.lists = FileLists()

    def add(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Take one more file into the list. What is looked at or checked at the moment becomes its first row.

        Args:
            chosen: language of the page, here and below.
            request: whose page it is, here and below.
            event: an upload as Gradio describes it, or `orig_name` and `reason` if it could not be sent.
                `list` names its list; `unwanted`: only delete it.

        Returns:
            Updates of `files`, and of the answer where a check is now the list's.
        """
        session, language, owner = session_of(request), text.language_of(chosen), owner_of(request)
        given = _data(event)
        if given.get("unwanted") or self.lists.is_cleared(given.get("list")):  # deleted while it was on its way
            self._discard(given, owner)
            return self._table(session, self.lists.of(session), language)
        files = self.lists.of(session, make=True)
        assert files is not None
        said = self._adopt(session, files)
        with self.lists.lock:
            files.version += 1
            if not self.lists.has_room(files):
                files.left_out += 1
                self._discard(given, owner)
                return said | self._table(session, files, language)
        if "path" in given:
            taken = attempt(lambda: self._visits.take_in(given, language, owner))
        else:
            taken = Trouble("too_large" if given.get("reason") == "too_large" else "file_gone")
        if isinstance(taken, Visit):
            row = Row(0, taken.original.name, taken, taken.original.stat().st_size)
        else:
            name = given.get("orig_name")
            row = Row(0, home_name(name if isinstance(name, str) else ""), None, state="failed", trouble=taken)
        self.lists.add(files, row)
        if self.lists.is_cleared(files.name):  # deleted while the file was taken in
            self.lists.remove(files, row)
            return self._table(session, self.lists.of(session), language)
        return said | self._table(session, files, language)

    def work(
        self,
        choice: str,
        chosen: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Updates:
        """Check the next file that waits.

        Args:
            choice: how closely to look at a video, as `Handlers.judge`.
            chosen: language of the page.
            request: whose page it is.
            progress: shown on the page.

        Returns:
            Update of `files`.
        """
        session, language = session_of(request), text.language_of(chosen)
        files = self.lists.of(session)
        row = self.lists.take_next(files) if files else None
        if files is None or row is None or row.visit is None:
            return self._turned(session, files, language)
        visit, job = row.visit, row.job

        def tell(share: float, stage: Callable[[Language], str]) -> None:
            if files.paused or row.job is not job or not self.lists.is_here(session, row):
                raise Superseded
            progress(share, desc=f"{printable(row.name)}: {stage(language)}")

        def check() -> None:
            analysis = self._handlers.examine(visit, choice, tell)
            row.thumbnail = _thumbnail(visit)
            row.summary = summarize(analysis)
            if self._visits.get(session) is not visit:
                shelve(visit)

        try:
            outcome = attempt(check)
        except Superseded:
            outcome = Trouble("busy")
            superseded = True
        else:
            superseded = False
        with self.lists.lock:
            if row.job is job:
                row.job = None
                if superseded:
                    row.state, row.summary = "waiting", None
                elif isinstance(outcome, Trouble):
                    row.state, row.trouble, row.summary = "failed", outcome, None
                else:
                    row.state = "done"
            failed = row.state == "failed"
        if failed:
            shutil.rmtree(visit.folder, ignore_errors=True)  # nothing can be done with it any more
        sweep(visit)
        return self._turned(session, files, language)

    def busy(self, chosen: str, request: gr.Request) -> Updates:
        """The line took no more, or the turn failed: the page tries again.

        Returns:
            Update of `files`.
        """
        session = session_of(request)
        return self._turned(session, self.lists.of(session), text.language_of(chosen))

    def open(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Show the full result of a row.

        Args:
            chosen: language of the page.
            request: whose page it is.
            event: the row's `number`.

        Returns:
            Updates of all that shows a result, and of `files`.
        """
        session, language = session_of(request), text.language_of(chosen)
        files, row = self._row(session, event)
        if files is None or row is None:
            return answered(note_panel(text.of(language).FILES_GONE)) | emptied()
        if row.trouble is not None or row.visit is None:
            panel = trouble_panel(row.trouble or Trouble("file_gone"), language)
            self._put_down(session, files)
            self._visits.end(session)
            return answered(panel) | emptied() | self._table(session, files, language, row.number)
        if row.state != "done":
            return {}
        visit = row.visit
        shown = attempt(lambda: self._look_at(session, files, visit, language))
        if isinstance(shown, Trouble):
            return answered(trouble_panel(shown, language)) | emptied()
        return shown | self._table(session, files, language, row.number)

    def mark(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Keep the visitor's own mark of a row.

        Args:
            chosen: language of the page.
            request: whose page it is.
            event: the row's `number`, and the `mark`, 0 to 4.

        Returns:
            Update of `files`.
        """
        session, language = session_of(request), text.language_of(chosen)
        files, row = self._row(session, event)
        if files is None or row is None or _data(event).get("mark") not in (0, *MARKS):
            return {}
        with self.lists.lock:
            row.mark = int(_data(event)["mark"])
            files.version += 1
        return self._table(session, files, language)

    def remove(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Delete a row and its file.

        Returns:
            Updates of `files`, and of the result where it was the one that was shown.
        """
        session, language = session_of(request), text.language_of(chosen)
        files, row = self._row(session, event)
        if files is None or row is None:
            return {}
        shown = row.visit is not None and self._visits.get(session) is row.visit
        self.lists.remove(files, row)
        files.version += 1
        said: Updates = {}
        if shown:
            self._visits.end(session)
            said = answered(idle_panel()) | emptied()
        return said | self._table(session, files, language)

    def pause(self, chosen: str, request: gr.Request) -> Updates:
        """Stop checking, or go on.

        Returns:
            Update of `files`.
        """
        session, language = session_of(request), text.language_of(chosen)
        files = self.lists.of(session)
        if files is None:
            return {}
        with self.lists.lock:
            files.paused = not files.paused
            files.version += 1
        return self._table(session, files, language)

    def clear(self, chosen: str, request: gr.Request) -> Updates:
        """Delete everything that is kept of this page.

        Returns:
            Updates of `files`, `compared`, `exported` and the result.
        """
        session, language = session_of(request), text.language_of(chosen)
        self.lists.clear(session)
        self._visits.end(session, lambda spoken: note_panel(text.of(spoken).FILES_ERASED), listed=True)
        said = answered(note_panel(text.of(language).FILES_ERASED)) | emptied()
        return said | {"compared": "", "exported": idle_panel()} | self._table(session, None, language)

    def compare(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Show two results side by side.

        Args:
            chosen: language of the page.
            request: whose page it is.
            event: the `numbers` of two rows; none closes the comparison.

        Returns:
            Update of `compared`.
        """
        session, language = session_of(request), text.language_of(chosen)
        rows = self._rows(session, event)
        return {"compared": comparison(rows[0], rows[1], language) if len(rows) == 2 else ""}

    def export(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Write results of the list into a file to download.

        Args:
            chosen: language of the page.
            request: whose page it is.
            event: the `kind` of file, and the `numbers` of the rows in their order.

        Returns:
            Update of `exported`.
        """
        session, language = session_of(request), text.language_of(chosen)
        files, kind, rows = self.lists.of(session), _data(event).get("kind"), self._rows(session, event)
        if files is None or kind not in _EXPORTS or not rows:
            return {}
        return {"exported": self._written(files, rows, cast(Kind, kind), language, request)}

    def export_shown(self, chosen: str, request: gr.Request) -> Updates:
        """Write the result that is shown on one page.

        Args:
            chosen: language of the page.
            request: whose page it is.

        Returns:
            Update of `saved`.
        """
        session, language = session_of(request), text.language_of(chosen)
        visit, files = self._visits.get(session), self.lists.of(session, make=True)
        analysis = visit.analysis if visit else None
        if visit is None or analysis is None or files is None:
            return {"saved": trouble_panel(Trouble("result_gone"), language)}
        row = Row(0, visit.original.name, visit, state="done", summary=summarize(analysis))
        return {"saved": self._written(files, [row], "pdf", language, request)}

    def _written(
        self, files: FileList, rows: list[Row], kind: Kind, language: Language, request: gr.Request
    ) -> str:
        """Write an export, and say so."""

        def work() -> Path:
            with self.lists.lock:
                if files.folder is None:
                    files.folder = secret_folder(self._root, owner_of(request))
                    (files.folder / "packages").mkdir()
            packages = files.folder / "packages"
            for old in packages.iterdir():  # one at a time: who has it, has it
                shutil.rmtree(old, ignore_errors=True)
            return write_export(rows, kind, secret_folder(packages), language)

        path = attempt(work)
        if isinstance(path, Trouble):
            return trouble_panel(path, language)
        said = text.of(language).EXPORTED.format(name=path.name, size=file_size(path.stat().st_size, language))
        return saved_panel(image_link(path), path.name, said)

    def speak(self, chosen: str, request: gr.Request) -> Updates:
        """The visitor changed the language.

        Returns:
            Updates of `files`, `compared` and `exported`.
        """
        session, language = session_of(request), text.language_of(chosen)
        files = self.lists.of(session)
        if files is None:
            return {}
        files.version += 1
        return self._table(session, files, language) | {"compared": "", "exported": idle_panel()}

    def restore(self, ticket: str, chosen: str, request: gr.Request) -> Updates:
        """A page was opened: where it is a reload, show again what the page before it had.

        Args:
            ticket: of the tab, see `Tabs`.
            chosen: language of the page.
            request: whose page it is.

        Returns:
            Updates as `open`; none where there is nothing to show.
        """
        session, language = session_of(request), text.language_of(chosen)
        before = self._tabs.open(owner_of(request), ticket, session)
        if before is None:
            return {}
        files, visit = self.lists.move(before, session), self._visits.move(before, session)
        said: Updates = {}
        if visit is not None and visit.analysis is not None:
            visit.language = language
            said = show_result(visit, visit.analysis)
        number = next((row.number for row in files.rows if row.visit is visit), 0) if files and visit else 0
        return said | (self._table(session, files, language, number) if files else {})

    def leave(self, request: gr.Request) -> None:
        """The page was closed or is being reloaded: what has a result is kept for a while, see `Visits.leave`."""
        session = session_of(request)
        if not self._tabs.knows(session):
            self._handlers.leave(request)
            self.lists.end(session)
            return
        self._visits.leave(session)
        self.lists.leave(session)

    def _adopt(self, session: str, files: FileList) -> Updates:
        """Make what is looked at a row of a list, so that nothing that was brought is lost."""
        visit = self._visits.get(session)
        if visit is None or visit.listed:
            return {}
        row = Row(0, visit.original.name, visit, visit.original.stat().st_size)
        if visit.analysis is not None:
            row.state, row.summary, row.thumbnail = "done", summarize(visit.analysis), _thumbnail(visit)
            self.lists.add(files, row)
            return {}
        visit.listed = True
        self._visits.end(session)  # its check stops at its next step, and the list begins it anew
        visit.checking = False
        self.lists.add(files, row)
        return answered(idle_panel())

    def _look_at(self, session: str, files: FileList, visit: Visit, language: Language) -> Updates:
        analysis = unshelve(visit)
        visit.language = language
        if self._visits.get(session) is not visit:
            self._adopt(session, files)
            self._put_down(session, files)
            self._visits.look_at(session, visit)
        return show_result(visit, analysis)

    def _put_down(self, session: str, files: FileList) -> None:
        """Keep the result that was looked at on disk alone."""
        before = self._visits.get(session)
        if before is not None and before.listed and before.analysis is not None:
            shelve(before)

    def _row(self, session: str, event: gr.EventData) -> tuple[FileList | None, Row | None]:
        files = self.lists.of(session)
        return files, files.find(_data(event).get("number")) if files else None

    def _rows(self, session: str, event: gr.EventData) -> list[Row]:
        files = self.lists.of(session)
        numbers = _data(event).get("numbers")
        if files is None or not isinstance(numbers, list):
            return []
        return [row for row in map(files.find, numbers[: len(files.rows)]) if row is not None]

    def _turned(self, session: str, files: FileList | None, language: Language) -> Updates:
        """A turn of work has ended."""
        current = self.lists.of(session)
        if files is None or current is not files:  # the list was deleted, or went to a reload, meanwhile
            return self._table(session, current, language)
        with self.lists.lock:
            files.checked += 1
            files.version += 1
        return self._table(session, files, language)

    def _table(
        self, session: str, files: FileList | None, language: Language, opened: int | None = None
    ) -> Updates:
        if opened is None and files is not None:
            current = self._visits.get(session)
            opened = next((row.number for row in files.rows if current and row.visit is current), 0)
        return {"files": table(files, language, opened or 0)}

    def _discard(self, given: dict[str, Any], owner: str) -> None:
        """Delete an upload that is not taken."""
        received = own_file(given.get("path"), self._root, UPLOADED, owner)
        if received is not None:
            shutil.rmtree(received.parent.parent, ignore_errors=True)


def _data(event: gr.EventData) -> dict[str, Any]:
    """What an event says; from outside, and anything."""
    return event._data if isinstance(event._data, dict) else {}


def _thumbnail(visit: Visit) -> Picture | None:
    """A small image of a judged file."""
    still = visit.still_path
    frames = [frame.path for frame in visit.key_frames] or ([still] if still.exists() else [])
    if not frames:
        return None
    path = visit.folder / "thumb.png"
    made = attempt(partial(make_thumbnail, frames[0], path))
    return None if isinstance(made, Trouble) else Picture(image_link(path), *made)
