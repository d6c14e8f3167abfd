"""The tables of sentences say the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reporting.text import catalog
from reporting.text.banned_claims import banned_claims
from reporting.text.catalog import sentences

TABLES = sorted(file.stem for file in Path(catalog.__file__).parent.glob("*.toml"))
ONE_LANGUAGE = {"messages", "technical_report"}
"""The English of messages is the detector's own; the technical report is in English."""
ALONE = ("evidence.purpose", "results.data.", "results.error.own")
"""Sentences that one language words in another way, or that only one needs."""


def pairs(table: dict[str, Any], place: str) -> Iterator[tuple[str, Any, Any]]:
    """Each entry in English and Hindi, however deep it lies."""
    if table.keys() & {"en", "hi"}:
        yield place, table.get("en"), table.get("hi")
        return
    for name, entry in table.items():
        if isinstance(entry, dict):
            yield from pairs(entry, f"{place}.{name}")


def lines(entry: Any) -> list[str]:
    if isinstance(entry, dict):
        return [line for part in entry.values() for line in lines(part)]
    if isinstance(entry, list):
        return [line for part in entry for line in lines(part)]
    return [entry] if isinstance(entry, str) else []


@pytest.mark.parametrize("name", sorted({*TABLES} - ONE_LANGUAGE))
def test_both_languages_have_the_same_lines_and_name_the_same_values(name: str) -> None:
    found = list(pairs(sentences(name), name))
    assert found
    for place, english, hindi in found:
        if place.startswith(ALONE) and None in (english, hindi):
            continue
        assert len(lines(english)) == len(lines(hindi)), place
        for first, second in zip(lines(english), lines(hindi), strict=True):
            assert not re.search("[\u0900-\u097f]", first), place
            assert first == second or re.search("[\u0900-\u097f]", second), place
            # Facts about other countries are told in each language.
            named = [set(re.findall(r"\{[^}]*\}", line)) for line in (first, second.replace("[hi]", "[en]"))]
            assert named[0] == named[1], second


@pytest.mark.parametrize("name", TABLES)
def test_no_sentence_of_a_table_promises_too_much(name: str) -> None:
    assert [(line, banned_claims(line)) for line in lines(sentences(name)) if banned_claims(line)] == []
