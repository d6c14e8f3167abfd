"""Sentences where nothing could be decided, from `verdict_notes.toml`: why, and what may lead further."""

from __future__ import annotations

from typing import Literal

from detector.types import Analysis, FaceScore, MediaKind
from reporting.text.catalog import lines, sentence, sentences
from reporting.text.results import Language, kind_name, shown, verdict_sentence

Screen = Literal["fake", "real", "some signs", "inconclusive", "poor_view", "part_left", "no_face"]
"""What the page shows: a result, or why there is none: see `screen_of`."""


def screen_of(analysis: Analysis) -> Screen:
    """Return what the page shows.

    `part_left`: no signs were found, but a part of the file could not be judged. `poor_view`: nothing was decided,
    and every face that counts is small or blurred. Otherwise the result.
    """
    verdict, seen = analysis.verdict, _weighty_scores(analysis)
    if any(reason.code == "real_withheld" for reason in verdict.reasons):
        return "part_left"
    if verdict.outcome == "inconclusive" and all({"small", "blurred"} & set(score.marks) for score in seen):
        return "poor_view"
    return shown(verdict)


def result_sentence(analysis: Analysis, language: Language) -> str:
    """Return the sentence about the whole file, or that no face, or not all of it, was seen well enough."""
    kind, screen = analysis.media.kind, screen_of(analysis)
    if screen in ("poor_view", "part_left"):
        return sentence("verdict_notes", screen, language, kind=kind_name(kind, language))
    return verdict_sentence(analysis.verdict, kind, language)


def why(analysis: Analysis, language: Language) -> str:
    """Return why nothing was decided; empty if something was."""
    screen = screen_of(analysis)
    if screen not in sentences("verdict_notes")["why"]:
        return ""
    widest = max((score.box.width for score in _weighty_scores(analysis)), default=0)
    return sentence("verdict_notes", f"why.{screen}", language, width=widest)


def tries(screen: Screen, kind: MediaKind, language: Language) -> tuple[str, ...]:
    """Return what else to try; empty if there is a result."""
    undecided: Screen = "inconclusive" if screen in ("some signs", "part_left") else screen
    if undecided not in sentences("verdict_notes")["tries"]:
        return ()
    return lines("verdict_notes", f"tries.{undecided}.{kind}", language)


def _weighty_scores(analysis: Analysis) -> list[FaceScore]:
    return [score for track in analysis.tracks if track.weighty for score in track.scores]
