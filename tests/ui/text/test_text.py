"""The page's words: all of them in every language, and really in that language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest

from reporting.text.banned_claims import banned_claims
from reporting.text.results import Language
from ui import text
from ui.check.file_check import TroubleKind
from ui.text import Words, of

UI = Path(text.__file__).parents[1]
DEVANAGARI, LATIN = re.compile("[\u0900-\u097f]"), re.compile("[A-Za-z]")


def named(words: Words) -> dict[str, object]:
    return {name: value for name, value in vars(words).items() if name != "LANGUAGE"}


def sentences(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Each sentence by its place, however deep it lies."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from sentences(part, f"{name}.{key}")
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from sentences(part, f"{name}.{number}")
    else:
        raise TypeError(f"{name} is no words: {value!r}")


def every(words: dict[str, object]) -> dict[str, str]:
    return dict(found for name, value in words.items() for found in sentences(value, name))


ENGLISH, HINDI = every(named(of("en"))), every(named(of("hi")))


def test_no_word_is_missing_in_either_language() -> None:
    assert ENGLISH.keys() == HINDI.keys()
    assert all(sentence.strip() for sentence in (*ENGLISH.values(), *HINDI.values()))


@pytest.mark.parametrize("name", ENGLISH)
def test_both_languages_name_the_same_values(name: str) -> None:
    places = [sorted(re.findall(r"\{(\w*)\}", sentence)) for sentence in (ENGLISH[name], HINDI[name])]
    assert places[0] == places[1]


def test_hindi_is_written_in_its_own_letters() -> None:
    """Names of programs and formats stay as they are written everywhere."""
    plain = {
        name: re.sub(
            r"\{\w*\}|gradio\.live|WhatsApp|Instagram|https|Enter|zip|START_HERE\.html|Ctrl\+[CV]"
            r"|\b[jk]\b|Web[MP]|[A-Z][A-Z0-9-]+",
            "",
            sentence,
        )
        for name, sentence in HINDI.items()
    }
    strange = {name: sentence for name, sentence in plain.items() if LATIN.search(sentence)}
    assert strange == {}
    assert not {name for name in ENGLISH if DEVANAGARI.search(ENGLISH[name])}
    same = {name for name in ENGLISH if ENGLISH[name] == HINDI[name]}
    assert same == {"FACTS.sha256", "FACTS.sha1", "FACTS.md5", "COMPARED_ROWS.sha256"}


@pytest.mark.parametrize(
    "unwanted",
    [
        pytest.param("सहेज", id="save: सेव"),
        pytest.param("चिपका", id="paste: पेस्ट"),
        pytest.param("पृष्ठ", id="page: पेज"),
        pytest.param("फ़ोटो", id="image: तस्वीर"),
        pytest.param("पैकेज", id="package: काग़ज़"),
        pytest.param("(?<![\u0900-\u097f])पाठ(?![\u0900-\u097f])", id="text: टेक्स्ट"),
        pytest.param("पहचान-छाप", id="fingerprint: डिजिटल पहचान"),
        pytest.param("पावती", id="acknowledgement number: शिकायत का नंबर"),
        pytest.param("मैसेंजर", id="messaging app: मैसेजिंग ऐप"),
        pytest.param("उपकरण", id="device: फ़ोन या कंप्यूटर"),
        pytest.param("हिंदी|बाकी|क़तार", id="one spelling"),
        pytest.param("[\u0966-\u096f]", id="numbers: the digits of the portal"),
    ],
)
def test_hindi_has_one_word_for_one_thing_on_the_page_and_in_the_package(unwanted: str) -> None:
    places = [
        path
        for room in ("reporting", "ui")
        for path in (Path(__file__).parents[3] / room).rglob("*")
        if path.suffix in {".py", ".toml", ".json", ".j2", ".js"} and path.name != "banned_claims.py"
    ]
    assert any(DEVANAGARI.search(path.read_text(encoding="utf-8")) for path in places)
    assert [path.name for path in places if re.search(unwanted, path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "unwanted", [r"\bjudg", r"\bspeaks? for\b", r"\bmessenger", r"\bgenuine faces were called"]
)
def test_english_has_one_word_for_one_thing_on_the_page(unwanted: str) -> None:
    assert {name: sentence for name, sentence in ENGLISH.items() if re.search(unwanted, sentence)} == {}


def test_every_word_that_is_named_exists_and_every_word_is_named() -> None:
    sources = [path for ending in ("*.py", "*.j2") for path in UI.rglob(ending)]
    used = {word for path in sources for word in re.findall(r"[\w)]\.([A-Z][A-Z_]+)\b", path.read_text("utf-8"))}
    named_in_words = {
        word for path in sources for word in re.findall(r"\bwords\.([A-Z][A-Z_]+)\b", path.read_text("utf-8"))
    }
    assert named_in_words <= vars(of("en")).keys()
    assert named(of("en")).keys() <= used


def test_every_trouble_has_words() -> None:
    assert set(of("en").TROUBLES) == set(get_args(TroubleKind)) == set(of("hi").TROUBLES)


def test_the_states_are_the_same_ones() -> None:
    assert list(of("en").STATES) == list(of("hi").STATES) and len(of("en").STATES) == 36


def test_no_word_on_the_page_promises_too_much() -> None:
    for sentence in (*ENGLISH.values(), *HINDI.values()):
        assert banned_claims(sentence) == []


@pytest.mark.parametrize("language", get_args(Language))
def test_each_language_knows_itself(language: Language) -> None:
    assert text.of(language).LANGUAGE == text.language_of(language) == language and language in text.LANGUAGES
