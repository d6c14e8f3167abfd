"""Origin of a file: its metadata and content credentials, and frames for a reverse image search. Sends nothing."""

from __future__ import annotations

from detector.types import Analysis
from reporting.text.results import Language
from ui import text
from ui.common.html import file_size
from ui.common.templates import render
from ui.session.origin import Origin
from ui.session.store import ImageLinks

SEARCHES = {
    "Google": "https://www.google.com/imghp",
    "Bing": "https://www.bing.com/visualsearch",
    "TinEye": "https://tineye.com/",
    "Yandex": "https://yandex.com/images/",
}
"""Reverse image searches; the visitor opens them and uploads the frame."""


def origin_panel(analysis: Analysis, origin: Origin | None, links: ImageLinks, language: Language) -> str:
    """Return the frames with their buttons, the searches, and the file's own data as HTML."""
    if origin is None:
        return ""
    words, media = text.of(language), analysis.media
    rows = {
        words.FACTS["format"]: media.format.upper(),
        words.FACTS["size"]: file_size(media.size_bytes, language),
        words.FACTS["pixels"]: f"{media.width_px} x {media.height_px}",
    }
    if media.duration_s is not None and media.frame_rate_hz is not None:
        rows |= {
            words.FACTS["duration"]: words.SECONDS.format(count=f"{media.duration_s:.1f}"),
            words.FACTS["rate"]: words.RATE.format(count=f"{media.frame_rate_hz:.2f}"),
        }
    streams = enumerate(origin.metadata.streams, 1)
    return render(
        "result/origin.html.j2",
        language,
        credentials=origin.credentials,
        metadata=origin.metadata,
        rows=rows | {words.STREAM.format(number=number): stream for number, stream in streams},
        searches=SEARCHES,
        sheet=links.sheet,
        video=media.kind == "video",
    )
