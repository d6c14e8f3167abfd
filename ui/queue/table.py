"""The list of files as JSON for `files.js`, which writes names as text, never as markup."""

from __future__ import annotations

import json
from typing import Any

from detector.types import Grade
from reporting.text import results as result_text
from reporting.text.printable import printable
from reporting.text.results import Language, Result, length_clock, moment_clock
from ui import text
from ui.queue.rows import FileList, Row, Summary, rank

RESULT_OF: dict[Grade, Result] = {
    "signs": "fake",
    "some signs": "some signs",
    "undecided": "inconclusive",
    "none found": "real",
}


def table(files: FileList | None, language: Language, opened: int = 0) -> str:
    """Return the list as JSON; `opened` is the number of the shown row."""
    words = text.of(language)
    rows = files.rows if files else []
    done = sum(row.state in ("done", "failed") for row in rows)
    content = {
        "version": files.version if files else -1,
        "list": files.name if files else "",
        "language": language,
        "words": dict(words.FILES),
        "columns": dict(words.FILES_COLUMNS),
        "marks": list(words.FILES_MARKS),
        "results": {
            result: result_text.headline(result, language)
            for result in ("fake", "some signs", "inconclusive", "real", "no_face")
        },
        "rows": [_row(row, language) for row in rows],
        "paused": bool(files and files.paused),
        "checked": files.checked if files else 0,
        "room": files.room if files else True,
        "leftOut": files.left_out if files else 0,
        "said": words.FILES_DONE.format(done=done, all=len(rows)) if rows else "",
        "opened": opened,
    }
    return json.dumps(content, ensure_ascii=False)


def where(summary: Summary, language: Language) -> str:
    """Return where the strongest face is: the time in a video, its number in an image."""
    words = text.of(language)
    if summary.strongest is None:
        return ""
    name = words.FACE_NAME.format(number=summary.strongest)
    if summary.start_s is None or summary.end_s is None:
        return name
    start, end = moment_clock(summary.start_s), moment_clock(summary.end_s)
    return f"{start}\u2013{end}" if start != end else start


def shown_result(row: Row) -> Result | None:
    """Return the result of a row; None if it was not checked."""
    if row.summary is None:
        return None
    grade = row.summary.verdict.grade
    return "no_face" if grade is None else RESULT_OF[grade]


def _row(row: Row, language: Language) -> dict[str, Any]:
    words, summary, result = text.of(language), row.summary, shown_result(row)
    message = words.FILES_STATES[row.state]
    if row.trouble is not None:
        message = row.trouble.title(language)
    entry = {
        "number": row.number,
        "name": printable(row.name),
        "state": row.state,
        "mark": row.mark,
        "result": result or row.state,
        "said": result_text.headline(result, language) if result else message,
        "rank": -2 if summary is None else rank(summary),
        "thumbnail": row.thumbnail.link if row.thumbnail else "",
        "grade": "",
        "gradeRank": -2,
        "where": "",
        "whereS": -1.0,
        "length": "",
        "lengthS": -1.0,
    }
    if summary is not None and summary.grade is not None:
        entry |= {
            "grade": result_text.headline(RESULT_OF[summary.grade], language),
            "gradeRank": list(RESULT_OF).index(summary.grade) * -1,
            "where": where(summary, language),
            "whereS": summary.start_s if summary.start_s is not None else float(summary.strongest or 0),
        }
    if summary is not None and (duration_s := summary.media.duration_s) is not None:
        entry |= {"length": length_clock(duration_s), "lengthS": duration_s}
    return entry
