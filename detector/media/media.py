"""Open a media file: check its limits, hash it, read its facts (`MediaInfo`) and iterate its frames."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from detector.config import Depth, DetectorConfig
from detector.errors import (
    MediaDecodeError,
    MediaError,
    MediaNotFoundError,
    MediaTooLargeError,
)
from detector.media.decoding import open_container, shown_stream
from detector.media.formats import HEAD_BYTES, name_notes, sniff
from detector.media.images import StillImage, decode_image
from detector.media.metadata import other_content
from detector.media.video import VideoFacts, broken, chosen_frames, probe_video, spread, video_frames
from detector.messages import Message
from detector.types import FileStamp, Frame, MediaInfo, MediaKind

MOMENTS_HZ = 4.0
"""Frames per second to examine; faces change little in between."""
_FEWEST, _MOST = 16, 600
"""Least and most frames of a video that `auto` examines."""


@dataclass(frozen=True, slots=True, eq=False)
class Media:
    """An opened file: its facts and its frames."""

    path: Path
    info: MediaInfo
    _content: VideoFacts | StillImage
    """The facts to read a video's frames by, or the decoded image."""

    def frames(self, max_frames: Depth, warn: Callable[[Message], None] | None = None) -> Iterator[Frame]:
        """Yield the frames to examine, in order of time.

        Args:
            max_frames: see `DetectorConfig.max_frames`.
            warn: called with what of a damaged file could not be read. Without it damage is an error.

        Raises:
            MediaDecodeError: nothing can be decoded, or the file is damaged and `warn` is None.
        """
        if isinstance(self._content, StillImage):
            for warning in self._content.warnings:
                if warn is None:
                    raise MediaDecodeError(f"{self.path.name}: {warning}")
                warn(warning)
            yield Frame(self._content.pixels, 0, 0.0)
            return
        with _reading(self.path):
            yield from video_frames(self.path, self._content, self._count(max_frames), warn)

    def frame(self, index: int) -> Frame:
        """Decode one frame again; of an image, return the image.

        Args:
            index: as in `Frame.index`.

        Raises:
            IndexError: there is no such frame.
            MediaDecodeError: it cannot be decoded.
        """
        if not 0 <= index < len(self.times_s):
            raise IndexError(f"{self.path.name} has {len(self.times_s)} frames, none with the index {index}")
        if isinstance(self._content, StillImage):
            return Frame(self._content.pixels, 0, 0.0)
        for frame in self.frames_at([index]):
            if frame.index == index:
                return frame
        raise broken(self.path.name, f"its frame {index} cannot be decoded")

    def frames_at(self, indices: Sequence[int]) -> Iterator[Frame]:
        """Decode some frames of a video again, in order, as far as they can be decoded.

        Args:
            indices: as in `Frame.index`, ascending.
        """
        assert isinstance(self._content, VideoFacts)
        with _reading(self.path):
            yield from chosen_frames(self.path, self._content, indices)

    def check_unchanged(self) -> None:
        """Check that the file still holds what its hash is of, if it is still there.

        Raises:
            MediaError: it was changed.
        """
        try:
            unchanged = self.info.is_of(self.path)
        except OSError:
            return
        if not unchanged:
            raise _changed(self.path)

    @property
    def times_s(self) -> tuple[float, ...]:
        """Time of every frame of a video; one 0.0 for an image."""
        return self._content.times_s if isinstance(self._content, VideoFacts) else (0.0,)

    @property
    def key_indices(self) -> tuple[int, ...]:
        """Which frames of a video are key frames, where its format says so."""
        return self._content.key_indices if isinstance(self._content, VideoFacts) else ()

    def count(self, max_frames: Depth) -> int:
        """Return how many frames `frames` yields of an undamaged file."""
        total = self.info.frame_count or 1
        return min(total, self._count(max_frames) or total)

    def indices(self, max_frames: Depth) -> list[int]:
        """Return the indices of the frames that `frames` yields of an undamaged file."""
        if not isinstance(self._content, VideoFacts):
            return [0]
        return spread(self._content.times_s, self._count(max_frames))

    def _count(self, max_frames: Depth) -> int | None:
        if max_frames is None or isinstance(max_frames, int):
            return max_frames
        moments = math.ceil(MOMENTS_HZ * self._length_s())
        return max(1, moments) if max_frames == "moments" else min(max(_FEWEST, moments), _MOST)

    @property
    def start_s(self) -> float:
        """Start of the player's clock, which frame times refer to, on the file's clock."""
        return self._content.start_s if isinstance(self._content, VideoFacts) else 0.0

    def open_container(self) -> InputContainer | None:
        """Open the file again, for its packets and its audio; None if FFmpeg does not read it."""
        if not isinstance(self._content, VideoFacts) or self._content.by_pillow:
            return None
        with _reading(self.path):
            return open_container(self.path, self._content.format, self._content.max_frame_px)

    def shown_stream(self, container: InputContainer) -> VideoStream:
        """Return the video stream of `open_container` whose frames these are."""
        assert isinstance(self._content, VideoFacts)
        return shown_stream(container, self.path.name, self._content.max_frame_px)

    def _length_s(self) -> float:
        """Return the time from the first frame to the end of the last; 0.0 for an image."""
        if isinstance(self._content, StillImage):
            return 0.0
        return self._content.duration_s - self._content.times_s[0]


def open_media(path: str | Path, config: DetectorConfig) -> Media:
    """Open a file: find its format, check limits and hash its bytes.

    Raises:
        MediaError: it may not or cannot be read, or it changed meanwhile.
        MediaNotFoundError: no such file, or a folder, pipe or device.
        UnsupportedMediaError: not a supported image or video, or of the other kind than its name says.
        MediaTooLargeError: beyond the limits of the configuration.
        MediaDecodeError: empty, damaged or incomplete.
    """
    path = Path(path)
    if not os.path.isfile(path):
        there = "is a pipe or a device" if os.path.exists(path) else "does not exist"
        what = "is a folder" if os.path.isdir(path) else there
        raise MediaNotFoundError(f"{path} {what}. Check the path and give one image or video.")
    with _reading(path):
        before = FileStamp.of(path.stat())
        media = _opened(path, before.size_bytes, config)
        if media.info.stamp != before:
            raise _changed(path)
        return media


def _opened(path: Path, size_bytes: int, config: DetectorConfig) -> Media:
    if size_bytes == 0:
        raise MediaDecodeError(f"{path.name} is empty (0 bytes). Download or copy it again.")
    if size_bytes > config.max_file_bytes:
        raise MediaTooLargeError(
            f"{path.name} has {size_bytes / 1e6:.0f} MB, more than the {config.max_file_bytes / 1e6:.0f} MB "
            "that are opened. Cut out the part in question and try that; keep the original."
        )
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind, format_name = sniff(head, path, config.max_image_px)
    if kind == "video":
        video = probe_video(path, format_name, config.max_frame_px, config.max_duration_s)
        size = video.width_px, video.height_px
        return Media(path, _info(path, kind, format_name, size, video.notes, video), video)
    still = decode_image(path, config.max_image_px)
    height_px, width_px = still.pixels.shape[:2]
    notes = (*still.notes, *other_content(path))
    return Media(path, _info(path, kind, still.format, (width_px, height_px), notes), still)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors of the file system into errors of the file."""
    try:
        yield
    except FileNotFoundError as error:
        raise MediaNotFoundError(f"{path} is no longer there. Check the path and try again.") from error
    except PermissionError as error:
        raise MediaError(f"{path.name} may not be read. Change its permissions or copy it elsewhere.") from error
    except OSError as error:
        raise MediaError(
            f"{path.name} cannot be read ({error.strerror or error}). Copy it to another place and try that."
        ) from error


def _changed(path: Path) -> MediaError:
    return MediaError(
        f"{path.name} changed while it was read, as a file does that is still being downloaded. Wait until it is "
        "complete, and check it again."
    )


def _info(
    path: Path,
    kind: MediaKind,
    format_name: str,
    size: tuple[int, int],
    notes: tuple[Message, ...],
    video: VideoFacts | None = None,
) -> MediaInfo:
    sha256 = hashlib.sha256()
    sha1, md5 = hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        stamp = FileStamp.of(os.fstat(file.fileno()))
        while block := file.read(1 << 20):
            for digest in (sha256, sha1, md5):
                digest.update(block)
        size_bytes = file.tell()
    return MediaInfo(
        file_name=path.name,
        size_bytes=size_bytes,
        sha256=sha256.hexdigest(),
        sha1=sha1.hexdigest(),
        md5=md5.hexdigest(),
        kind=kind,
        format=format_name,
        width_px=size[0],
        height_px=size[1],
        duration_s=video.duration_s if video else None,
        frame_rate_hz=video.frame_rate_hz if video else None,
        frame_count=len(video.times_s) if video else None,
        notes=(*name_notes(path, kind, format_name), *notes),
        stamp=stamp,
    )
