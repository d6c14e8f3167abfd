"""Where the evidence lies is said in plain words, in both languages, and doubt about it is said too."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from explain.types import Explanations, FaceRegion, Faithfulness
from reporting.text.banned_claims import banned_claims
from reporting.text.catalog import sentences
from reporting.text.regions import (
    OUTSIDE_WARNS_FROM,
    evidence_sentences,
    faithfulness_sentences,
    outside_warning,
)
from reporting.text.results import Language

LANGUAGES = get_args(Language)
REGIONS = get_args(FaceRegion)


def names_in(language: Language) -> dict[str, str]:
    return {region: name[language] for region, name in sentences("regions")["region"].items()}


def shares(**given: float) -> dict[FaceRegion, float]:
    return dict.fromkeys(REGIONS, 0.0) | given


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_face_has_a_name(language: Language) -> None:
    assert names_in(language).keys() == set(REGIONS)
    assert len(set(names_in(language).values())) == len(REGIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_strongest_parts_are_named_with_their_shares(explanations: Explanations, language: Language) -> None:
    face = replace(explanations.faces[0], regions=shares(mouth=0.62, jaw=0.21, eyes=0.17))
    (sentence,) = evidence_sentences(face, language)
    names = names_in(language)
    assert sentence.index("62 %") < sentence.index("21 %")
    assert names["mouth"] in sentence and names["jaw"] in sentence and names["eyes"] not in sentence


def test_a_small_second_share_is_not_named(explanations: Explanations) -> None:
    face = replace(explanations.faces[0], regions=shares(nose=0.9, jaw=0.1))
    assert evidence_sentences(face, "en") == ("Of what points to manipulation in this face, 90 % is at the nose.",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_concentrated_evidence_no_part_is_named(explanations: Explanations, language: Language) -> None:
    (sentence,) = evidence_sentences(replace(explanations.faces[0], concentrated=False), language)
    assert not any(name in sentence for name in names_in(language).values()) and "%" not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_network_that_has_no_heatmap_is_told_of_beside_the_first(
    explanations: Explanations, language: Language
) -> None:
    alone = evidence_sentences(explanations.faces[0], language)
    said = set()
    for contributions in ((2.0, 1.0), (2.0, -1.0), (-2.0, 1.0), (-2.0, -1.0)):
        score = replace(explanations.faces[0].score, contributions=contributions)
        *first, second = evidence_sentences(replace(explanations.faces[0], score=score), language)
        assert tuple(first) == alone
        said.add(second)
    assert len(said) == 4 and not any(banned_claims(sentence) for sentence in said)
    network = {"en": "network", "hi": "नेटवर्क"}[language]
    assert not any(network in sentence for sentence in said), "on a phone that is what carries calls"


@pytest.mark.parametrize("language", LANGUAGES)
def test_evidence_outside_the_face_is_called_out_as_a_doubt_about_the_result(
    explanations: Explanations, language: Language
) -> None:
    outside = replace(explanations.faces[0], regions=shares(outside=OUTSIDE_WARNS_FROM, mouth=0.3, jaw=0.2))
    assert outside_warning(outside.regions, language) == evidence_sentences(outside, language)[1] != ""
    inside = replace(outside, regions=shares(outside=OUTSIDE_WARNS_FROM - 0.01, mouth=0.51))
    assert outside_warning(inside.regions, language) == ""
    parts, beside = evidence_sentences(inside, language)
    assert names_in(language)["mouth"] in parts and names_in(language)["outside"] not in parts
    assert "49 %" in beside, "what a share outside means is said in a sentence of its own"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_map_that_does_not_beat_the_middle_is_labelled_so(language: Language) -> None:
    falls, good = faithfulness_sentences(Faithfulness(3.24, 0.5, 1.0), language)
    _, bad = faithfulness_sentences(Faithfulness(0.9, 0.5, 1.0), language)
    assert good != bad and all(number in falls for number in ("3.2", "0.5", "1.0"))
    assert not any(banned_claims(sentence) for sentence in (falls, good, bad))
