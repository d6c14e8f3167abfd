"""What is kept of each visitor while the page is open: one file, what was found in it, and their folder.

A visitor looks at one visit at a time. A new file replaces it and its folder goes, unless it is also a row of the
visitor's list of files (`ui.queue`), which keeps it. A result outlives its page for a while, for a reload of that
page. Nothing of one visitor is ever handed to another.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from PIL import Image

from detector.errors import MediaNotFoundError
from detector.media.media import Media
from detector.types import Analysis, Frame, Pixels
from explain.types import Explanations, Faithfulness
from reporting import Case, PortalField
from reporting.text.findings import Finding
from reporting.text.results import Language
from reporting.types import Place
from ui.check.file_check import TooManyVisits, Trouble
from ui.common.html import Picture
from ui.session.jobs import Job, Jobs
from ui.session.key_frames import KeyFrame
from ui.session.origin import Origin
from ui.session.own_files import RECEIVED, UPLOADED, own_file, secret_folder

LEFT_S = 600.0
"""So long a result is kept after its page has gone: a phone may have put the tab away."""
MAX_VISITS = 64
"""Visits kept at once; the oldest that has its answer makes room."""
_MAX_NAME_BYTES = 200
_STILL_LONG_SIDE_PX = 480
_SHEET_LONG_SIDE_PX = 1280
_NAMES_A_RUN = 1000
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Still:
    """A frame of the contact sheet."""

    image: Picture
    time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLinks:
    """What was drawn and stored for the page, in the order of `Explanations`."""

    faces: tuple[Picture, ...] = ()
    """Each face under its heat."""
    originals: tuple[Picture, ...] = ()
    """The same faces as they were judged."""
    frames: tuple[Picture, ...] = ()
    still: Picture | None = None
    """The file in small: of a video the moment that decided, with a box around every face."""
    opened: Picture | None = None
    """What a press on it opens."""
    sheet: tuple[Still, ...] = ()
    """Frames from all of the file, to be looked for elsewhere."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a video, drawn because the visitor asked for it."""

    image: Picture
    track_id: int
    time: str
    """Of the video, as it is shown."""
    probability: float
    """The person's calibrated P(fake) about that moment."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Prepared:
    """A report package, ready to be handed out."""

    path: Path
    case: Case
    fields: tuple[PortalField, ...]
    """The portal's, as they stand in the package."""
    findings: tuple[Finding, ...]
    """What to look at before filing, errors first."""
    uploads: tuple[Path, ...] = ()
    """The package's files for the portal, each by itself."""
    filed_at: datetime | None = None
    """Once the acknowledgement number stands in the package's log."""
    trouble: Trouble | None = None
    """Why the number could not be written into it."""


@dataclass(slots=True, eq=False)
class Visit:
    """One file of one visitor."""

    folder: Path
    """Its secret name is all that guards what the page shows from it."""
    original: Path
    """The file as received, under the name it came with."""
    language: Language = "en"
    """The one that is on; it may change while a check runs."""
    checking: bool = True
    """True until it is judged, and while it is checked again."""
    check: Job | None = None
    """The check that was asked for last."""
    begun: Job | None = None
    """The check that somebody has begun."""
    runs: int = 0
    """Checks that were finished: images of each have names of their own."""
    finer: str | None = None
    """The next finer way to look at the video, a value of `ui.check.frame_sampling.choices`; None where there is
    none."""
    analysis: Analysis | None = None
    explanations: Explanations | None = None
    links: ImageLinks = field(default_factory=ImageLinks)
    origin: Origin | None = None
    """What the file says about itself."""
    checks: tuple[tuple[int, Faithfulness], ...] | Trouble | None = None
    """For each person, by track, what painting over the map of their strongest face did, once it was asked for."""
    moment: Moment | None = None
    """The one that is shown."""
    key_frames: tuple[KeyFrame, ...] = ()
    """The whole frames that speak most, for the report package."""
    package: Prepared | Trouble | None = None
    """The report package: offered or failed."""
    annotated: Path | Trouble | Literal["working", "stopped"] | None = None
    """The annotated copy: offered, failed, or not there yet."""
    media: Media | None = None
    """The video that was judged, opened: its single frames and the annotated copy are read through it."""
    copy: Job | None = None
    """The annotated copy that was asked for last."""
    used: float = 0.0
    """When somebody last asked for it, by the clock of `Visits`."""
    left: float | None = None
    """When its page went, by the same clock."""
    listed: bool = False
    """Also a row of a list of files: it is kept when another is looked at."""
    ended: bool = False
    """Its folder was deleted; what is still written into it must be deleted too, see `sweep`."""

    @property
    def still_path(self) -> Path:
        """Where `links.still` lies, once there is a result."""
        return self.folder / f"still-{max(0, self.runs - 1) * _NAMES_A_RUN}.png"


class Visits:
    """The visits of all visitors, by session."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.jobs = Jobs()
        """The work that pages wait for."""
        self.processed_at: Place = "own_computer"
        """Where visitors' files are processed, as reports state it."""
        self._root = root
        self._clock = clock
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._told: OrderedDict[str, Callable[[Language], str]] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, session: str, original: Path, language: Language = "en", owner: str = "") -> Visit:
        """Begin a visit with a file that stays where it is.

        Args:
            session: whose.
            original: one of ours; no path from outside.
            language: of the page, here and below.
            owner: the browser that asks, here and below; see `own_files`.

        Raises:
            TooManyVisits: the visitor has to wait.
        """
        return self._begin(session, Visit(secret_folder(self._root, owner), original, language))

    def start_upload(self, session: str, upload: object, language: Language = "en", owner: str = "") -> Visit:
        """Begin a visit with a file that was uploaded; it is moved into the visit's folder.

        Args:
            upload: as the event says, see `take_upload`.

        Raises:
            MediaNotFoundError: the upload is not there any more, or was none.
            TooManyVisits: the visitor has to wait.
        """
        return self._begin(session, self.take_in(upload, language, owner))

    def take_in(self, upload: object, language: Language = "en", owner: str = "") -> Visit:
        """A visit with a file that was uploaded, which nobody looks at yet.

        Args:
            upload: as the event says, see `take_upload`.

        Raises:
            MediaNotFoundError: the upload is not there any more, or was none.
        """
        folder = secret_folder(self._root, owner)
        try:
            return Visit(folder, take_upload(upload, folder, self._root, owner), language)
        except MediaNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def look_at(self, session: str, visit: Visit) -> None:
        """Make a visit the current one; the one before goes unless it is listed.

        Raises:
            TooManyVisits: the visitor has to wait.
        """
        if self.get(session) is not visit:
            self._begin(session, visit)

    def start_fetched(self, session: str, fetched: Path, language: Language = "en", owner: str = "") -> Visit:
        """Begin a visit with a file that this program fetched; it is moved into the visit's folder.

        Args:
            fetched: written by this program; no path from outside.

        Raises:
            TooManyVisits: the visitor has to wait.
        """
        folder = secret_folder(self._root, owner)
        return self._begin(session, Visit(folder, _move_in(fetched, fetched.name, folder), language))

    def get(self, session: str) -> Visit | None:
        """The visit that is current, if there is one."""
        with self._lock:
            visit = self._visits.get(session)
            if visit is not None:
                visit.used = self._clock()
            return visit

    def end(self, session: str, told: Callable[[Language], str] | None = None, *, listed: bool = False) -> None:
        """Forget what a visitor looks at, and delete all that was kept of it.

        Args:
            session: whose.
            told: what the page says instead, in any language; it is said again where the language is changed.
            listed: delete it also where it is a row of the visitor's list.
        """
        with self._lock:
            visit = self._visits.pop(session, None)
            self._told.pop(session, None)
            if told is not None:
                self._told[session] = told
            if len(self._told) > MAX_VISITS:
                self._told.popitem(last=False)
        if visit is not None and (listed or not visit.listed):
            delete(visit)

    def end_unused(self, seconds: float, left_s: float = LEFT_S) -> None:
        """Forget those that nobody has asked for in so long, and those whose page went `left_s` ago."""
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
        """The page of a visitor went: keep a result for its reload, delete what has none."""
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
        """Hand the result of a page over to its reload; what has none is deleted.

        Returns:
            The result.
        """
        with self._lock:
            visit = self._visits.pop(old, None)
            if visit is not None and visit.analysis is not None:
                self._visits[new] = visit
                visit.left, visit.used, visit.package = None, self._clock(), None
                visit.checking = False  # a closer look ends with its page
        self.jobs.end(old, "copy")
        self.jobs.end(old, "package")
        if visit is not None and visit.analysis is None and not visit.listed:
            delete(visit)
        return self.get(new)

    def folders(self) -> set[Path]:
        """The folders of all visits."""
        with self._lock:
            return {visit.folder for visit in self._visits.values()}

    def told(self, session: str) -> Callable[[Language], str] | None:
        """What the page says where there is no visit."""
        with self._lock:
            return self._told.get(session)

    def _begin(self, session: str, visit: Visit) -> Visit:
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
                self._told.pop(session, None)
        for old in [*ended, visit] if refused else ended:
            if not old.listed:
                delete(old)
        if refused:
            raise TooManyVisits(MAX_VISITS)
        return visit


def delete(visit: Visit) -> None:
    """Delete all that is kept of a visit."""
    visit.ended = True
    shutil.rmtree(visit.folder, ignore_errors=True)


def sweep(visit: Visit) -> None:
    """Work on a visit has ended late: delete what it wrote if the visit was deleted meanwhile."""
    if visit.ended:
        shutil.rmtree(visit.folder, ignore_errors=True)


def take_upload(upload: object, folder: Path, root: Path, owner: str = "") -> Path:
    """Move an upload into a visit, under the name it had at home: Gradio's copy has lost parts of it.

    What was taken is gone from where it was received, so that its path is of use once, and only to its visitor.

    Args:
        upload: from outside, as Gradio describes a file: a mapping with `path` and `orig_name`.
        folder: of the visit.
        root: of all visits, without links in its path.
        owner: the browser that asks.

    Raises:
        MediaNotFoundError: the upload is not there any more, was none, or is another's.
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
    home = folder / RECEIVED
    home.mkdir(mode=0o700)
    try:
        return received.replace(home / home_name(name))
    except FileNotFoundError as error:
        raise MediaNotFoundError("This upload is not there any more. Add the file once more.") from error
    except OSError:  # a name that this system does not take
        return received.replace(home / received.name)


def home_name(name: str) -> str:
    """The last part of a path of any system, without control characters, short enough for a file system, in UTF-8.

    >>> home_name("C:\\\\Users\\\\me\\\\video (1).mp4"), home_name("../../etc/passwd"), home_name("..")
    ('video (1).mp4', 'passwd', 'file')
    """
    last = _UNSAFE.sub("", re.split(r"[/\\]", name)[-1]).encode("utf-8", "replace").decode()
    if last.strip(". ") == "":
        return "file"
    stem, dot, suffix = last.rpartition(".")
    room = _MAX_NAME_BYTES - len((dot + suffix).encode("utf-8", "replace"))
    if len(last.encode("utf-8", "replace")) <= _MAX_NAME_BYTES or not stem or room < 1:
        return last.encode("utf-8", "replace")[:_MAX_NAME_BYTES].decode("utf-8", "ignore")
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + dot + suffix


def save_images(images: Sequence[Pixels], folder: Path, prefix: str, run: int = 0) -> tuple[Picture, ...]:
    """Write images as PNG, in order, under names that no other run uses."""
    return tuple(
        _save(Image.fromarray(pixels), folder / f"{prefix}-{run * _NAMES_A_RUN + number}.png")
        for number, pixels in enumerate(images, 1)
    )


def save_still(pixels: Pixels, folder: Path, run: int = 0) -> Picture:
    """Write a small copy of an image as PNG."""
    image = Image.fromarray(pixels)
    image.thumbnail((_STILL_LONG_SIDE_PX, _STILL_LONG_SIDE_PX))
    return _save(image, folder / f"still-{run * _NAMES_A_RUN}.png")


def save_sheet(frames: Iterable[Frame], folder: Path) -> tuple[Still, ...]:
    """Write frames as JPEG without metadata, large enough to be looked for elsewhere."""
    stills = []
    for number, frame in enumerate(frames, 1):
        image = Image.fromarray(frame.pixels)
        image.thumbnail((_SHEET_LONG_SIDE_PX, _SHEET_LONG_SIDE_PX))
        stills.append(Still(_save(image, folder / f"sheet-{number}.jpg"), frame.time_s))
    return tuple(stills)


def delete_earlier_runs(folder: Path, run: int) -> None:
    """Delete the images of a result that a later check replaced."""
    for path in folder.glob("*-*.png"):
        if int(path.stem.rsplit("-", 1)[1]) < run * _NAMES_A_RUN:
            path.unlink(missing_ok=True)


def _save(image: Image.Image, path: Path) -> Picture:
    image.save(path, quality=90)
    return Picture(image_link(path), image.width, image.height)


def image_link(path: Path) -> str:
    """Where Gradio serves a file of its folder; relative, so that it holds behind any host and path."""
    return f"gradio_api/file={quote(path.as_posix())}"
