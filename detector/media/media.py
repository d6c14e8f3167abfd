"""The door: a path in; what was received (`MediaInfo`) and its frames out.

The kind is decided by the content, never by the name. A name that claims the other kind is refused, because
somebody is mistaken about the file; a name of the same kind (a PNG called .jpg) is noted and read.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detector.config import Depth, DetectorConfig
from detector.errors import (
    MediaDecodeError,
    MediaError,
    MediaNotFoundError,
    MediaTooLargeError,
    UnsupportedMediaError,
)
from detector.media.images import StillImage, decode_image, is_animated
from detector.media.video import VideoFacts, probe_video, spread, video_frame, video_frames
from detector.types import Frame, MediaInfo, MediaKind

IMAGE_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".avif"),
    *(".tif", ".tiff", ".bmp", ".jp2", ".j2k"),
)
VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".3gp", ".webm", ".mkv", ".avi", ".gif", ".ts", ".mts", ".m2ts")
READABLE = (
    "Images: JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF, BMP, JPEG 2000. "
    "Videos: MP4, MOV, WebM, MKV, AVI, MPEG-TS, GIF."
)

MOMENTS_HZ = 4.0
"""Moments of a video that are looked at each second; faces change little in between."""
_FEWEST, _MOST = 16, 240
"""Moments of a video that are looked at where nothing else was asked for."""
_IMAGE_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_IMAGE_MAGIC = (
    *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*"),
    *(b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),  # JPEG 2000: in its container, and bare
)
_HEAD_BYTES = 400
"""Enough for three packets of a transport stream."""
_SOUND_BRANDS = (b"M4A ", b"M4B ")
_MP4_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


@dataclass(frozen=True, slots=True, eq=False)
class Media:
    """An opened file: its facts, and a way to its frames."""

    path: Path
    info: MediaInfo
    _content: VideoFacts | StillImage
    """What a video's frames are read by, or the decoded image."""

    def frames(self, max_frames: Depth, warn: Callable[[str], None] | None = None) -> Iterator[Frame]:
        """The frames to look at, in order of time, one at a time.

        Args:
            max_frames: how many of a video, see `DetectorConfig.max_frames`.
            warn: told, in a sentence, what of a damaged video could not be given. Without it damage is an error.

        Raises:
            MediaDecodeError: damaged or incomplete data, and nobody to warn, or nothing before the break.
        """
        if isinstance(self._content, StillImage):
            for warning in self._content.warnings:
                if warn is None:
                    raise MediaDecodeError(warning)
                warn(warning)
            yield Frame(self._content.pixels, 0, 0.0)
            return
        yield from video_frames(self.path, self.info.format, self._content, self._count(max_frames), warn)

    def frame(self, index: int) -> Frame:
        """One frame of a video, decoded once more; of an image, the image.

        Args:
            index: as in `Frame.index`.

        Raises:
            IndexError: there is no such frame.
            MediaDecodeError: it cannot be decoded.
        """
        if isinstance(self._content, VideoFacts):
            return video_frame(self.path, self.info.format, self._content, index)
        if index != 0:
            raise IndexError(f"{self.path.name} is an image and has no frame {index}")
        return Frame(self._content.pixels, 0, 0.0)

    def count(self, max_frames: Depth) -> int:
        """How many frames `frames` will give of an undamaged file, at the most."""
        total = self.info.frame_count or 1
        return min(total, self._count(max_frames) or total)

    def indices(self, max_frames: Depth) -> list[int]:
        """Numbers of the frames that `frames` will give of an undamaged file."""
        if not isinstance(self._content, VideoFacts):
            return [0]
        return spread(self._content.times_s, self._count(max_frames))

    def _count(self, max_frames: Depth) -> int | None:
        if max_frames is None or isinstance(max_frames, int):
            return max_frames
        moments = math.ceil(MOMENTS_HZ * (self.info.duration_s or 0.0))
        return max(1, moments) if max_frames == "moments" else min(max(_FEWEST, moments), _MOST)


def open_media(path: str | Path, config: DetectorConfig) -> Media:
    """Find out what a file is, check it against the limits and hash its bytes.

    Raises:
        MediaNotFoundError: no such file, or a folder.
        UnsupportedMediaError: not an image or video we read, or the other kind than its name says.
        MediaTooLargeError: beyond the limits of the configuration.
        MediaDecodeError: empty, damaged or incomplete.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise MediaNotFoundError(f"{path} {what}. Check the path and give one image or video.")
    try:
        size_bytes = path.stat().st_size
        if size_bytes == 0:
            raise MediaDecodeError(f"{path.name} is empty (0 bytes). Download or copy it again.")
        if size_bytes > config.max_file_bytes:
            raise MediaTooLargeError(
                f"{path.name} has {size_bytes / 1e6:.0f} MB, more than the {config.max_file_bytes / 1e6:.0f} MB "
                "that are opened. Cut out the part in question and try that; keep the original."
            )
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        kind, demuxer = _sniff(head, path, config.max_image_px)
        if kind == "video":
            clip = probe_video(path, demuxer, config.max_frame_px, config.max_duration_s)
            return Media(path, _info(path, kind, demuxer, clip.width_px, clip.height_px, clip), clip)
        still = decode_image(path, config.max_image_px)
        height_px, width_px = still.pixels.shape[:2]
        return Media(path, _info(path, kind, still.format, width_px, height_px, notes=still.notes), still)
    except PermissionError as error:
        raise MediaError(f"{path.name} may not be read. Change its permissions or copy it elsewhere.") from error


def _info(
    path: Path,
    kind: MediaKind,
    format_name: str,
    width_px: int,
    height_px: int,
    clip: VideoFacts | None = None,
    notes: tuple[str, ...] = (),
) -> MediaInfo:
    sha256 = hashlib.sha256()
    sha1, md5 = hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
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
        width_px=width_px,
        height_px=height_px,
        duration_s=clip.duration_s if clip else None,
        frame_rate_hz=clip.frame_rate_hz if clip else None,
        frame_count=len(clip.times_s) if clip else None,
        notes=(*_notes(path, kind, format_name), *notes),
    )


def _sniff(head: bytes, path: Path, max_px: int) -> tuple[MediaKind, str]:
    """The kind by its first bytes, and for a video FFmpeg's name of the container."""
    kind, demuxer = _by_magic(head, path, max_px)
    suffix = path.suffix.lower()
    named: MediaKind | None = None
    if suffix in VIDEO_SUFFIXES and suffix not in IMAGE_SUFFIXES:
        named = "video"
    elif suffix in IMAGE_SUFFIXES and suffix not in VIDEO_SUFFIXES:
        named = "image"
    if named is not None and named != kind:
        content, claim = ("image", "video") if kind == "image" else ("video", "image")
        raise UnsupportedMediaError(
            f"{path.name} is named like a {claim} but holds a {content}. If that is what you mean to check, "
            f"rename it to end in {'.png or .jpg' if kind == 'image' else '.mp4'} and try again."
        )
    return kind, demuxer


def _by_magic(head: bytes, path: Path, max_px: int) -> tuple[MediaKind, str]:
    if head[4:8] == b"ftyp" and head[8:12] in _SOUND_BRANDS:
        raise UnsupportedMediaError(f"{path.name} is a sound recording. Give the video with its image.")
    if head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS:
        return "image", ""
    if head[4:8] in _MP4_ATOMS:
        return "video", "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video", "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "video", "avi"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ("video", "gif") if is_animated(path, max_px) else ("image", "")
    if head.startswith(_IMAGE_MAGIC) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "image", ""
    if any(head[at : at + 2 * step + 1 : step] == b"GGG" for at, step in ((0, 188), (4, 192))):
        return "video", "mpegts"
    raise UnsupportedMediaError(
        f"{path.name} is neither an image nor a video we can read. Give one of these. {READABLE}"
    )


def _notes(path: Path, kind: MediaKind, format_name: str) -> tuple[str, ...]:
    usual = {
        "jpeg": (".jpg", ".jpeg"),
        "mpo": (".jpg", ".jpeg"),
        "heif": (".heic", ".heif"),
        "tiff": (".tif", ".tiff"),
        "jpeg2000": (".jp2", ".j2k"),
        "mpegts": (".ts", ".mts", ".m2ts"),
        "mp4": (".mp4", ".m4v", ".mov", ".3gp"),
        "matroska": (".mkv", ".webm"),
    }.get(format_name, (f".{format_name}",))
    suffix = path.suffix.lower()
    if suffix in usual or not suffix:
        return ()
    what = "image" if kind == "image" else "video"
    return (f"The name ends in {suffix}, the content is a {format_name.upper()} {what}.",)
