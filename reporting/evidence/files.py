"""Make the files to upload: a copy that fits the portal's limits and a sheet of annotated key frames.

Each states the SHA-256 of the original, which is only read.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from detector.errors import ReportError
from detector.types import Analysis, MediaInfo, MediaKind, Pixels, Span
from explain.types import Explanations
from reporting.complaint.narrative import ComplaintTexts, full_statement
from reporting.evidence.image_copy import copy_image, jpeg_within
from reporting.evidence.video_copy import copy_video
from reporting.portals import Portal
from reporting.text.evidence import purpose
from reporting.text.printable import printable
from reporting.text.results import moment_clock
from reporting.types import COPY_PREFIX, FONTS, UPLOAD_PREFIX, EvidenceFile, Hashes

if TYPE_CHECKING:  # PyAV is loaded only when a video is copied
    from detector.media.media import Media

CHUNK_BYTES = 1 << 20
_MOST_FRAMES = 6
_FRAME_PX = 960
_LETTERS_PX = 24
_COLUMN_PX = 320
"""Least width of a column of the sheet of key frames: room for the time."""
ORIGINAL_FOLDER = "original/"
_MIME = {
    "jpeg": "image/jpeg",
    "mpo": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heif": "image/heic",
    "heics": "image/heic-sequence",
    "avif": "image/avif",
    "apng": "image/apng",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "jpeg2000": "image/jp2",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "mp4": "video/mp4",
    "mov": "video/mp4",
    "matroska": "video/x-matroska",
    "avi": "video/x-msvideo",
    "gif": "image/gif",
}


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A file of the package with its content."""

    file: EvidenceFile
    content: bytes


def hash_stream(stream: IO[bytes]) -> Hashes:
    """Hash a stream from its current position to its end."""
    sha256 = hashlib.sha256()
    sha1, md5 = hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    size = 0
    while chunk := stream.read(CHUNK_BYTES):
        size += len(chunk)
        for digest in (sha256, sha1, md5):
            digest.update(chunk)
    return Hashes(size_bytes=size, sha256=sha256.hexdigest(), sha1=sha1.hexdigest(), md5=md5.hexdigest())


def mime_of(media: MediaInfo) -> str:
    """The type of a file by its content."""
    return _MIME.get(media.format, "application/octet-stream")


def received_file(media: MediaInfo, in_package: bool) -> EvidenceFile:
    """Describe the file as received."""
    return EvidenceFile(
        name=ORIGINAL_FOLDER + safe_file_name(media.file_name) if in_package else printable(media.file_name),
        in_package=in_package,
        purpose=purpose("received", kind=media.kind),
        mime=mime_of(media),
        hashes=Hashes(size_bytes=media.size_bytes, sha256=media.sha256, sha1=media.sha1, md5=media.md5),
        derived_from=None,
        made_how="",
    )


def check_original(original: Path, media: MediaInfo) -> None:
    """Check that a file is the one that was analysed.

    Raises:
        ReportError: missing, unreadable or changed.
    """
    try:
        if not original.is_file():
            raise ReportError(
                f"there is no original at {original}: give the file that was judged, or leave it out"
            )
        same = media.is_of(original)
    except OSError as error:
        raise ReportError(f"{original.name} cannot be read ({error}): give a file that can be") from error
    if not same:
        raise ReportError(
            f"{original.name} is not the file that was judged (SHA-256 {media.sha256}): give that file unchanged, "
            "or leave it out"
        )


def make_evidence(
    texts: ComplaintTexts,
    analysis: Analysis,
    explanations: Explanations | None,
    portal: Portal,
    original: Path | Media | None,
) -> tuple[Made, ...]:
    """Make the files of the evidence folder.

    Args:
        analysis: the result, with key frames if available.
        original: the file as received, already checked, or its `Media`; None if unavailable.
    """
    made: list[Made] = []
    if texts.case.media_included:
        limit = portal.upload_limit_bytes.value
        copy = None if original is None else _copy(original, analysis, limit)
        made += [copy] if copy else []
        made += _key_frames(analysis, explanations, limit, has_copy=copy is not None)
    if texts.text.cut:
        content = full_statement(texts.case).encode("utf-8", "backslashreplace")
        made.append(_made("full_statement.txt", content, "text/plain", purpose("full_statement"), None, ""))
    return tuple(made)


def safe_file_name(name: str) -> str:
    """Return a name of ASCII letters, digits and `_`, with at most one dot and 50 characters, never empty.

    >>> safe_file_name("Été à Goa.final.JPG")
    'Ete_a_Goa_final.jpg'
    """
    stem, suffix = (
        unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in os.path.splitext(name)
    )
    stem = re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_")[:40] or "file"
    suffix = re.sub(r"[^A-Za-z0-9]", "", suffix)[:8].lower()
    return f"{stem}.{suffix}" if suffix else stem


def _copy(original: Path | Media, analysis: Analysis, limit: int) -> Made | None:
    media = analysis.media
    if media.kind == "image":
        path = original if isinstance(original, Path) else original.path
        frame = analysis.key_frames.get(0) if isinstance(original, Path) else original.frame(0)
        whole = frame is not None and frame.pixels.shape[:2] == (media.height_px, media.width_px)
        image = copy_image(path, limit, frame.pixels if frame is not None and whole else None)
        if image is None:
            return None
        name, mime = f"{COPY_PREFIX}image.{image.ending}", f"image/{image.ending.replace('jpg', 'jpeg')}"
        why, made_how, content = purpose("copy", kind="image"), image.made_how, image.content
    else:
        video = copy_video(original, limit, _strongest(analysis))
        if video is None:
            return None
        name, mime = f"{COPY_PREFIX}video.mp4", "video/mp4"
        why, made_how, content = video.purpose, video.made_how, video.content
    return _made(name, content, mime, why, media.sha256, made_how)


def _key_frames(
    analysis: Analysis, explanations: Explanations | None, limit: int, *, has_copy: bool
) -> Iterator[Made]:
    """Yield a sheet of key frames with heatmaps, and one without marks if there is no copy."""
    media = analysis.media
    if not has_copy and analysis.key_frames:
        frames = [(frame.time_s, frame.pixels) for _, frame in sorted(analysis.key_frames.items())]
        content = jpeg_within(_sheet(frames, media.kind), limit)
        yield _made(
            "frames.jpg", content, "image/jpeg", purpose(f"frames.{media.kind}"), media.sha256, "decoded, as JPEG"
        )
    if explanations is not None and explanations.frames:
        shown = [(frame.time_s, frame.pixels) for frame in explanations.frames]
        content = jpeg_within(_sheet(shown, media.kind), limit)
        yield _made(
            "key_frames.jpg",
            content,
            "image/jpeg",
            purpose(f"key_frames.{media.kind}"),
            media.sha256,
            "boxes and heatmaps drawn over the frames, as JPEG",
        )


def _sheet(frames: Sequence[tuple[float, Pixels]], kind: MediaKind) -> Pixels:
    """Lay out frames two per row, each with its time; a single one is returned unchanged."""
    shown = [(time_s, Image.fromarray(pixels)) for time_s, pixels in frames[:_MOST_FRAMES]]
    if len(shown) == 1:
        return np.asarray(shown[0][1])
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), _LETTERS_PX)
    for _, frame in shown:
        frame.thumbnail((_FRAME_PX, _FRAME_PX))
    row_px = max(frame.height for _, frame in shown) + 2 * _LETTERS_PX
    column_px = max(_COLUMN_PX, *(frame.width for _, frame in shown))
    sheet = Image.new("RGB", (2 * column_px, row_px * math.ceil(len(shown) / 2)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (time_s, frame) in enumerate(shown):
        x, y = column_px * (number % 2), row_px * (number // 2)
        label = f"Frame at {moment_clock(time_s)}" if kind == "video" else "Image"
        draw.text((x + 8, y + 4), label, fill="black", font=font)
        sheet.paste(frame, (x, y + 2 * _LETTERS_PX))
    return np.asarray(sheet)


def _made(name: str, content: bytes, mime: str, why: str, derived_from: str | None, made_how: str) -> Made:
    file = EvidenceFile(
        name=name if name.startswith(UPLOAD_PREFIX) else UPLOAD_PREFIX + name,
        in_package=True,
        purpose=why,
        mime=mime,
        hashes=hash_stream(io.BytesIO(content)),
        derived_from=derived_from,
        made_how=made_how,
    )
    return Made(file, content)


def _strongest(analysis: Analysis) -> Span | None:
    """Return the span with the highest probability of any track."""
    peaks = [track.peak for track in analysis.tracks if track.peak is not None]
    return max(peaks, key=lambda span: span.probability, default=None)
