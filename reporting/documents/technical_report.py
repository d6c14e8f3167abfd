"""Typeset the technical report: a summary, then what an examiner needs to repeat the analysis.

A PDF of at most six pages and fewer than 5,000,000 bytes. Deterministic.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime

from detector.errors import ReportError
from detector.types import FaceTrack
from reporting.case import IST
from reporting.documents.charts import draw_faces, draw_timeline
from reporting.documents.figures import draw_gallery, encode_figures, timecode
from reporting.documents.pdf import ACCENT, GREY, INK, BoxLine, Sheet
from reporting.text import results as result_text
from reporting.text import verdict_notes
from reporting.text.catalog import sentences
from reporting.text.messages import message_sentences
from reporting.types import ReportFacts

MAX_BYTES = 5_000_000
"""Limit of the portal for one file, reading 5 MB strictly."""
MAX_PAGES = 6


@dataclass(frozen=True, slots=True)
class _Detail:
    """Level of detail."""

    figure_bytes: int
    faces: int
    frames: int
    people: int
    charts: int
    rows: int
    """Rows of other lists."""
    chars: int
    """Characters of one text of the user."""


_DETAILS = (
    _Detail(3_200_000, faces=4, frames=6, people=12, charts=3, rows=8, chars=1200),
    _Detail(1_200_000, faces=3, frames=4, people=8, charts=2, rows=5, chars=600),
    _Detail(1_200_000, faces=2, frames=2, people=6, charts=1, rows=3, chars=250),
    _Detail(300_000, faces=1, frames=2, people=4, charts=1, rows=2, chars=120),
)
"""Tried in order until the report fits."""


def forensic_pdf(facts: ReportFacts) -> bytes:
    """Typeset the technical report.

    Raises:
        ReportError: it cannot be kept to `MAX_PAGES` and under `MAX_BYTES`.
    """
    for detail in _DETAILS:
        sheet = _typeset(facts, detail)
        content = bytes(sheet.output())
        if sheet.page_no() <= MAX_PAGES and len(content) < MAX_BYTES:
            return content
    raise ReportError(
        f"the report would have {sheet.page_no()} pages and {len(content)} bytes, more than {MAX_PAGES} pages or "
        f"{MAX_BYTES} bytes: shorten the texts of the case"
    )


def _typeset(facts: ReportFacts, detail: _Detail) -> Sheet:
    kind = facts.analysis.media.kind
    sheet = Sheet(
        f"Technical report {facts.case_id}: automated analysis of {_A[kind]}",
        f"Technical report {facts.case_id}  \u00b7  opinion of software, not an expert certificate",
        facts.created_at.astimezone(UTC),
    )
    sheet.add_page()
    _summary(sheet, facts)
    sheet.add_page()
    _results(sheet, facts, detail)
    gallery = encode_figures(facts, detail.figure_bytes, detail.faces, detail.frames)
    draw_gallery(sheet, facts, gallery)
    _left_out(
        sheet, (len(facts.explanations.faces) if facts.explanations else 0) - len(gallery.faces), "explained faces"
    )
    _timeline(sheet, facts, detail)
    _item(sheet, facts, detail)
    _method(sheet, facts)
    _hashes(sheet, facts, detail)
    _glossary(sheet)
    _review(sheet)
    return sheet


_A = {"image": "an image", "video": "a video"}


def _summary(sheet: Sheet, facts: ReportFacts) -> None:
    analysis, outcome = facts.analysis, facts.analysis.verdict.outcome
    sheet.title_line(
        f"Automated analysis of {_A[analysis.media.kind]}",
        f"Technical report {facts.case_id}  \u00b7  made {_both_times(facts.created_at)}",
    )
    sheet.start_section("Summary", strict=False)
    sheet.box(
        (
            BoxLine(result_text.headline(result_text.shown(analysis.verdict), "en"), 14, "B", ACCENT),
            BoxLine(verdict_notes.result_sentence(analysis, "en"), 10.5),
            BoxLine(result_text.support_sentence(outcome, analysis.media.kind, "en"), 10.5),
        )
    )
    warnings = analysis.warnings[:3]
    for warning in warnings:
        sheet.paragraph(str(warning), weight="B")
    sheet.heading("How often such results are wrong", 2)
    if rate := result_text.rate_sentence(analysis.checkpoint, analysis.verdict.grade, analysis.media.kind, "en"):
        sheet.paragraph(rate)
    sheet.paragraph(result_text.error_sentence(analysis.checkpoint, "en"))
    sheet.heading("What it cannot tell", 2)
    sheet.bullets(result_text.limits("en"), size=9)
    sheet.heading("What it is not", 2)
    sheet.bullets(
        (result_text.not_proof("en"), result_text.not_an_fir("en"), result_text.complaint_id_is_no_fir("en")),
        size=9,
    )
    sheet.heading("सारांश (Hindi summary)", 2, "hi")
    hindi = (
        verdict_notes.result_sentence(analysis, "hi"),
        result_text.support_sentence(outcome, analysis.media.kind, "hi"),
        result_text.rate_sentence(analysis.checkpoint, analysis.verdict.grade, analysis.media.kind, "hi"),
        result_text.error_sentence(analysis.checkpoint, "hi"),
        *message_sentences(warnings, "hi"),
        " ".join(result_text.limits("hi")),
        f"{result_text.not_proof('hi')} {result_text.not_an_fir('hi')} {result_text.complaint_id_is_no_fir('hi')}",
    )
    for sentence in hindi:
        sheet.paragraph(sentence, "hi", 10, after_mm=1.2)
    sheet.ln(1.5)
    sheet.paragraph(
        f"File: {analysis.media.file_name} \u00b7 SHA-256 {analysis.media.sha256}", size=7.5, colour=GREY
    )


def _results(sheet: Sheet, facts: ReportFacts, detail: _Detail) -> None:
    analysis = facts.analysis
    texts = sentences("technical_report")
    verdict, checkpoint = analysis.verdict, analysis.checkpoint
    sheet.heading("1  Results")
    some = texts["rule_some"].format(some=f"{verdict.threshold_some:.4f}") if verdict.threshold_some else ""
    fake, real = f"{verdict.threshold_fake:.4f}", f"{verdict.threshold_real:.4f}"
    sheet.paragraph(texts["rule"].format(fake=fake, real=real, some=some))
    estimate = "none" if verdict.probability is None else result_text.estimate(verdict.probability)
    sheet.facts(
        (
            ("Outcome", result_text.headline(result_text.shown(verdict), "en")),
            ("Estimate for the file", estimate),
            ("Frames examined", str(analysis.frames_examined)),
        )
    )
    reasons = verdict.reasons[: detail.rows]
    sheet.bullets(
        [
            reason.render(texts["reasons"][reason.code]) if reason.code in texts["reasons"] else str(reason)
            for reason in reasons
        ]
    )
    if analysis.tracks:
        rows = [_person_row(track) for track in analysis.tracks[: detail.people]]
        sheet.table_of(
            ("Person", "Outcome", "Estimate", "Raw", "Faces", "Strongest", "Hard to judge"),
            rows,
            (15, 42, 19, 16, 14, 30, sheet.epw - 136),
            size=8,
        )
        _left_out(sheet, len(analysis.tracks) - detail.people, "people")
    sheet.table_of(
        ("Error rate", "Measured", "Meaning"),
        (
            ("False alarms", _rate(checkpoint.false_alarm_rate), "genuine faces with signs of manipulation"),
            ("Misses", _rate(checkpoint.miss_rate), "manipulated faces with no signs of manipulation found"),
            ("Inconclusive", _rate(checkpoint.undecided_rate), "faces of both kinds that were inconclusive"),
        ),
        (36, 30, sheet.epw - 66),
    )
    measured = (checkpoint.false_alarm_rate, checkpoint.miss_rate) != (None, None)
    sheet.paragraph(
        f"Measured on: {_cut(checkpoint.measured_on, detail) or 'not named'}. "
        + (texts["rates"] if measured else result_text.error_sentence(checkpoint, "en"))
    )


def _person_row(track: FaceTrack) -> tuple[str, ...]:
    marks = [mark for score in track.scores for mark in score.marks]
    hard = ", ".join(f"{mark} {marks.count(mark)}" for mark in dict.fromkeys(marks)) or "-"
    strongest = max(track.scores, key=lambda score: score.probability)
    when = (
        f"{timecode(track.peak.start_s)} to {timecode(track.peak.end_s)}"
        if track.peak
        else (f"frame {strongest.frame_index}")
    )
    return (
        str(track.track_id + 1),
        result_text.headline(result_text.shown(track), "en") + ("" if track.weighty else " (too short to decide)"),
        result_text.estimate(track.probability),
        f"{track.logit:+.2f}",
        str(len(track.scores)),
        when,
        hard,
    )


def _timeline(sheet: Sheet, facts: ReportFacts, detail: _Detail) -> None:
    analysis, texts = facts.analysis, sentences("technical_report")
    name = "3  Timeline" if analysis.media.kind == "video" else "3  Estimates on one scale"
    sheet.heading(name, room_mm=75 if analysis.tracks else 20)
    if not analysis.tracks:
        sheet.paragraph("There is nothing to draw: no face was judged.")
        return
    if analysis.media.kind == "image":
        shown = analysis.tracks[: detail.people]
        sheet.paragraph(texts["chart_image"])
        sheet.room(7.0 * len(shown) + 14)
        draw_faces(sheet, shown, analysis.verdict)
        _left_out(sheet, len(analysis.tracks) - len(shown), "faces")
        return
    sheet.paragraph(texts["chart"])
    for track in analysis.tracks[: detail.charts]:
        sheet.room(60)
        sheet.paragraph(
            f"Person {track.track_id + 1}: {result_text.headline(result_text.shown(track), 'en')}",
            weight="B",
            after_mm=1.5,
        )
        draw_timeline(sheet, track, analysis.verdict, analysis.media.duration_s or 0.0, 40)
        if track.flagged:
            sheet.paragraph(result_text.flagged_sentence(track.flagged, "en"), size=8.5)
        if track.peak:
            sheet.paragraph(result_text.peak_sentence(track.peak, "en"), size=8.5)
    _left_out(sheet, len(analysis.tracks) - detail.charts, "people")


def _item(sheet: Sheet, facts: ReportFacts, detail: _Detail) -> None:
    texts = sentences("technical_report")
    media, case, credentials = facts.analysis.media, facts.case, facts.credentials
    sheet.heading("4  The file and how it was obtained", room_mm=60)
    sheet.paragraph(texts["scope"].format(place=texts["places"][facts.processed_at]))
    rows = [
        ("File name", media.file_name),
        ("Kind and format", f"{media.kind}, {media.format} (by its content, not its name)"),
        ("Width and height", f"{media.width_px} x {media.height_px} px, upright"),
    ]
    if media.kind == "video":
        rate = "unknown" if media.frame_rate_hz is None else f"{media.frame_rate_hz:.3f} a second"
        length = "unknown" if media.duration_s is None else f"{media.duration_s:.3f} s"
        count = "unknown" if media.frame_count is None else str(media.frame_count)
        rows.append(("Length and frames", f"{length}; {count} frames, {rate}"))
    rows += [("Note", _cut(str(note), detail)) for note in (*media.notes, *facts.analysis.warnings)[: detail.rows]]
    links = [_cut(url, detail) for url in case.urls[: detail.rows]]
    rows += [
        ("Content credentials", texts["credential_states"][credentials.state]),
        *([("They claim", _cut(" ".join(credentials.claims), detail))] if credentials.state != "absent" else []),
        ("Seen at*", "not stated" if case.seen_at is None else _both_times(case.seen_at)),
        ("Saved at*", "not stated" if case.saved_at is None else _both_times(case.saved_at)),
        (
            "Platform and account*",
            " \u00b7 ".join(filter(None, (_cut(case.platform, detail), _cut(case.handle, detail)))),
        ),
        ("Links*", "\n".join(links)),
        ("Whose face*", _cut(case.whose_face, detail)),
        ("What happened*", _cut(case.what_happened, detail)),
        ("Harm*", _cut(case.harm, detail)),
    ]
    sheet.facts([(name, value or "not stated") for name, value in rows])
    _left_out(sheet, len(case.urls) - detail.rows, "links")
    sheet.paragraph(f"* {texts['stated']} {texts['credentials']}", size=8.5, colour=GREY)


def _method(sheet: Sheet, facts: ReportFacts) -> None:
    texts = sentences("technical_report")
    analysis, second = facts.analysis, facts.analysis.checkpoint.second_sha256
    sheet.heading("5  Method, limits and how to repeat it", room_mm=50)
    sheet.paragraph(texts["method"].format(second=f"{texts['method_second']} " if second else ""))
    sheet.bullets(texts["alternatives"], size=8.5)
    sheet.facts(
        (
            ("Weights", f"{analysis.checkpoint.name} ({analysis.checkpoint.architecture})"),
            ("SHA-256 of the weights", analysis.checkpoint.sha256),
            *([("SHA-256 of the second network", second)] if second else []),
            ("Settings", ", ".join(f"{name} = {value}" for name, value in sorted(analysis.settings.items()))),
        )
    )
    sheet.box((BoxLine(repeat_command(facts), 8.5, colour=INK),))
    sheet.paragraph(f"{texts['repeat']} {texts['guidance']}", size=8.5, colour=GREY)


def repeat_command(facts: ReportFacts) -> str:
    """Return the command that repeats the analysis."""
    analysis = facts.analysis
    depth = analysis.settings.get("max_frames", "auto")
    flags = [
        ("--max-frames", "all" if depth is None else str(depth)),
        ("--device", str(analysis.settings.get("device", "auto")).partition(":")[0]),
        ("--precision", str(analysis.settings.get("precision", "auto"))),
        ("--checkpoint", analysis.checkpoint.name),
    ]
    words = ["deepfake-detector", "scan", "--json", *(word for flag in flags for word in flag)]
    return shlex.join([*words, analysis.media.file_name])


def _hashes(sheet: Sheet, facts: ReportFacts, detail: _Detail) -> None:
    texts = sentences("technical_report")
    media = facts.analysis.media
    sheet.heading("6  Hashes", room_mm=60)
    sheet.facts(
        (
            ("File as received", f"{media.file_name}, {media.size_bytes:,} bytes"),
            ("SHA-256", media.sha256),
            ("SHA-1", media.sha1),
            ("MD5", media.md5),
        )
    )
    made = [file for file in facts.evidence if file.in_package and file.derived_from is not None]
    if made:
        rows = [
            (file.name, f"{file.hashes.size_bytes:,}", file.hashes.sha256, file.made_how)
            for file in made[: detail.rows]
        ]
        sheet.table_of(("Derived file", "Bytes", "SHA-256", "How"), rows, (42, 18, 62, sheet.epw - 122), size=7.5)
        _left_out(sheet, len(made) - detail.rows, "files")
    sheet.paragraph(f"{texts['integrity']} {texts['custody']}", size=8.5)


def _glossary(sheet: Sheet) -> None:
    """Explain the glossary words that occur in the report."""
    texts = sentences("technical_report")
    text_so_far = sheet.all_text.casefold()
    words = {word: text for word, text in texts["glossary"].items() if re.search(rf"\b{word}", text_so_far)}
    sheet.heading("7  Words used", room_mm=40)
    sheet.paragraph("; ".join(f"{word}: {text}" for word, text in words.items()) + ".", size=8.5)


def _review(sheet: Sheet) -> None:
    texts = sentences("technical_report")
    sheet.heading("8  Reviewer", room_mm=58)
    sheet.paragraph(texts["review"], size=8.5)
    for name in texts["review_fields"]:
        sheet.blank(name, 11)


def _left_out(sheet: Sheet, count: int, what: str) -> None:
    if count > 0:
        sheet.paragraph(
            f"Not listed here: {count} of the {what}; 10_analysis.json and 1_complaint.json hold all.", size=8.5
        )


def _rate(share: float | None) -> str:
    return "not measured" if share is None else f"{result_text.percent(share, 'en')} ({share:.4f})"


def _cut(text: str, detail: _Detail) -> str:
    text = " ".join(text.split())
    return text if len(text) <= detail.chars else text[: detail.chars] + " \u2026 (cut)"


def _both_times(moment: datetime) -> str:
    return f"{moment.astimezone(IST):%d-%m-%Y %H:%M} IST ({moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
