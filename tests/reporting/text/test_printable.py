"""Text from outside cannot control the display or run in a spreadsheet, and stays readable in every script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata

import pytest

from reporting.text.printable import csv_cell, drop_unsafe, printable

EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))
SCRIPTS = "Zoë Ünal, हिन्दी क्‍ष न्‌, தமிழ், العربية ٣, עברית, 中文, 👩‍🔬 ✈️ — “quoted” 100%"


def test_no_control_format_or_surrogate_character_is_left() -> None:
    shown = printable(EVERY_CHARACTER)
    left = {char for char in shown if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}}
    assert left == set()
    assert {
        char for char in shown if unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF"}
    } == set()
    assert {char for char in shown if unicodedata.bidirectional(char) in {"LRI", "RLI", "FSI", "PDI"}} == set()
    shown.encode("utf-8")
    assert "\n" in printable(EVERY_CHARACTER, keep_lines=True)


def test_ordinary_text_of_every_script_is_unchanged() -> None:
    assert printable(SCRIPTS) == SCRIPTS and drop_unsafe(SCRIPTS) == SCRIPTS


def test_escapes_keep_the_meaning_of_json() -> None:
    value = {"name": "a\x7f\x9b\u202e\u2028\ufeff\U000e0041"}
    assert json.loads(printable(json.dumps(value, ensure_ascii=False), keep_lines=True)) == value


def test_bytes_of_a_name_that_is_not_utf8_are_shown() -> None:
    assert printable(os.fsdecode(b"a\xff.jpg")) == r"a\udcff.jpg"


def test_dropping_leaves_prose_on_its_lines() -> None:
    assert drop_unsafe("a\u2066b\u2069\u2028c\x1b[31m\r\nd\te") == "ab c[31m d e"
    assert drop_unsafe("a\u2028b\rc\td", keep_lines=True) == "a\nb\nc\td"
    assert printable(drop_unsafe(EVERY_CHARACTER)) == drop_unsafe(EVERY_CHARACTER)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", " ="])
def test_no_cell_starts_like_a_formula(start: str) -> None:
    assert csv_cell(f"{start}cmd|'/c calc'!A0").startswith("'")
    assert csv_cell("a=b") == "a=b" and csv_cell("") == ""


def test_the_module_loads_no_heavy_library() -> None:
    code = (
        "import sys, reporting.text.printable; print({'torch', 'cv2', 'gradio', 'av', 'fpdf'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
