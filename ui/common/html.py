"""The few pieces of HTML that everything on the page is made of. Whatever is not ours goes through `escape`."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from detector.types import Outcome
from reporting.text.printable import printable
from reporting.text.results import Language, percent
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


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored image, as the page asks for it."""

    link: str
    width_px: int
    height_px: int

    def image(self, alt: str, kind: str = "") -> str:
        """It, in a box of its own shape from the start, so that nothing moves when it arrives."""
        return (
            f'<img src="{escape(self.link)}" alt="{escape(alt)}" class="{kind}" width="{self.width_px}" '
            f'height="{self.height_px}" loading="lazy">'
        )

    def enlarge(self, words: str) -> str:
        """A link to it alone, in a tab of its own."""
        return f'<a href="{escape(self.link)}" target="_blank" rel="noopener">{escape(words)}</a>'


def escape(words: object) -> str:
    r"""One line that no reader of markup or of templates can take for anything but text; `50 %` stays together.

    Control characters, line breaks and what would turn or hide the text around it are shown by their number.

    >>> escape('<img src=x onerror="alert(1)">${1}{{x}}')
    '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#36;&#123;1}&#123;&#123;x}}'
    >>> escape("a\nb\u202ec")
    'a\\u000ab\\u202ec'
    """
    return _escaped(printable(str(words))).replace(" %", "&nbsp;%")


def verbatim(words: object) -> str:
    """The same where every character counts, line breaks too: a text to be copied."""
    return _escaped(printable(str(words), keep_lines=True))


def with_name(words: str, name: str) -> str:
    """A sentence with `{name}` in it. A name from elsewhere, in whatever direction, turns nothing around it.

    >>> with_name("Checked: {name}", "a<b>.jpg")
    'Checked: <bdi>a&lt;b&gt;.jpg</bdi>'
    """
    return escape(words).replace("&#123;name}", f"<bdi>{escape(name)}</bdi>")


def _escaped(words: str) -> str:
    return html.escape(words).replace("$", "&#36;").replace("{", "&#123;")


def icon(shape: Outcome | str) -> str:
    """A drawing whose outline alone tells the outcomes (and `trouble`) apart; silent to screen readers."""
    return _SVG.format(paths=_PATHS[shape])


def shown_percent(share: float, language: Language) -> str:
    """A share in the words of the reports, escaped.

    >>> shown_percent(0.973, "en")
    '97&nbsp;%'
    """
    return escape(percent(share, language))


def file_size(size_bytes: int, language: Language) -> str:
    """
    >>> file_size(412, "en"), file_size(74_962, "en"), file_size(200_000_000, "hi")
    ('412 bytes', '75 KB', '200.0 MB')
    """
    if size_bytes < 1000:
        return text.of(language).BYTES.format(count=size_bytes)
    return f"{size_bytes / 1e3:.0f} KB" if size_bytes < 1e6 else f"{size_bytes / 1e6:.1f} MB"


def bullets(sentences: Sequence[str]) -> str:
    """A list of them."""
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def fold(title: str, content: str, kind: str = "", *, wide: bool = False) -> str:
    """What opens when it is asked for.

    Args:
        title: plain words.
        content: markup.
        kind: further class.
        wide: open where there is room; `fold.js` folds it on a phone.
    """
    opened = " open data-wide" if wide else ""
    return f'<details class="dd-fold {kind}"{opened}><summary>{escape(title)}</summary>{content}</details>'


def part(title: str, content: str, *, wide: bool = False) -> str:
    """A section of the result that is folded, with its heading in view.

    Args:
        title: plain words.
        content: markup.
        wide: as `fold`.
    """
    opened = " open data-wide" if wide else ""
    return (
        f'<details class="dd-fold dd-part"{opened}><summary><h2>{escape(title)}</h2></summary>{content}</details>'
    )


def english_details(sentences: Sequence[str], language: Language) -> str:
    """The detector's own English sentences, folded away on a page of another language."""
    if not sentences:
        return ""
    return fold(text.of(language).ENGLISH_DETAILS, f'<div lang="en">{bullets(sentences)}</div>', "dd-english")
