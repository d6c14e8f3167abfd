"""Read a file's metadata, streams and content credentials, once for the page."""

from __future__ import annotations

from dataclasses import dataclass

from detector.errors import ReportError
from detector.media.media import Media
from detector.media.metadata import Metadata, read_metadata
from detector.types import Frame
from explain.decisive import alike
from reporting.evidence.content_credentials import read_credentials
from reporting.evidence.files import mime_of
from reporting.types import ContentCredentials

_SHEET_FRAMES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What a file's own data says about its source."""

    metadata: Metadata
    credentials: ContentCredentials | None
    """None if they could not be read."""


def read_origin(media: Media) -> Origin:
    """Read metadata and content credentials of a file. Uses no network."""
    try:
        credentials = read_credentials(media.path, mime_of(media.info))
    except ReportError:
        credentials = None
    return Origin(read_metadata(media), credentials)


def sheet_frames(media: Media) -> list[Frame]:
    """Pick up to eight different frames spread over a video; an image is its only frame."""
    if media.info.kind == "image":
        return [media.frame(0)]
    indices = media.key_indices if len(media.key_indices) >= _SHEET_FRAMES else range(len(media.times_s))
    count = min(_SHEET_FRAMES, len(indices))
    frames: list[Frame] = []
    for frame in media.frames_at(sorted({indices[place * len(indices) // count] for place in range(count)})):
        if not any(alike(frame.pixels, other.pixels) for other in frames):
            frames.append(frame)
    return frames
