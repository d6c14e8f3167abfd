"""Compose the two texts to paste, always within the portal's characters and lengths.

Facts come first and the software's opinion last. If the user's words leave too little room, our own sentences are
shortened first; only then are the user's words cut, with a note, and kept whole in a file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from detector.types import Analysis, MediaKind
from reporting.case import IST, Case
from reporting.complaint.sanitize import all_links, as_sentence, clean_narrative, one_line, shorten, units
from reporting.portals import Portal
from reporting.text import results as result_text

_KINDS: dict[MediaKind, str] = {"image": "image", "video": "video"}
_WHAT_BLANK = "(fill in: what the person is shown saying or doing)."
_PADS = (
    "This text was written with the help of software that looked at the file.",
    "I can give more details if they are needed.",
    "I ask that the account and the links named here be looked into.",
    "The values that identify the file are in the hash report.",
    "I can hand over the messages, links and files that I have of this if they are asked for.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedText:
    """A text ready to paste."""

    text: str
    cut: bool
    """Some of the user's own words were cut: they are whole in the file `full_statement.txt`."""

    @property
    def count(self) -> int:
        """Length as a browser counts it."""
        return units(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The user's words, cleaned, each a sentence or a name."""

    what: str
    face: str
    platform: str
    harm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintTexts:
    """A case with its texts, fitted to the portal once and used by every file of the package."""

    case: Case
    narrative: FittedText
    """The portal's *Additional information about the incident*."""
    hint: FittedText
    """The description for *Report Suspect*, tab *Deepfake*."""
    links: tuple[str, ...]
    """All links of the case, each once, those in the user's words included."""

    @property
    def to_paste(self) -> str:
        """The long text of the form: the hint of a witness, else the narrative."""
        is_hint = self.case.country == "IN" and self.case.witness_only and self.case.kind != "sexual"
        return (self.hint if is_hint else self.narrative).text

    @property
    def cut(self) -> bool:
        """Whether some of the user's own words were cut in either text."""
        return self.narrative.cut or self.hint.cut


def fit_texts(case: Case, analysis: Analysis, portal: Portal) -> ComplaintTexts:
    """Compose the texts of a case within the portal's characters and lengths."""
    return ComplaintTexts(
        case=case,
        narrative=complaint_narrative(case, analysis, portal),
        hint=suspect_description(case, analysis, portal),
        links=tuple(links_of(case)),
    )


def complaint_narrative(case: Case, analysis: Analysis, portal: Portal) -> FittedText:
    """The portal's *Additional information about the incident*."""
    return _fit(
        lambda words, level: _narrative(case, analysis, words, level),
        case,
        portal,
        portal.narrative_min_chars.value,
        portal.narrative_max_chars.value,
    )


def suspect_description(case: Case, analysis: Analysis, portal: Portal) -> FittedText:
    """The description for *Report Suspect*, tab *Deepfake*."""
    return _fit(
        lambda words, level: _hint(case, analysis, words, level),
        case,
        portal,
        portal.suspect_min_chars.value,
        portal.suspect_max_chars.value,
    )


def full_statement(case: Case) -> str:
    """The user's own words as they were typed, for the file that goes with a cut text."""
    blocks = (
        ("What it shows and what happened", case.what_happened),
        ("Whose face is shown", case.whose_face),
        ("Where it was seen", case.platform),
        ("Harm", case.harm),
    )
    return "\n".join(f"{label}:\n{text.strip()}\n" for label, text in blocks if text.strip())


def links_of(case: Case) -> list[str]:
    """All links of a case, each once, those in the user's words included."""
    return all_links(case.urls, (case.what_happened, case.whose_face, case.platform, case.harm))


def moment(at: datetime) -> str:
    """Date and time in words that the portal takes."""
    return f"{at.astimezone(IST):%d-%m-%Y at about %H:%M} IST"


def _fit(compose: Callable[[_Words, int], str], case: Case, portal: Portal, low: int, high: int) -> FittedText:
    words = _Words(
        what=clean_narrative(as_sentence(case.what_happened), portal),
        face=clean_narrative(as_sentence(case.whose_face), portal),
        platform=clean_narrative(one_line(case.platform), portal).rstrip("."),
        harm=clean_narrative(as_sentence(case.harm), portal),
    )
    fitted = words
    text = ""
    for level in range(_LEVELS):
        text = clean_narrative(compose(fitted, level), portal)
        if units(text) <= high:
            break
    room = high - units(clean_narrative(compose(_NOTHING, _LEVELS - 1), portal))
    while units(text) > high and room > 0:
        face, platform = (shorten(text, max(room // 8, 40)) for text in (words.face, words.platform))
        harm = shorten(words.harm, room // 4)
        what = shorten(words.what, room - units(face) - units(platform) - units(harm))
        fitted = _Words(what=what, face=face, platform=platform, harm=harm)
        text = clean_narrative(compose(fitted, _LEVELS - 1), portal)
        room -= max(1, units(text) - high)
    for pad in _PADS:
        if len(text) >= low:
            break
        padded = clean_narrative(f"{text} {pad}", portal)
        if units(padded) <= high:
            text = padded
    return FittedText(text=text, cut=fitted != words)


_NOTHING = _Words(what="", face="", platform="", harm="")
_LEVELS = 3
"""In how many lengths our own sentences come: whole, without the rates, and the least that must be said."""


def _narrative(case: Case, analysis: Analysis, words: _Words, level: int) -> str:
    media = analysis.media
    place = f" on {words.platform}" if words.platform else ""
    at = f"On {moment(case.seen_at)} I" if case.seen_at else "I"
    account = ", posted by the account named in the suspect details" if case.handle.strip() else ""
    saved = f"I saved the file on {case.saved_at.astimezone(IST):%d-%m-%Y}. " if case.saved_at else ""
    opinion: tuple[str, ...] = (
        result_text.verdict_sentence(analysis.verdict, media.kind, "en"),
        result_text.not_proof("en"),
    )
    if level == _LEVELS - 1:
        opinion = (result_text.short_opinion(result_text.shown(analysis.verdict), "en"),)
    links = "The links are given in the field above." if links_of(case) else ""
    said = "" if case.witness_only else "The person shown did not say or do this and did not agree to it."
    parts = (
        f"{at} saw a {_KINDS[media.kind]}{place}{account}.",
        f"The face shown: {words.face}" if words.face else "",
        f"What it shows and what happened: {words.what or _WHAT_BLANK}",
        said,
        links,
        f"Harm: {words.harm}" if words.harm else "",
        f"{saved}The SHA 256 value of the file is {media.sha256}.",
        "I ask for investigation, for removal of the content and for preservation of the account records.",
        "Opinion of the software I used:" if level < 2 else "",
        *opinion,
    )
    return " ".join(filter(None, parts))


def _hint(case: Case, analysis: Analysis, words: _Words, level: int) -> str:
    media = analysis.media
    place = f" on {words.platform}" if words.platform else ""
    at = f" on {moment(case.seen_at)}" if case.seen_at else ""
    opinion = [result_text.verdict_sentence(analysis.verdict, media.kind, "en"), result_text.not_proof("en")]
    if level > 0:
        opinion = [result_text.short_opinion(result_text.shown(analysis.verdict), "en")]
    parts = (
        f"I saw this {_KINDS[media.kind]}{place}{at}.",
        f"The face shown: {words.face}" if words.face else "",
        f"It shows: {words.what or _WHAT_BLANK}",
        *opinion,
        f"SHA 256 value of the file: {media.sha256}." if level < 2 else "",
    )
    return " ".join(filter(None, parts))
