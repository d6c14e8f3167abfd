"""Texts for the portal: characters, lengths, short links, whatever was typed."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reporting.portals
from reporting.complaint.sanitize import all_links, clean_narrative, short_link, shorten, units
from reporting.portals import load_portal, parse_portal

REFUSED = set("#$@^*`'~|!" + '<>"&%{}[]\\=+')


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        pytest.param('It\'s 50% & "true"!', "Its 50 percent and true.", id="signs with a meaning are spelled out"),
        pytest.param(
            "\u2018a\u2019 \u201cb\u201d \u2014 c\u2026",
            "a b - c.",
            id="typographic twins count as the plain sign",
        ),
        pytest.param("\uff03\uff20\uff05", "at percent", id="full-width twins count as well"),
        pytest.param("me@mail.in [sic] {x}", "me at mail.in (sic) (x)", id="brackets become round"),
        pytest.param("\u20b950,000 or $700", "Rs 50,000 or dollar 700", id="money keeps its unit"),
        pytest.param("one\r\n\r\ntwo\tthree", "one two three", id="line breaks become spaces"),
        pytest.param(
            "ab\u200bc\x00d\u202ee \U0001f621\ufe0f end",
            "ab c d e end",
            id="invisible characters and emoji go",
        ),
        pytest.param("मेरी बहन का चेहरा है।", "मेरी बहन का चेहरा है।", id="Hindi stays"),
        pytest.param("At 10:45, on 5/3; (why?)", "At 10:45, on 5/3; (why?)", id="ordinary signs stay"),
        pytest.param("", "", id="nothing stays nothing"),
    ],
)
def test_a_narrative_keeps_to_the_characters_of_the_portal(typed: str, cleaned: str) -> None:
    assert clean_narrative(typed, load_portal()) == cleaned


def test_whatever_is_typed_no_refused_character_is_left_and_cleaning_twice_changes_nothing() -> None:
    portal, chance = load_portal(), random.Random(20261120)
    alphabet = [chr(code) for code in range(0x20, 0x250)] + list(
        "अआक्ष़।\u200d\u2019\u20b9\uff01\U0001f600\n. ..://ab.in/www."
    )
    for _ in range(500):
        typed = "".join(chance.choices(alphabet, k=chance.randrange(60)))
        cleaned = clean_narrative(typed, portal)
        assert not REFUSED & set(cleaned), (typed, cleaned)
        assert clean_narrative(cleaned, portal) == cleaned, typed


def test_a_long_text_without_a_link_is_cleaned_quickly() -> None:
    started = time.process_time()
    for text in ("a-" * 20_000, "a." * 20_000, "www." * 20_000, "x" * 40_000):
        clean_narrative(text, load_portal())
    assert time.process_time() - started < 10


def test_corrected_facts_are_followed_without_new_code() -> None:
    facts = json.loads(Path(reporting.portals.__file__).with_name("ncrp.json").read_text(encoding="utf-8"))
    facts["refused_characters"]["value"] += "?()."
    facts["avoided_characters"]["value"] = "\\"
    assert clean_narrative("[Why]? 5 > 3!", parse_portal(json.dumps(facts))) == "[Why] 5 > 3"


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/i/status/1?s=20#a",
        "HTTP://EXAMPLE.ORG",
        "www.example.in/a_b",
        "youtu.be/dQw4w9WgXcQ",
        "t.me/channel/5",
        "tg://resolve?domain=abc",
        "https://xn--p1b6ci4b4b3a.in/\u0939\u093f",
    ],
)
@pytest.mark.parametrize("around", ["{} was sent", "sent ({}).", 'see "{}", then', "देखें {}।", "घर{} देखें"])
def test_links_leave_the_text_and_enter_the_list(link: str, around: str) -> None:
    typed = around.format(link)
    cleaned = clean_narrative(typed, load_portal())
    assert "://" not in cleaned and "www." not in cleaned and link not in cleaned
    assert "(see the list of links)" in cleaned
    assert all_links((), (typed,)) == [link]


def test_taking_a_character_out_never_joins_a_link() -> None:
    cleaned = clean_narrative("ht'tps://x.com/a", load_portal())
    assert "://" not in cleaned and clean_narrative(cleaned, load_portal()) == cleaned


@pytest.mark.parametrize(
    ("link", "short"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ?feature=share&x=" + "y" * 60, "https://youtu.be/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=" + "y" * 60, "https://youtu.be/dQw4w9WgXcQ"),
        ("https://twitter.com/n/status/17?t=" + "y" * 60, "https://x.com/i/status/17"),
        ("https://www.instagram.com/someone/reel/Cx_1/?igsh=" + "y" * 60, "https://www.instagram.com/reel/Cx_1"),
        ("https://news.example/a?id=5&utm_source=" + "y" * 60, "https://news.example/a?id=5"),
        ("https://a-site.example/" + "y" * 60, None),
        ("https://[broken" + "y" * 60, None),
    ],
)
def test_a_link_too_long_for_the_field_gets_a_short_form_of_the_same_page(link: str, short: str | None) -> None:
    assert short_link(link, 60) == short


@given(st.text(max_size=200), st.integers(0, 120))
def test_a_shortened_text_fits_and_says_so(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert units(cut) <= max(limit, 0) or cut == text
    assert cut == text or cut == "" or cut.endswith("(shortened, full text attached)")


def test_a_text_is_never_cut_between_a_letter_and_its_signs() -> None:
    text = "कि" * 100
    for limit in range(40, 60):
        kept = shorten(text, limit).removesuffix(" (shortened, full text attached)")
        assert kept == "कि" * (len(kept) // 2)
