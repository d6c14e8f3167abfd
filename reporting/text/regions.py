"""Sentences about where in a face the evidence lies and how far a heatmap can be trusted: `regions.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from explain.types import Explanation, FaceRegion, Faithfulness
from reporting.text.catalog import sentence
from reporting.text.results import Language, percent

OUTSIDE_WARNS_FROM = 0.5
"""Share of the evidence outside the face from which the verdict itself is in doubt."""
_NAMED_FROM = 0.15
"""A second part of the face is named from this share."""
_say = partial(sentence, "regions")


def evidence_sentences(explanation: Explanation, language: Language) -> tuple[str, ...]:
    """Return where in the face the evidence lies, a warning if most of it lies outside, and what a second network
    found."""
    return (*_places(explanation, language), *_second_opinion(explanation, language))


def _second_opinion(explanation: Explanation, language: Language) -> tuple[str, ...]:
    added = explanation.score.contributions
    if len(added) < 2:
        return ()
    first, second = (each > 0 for each in added)
    who = {(True, True): "both", (True, False): "first", (False, True): "second", (False, False): "neither"}
    return (_say(f"second.{who[first, second]}", language),)


def _places(explanation: Explanation, language: Language) -> tuple[str, ...]:
    if not explanation.concentrated:
        return (_say("none", language),)
    shares = explanation.regions
    first, second = sorted(set(shares) - {"outside"}, key=lambda region: shares[region], reverse=True)[:2]
    where = _say(
        "two" if shares[second] >= _NAMED_FROM else "one",
        language,
        first=percent(shares[first], language),
        first_name=_say(f"region.{first}", language),
        second=percent(shares[second], language),
        second_name=_say(f"region.{second}", language),
    )
    outside = outside_warning(shares, language)
    if not outside and shares["outside"] >= _NAMED_FROM:
        outside = _say("and_outside", language, share=percent(shares["outside"], language))
    return (where, outside) if outside else (where,)


def outside_warning(shares: Mapping[FaceRegion, float], language: Language) -> str:
    """Return the warning that most of the evidence lies outside the face; empty if it does not."""
    share = shares["outside"]
    return _say("mostly_outside", language, share=percent(share, language)) if share >= OUTSIDE_WARNS_FROM else ""


def faithfulness_sentences(measured: Faithfulness, language: Language) -> tuple[str, str]:
    """Return how far the score falls when the heatmap's strongest part is painted over, and what follows."""
    falls = _say(
        "checked",
        language,
        top=f"{measured.top_fall:.1f}",
        other=f"{measured.random_fall:.1f}",
        centre=f"{measured.centre_fall:.1f}",
    )
    return falls, _say("reliable" if measured.beats_chance else "unreliable", language)
