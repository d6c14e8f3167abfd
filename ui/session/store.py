"""The visits: one file of a visitor with its result and folder, while the page is open.

A visitor sees one visit at a time. A new file replaces it and deletes its folder, unless the visitor's list
(`ui.queue`) holds it. A result outlives its page for a while, so that a reload can show it again.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

from detector.errors import MediaNotFoundError
from detector.media.media import Media
from detector.types import Analysis
from explain.types import Explanations, Faithfulness
from reporting import Case
from reporting.complaint.form_fields import PortalField
from reporting.text.findings import Finding
from reporting.text.results import Language
from reporting.types import Place
from ui.check.file_check import Superseded, TooManyVisits, Trouble, attempt
from ui.common.html import Picture
from ui.session.images import KeyFrame, Still, still_file
from ui.session.jobs import Job, Jobs
from ui.session.origin import Origin
from ui.session.own_files import RECEIVED, UPLOADED, own_file, secret_folder

LEFT_S = 600.0
"""How long a result is kept after its page was closed: phones suspend tabs."""
MAX_VISITS = 64
"""Visits kept at once; a new one evicts the oldest that has a result."""
_MAX_NAME_BYTES = 200
_T = TypeVar("_T")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLinks:
    """The stored images of a result, in the order of `Explanations`."""

    faces: tuple[Picture, ...] = ()
    """Each face under its heatmap."""
    originals: tuple[Picture, ...] = ()
    """The same faces without it."""
    frames: tuple[Picture, ...] = ()
    still: Picture | None = None
    """The file as a thumbnail: of a video the decisive frame, with a box around every face."""
    opened: Picture | None = None
    """The image that a click on it opens."""
    sheet: tuple[Still, ...] = ()
    """Frames from all of the file, for a reverse image search."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a video, drawn because the visitor picked it."""

    image: Picture
    track_id: int
    time: str
    """In the video, as shown."""
    probability: float
    """The person's calibrated P(fake) around that time."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Prepared:
    """A report package that is ready."""

    path: Path
    case: Case
    fields: tuple[PortalField, ...]
    """The portal's fields as written in the package."""
    findings: tuple[Finding, ...]
    """What to check before filing, errors first."""
    uploads: tuple[Path, ...] = ()
    """The package's files for the portal, unpacked."""
    filed_at: datetime | None = None
    """Set once the acknowledgement number is in the package's log."""
    trouble: Trouble | None = None
    """Why the number could not be written."""


@dataclass(slots=True, eq=False)
class Visit:
    """One file of one visitor."""

    folder: Path
    """Its secret name guards the files that the page serves from it."""
    original: Path
    """The file as received, under its own name."""
    language: Language = "en"
    """Language of the page; it may change while a check runs."""
    checking: bool = True
    """True until the file is checked, and while it is checked again."""
    check: Job | None = None
    """The check that was asked for last."""
    started: Job | None = None
    """The check that a handler has started."""
    runs: int = 0
    """Number of finished checks; the images of each have names of their own."""
    finer: str | None = None
    """The next denser sampling, a value of `ui.check.frame_sampling.choices`; None if every frame was examined."""
    analysis: Analysis | None = None
    explanations: Explanations | None = None
    links: ImageLinks = field(default_factory=ImageLinks)
    origin: Origin | None = None
    checks: tuple[tuple[int, Faithfulness], ...] | Trouble | None = None
    """Faithfulness of each person's strongest heatmap by track, once asked for."""
    moment: Moment | None = None
    """The frame that is shown."""
    key_frames: tuple[KeyFrame, ...] = ()
    """The decisive frames, for the report package."""
    package: Prepared | Trouble | None = None
    """The report package, or why it failed."""
    annotated: Path | Trouble | Literal["working", "stopped"] | None = None
    """The annotated copy, why it failed, or its state."""
    media: Media | None = None
    """The opened video, for single frames and the annotated copy."""
    copy: Job | None = None
    """The annotated copy that was asked for last."""
    used: float = 0.0
    """Last use, by the clock of `Visits`."""
    left: float | None = None
    """When its page was closed, by the same clock."""
    listed: bool = False
    """Whether it is a row of a list of files, which keeps it."""
    ended: bool = False
    """Whether its folder was deleted; see `delete_if_ended`."""

    @property
    def still_path(self) -> Path:
        """Path of `links.still`, once there is a result."""
        return still_file(self.folder, max(0, self.runs - 1))


class Visits:
    """The visits of all visitors, by session. Thread-safe."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.jobs = Jobs()
        """The work that pages wait for."""
        self.processed_at: Place = "own_computer"
        """Where visitors' files are processed, as reports state it."""
        self._root = root
        self._clock = clock
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._notices: OrderedDict[str, Callable[[Language], str]] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, original: Path, language: Language = "en", owner: str = "") -> Visit:
        """Make a visit with one of the program's own files, which is not moved.

        Args:
            original: path of the file; never a path from outside.
            language: of the page.
            owner: the requesting browser, see `own_files`.
        """
        return Visit(secret_folder(self._root, owner), original, language)

    def receive_upload(self, upload: object, language: Language = "en", owner: str = "") -> Visit:
        """Make a visit with an upload, which is moved into the visit's folder.

        Raises:
            MediaNotFoundError: the upload is gone or never existed.
        """
        folder = secret_folder(self._root, owner)
        try:
            return Visit(folder, take_upload(upload, folder, self._root, owner), language)
        except MediaNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def receive_download(self, path: Path, language: Language = "en", owner: str = "") -> Visit:
        """Make a visit with a downloaded file, which is moved into the visit's folder."""
        folder = secret_folder(self._root, owner)
        return Visit(folder, _move_in(path, path.name, folder), language)

    def show(self, session: str, visit: Visit) -> Visit:
        """Show a visit in place of the previous one, which is deleted unless it is listed.

        Raises:
            TooManyVisits: the visitor has to wait.
        """
        with self._lock:
            ended = [self._visits.pop(session)] if session in self._visits else []
            full = len(self._visits) >= MAX_VISITS
            answered = next((name for name, kept in self._visits.items() if kept.analysis is not None), None)
            if full and answered is not None:
                ended.append(self._visits.pop(answered))
            refused = full and answered is None
            if not refused:
                visit.used = self._clock()
                self._visits[session] = visit
                self._notices.pop(session, None)
        for old in [*ended, visit] if refused else ended:
            if not old.listed:
                delete(old)
        if refused:
            raise TooManyVisits(MAX_VISITS)
        return visit

    def get(self, session: str) -> Visit | None:
        """Return the visit that is shown."""
        with self._lock:
            visit = self._visits.get(session)
            if visit is not None:
                visit.used = self._clock()
            return visit

    def attempt(self, session: str, visit: Visit, action: Callable[[], _T]) -> _T | Trouble | None:
        """Run an action for a visit, see `file_check.attempt`.

        Returns:
            None if nobody waits for the result any more; what was written into an ended visit is deleted.
        """
        try:
            found = attempt(action)
        except Superseded:
            found = None
        if self.get(session) is not visit:
            delete_if_ended(visit)
            return None
        return found

    def end(self, session: str, notice: Callable[[Language], str] | None = None, *, listed: bool = False) -> None:
        """End the visit that is shown and delete its files.

        Args:
            session: page of the visitor.
            notice: what the page shows instead, in any language.
            listed: delete it even if it is a row of the visitor's list.
        """
        with self._lock:
            visit = self._visits.pop(session, None)
            self._notices.pop(session, None)
            if notice is not None:
                self._notices[session] = notice
            if len(self._notices) > MAX_VISITS:
                self._notices.popitem(last=False)
        if visit is not None and (listed or not visit.listed):
            delete(visit)

    def end_unused(self, seconds: float, left_s: float = LEFT_S) -> None:
        """End visits unused for `seconds`, and those whose page was closed `left_s` ago."""
        with self._lock:
            now = self._clock()
            unused = [
                session
                for session, visit in self._visits.items()
                if now - visit.used > seconds or (visit.left is not None and now - visit.left > left_s)
            ]
        for session in unused:
            self.end(session)

    def leave(self, session: str) -> None:
        """A page was closed: keep its result for a reload, delete a visit without one."""
        with self._lock:
            visit = self._visits.get(session)
            answered = visit is not None and visit.analysis is not None
            if visit is not None and answered:
                visit.left = self._clock()
            if visit is not None and visit.annotated == "working":
                visit.annotated = "stopped"
        self.jobs.end(session, "copy")
        self.jobs.end(session, "package")
        if not answered:
            self.end(session)

    def move(self, old: str, new: str) -> Visit | None:
        """Move the result of a page to its reload; a visit without a result is deleted."""
        with self._lock:
            visit = self._visits.pop(old, None)
            if visit is not None and visit.analysis is not None:
                self._visits[new] = visit
                visit.left, visit.used, visit.package = None, self._clock(), None
                visit.checking = False  # a second check ends with its page
        self.jobs.end(old, "copy")
        self.jobs.end(old, "package")
        if visit is not None and visit.analysis is None and not visit.listed:
            delete(visit)
        return self.get(new)

    def folders(self) -> set[Path]:
        """Return the folders of all visits."""
        with self._lock:
            return {visit.folder for visit in self._visits.values()}

    def notice(self, session: str) -> Callable[[Language], str] | None:
        """Return what the page shows in place of a visit."""
        with self._lock:
            return self._notices.get(session)


def delete(visit: Visit) -> None:
    """Delete the files of a visit."""
    visit.ended = True
    shutil.rmtree(visit.folder, ignore_errors=True)


def delete_if_ended(visit: Visit) -> None:
    """Delete what late work wrote into a visit that was ended meanwhile."""
    if visit.ended:
        shutil.rmtree(visit.folder, ignore_errors=True)


def take_upload(upload: object, folder: Path, root: Path, owner: str = "") -> Path:
    """Move an upload into a visit's folder, under its original name: Gradio's copy has lost parts of it.

    An upload can be taken once, by its own browser.

    Args:
        upload: from outside, as Gradio describes a file: a mapping with `path` and `orig_name`.
        folder: of the visit.
        root: folder of all visits, without links in its path.
        owner: the requesting browser.

    Raises:
        MediaNotFoundError: the upload is gone, never existed, or is another browser's.
    """
    given = upload if isinstance(upload, Mapping) else {}
    received = own_file(given.get("path"), root, UPLOADED, owner)
    if received is None:
        raise MediaNotFoundError("This upload is not there any more. Add the file once more.")
    wanted = given.get("orig_name")
    original = _move_in(received, wanted if isinstance(wanted, str) and wanted else received.name, folder)
    shutil.rmtree(received.parent.parent, ignore_errors=True)
    return original


def _move_in(received: Path, name: str, folder: Path) -> Path:
    received_folder = folder / RECEIVED
    received_folder.mkdir(mode=0o700)
    try:
        return received.replace(received_folder / clean_file_name(name))
    except FileNotFoundError as error:
        raise MediaNotFoundError("This upload is not there any more. Add the file once more.") from error
    except OSError:  # this file system refuses the name
        return received.replace(received_folder / received.name)


def clean_file_name(name: str) -> str:
    r"""Return the last part of a path of any system, without control characters, at most 200 bytes of UTF-8.

    >>> [clean_file_name(name) for name in ("C:\\Users\\me\\video (1).mp4", "../../etc/passwd", "..")]
    ['video (1).mp4', 'passwd', 'file']
    """
    last = _UNSAFE.sub("", re.split(r"[/\\]", name)[-1]).encode("utf-8", "replace").decode()
    if last.strip(". ") == "":
        return "file"
    stem, dot, suffix = last.rpartition(".")
    room = _MAX_NAME_BYTES - len((dot + suffix).encode("utf-8", "replace"))
    if len(last.encode("utf-8", "replace")) <= _MAX_NAME_BYTES or not stem or room < 1:
        return last.encode("utf-8", "replace")[:_MAX_NAME_BYTES].decode("utf-8", "ignore")
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + dot + suffix
