"""Names and texts from elsewhere are shown and do nothing: they do not run, nor hide, nor turn what stands by."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from html_helpers import Page

from detector.messages import Message
from detector.types import Analysis, FaceTrack
from reporting import Case
from reporting.complaint.form_fields import PortalField
from reporting.text.results import Language
from ui.check.file_check import Trouble
from ui.common.html import escape, verbatim, with_name
from ui.report.filing import filing_list
from ui.result.details import about
from ui.result.status_panel import checking_panel, trouble_panel, verdict_panel
from ui.session.store import ImageLinks, Prepared

HOSTILE = "<b>\x1b[31m\x9b2J\x07\u202egpj.exe\u2066\u200f\u2028\r\n\t\ufeff\u00ad\ud800100% {x} ${y} क्\u200dष.jpg"
ALLOWED = "\u200c\u200d"


def unsafe(markup: str, more: str = "") -> list[str]:
    categories = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return [f"{c!r}" for c in markup if unicodedata.category(c) in categories and c not in ALLOWED + more]


def test_what_is_escaped_is_one_harmless_line() -> None:
    shown = escape(HOSTILE)
    assert not unsafe(shown) and "<" not in shown and "${" not in shown and "{x" not in shown
    assert "क्\u200dष.jpg" in shown and "\\u202egpj.exe" in shown and "100&nbsp;%" not in shown and "100% " in shown
    assert verbatim("one\n\ttwo\x1b") == "one\n\ttwo\\u001b"


def test_a_name_in_a_sentence_is_set_apart() -> None:
    shown = with_name("Checked: {name} <i>", HOSTILE)
    assert shown.startswith("Checked: <bdi>&lt;b&gt;") and shown.endswith(".jpg</bdi> &lt;i&gt;")
    assert with_name("{name}: {name}", "{name}") == "<bdi>&#123;name}</bdi>: <bdi>&#123;name}</bdi>"


@pytest.mark.parametrize("language", get_args(Language))
def test_no_panel_gives_a_hostile_name_or_text_power(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack], language: Language
) -> None:
    analysis = make_analysis(
        "fake",
        make_track(0, "fake", 0.97),
        file_name=HOSTILE,
        warnings=(Message("scaled_frames", {"stored": HOSTILE, "judged": HOSTILE}),),
        reasons=(Message("never_measured", {"name": HOSTILE}),),
    )
    hostile = dict.fromkeys(("label", "text", "hint", "step_hi", "label_hi", "hint_hi", "gloss_hi"), HOSTILE)
    field: Any = PortalField(step="1", chars=9, **hostile)
    package = Prepared(path=Path("report.zip"), case=Case(), fields=(field,), findings=())
    panels = {
        "checking": checking_panel(HOSTILE, language),
        "verdict": verdict_panel(analysis, language, ImageLinks()),
        "about": about(analysis, language),
        "trouble": trouble_panel(Trouble("broken", f"{HOSTILE} is broken"), language),
    }
    for name, panel in panels.items():
        assert not unsafe(panel), name
        assert not Page(panel).all("b") and "\\u202egpj.exe" in panel, name
    assert not unsafe(filing_list(package, language), "\n\t")
