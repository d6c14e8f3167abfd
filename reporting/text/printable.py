"""Make untrusted text (file names, metadata, typed texts) safe to show.

For terminals, HTML, plain text, CSV and PDF: no control, invisible, line-breaking or bidirectional characters.
Standard library only.
"""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Joiners, needed for Hindi and emoji."""
_FORMULA_STARTS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
"""First characters of formulas in spreadsheets, with their full-width forms."""


def printable(text: str, *, keep_lines: bool = False) -> str:
    r"""Replace every unsafe character by a visible escape such as `\u001b`.

    Unsafe are control characters, line and paragraph separators, invisible format characters (bidirectional
    controls among them) and lone surrogates, which stand for bytes of a file name that are not UTF-8. The escapes
    are those of JSON, so JSON text keeps its meaning.

    Args:
        text: from outside.
        keep_lines: leave line feeds and tabs as they are.

    >>> print(printable("evil\x1b[31m\u202egpj.exe"))
    evil\u001b[31m\u202egpj.exe
    >>> printable("हिन्दी, naïve, 👩\u200d🔬") == "हिन्दी, naïve, 👩\u200d🔬"
    True
    """
    if text.isprintable():  # fast path
        return text
    return "".join(_escape(char) if _is_unsafe(char, keep_lines) else char for char in text)


def drop_unsafe(text: str, *, keep_lines: bool = False) -> str:
    r"""Remove what `printable` would escape; line and paragraph separators become line feeds or spaces.

    For prose, where escapes would disturb.

    >>> drop_unsafe("one\u202a two\r\nthree\x07", keep_lines=True)
    'one two\nthree'
    """
    lines = "\n" if keep_lines else " "
    text = text.replace("\r\n", "\n").translate(dict.fromkeys(map(ord, "\r\v\f\x85\u2028\u2029"), lines))
    if not keep_lines:
        text = text.replace("\n", " ").replace("\t", " ")
    return "".join(char for char in text if not _is_unsafe(char, keep_lines))


def csv_cell(text: str) -> str:
    """Return the text for one cell: printable, and with an apostrophe before what a spreadsheet would evaluate.

    >>> csv_cell('=HYPERLINK("x")')
    '\\'=HYPERLINK("x")'
    """
    shown = printable(text)
    return f"'{shown}" if text.lstrip(" ")[:1] in tuple(_FORMULA_STARTS) else shown


def _is_unsafe(char: str, keep_lines: bool) -> bool:
    if char in _JOINERS or (keep_lines and char in "\n\t"):
        return False
    category = unicodedata.category(char)
    # Arabic number signs (bidirectional class AN) are format characters too, but visible ones.
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and unicodedata.bidirectional(char) != "AN")


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
