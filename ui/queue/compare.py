"""Compare two results side by side."""

from __future__ import annotations

from reporting.text import results as result_text
from reporting.text.results import Language, clock
from ui import text
from ui.common.html import escape, file_size, icon
from ui.queue.rows import Row
from ui.queue.table import RESULT_OF, shown_result, where


def comparison(first: Row, second: Row, language: Language) -> str:
    """Return a table of two columns with the facts of two files."""
    words = text.of(language)
    facts = [_facts(row, language) for row in (first, second)]
    heads = "".join(f'<th scope="col">{_head(row)}</th>' for row in (first, second))
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{fact[key] or '&ndash;'}</td>" for fact in facts)
        + "</tr>"
        for key, name in words.COMPARED_ROWS.items()
        if any(fact[key] for fact in facts)
    )
    same = ""
    if first.summary and second.summary and first.summary.sha256 == second.summary.sha256:
        same = f"<p><strong>{escape(words.COMPARED_SAME)}</strong></p>"
    return (
        f'<section class="dd-compared" role="status"><h2>{escape(words.COMPARED_TITLE)}</h2>{same}'
        f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{lines}</tbody></table>"
        f'<button type="button" class="dd-button" data-close>{escape(words.COMPARED_CLOSE)}</button></section>'
    )


def _head(row: Row) -> str:
    image = row.thumbnail.image("") if row.thumbnail else ""
    return f"{image}<bdi>{escape(row.name)}</bdi>"


def _facts(row: Row, language: Language) -> dict[str, str]:
    """Each fact as HTML."""
    words, summary, result = text.of(language), row.summary, shown_result(row)
    facts = dict.fromkeys(words.COMPARED_ROWS, "")
    facts["mark"] = escape(words.FILES_MARKS[row.mark]) if row.mark else ""
    if summary is None or result is None:
        said = row.trouble.title(language) if row.trouble else words.FILES_STATES[row.state]
        return facts | {"result": escape(said), "size": escape(file_size(row.size_bytes, language))}
    width, height = summary.pixels
    return facts | {
        "result": f'<span class="dd-{summary.outcome} dd-tone">{icon(summary.outcome)}'
        f"{escape(result_text.headline(result, language))}</span>",
        "grade": escape(result_text.headline(RESULT_OF[summary.grade], language)) if summary.grade else "",
        "where": escape(where(summary, language)),
        "length": clock(summary.duration_s) if summary.duration_s is not None else "",
        "faces": str(summary.faces),
        "pixels": f"{width} &times; {height}",
        "size": escape(file_size(summary.size_bytes, language)),
        "sha256": f"<code>{escape(summary.sha256)}</code>",
    }
