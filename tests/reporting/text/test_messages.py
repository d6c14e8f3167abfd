"""Every language renders the same messages from the same values."""

from __future__ import annotations

import re

import pytest

from detector.messages import CODES, Code, Message, _sentences
from reporting.text.banned_claims import banned_claims
from reporting.text.messages import message_sentences


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_in_every_language_without_promises(code: Code) -> None:
    named = {name: set(re.findall(r"{(\w+)", sentence)) for name, sentence in _sentences()[code].items()}
    # Hindi may say "this file" where English names the kind.
    assert named["hi"] | {"kind"} == named["en"] | {"kind"}
    values = {name: 0.25 for name in named["en"] - {"kind", "time"}} | {"time_s": 61.0, "kind": "video"}
    english, hindi = str(Message(code, values)), message_sentences([Message(code, values)], "hi")[0]
    assert "{" not in english + hindi and not banned_claims(english) + banned_claims(hindi)
    assert re.search("[\u0900-\u097f]", hindi) and "video" not in hindi
    assert ("1:01.0" in hindi) == ("1:01.0" in english) == ("time" in named["en"])


def test_every_sentence_has_a_code() -> None:
    assert set(_sentences()) == set(CODES)


def test_numbers_are_the_same_in_both_languages() -> None:
    message = Message("inconclusive", {"probability": 0.5, "low": 0.123, "high": 0.876})
    for sentence in (str(message), *message_sentences([message], "hi")):
        assert re.findall(r"\d\.\d+", sentence) == ["0.500", "0.123", "0.876"]
    assert message_sentences([message], "en") == (str(message),)


@pytest.mark.parametrize(("probability", "said"), [(0.99996, "0.999"), (0.00001, "0.001"), (0.9984, "0.998")])
def test_no_estimate_is_written_as_certain(probability: float, said: str) -> None:
    message = Message("fake", {"probability": probability, "threshold": 0.89})
    for sentence in (str(message), *message_sentences([message], "hi")):
        assert re.findall(r"\d\.\d+", sentence) == [said, "0.890"]


def test_the_value_of_a_message_is_its_first_number() -> None:
    assert Message("turned", {"kind": "image", "degrees": 90}).value == 90
    assert Message("image_damaged").value == 0
