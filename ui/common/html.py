"""HTML helpers. Text that is not our own markup goes through `escape`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from markupsafe import Markup

from detector.types import Outcome
from reporting.portals import load_places, load_portal
from reporting.text.printable import printable
from reporting.text.results import Language
from ui import text

_SVG = (
    '<svg class="dd-icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
)
_PATHS = {
    "fake": '<path d="M12 3 2 21h20z"/><path d="M12 10v5"/><path d="M12 18v.01"/>',
    "real": '<circle cx="12" cy="12" r="9.5"/><path d="M8 12h8"/>',
    "inconclusive": '<path d="M12 1.8 22.2 12 12 22.2 1.8 12z"/><path d="M9.8 9.8a2.3 2.3 0 1 1 3.4 2'
    'c-.8.4-1.2.9-1.2 1.7"/><path d="M12 16.6v.01"/>',
    "no_face": '<circle cx="12" cy="12" r="9.5" stroke-dasharray="4 3.5"/>',
    "private": '<rect x="4.5" y="10.5" width="15" height="10.5" rx="2"/><path d="M8 10.5V7a4 4 0 0 1 8 0v3.5"/>',
    "trouble": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="m9 9 6 6m0-6-6 6"/>',
}

_LINK = re.compile(r"https://[^\s,;)।]*[^\s,;.)।]")


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored image."""

    link: str
    width_px: int
    height_px: int

    def image(self, alt: str, kind: str = "") -> Markup:
        """Return an `img` element with its size, so that nothing moves when it loads."""
        return Markup(
            f'<img src="{escape(self.link)}" alt="{escape(alt)}" class="{kind}" width="{self.width_px}" '
            f'height="{self.height_px}" loading="lazy">'
        )

    def enlarge(self, words: str) -> Markup:
        """Return a link that opens it in a new tab."""
        return Markup(f'<a href="{escape(self.link)}" target="_blank" rel="noopener">{escape(words)}</a>')


def escape(words: object) -> str:
    r"""Escape text for HTML and Gradio's templates as a single line.

    Control characters, line breaks and bidirectional controls are shown by number; `50 %` gets a no-break space.

    >>> escape('<img src=x onerror="alert(1)">${1}{{x}}')
    '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#36;&#123;1}&#123;&#123;x}}'
    >>> escape("a\nb\u202ec")
    'a\\u000ab\\u202ec'
    """
    return _escaped(printable(str(words))).replace(" %", "&nbsp;%")


def verbatim(words: object) -> Markup:
    """Escape text to be copied: line breaks and spaces stay as they are."""
    return Markup(_escaped(printable(str(words), keep_lines=True)))


def with_name(words: str, name: str) -> Markup:
    """Escape a sentence with `{name}` in it; the name is isolated from the text direction around it.

    >>> print(with_name("Checked: {name}", "a<b>.jpg"))
    Checked: <bdi>a&lt;b&gt;.jpg</bdi>
    """
    return Markup(escape(words).replace("&#123;name}", f"<bdi>{escape(name)}</bdi>"))


def linked(sentence: str) -> Markup:
    """Escape a sentence and link its telephone numbers and addresses.

    >>> str(linked("Call 112 at once, or see https://stopncii.org."))  # doctest: +ELLIPSIS
    'Call <a href="tel:112">112</a> at once, or see <a href="https://stopncii.org" target=...</a>.'
    """
    numbers = "|".join(map(re.escape, _numbers()))
    pieces, at = [], 0
    for found in re.finditer(rf"{_LINK.pattern}|(?<![\w,])(?:{numbers})(?!\w)", sentence):
        pieces.append(escape(sentence[at : found.start()]))
        name = escape(found.group())
        if found.group().startswith("https:"):
            pieces.append(f'<a href="{name}" target="_blank" rel="noopener noreferrer">{name}</a>')
        else:
            pieces.append(f'<a href="tel:{name.replace(" ", "")}">{name}</a>')
        at = found.end()
    return Markup("".join((*pieces, escape(sentence[at:]))))


def _numbers() -> list[str]:
    """Return every telephone number of the dated facts, longest first."""
    portal = load_portal()
    known = {
        portal.helpline_emergency.value,
        portal.helpline_cyber_fraud.value,
        portal.helpline_women.value,
        portal.helpline_child.value,
        portal.helpline_legal_aid.value,
    }
    for place in load_places().values():
        known.add(place.emergency.value)
        known |= set(re.findall(r"\b0\d{3}(?: \d{3,4})+\b", place.report.value["address"]))
    return sorted(known, key=len, reverse=True)


def _escaped(words: str) -> str:
    return html.escape(words).replace("$", "&#36;").replace("{", "&#123;")


def icon(shape: Outcome | str) -> Markup:
    """Return an SVG icon of an outcome or `trouble`; shapes differ without colour, hidden from screen readers."""
    return Markup(_SVG.format(paths=_PATHS[shape]))


def file_size(size_bytes: int, language: Language) -> str:
    """Format a file size.

    >>> file_size(412, "en"), file_size(74_962, "en"), file_size(200_000_000, "hi")
    ('412 bytes', '75 KB', '200.0 MB')
    """
    if size_bytes < 1000:
        return text.of(language).BYTES.format(count=size_bytes)
    return f"{size_bytes / 1e3:.0f} KB" if size_bytes < 1e6 else f"{size_bytes / 1e6:.1f} MB"
