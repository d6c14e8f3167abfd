"""The guide names what is there: images, words of the page, commands, numbers to call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image
from words_helper import WORDS

import cli
from detector.types import Outcome
from reporting.text import guidance
from reporting.text import results as result_text
from reporting.text.banned_claims import banned_claims

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")
SCRIPT = (DOCS / "screenshots.py").read_text(encoding="utf-8")
MAX_BYTES = 150_000


def sentences(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from sentences(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from sentences(part)


def test_every_image_is_there_small_and_made_by_the_script() -> None:
    images = re.findall(r"!\[[^\]]+\]\(images/([^)]+)\)", GUIDE)
    assert len(images) == 4
    for name in images:
        path = DOCS / "images" / name
        assert path.stat().st_size < MAX_BYTES, name
        with Image.open(path) as image:
            image.verify()
        assert f'"{path.stem}"' in SCRIPT, name
    assert set(re.findall(r'"(guide-[\w-]+)"', SCRIPT)) == {Path(name).stem for name in images}


def test_every_word_of_the_page_that_is_quoted_is_on_the_page() -> None:
    known = {sentence for value in vars(WORDS).values() for sentence in sentences(value)}
    known |= {result_text.headline(outcome, "en") for outcome in get_args(Outcome)}
    quoted = [" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", GUIDE, re.DOTALL)]
    assert len(quoted) > 10
    assert [words for words in quoted if words not in known and words != "bold"] == []
    clicked = re.findall(r'get_by_role\("button", name="([^"]+)"', SCRIPT)
    assert clicked and set(clicked) <= known


def test_every_command_and_flag_exists(capsys: pytest.CaptureFixture[str]) -> None:
    commands = set(re.findall(r"`deepfake-detector (\w+)", GUIDE))
    assert commands == {"scan", "verify", "file", "checkpoints"}
    known: set[str] = set()
    for command in commands:
        with pytest.raises(SystemExit) as left:
            cli.main([command, "--help"])
        assert left.value.code == 0
        known |= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    assert set(re.findall(r"--[a-z][a-z-]+", GUIDE)) <= known


def test_every_link_leads_somewhere_and_no_sentence_promises_too_much() -> None:
    for link in re.findall(r"\]\(([^):]+)\)", GUIDE):
        assert (DOCS / link.split("#")[0]).exists(), link
    assert [line for line in GUIDE.splitlines() if banned_claims(line)] == []


def test_the_numbers_to_call_are_those_of_the_portal() -> None:
    steps = " ".join(guidance.next_steps("fake", "en"))
    assert all(number in steps and number in GUIDE for number in ("112", "1930"))
    assert "cybercrime.gov.in" in steps and "cybercrime.gov.in" in GUIDE
