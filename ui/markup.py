"""The few pieces of HTML that everything on the page is made of. Whatever is not ours goes through `escape`."""

from __future__ import annotations

import html

from detector.types import Outcome
from reporting.wording import clock, percent
from ui.text import LANGUAGE

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
    "trouble": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="m9 9 6 6m0-6-6 6"/>',
}


def escape(words: object) -> str:
    """Text that no reader of markup or of templates can take for anything but text; `50 %` stays on one line.

    >>> escape('<img src=x onerror="alert(1)">${1}{{x}}')
    '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#36;&#123;1}&#123;&#123;x}}'
    """
    return html.escape(str(words)).replace("$", "&#36;").replace("{", "&#123;").replace(" %", "&nbsp;%")


def icon(shape: Outcome | str) -> str:
    """A drawing whose outline alone tells the outcomes (and `trouble`) apart; silent to screen readers."""
    return _SVG.format(paths=_PATHS[shape])


def shown_percent(share: float) -> str:
    """A share in the words of the reports, escaped.

    >>> shown_percent(0.973)
    '97&nbsp;%'
    """
    return escape(percent(share, LANGUAGE))


def moment_clock(time_s: float) -> str:
    """A moment of a clip among others less than a second away.

    >>> moment_clock(0.04), moment_clock(75.46)
    ('0:00.0', '1:15.4')
    """
    return f"{clock(time_s)}.{int(time_s * 10) % 10}"


def file_size(size_bytes: int) -> str:
    """
    >>> file_size(412), file_size(74_962), file_size(200_000_000)
    ('412 bytes', '75 KB', '200.0 MB')
    """
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    return f"{size_bytes / 1e3:.0f} KB" if size_bytes < 1e6 else f"{size_bytes / 1e6:.1f} MB"
