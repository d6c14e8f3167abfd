"""Handlers of the list of files.

Each turn of work checks one file and then queues again, so that nobody waits for another visitor's whole list.
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
from ui.check.result_updates import answer_updates, empty_result, show_result
from ui.check.upload_handlers import Handlers
from ui.common.html import Picture, file_size
from ui.common.updates import Updates
from ui.queue.compare import comparison
from ui.queue.export import Kind, make_thumbnail, write_export
from ui.queue.rows import MARKS, FileList, FileLists, Row, load_result, save_result, summarize
from ui.queue.table import table
from ui.result.status_panel import idle_panel, note_panel, saved_panel, trouble_panel
from ui.session.images import image_link
from ui.session.own_files import UPLOADED, own_file, secret_folder
from ui.session.store import Visit, clean_file_name, delete_if_ended
from ui.session.tabs import Tabs
from ui.session.visitor import owner_of, session_of

_EXPORTS: tuple[Kind, ...] = ("csv", "json", "pdf")


class ListHandlers:
    """Handlers around the lists and visits. Thread-safe.

    Handlers return updates by component name. `chosen` is the language of the page, `request` identifies the page,
    `event` carries the row's `number`.
    """

    def __init__(self, handlers: Handlers, root: Path) -> None:
        self._handlers = handlers
        self._visits = handlers.visits
        self._root = root
        self._tabs = Tabs()
        self.lists = FileLists()

    def add(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Add a file to the list; a file that is shown or being checked becomes its first row.

        Args:
            chosen: language of the page.
            request: page of the visitor.
            event: an upload as Gradio describes it, or `orig_name` and `reason` if it could not be sent.
                `list` names its list; `unwanted`: only delete it.
        """
        session, language, owner = session_of(request), text.language_of(chosen), owner_of(request)
        upload = _data(event)
        if upload.get("unwanted") or self.lists.is_cleared(upload.get("list")):  # deleted during the upload
            self._discard(upload, owner)
            return self._table(session, self.lists.of(session), language)
        files = self.lists.of(session, make=True)
        assert files is not None
        updates = self._add_current(session, files)
        with self.lists.lock:
            files.version += 1
            if not self.lists.has_room(files):
                files.left_out += 1
                self._discard(upload, owner)
                return updates | self._table(session, files, language)
        if "path" in upload:
            taken = attempt(lambda: self._visits.receive_upload(upload, language, owner))
        else:
            taken = Trouble("too_large" if upload.get("reason") == "too_large" else "file_gone")
        if isinstance(taken, Visit):
            row = Row(0, taken.original.name, taken, taken.original.stat().st_size)
        else:
            name = upload.get("orig_name")
            row = Row(
                0, clean_file_name(name if isinstance(name, str) else ""), None, state="failed", trouble=taken
            )
        self.lists.add(files, row)
        if self.lists.is_cleared(files.name):  # deleted meanwhile
            self.lists.remove(files, row)
            return self._table(session, self.lists.of(session), language)
        return updates | self._table(session, files, language)

    def check_next(
        self,
        choice: str,
        chosen: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Updates:
        """Check the next waiting file; `choice` as in `Handlers.run_check`."""
        session, language = session_of(request), text.language_of(chosen)
        files = self.lists.of(session)
        row = self.lists.take_next(files) if files else None
        if files is None or row is None or row.visit is None:
            return self._turn_done(session, files, language)
        visit, job = row.visit, row.job

        def on_progress(share: float, stage: Callable[[Language], str]) -> None:
            if files.paused or row.job is not job or not self.lists.is_here(session, row):
                raise Superseded
            progress(share, desc=f"{printable(row.name)}: {stage(language)}")

        def check() -> None:
            analysis = self._handlers.examine(visit, choice, on_progress)
            row.thumbnail = _thumbnail(visit)
            row.summary = summarize(analysis)
            if self._visits.get(session) is not visit:
                save_result(visit)

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
            shutil.rmtree(visit.folder, ignore_errors=True)  # of no further use
        delete_if_ended(visit)
        return self._turn_done(session, files, language)

    def busy(self, chosen: str, request: gr.Request) -> Updates:
        """The queue is full, or the turn failed: the page tries again."""
        session = session_of(request)
        return self._turn_done(session, self.lists.of(session), text.language_of(chosen))

    def open(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Show the full result of a row."""
        session, language = session_of(request), text.language_of(chosen)
        files, row = self._row(session, event)
        if files is None or row is None:
            return answer_updates(note_panel(text.of(language).FILES_GONE)) | empty_result()
        if row.trouble is not None or row.visit is None:
            panel = trouble_panel(row.trouble or Trouble("file_gone"), language)
            self._save_shown(session)
            self._visits.end(session)
            return answer_updates(panel) | empty_result() | self._table(session, files, language, row.number)
        if row.state != "done":
            return {}
        visit = row.visit
        shown = attempt(lambda: self._look_at(session, files, visit, language))
        if isinstance(shown, Trouble):
            return answer_updates(trouble_panel(shown, language)) | empty_result()
        return shown | self._table(session, files, language, row.number)

    def mark(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Store the visitor's `mark` of a row, 0 to 4."""
        session, language = session_of(request), text.language_of(chosen)
        files, row = self._row(session, event)
        if files is None or row is None or _data(event).get("mark") not in (0, *MARKS):
            return {}
        with self.lists.lock:
            row.mark = int(_data(event)["mark"])
            files.version += 1
        return self._table(session, files, language)

    def remove(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Delete a row and its file."""
        session, language = session_of(request), text.language_of(chosen)
        files, row = self._row(session, event)
        if files is None or row is None:
            return {}
        shown = row.visit is not None and self._visits.get(session) is row.visit
        self.lists.remove(files, row)
        files.version += 1
        updates: Updates = {}
        if shown:
            self._visits.end(session)
            updates = answer_updates(idle_panel()) | empty_result()
        return updates | self._table(session, files, language)

    def pause(self, chosen: str, request: gr.Request) -> Updates:
        """Pause or resume checking."""
        session, language = session_of(request), text.language_of(chosen)
        files = self.lists.of(session)
        if files is None:
            return {}
        with self.lists.lock:
            files.paused = not files.paused
            files.version += 1
        return self._table(session, files, language)

    def clear(self, chosen: str, request: gr.Request) -> Updates:
        """Delete everything of this page."""
        session, language = session_of(request), text.language_of(chosen)
        self.lists.clear(session)
        self._visits.end(session, lambda spoken: note_panel(text.of(spoken).FILES_ERASED), listed=True)
        updates = answer_updates(note_panel(text.of(language).FILES_ERASED)) | empty_result()
        return updates | {"compared": "", "exported": idle_panel()} | self._table(session, None, language)

    def compare(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Compare the rows of the event's `numbers` if there are two; otherwise close the comparison."""
        session, language = session_of(request), text.language_of(chosen)
        rows = self._rows(session, event)
        return {"compared": comparison(rows[0], rows[1], language) if len(rows) == 2 else ""}

    def export(self, chosen: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Export the rows of the event's `numbers` as its `kind` of file."""
        session, language = session_of(request), text.language_of(chosen)
        files, kind, rows = self.lists.of(session), _data(event).get("kind"), self._rows(session, event)
        if files is None or kind not in _EXPORTS or not rows:
            return {}
        return {"exported": self._write_export(files, rows, cast(Kind, kind), language, request)}

    def export_shown(self, chosen: str, request: gr.Request) -> Updates:
        """Export the shown result as a one-page PDF."""
        session, language = session_of(request), text.language_of(chosen)
        visit, files = self._visits.get(session), self.lists.of(session, make=True)
        analysis = visit.analysis if visit else None
        if visit is None or analysis is None or files is None:
            return {"saved": trouble_panel(Trouble("result_gone"), language)}
        row = Row(0, visit.original.name, visit, state="done", summary=summarize(analysis))
        return {"saved": self._write_export(files, [row], "pdf", language, request)}

    def _write_export(
        self, files: FileList, rows: list[Row], kind: Kind, language: Language, request: gr.Request
    ) -> str:
        """Write an export and return its panel."""

        def work() -> Path:
            with self.lists.lock:
                if files.folder is None:
                    files.folder = secret_folder(self._root, owner_of(request))
                    (files.folder / "packages").mkdir()
            packages = files.folder / "packages"
            for old in packages.iterdir():  # keep only the newest export
                shutil.rmtree(old, ignore_errors=True)
            return write_export(rows, kind, secret_folder(packages), language)

        path = attempt(work)
        if isinstance(path, Trouble):
            return trouble_panel(path, language)
        updates = text.of(language).EXPORTED.format(name=path.name, size=file_size(path.stat().st_size, language))
        return saved_panel(image_link(path), path.name, updates)

    def change_language(self, chosen: str, request: gr.Request) -> Updates:
        """Show the list in another language."""
        session, language = session_of(request), text.language_of(chosen)
        files = self.lists.of(session)
        if files is None:
            return {}
        files.version += 1
        return self._table(session, files, language) | {"compared": "", "exported": idle_panel()}

    def restore(self, ticket: str, chosen: str, request: gr.Request) -> Updates:
        """Show a reloaded page again; `ticket` identifies the tab, see `Tabs`."""
        session, language = session_of(request), text.language_of(chosen)
        before = self._tabs.open(owner_of(request), ticket, session)
        if before is None:
            return {}
        files, visit = self.lists.move(before, session), self._visits.move(before, session)
        updates: Updates = {}
        if visit is not None and visit.analysis is not None:
            visit.language = language
            updates = show_result(visit, visit.analysis)
        number = next((row.number for row in files.rows if row.visit is visit), 0) if files and visit else 0
        return updates | (self._table(session, files, language, number) if files else {})

    def leave(self, request: gr.Request) -> None:
        """A page was closed or reloaded: results are kept for a while, see `Visits.leave`."""
        session = session_of(request)
        if not self._tabs.knows(session):
            self._visits.end(session)
            self.lists.end(session)
            return
        self._visits.leave(session)
        self.lists.leave(session)

    def _add_current(self, session: str, files: FileList) -> Updates:
        """Add the shown file to the list, so that no file is lost."""
        visit = self._visits.get(session)
        if visit is None or visit.listed:
            return {}
        row = Row(0, visit.original.name, visit, visit.original.stat().st_size)
        if visit.analysis is not None:
            row.state, row.summary, row.thumbnail = "done", summarize(visit.analysis), _thumbnail(visit)
            self.lists.add(files, row)
            return {}
        visit.listed = True
        self._visits.end(session)  # its check stops at its next step, and the list starts it again
        visit.checking = False
        self.lists.add(files, row)
        return answer_updates(idle_panel())

    def _look_at(self, session: str, files: FileList, visit: Visit, language: Language) -> Updates:
        analysis = load_result(visit)
        visit.language = language
        if self._visits.get(session) is not visit:
            self._add_current(session, files)
            self._save_shown(session)
            self._visits.show(session, visit)
        return show_result(visit, analysis)

    def _save_shown(self, session: str) -> None:
        """Keep the shown result on disk only."""
        before = self._visits.get(session)
        if before is not None and before.listed and before.analysis is not None:
            save_result(before)

    def _row(self, session: str, event: gr.EventData) -> tuple[FileList | None, Row | None]:
        files = self.lists.of(session)
        return files, files.find(_data(event).get("number")) if files else None

    def _rows(self, session: str, event: gr.EventData) -> list[Row]:
        files = self.lists.of(session)
        numbers = _data(event).get("numbers")
        if files is None or not isinstance(numbers, list):
            return []
        return [row for row in map(files.find, numbers[: len(files.rows)]) if row is not None]

    def _turn_done(self, session: str, files: FileList | None, language: Language) -> Updates:
        """Count a finished turn of work."""
        current = self.lists.of(session)
        if files is None or current is not files:  # the list was deleted or moved to a reload meanwhile
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

    def _discard(self, upload: dict[str, Any], owner: str) -> None:
        """Delete an upload that is not added."""
        received = own_file(upload.get("path"), self._root, UPLOADED, owner)
        if received is not None:
            shutil.rmtree(received.parent.parent, ignore_errors=True)


def _data(event: gr.EventData) -> dict[str, Any]:
    """Return the data of an event; anything can come from outside."""
    return event._data if isinstance(event._data, dict) else {}


def _thumbnail(visit: Visit) -> Picture | None:
    """Make a thumbnail of a checked file."""
    still = visit.still_path
    frames = [frame.path for frame in visit.key_frames] or ([still] if still.exists() else [])
    if not frames:
        return None
    path = visit.folder / "thumb.png"
    made = attempt(partial(make_thumbnail, frames[0], path))
    return None if isinstance(made, Trouble) else Picture(image_link(path), *made)
