"""Compose the text to paste, within the portal's limits of characters and length, with its meaning in Hindi.

Facts come first, the software's opinion last. Nothing is claimed that the user did not say. If space is short, our
own sentences are shortened first, then the user's words are cut with a note and attached in full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from detector.types import Analysis
from reporting.case import IST, Case
from reporting.complaint.referrals import is_hint
from reporting.complaint.sanitize import all_links, as_sentence, clean_narrative, one_line, shorten, units
from reporting.portals import Fact, Portal
from reporting.text import results as result_text
from reporting.text.catalog import sentence
from reporting.text.results import Language

_PADS = ("help", "report", "read")
_LEVELS = 2
"""Lengths of our own sentences: full, and the minimum."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One sentence: its key in `complaint.toml`, and its values by language."""

    key: str
    values: dict[Language, dict[str, str]] = field(default_factory=lambda: {"en": {}, "hi": {}})

    def text_in(self, language: Language) -> str:
        return sentence("complaint", f"sentences.{self.key}", language, **self.values[language])


def _sentence(key: str, **values: str) -> _Sentence:
    """Make a sentence with the same values in both languages."""
    return _Sentence(key, {"en": values, "hi": values})


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedText:
    """A text ready to paste."""

    text: str
    cut: bool
    """Whether the user's words were cut; `full_statement.txt` has them in full."""
    gloss: str = ""
    """What the text says, in Hindi."""
    complete: bool = True
    """False if the user has to complete it before pasting it."""

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
    """A case with the text to paste, fitted to the portal once and used by every file of the package."""

    case: Case
    text: FittedText
    """For a witness in India the description of *Report Suspect*, tab *Deepfake*; else the complaint's *Additional
    information about the incident*."""
    links: tuple[str, ...]
    """All links of the case, each once, those in the user's words included."""

    low: Fact[int]
    """Fewest characters of the text."""
    high: Fact[int]
    """Most characters of the text."""

    @property
    def is_hint(self) -> bool:
        """Whether the text is the one for *Report Suspect*."""
        return is_hint(self.case)


def fit_texts(case: Case, analysis: Analysis, portal: Portal) -> ComplaintTexts:
    """Compose the text of a case within the portal's characters and lengths."""
    if is_hint(case):
        compose, low, high = _hint, portal.suspect_min_chars, portal.suspect_max_chars
    else:
        compose, low, high = _narrative, portal.narrative_min_chars, portal.narrative_max_chars
    text = _fit(lambda words, level: compose(case, analysis, words, level), case, portal, low.value, high.value)
    return ComplaintTexts(case=case, text=text, links=tuple(links_of(case)), low=low, high=high)


def full_statement(case: Case) -> str:
    """Return the user's words in full, for `full_statement.txt`."""
    blocks = (
        ("What it shows and what happened", case.what_happened),
        ("Whose face is shown", case.whose_face),
        ("Where it was seen", case.platform),
        ("Harm", case.harm),
    )
    return "\n".join(f"{label}:\n{text.strip()}\n" for label, text in blocks if text.strip())


def links_of(case: Case) -> list[str]:
    """List all links of a case once, including those in the user's words."""
    return all_links(case.urls, (case.what_happened, case.whose_face, case.platform, case.harm))


def moment(at: datetime, language: Language = "en") -> str:
    """Format date and time in characters that the portal accepts."""
    local = at.astimezone(IST)
    return sentence("complaint", "parts.moment", language, date=f"{local:%d-%m-%Y}", time=f"{local:%H:%M}")


def _fit(
    compose: Callable[[_Words, int], Sequence[_Sentence]], case: Case, portal: Portal, low: int, high: int
) -> FittedText:
    words = _Words(
        what=clean_narrative(as_sentence(case.what_happened), portal),
        face=clean_narrative(as_sentence(case.whose_face), portal),
        platform=clean_narrative(one_line(case.platform), portal).rstrip("."),
        harm=clean_narrative(as_sentence(case.harm), portal),
    )

    def join(sentences: Sequence[_Sentence]) -> str:
        return clean_narrative(" ".join(each.text_in("en") for each in sentences), portal)

    fitted, sentences = words, list(compose(words, 0))
    text = join(sentences)
    if units(text) > high:
        sentences = list(compose(words, _LEVELS - 1))
        text = join(sentences)
    room = high - units(join(compose(_NOTHING, _LEVELS - 1)))
    while units(text) > high and room > 0:
        face, platform = (shorten(text, max(room // 8, 40)) for text in (words.face, words.platform))
        harm = shorten(words.harm, room // 4)
        what = shorten(words.what, room - units(face) - units(platform) - units(harm))
        fitted = _Words(what=what, face=face, platform=platform, harm=harm)
        sentences = list(compose(fitted, _LEVELS - 1))
        text = join(sentences)
        room -= max(1, units(text) - high)
    for pad in map(_Sentence, _PADS):
        if len(text) >= low:
            break
        padded = join([*sentences, pad])
        if units(padded) <= high:
            sentences, text = [*sentences, pad], padded
    gloss = " ".join(each.text_in("hi") for each in sentences)
    return FittedText(text=text, cut=fitted != words, gloss=gloss, complete=bool(words.what))


_NOTHING = _Words(what="", face="", platform="", harm="")


def _narrative(case: Case, analysis: Analysis, words: _Words, level: int) -> list[_Sentence]:
    saved = case.saved_at
    return [
        _about(case, analysis, words, with_account=True),
        *([_sentence("face", words=words.face)] if words.face else []),
        *([_sentence("what", words=words.what)] if words.what else []),
        *([_Sentence("denied")] if case.denied else []),
        *([_Sentence("links")] if links_of(case) and level == 0 else []),
        *([_sentence("harm", words=words.harm)] if words.harm else []),
        *([_sentence("saved", at=f"{saved.astimezone(IST):%d-%m-%Y}")] if saved else []),
        _sentence("hash", sha256=analysis.media.sha256),
        _Sentence("ask"),
        _opinion(analysis),
    ]


def _hint(case: Case, analysis: Analysis, words: _Words, level: int) -> list[_Sentence]:
    return [
        _about(case, analysis, words, with_account=False),
        *([_sentence("face", words=words.face)] if words.face else []),
        *([_sentence("shows", words=words.what)] if words.what else []),
        _opinion(analysis),
        *([_sentence("hash", sha256=analysis.media.sha256)] if level == 0 else []),
    ]


def _about(case: Case, analysis: Analysis, words: _Words, *, with_account: bool) -> _Sentence:
    """What the case is about; that the user saw it, only where they said when."""
    account = with_account and bool(case.handle.strip())

    def part(name: str, language: Language, **values: str) -> str:
        return sentence("complaint", f"parts.{name}", language, **values)

    values = {
        language: {
            "place": part("place", language, platform=words.platform) if words.platform else "",
            "account": part("account", language) if account else "",
            "at": moment(case.seen_at, language) if case.seen_at else "",
        }
        for language in result_text.LANGUAGES
    }
    return _Sentence(f"{'seen' if case.seen_at else 'about'}_{analysis.media.kind}", values)


def _opinion(analysis: Analysis) -> _Sentence:
    shown = result_text.shown(analysis.verdict)
    return _Sentence(
        "opinion",
        {language: {"words": result_text.short_opinion(shown, language)} for language in result_text.LANGUAGES},
    )
