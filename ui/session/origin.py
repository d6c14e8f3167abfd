"""What a file says of itself, read once for the page: metadata, streams, content credentials."""

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
    """Facts about where a file comes from, as far as it tells."""

    metadata: Metadata
    credentials: ContentCredentials | None
    """None where they could not be looked for."""


def read_origin(media: Media) -> Origin:
    """Read what a file says of itself. Nothing is asked of anybody."""
    try:
        credentials = read_credentials(media.path, mime_of(media.info))
    except ReportError:
        credentials = None
    return Origin(read_metadata(media), credentials)


def sheet_frames(media: Media) -> list[Frame]:
    """A few frames from all of a file that show something new each; of an image the image itself."""
    if media.info.kind == "image":
        return [media.frame(0)]
    indices = media.key_indices if len(media.key_indices) >= _SHEET_FRAMES else range(len(media.times_s))
    count = min(_SHEET_FRAMES, len(indices))
    frames: list[Frame] = []
    for frame in media.frames_at(sorted({indices[place * len(indices) // count] for place in range(count)})):
        if not any(alike(frame.pixels, other.pixels) for other in frames):
            frames.append(frame)
    return frames
