"""The tables of sentences say the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from reporting.text.catalog import sentences


def pairs(table: dict[str, Any], place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each English entry with its Hindi one, however deep they lie."""
    for name, entry in table.items():
        if name == "en":
            yield place, entry, table["hi"]
        elif isinstance(entry, dict) and name != "hi":
            yield from pairs(entry, f"{place}.{name}")


def lines(entry: Any) -> list[str]:
    if isinstance(entry, dict):
        return [line for part in entry.values() for line in lines(part)]
    return [line for part in entry for line in lines(part)] if isinstance(entry, list) else [entry]


@pytest.mark.parametrize("name", ["complaint", "findings", "referrals", "start_here"])
def test_both_languages_have_the_same_lines_and_name_the_same_values(name: str) -> None:
    found = list(pairs(sentences(name)))
    assert found
    for place, english, hindi in found:
        assert len(lines(english)) == len(lines(hindi)), place
        for first, second in zip(lines(english), lines(hindi), strict=True):
            # Facts about other countries are told in each language.
            named = [sorted(re.findall(r"\{[^}]*\}", line)) for line in (first, second.replace("[hi]", "[en]"))]
            assert named[0] == named[1], second
