"""Compare two results side by side."""

from __future__ import annotations

from reporting.text import results as result_text
from reporting.text.results import Language, length_clock
from ui import text
from ui.common.html import file_size
from ui.common.templates import render
from ui.queue.rows import Row
from ui.queue.table import RESULT_OF, shown_result, where


def comparison(first: Row, second: Row, language: Language) -> str:
    """Return a table of two columns with the facts of two files."""
    return render(
        "queue/compare.html.j2",
        language,
        rows=(first, second),
        facts=[_facts(row, language) for row in (first, second)],
        same=first.summary and second.summary and first.summary.media.sha256 == second.summary.media.sha256,
    )


def _facts(row: Row, language: Language) -> dict[str, str]:
    words, summary, result = text.of(language), row.summary, shown_result(row)
    facts = dict.fromkeys((*words.COMPARED_ROWS, "outcome"), "")
    facts["mark"] = words.FILES_MARKS[row.mark] if row.mark else ""
    if summary is None or result is None:
        state = row.trouble.title(language) if row.trouble else words.FILES_STATES[row.state]
        return facts | {"result": state, "size": file_size(row.size_bytes, language)}
    media = summary.media
    return facts | {
        "outcome": summary.verdict.outcome,
        "result": result_text.headline(result, language),
        "grade": result_text.headline(RESULT_OF[summary.grade], language) if summary.grade else "",
        "where": where(summary, language),
        "length": length_clock(media.duration_s) if media.duration_s is not None else "",
        "faces": str(summary.faces),
        "pixels": f"{media.width_px} \u00d7 {media.height_px}",
        "size": file_size(media.size_bytes, language),
        "sha256": media.sha256,
    }
