"""Export the results of a list as CSV, JSON or one-page PDFs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from detector.types import Analysis
from explain.types import Explanations
from reporting.documents.one_page import one_page_pdf
from reporting.evidence.files import safe_file_name
from reporting.text.printable import csv_cell, printable
from reporting.text.results import Language
from ui import text
from ui.queue.rows import Row, read_result
from ui.queue.table import where

Kind = Literal["csv", "json", "pdf"]
COLUMNS = (
    "file",
    "sha256",
    "size_bytes",
    "kind",
    "width_px",
    "height_px",
    "duration_s",
    "outcome",
    "grade",
    "probability",
    "threshold_fake",
    "threshold_real",
    "faces",
    "strongest_face",
    "strongest_face_grade",
    "strongest_from_s",
    "strongest_to_s",
    "mark",
    "state",
    "error",
    "elapsed_s",
)
"""Of the CSV; the first names are those of `batch`."""


def write_export(rows: Sequence[Row], kind: Kind, folder: Path, language: Language) -> Path:
    """Write the results of rows into a folder.

    Args:
        rows: in order; files not checked yet are listed with their state.
        kind: of file; a single row as PDF gives a PDF, several a zip of them.
        folder: must exist.
        language: of the PDFs. CSV and JSON use the program's own values.

    Raises:
        OSError: the disk is full, or a result was deleted meanwhile.
    """
    if kind == "csv":
        path = folder / "results.csv"
        path.write_text(results_csv(rows), encoding="utf-8-sig", newline="")  # Excel needs the byte order mark
    elif kind == "json":
        path = folder / "results.json"
        _write_json(rows, path)
    else:
        path = _write_pdfs(rows, folder, language)
    return path


def results_csv(rows: Sequence[Row]) -> str:
    """Return one line per file; no cell can be read as a formula."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n", restval="")
    writer.writeheader()
    for row in rows:
        values = _values(row)
        writer.writerow(
            {name: csv_cell(value) if isinstance(value, str) else value for name, value in values.items()}
        )
    return buffer.getvalue()


def _values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {"file": row.name, "state": row.state, "mark": _mark(row)}
    if row.trouble is not None:
        values["error"] = row.trouble.detail or row.trouble.message("en")
    if row.summary is None:
        return values | {"size_bytes": row.size_bytes}
    summary, verdict, media = row.summary, row.summary.verdict, row.summary.media
    return values | {
        "sha256": media.sha256,
        "size_bytes": media.size_bytes,
        "kind": media.kind,
        "width_px": media.width_px,
        "height_px": media.height_px,
        "duration_s": media.duration_s,
        "outcome": verdict.outcome,
        "grade": verdict.grade,
        "probability": verdict.probability,
        "threshold_fake": verdict.threshold_fake,
        "threshold_real": verdict.threshold_real,
        "faces": summary.faces,
        "strongest_face": summary.strongest,
        "strongest_face_grade": summary.grade,
        "strongest_from_s": summary.start_s,
        "strongest_to_s": summary.end_s,
        "elapsed_s": summary.elapsed_s,
    }


def _mark(row: Row) -> str:
    """Return the visitor's mark in words, without its digit."""
    return text.of("en").FILES_MARKS[row.mark].partition(" ")[2].lower() if row.mark else ""


def _write_json(rows: Sequence[Row], path: Path) -> None:
    """Write what `scan --json` prints, with the visitor's marks; one result in memory at a time."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for number, row in enumerate(rows):
            stream.write(",\n" if number else "\n")
            json.dump(_entry(row), stream, ensure_ascii=False)
        stream.write("\n]\n")


def _entry(row: Row) -> dict[str, Any]:
    marked = {"mark": _mark(row), "state": row.state}
    if row.visit is not None and row.summary is not None:
        analysis, _ = _result(row)
        return analysis.to_dict() | {"file": printable(row.name)} | marked
    error = {"message": row.trouble.detail or row.trouble.message("en")} if row.trouble else None
    return {"file": printable(row.name)} | ({"error": error} if error else {}) | marked


def _write_pdfs(rows: Sequence[Row], folder: Path, language: Language) -> Path:
    scored = [row for row in rows if row.summary is not None and row.visit is not None]
    if len(scored) == 1:
        path = folder / f"{_stem(scored[0])}.pdf"
        path.write_bytes(_pdf(scored[0], language))
        return path
    path = folder / "results.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in scored:
            archive.writestr(f"{row.number:03}_{_stem(row)}.pdf", _pdf(row, language))
    return path


def _stem(row: Row) -> str:
    return safe_file_name(Path(row.name).stem).replace(".", "_")


def _pdf(row: Row, language: Language) -> bytes:
    assert row.visit is not None and row.summary is not None
    analysis, explanations = _result(row)
    place = where(row.summary, language)
    return one_page_pdf(analysis, explanations, language, place=place, still=_still(row, explanations))


def _still(row: Row, explanations: Explanations | None) -> Path | None:
    """Return the thumbnail of a file without explanations."""
    if explanations is not None or row.visit is None:
        return None
    path = row.visit.still_path
    return path if path.exists() else None


def _result(row: Row) -> tuple[Analysis, Explanations | None]:
    visit = row.visit
    assert visit is not None
    if (analysis := visit.analysis) is not None:
        return analysis, visit.explanations
    return read_result(visit)[:2]


def make_thumbnail(source: Path, target: Path, long_side_px: int = 96) -> tuple[int, int]:
    """Write a small PNG without metadata and return its width and height."""
    with Image.open(source) as image:
        small = image.convert("RGB")
        small.thumbnail((long_side_px, long_side_px))
        small.save(target)
        return small.size
