"""Fit texts to the characters and lengths that the portal accepts, and shorten links.

Lengths are in UTF-16 code units, as in browsers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from reporting.portals import Portal

_URL = re.compile(
    r"(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{0,20}://|www\.|(?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,24}/)"
    r"\S*[^\s.,;:!?()\[\]{}<>'\"\u201c\u201d\u2018\u2019\u0964]",
    re.IGNORECASE,
)
_LINK = "(see the list of links)"
# Replacements of refused characters; others become a space.
_SPELLED = {
    "&": " and ",
    "%": " percent ",
    "@": " at ",
    "$": " dollar ",
    "+": " plus ",
    "=": " equals ",
    "!": ". ",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
    "'": "",
    '"': "",
    "`": "",
}
_TYPOGRAPHIC = str.maketrans(
    dict.fromkeys("\u2018\u2019", "'")
    | dict.fromkeys("\u201c\u201d", '"')
    | dict.fromkeys("\u2013\u2014", "-")
    | {"\u20b9": "Rs "}
)
_CUT_NOTE = "(shortened, full text attached)"
_SENTENCE_END = re.compile(r"[.?\u0964](?=\s)")
_TRACKING = re.compile(r"utm_\w+|igsh|igshid|fbclid|gclid|mibextid|feature|ref|ref_src|ref_url|si|s|t|hl")
_YOUTUBE = re.compile(r"(?:/shorts/|/live/|/embed/|/watch/?\?(?:.*&)?v=)([\w-]{6,20})")
_X_STATUS = re.compile(r"/[^/]+/status/(\d+)")
_INSTAGRAM = re.compile(r"(?:/[\w.]+)?/(p|reel|reels|tv)/([\w-]+)")


def units(text: str) -> int:
    """Return the length as a browser counts it.

    >>> units("ab"), units("\U0001f600")
    (2, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def one_line(text: str) -> str:
    """Replace every run of white space by one space."""
    return " ".join(text.split())


def as_sentence(text: str) -> str:
    """Return one line that ends like a sentence; empty text stays empty."""
    text = one_line(text)
    if not text or text[-1] in ".!?\u0964":
        return text
    return text + ("\u0964" if "\u0900" <= text[-1] <= "\u097f" else ".")


def clean_narrative(text: str, portal: Portal) -> str:
    """Convert a text to characters that the portal accepts.

    Links become a reference to the list of links; refused characters are spelled out or dropped; line breaks
    become spaces; emoji and invisible characters are removed. Letters of every script stay. Idempotent.

    Source:
        `refused_characters` and `avoided_characters` of the portal's facts.
    """
    cleaned = _clean_once(text, portal)
    while (again := _clean_once(cleaned, portal)) != cleaned:  # a removed character may have hidden a link
        cleaned = again
    return cleaned


def _clean_once(text: str, portal: Portal) -> str:
    text = _URL.sub(_LINK, unicodedata.normalize("NFKC", text)).translate(_TYPOGRAPHIC)
    refused = portal.refused_characters.value + portal.avoided_characters.value
    text = text.translate({ord(character): _SPELLED.get(character, " ") for character in refused})
    text = "".join(" " if letter in refused or _is_ornament(letter) else letter for letter in text)
    text = re.sub(r"\s+([.,;:?)])", r"\1", one_line(text))
    return re.sub(r"\.(?:\s*\.)+", ".", text)


def shorten(text: str, limit: int) -> str:
    """Shorten a text to at most `limit` units, at the end of a sentence if possible, with a note.

    >>> shorten("One thing happened here. Another thing happened there, and it was long.", 60)
    'One thing happened here. (shortened, full text attached)'
    """
    if units(text) <= limit:
        return text
    room = limit - units(_CUT_NOTE) - 1
    if room < 1:
        return ""
    length = used = 0
    for character in text:
        used += units(character)
        if used > room:
            break
        length += 1
    while length and unicodedata.category(text[length]).startswith("M"):  # keep combining marks with their letter
        length -= 1
    kept = text[:length]
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, length + 1) if match.end() <= length]
    if ends and ends[-1] >= length // 2:
        kept = text[: ends[-1]]
    elif (space := kept.rfind(" ")) >= length // 2 and space > 0:
        kept = kept[:space]
    return f"{kept.rstrip()} {_CUT_NOTE}".lstrip()


def all_links(given: Iterable[str], own_words: Iterable[str]) -> list[str]:
    """List the given links and those found in the user's words, each once."""
    found = _URL.findall(unicodedata.normalize("NFKC", "\n".join(own_words)))
    return list(dict.fromkeys(filter(None, map(one_line, (*given, *found)))))


def short_link(link: str, limit: int) -> str | None:
    """Shorten a link to at most `limit` units, without tracking parameters; None if that fails.

    >>> short_link("https://www.youtube.com/watch?v=dQw4w9WgXcQ&feature=shared&pp=" + "x" * 50, 60)
    'https://youtu.be/dQw4w9WgXcQ'
    >>> short_link("https://twitter.com/somebody/status/1790000000000000000?s=20&t=abcdefghijklmn", 60)
    'https://x.com/i/status/1790000000000000000'
    """
    link = one_line(link)
    if units(link) <= limit:
        return link
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    candidates = []
    if host == "youtube.com" and (match := _YOUTUBE.match(target)):
        candidates.append(f"https://youtu.be/{match[1]}")
    elif host == "youtu.be":
        candidates.append(f"https://youtu.be{parts.path}")
    elif host in ("x.com", "twitter.com") and (match := _X_STATUS.match(target)):
        candidates.append(f"https://x.com/i/status/{match[1]}")
    elif host == "instagram.com" and (match := _INSTAGRAM.match(target)):
        candidates.append(f"https://www.instagram.com/{match[1]}/{match[2]}")
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k)])
    plain = f"{parts.netloc}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")
    candidates += [f"{parts.scheme}://{plain}", plain]
    return next((candidate for candidate in candidates if 0 < units(candidate) <= limit), None)


def host_of(link: str) -> str:
    """Return the host of a link, lower case; empty if there is none.

    >>> host_of("https://www.Instagram.com/p/1"), host_of("x.com/a"), host_of("http://[")
    ('www.instagram.com', 'x.com', '')
    """
    try:
        return urlsplit(link if "://" in link else f"https://{link}").hostname or ""
    except ValueError:
        return ""


@lru_cache(4096)
def _is_ornament(character: str) -> bool:
    """Return whether a character is an emoji, modifier, variation selector or invisible; white space is not."""
    category = unicodedata.category(character)
    return not character.isspace() and (
        category.startswith("C") or category in {"So", "Sk", "Me"} or "\ufe00" <= character <= "\ufe0f"
    )
