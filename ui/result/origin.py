"""Origin of a file: its metadata and content credentials, and frames for a reverse image search. Sends nothing."""

from __future__ import annotations

from pathlib import Path

from detector.types import Analysis
from reporting.text.results import Language, moment_clock
from ui import text
from ui.common.html import bullets, escape, file_size, fold
from ui.session.origin import Origin
from ui.session.store import ImageLinks, Still

SEARCHES = {
    "Google": "https://www.google.com/imghp",
    "Bing": "https://www.bing.com/visualsearch",
    "TinEye": "https://tineye.com/",
    "Yandex": "https://yandex.com/images/",
}
"""Reverse image searches; the visitor opens them and uploads the frame."""
SCRIPT = Path(__file__).with_name("origin.js")


def origin_panel(analysis: Analysis, origin: Origin | None, links: ImageLinks, language: Language) -> str:
    """Return the frames with their buttons, the searches, and the file's own data."""
    if origin is None:
        return ""
    words = text.of(language)
    frames = "".join(_still(still, number, analysis, language) for number, still in enumerate(links.sheet, 1))
    searches = "".join(
        f'<li><a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(name)}</a></li>'
        for name, address in SEARCHES.items()
    )
    said = {"copied": words.FRAME_COPIED, "refused": words.FRAME_NOT_COPIED}
    data = " ".join(f'data-{name}="{escape(sentence)}"' for name, sentence in said.items())
    return (
        f"<h3>{escape(words.SEARCH_TITLE)}</h3><p>{escape(words.SEARCH_LEAD)}</p>"
        f'<div class="dd-sheet" {data}>{frames}</div><p role="status" class="dd-copied"></p>'
        f'<ul class="dd-searches">{searches}</ul>'
        f"<h3>{escape(words.SAYS_TITLE)}</h3><p>{escape(words.SAYS_LEAD)}</p>"
        f"{_credentials(origin, language)}{_tags(origin, language)}{_container(analysis, origin, language)}"
    )


def _still(still: Still, number: int, analysis: Analysis, language: Language) -> str:
    words = text.of(language)
    time = moment_clock(still.time_s)
    video = analysis.media.kind == "video"
    alt = words.FRAME_PLAIN_ALT.format(time=time) if video else words.IMAGE_CAPTION
    caption = f"<figcaption>{escape(words.VIDEO_CAPTION.format(time=time))}</figcaption>" if video else ""
    name = f"frame-{number}.jpg"
    return (
        f'<figure>{still.image.image(alt, "dd-still")}{caption}<p><a class="dd-small" download="{name}" '
        f'href="{escape(still.image.link)}" aria-label="{escape(words.FRAME_SAVE)}: {escape(alt)}">'
        f'{escape(words.FRAME_SAVE)}</a> <button type="button" class="dd-small dd-copy-frame" '
        f'aria-label="{escape(words.FRAME_COPY)}: {escape(alt)}">{escape(words.FRAME_COPY)}</button></p></figure>'
    )


def _credentials(origin: Origin, language: Language) -> str:
    words, found = text.of(language), origin.credentials
    if found is None:
        return ""
    said = [words.CREDENTIALS[found.state]]
    if found.ai_claim:
        said.append(words.CREDENTIALS_AI)
    if found.generator:
        said.append(words.CREDENTIALS_GENERATOR.format(name=found.generator))
    if found.signer:
        said.append(words.CREDENTIALS_SIGNER.format(name=found.signer))
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    if found.state != "absent":
        told += fold(words.ENGLISH_DETAILS, f'<div lang="en">{bullets(found.claims)}</div>')
    return f"<h4>{escape(words.CREDENTIALS_TITLE)}</h4>{told}"


def _tags(origin: Origin, language: Language) -> str:
    words, tags = text.of(language), origin.metadata.tags
    title = f"<h4>{escape(words.TAGS_TITLE)}</h4>"
    if not tags:
        return f"{title}<p>{escape(words.TAGS_NONE)}</p>"
    rows = "".join(
        f"<dt>{escape(words.TAGS[tag.kind or 'other'])} <code>{escape(tag.name)}</code></dt>"
        f"<dd><bdi>{escape(tag.value)}</bdi></dd>"
        for tag in tags
    )
    return f'{title}<dl class="dd-facts">{rows}</dl>'


def _container(analysis: Analysis, origin: Origin, language: Language) -> str:
    words, media = text.of(language), analysis.media
    facts = {
        "format": media.format.upper(),
        "size": file_size(media.size_bytes, language),
        "pixels": f"{media.width_px} x {media.height_px}",
    }
    if media.duration_s is not None and media.frame_rate_hz is not None:
        facts |= {
            "duration": words.SECONDS.format(count=f"{media.duration_s:.1f}"),
            "rate": words.RATE.format(count=f"{media.frame_rate_hz:.2f}"),
        }
    rows = "".join(
        f"<dt>{escape(words.FACTS[name])}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()
    )
    streams = "".join(
        f"<dt>{escape(words.STREAM.format(number=number))}</dt><dd>{escape(stream)}</dd>"
        for number, stream in enumerate(origin.metadata.streams, 1)
    )
    return f'<h4>{escape(words.CONTAINER_TITLE)}</h4><dl class="dd-facts">{rows}{streams}</dl>'
