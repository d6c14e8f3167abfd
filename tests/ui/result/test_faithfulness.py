"""The colours are checked on the visitor's own face when asked for; what comes of it is said in their language."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from words_helper import WORDS

from detector import Detector
from explain.faithfulness import measure_faithfulness
from reporting.text.regions import evidence_sentences, faithfulness_sentences
from ui.check.upload_handlers import Handlers
from ui.common.html import escape
from ui.common.updates import Updates
from ui.result.faithfulness import MapCheckHandlers

VISITOR: Any = SimpleNamespace(session_hash="a")
STRANGER: Any = SimpleNamespace(session_hash="b")


def quiet(share: float, desc: str) -> None:
    """Stands in for the page's progress."""


@pytest.fixture
def judged(detector: Detector, examples: Path, tmp_path: Path) -> tuple[Handlers, Updates]:
    handlers = Handlers(detector, tmp_path)
    handlers.receive_example(examples / "manipulated.jpg")("en", VISITOR)
    return handlers, handlers.run_check("auto", VISITOR, quiet)


def test_the_check_is_of_the_visitors_own_faces_and_is_said_again_in_the_other_language(
    judged: tuple[Handlers, Updates], detector: Detector
) -> None:
    handlers, _ = judged
    checks = MapCheckHandlers(detector, handlers.visits)
    visit = handlers.visits.get("a")
    assert visit is not None and visit.explanations is not None
    face = visit.explanations.faces[0]
    measured = measure_faithfulness(detector, face.crop, face.heatmap)
    panel = checks.check("en", VISITOR)["maps-note"]
    assert all(escape(sentence) in panel for sentence in faithfulness_sentences(measured, "en"))
    again = handlers.change_language("hi", VISITOR)["maps-note"]
    assert all(escape(sentence) in again for sentence in faithfulness_sentences(measured, "hi"))
    assert escape(WORDS.TROUBLES["result_gone"]["message"]) in checks.check("en", STRANGER)["maps-note"]


def test_what_comes_of_a_result_that_was_replaced_is_not_shown(
    judged: tuple[Handlers, Updates], detector: Detector, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers, _ = judged
    checks = MapCheckHandlers(detector, handlers.visits)

    def replaced(*given: Any) -> Any:
        handlers.receive_example(examples / "genuine.jpg")("en", VISITOR)
        return measure_faithfulness(*given)

    monkeypatch.setattr("ui.result.faithfulness.measure_faithfulness", replaced)
    assert checks.check("en", VISITOR) == {}
    visit = handlers.visits.get("a")
    assert visit is not None and visit.checks is None


def test_where_the_evidence_lies_is_said_under_the_face(
    judged: tuple[Handlers, Updates],
) -> None:
    handlers, updates = judged
    visit = handlers.visits.get("a")
    assert visit is not None and visit.explanations is not None
    for sentence in evidence_sentences(visit.explanations.faces[0], "en"):
        assert escape(sentence) in updates["findings"]
