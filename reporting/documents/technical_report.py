"""The technical report: page one for a reader in a hurry, the rest for an examiner who repeats it.

In come the facts of one report, out goes a PDF of less than 5,000,000 bytes, the same bytes for the same facts.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime

from detector.errors import ReportError
from detector.types import FaceTrack
from reporting.case import IST
from reporting.documents.charts import draw_faces, draw_timeline
from reporting.documents.figures import Gallery, draw_gallery, gather
from reporting.documents.pdf import ACCENT, GREY, INK, BoxLine, Sheet
from reporting.text import results as result_text
from reporting.text import technical_report as texts
from reporting.types import ReportFacts

MAX_BYTES = 5_000_000
"""What the portal takes of one file, in the stricter reading of 5 MB."""
_IMAGE_BYTES = (3_200_000, 1_200_000, 300_000)
"""Budgets tried one after the other, should the rest of the report be large."""
_MOST_PEOPLE = 60
_MOST_CHARTS = 12
_MOST_ROWS = 80
_MOST_LINKS = 40
_MOST_LETTERS = 6000


def forensic_pdf(facts: ReportFacts) -> bytes:
    """Typeset the technical report.

    Raises:
        ReportError: it cannot be kept under `MAX_BYTES`.
    """
    for budget in _IMAGE_BYTES:
        content = _typeset(facts, gather(facts, budget))
        if len(content) < MAX_BYTES:
            return content
    raise ReportError(
        f"the report would be {len(content)} bytes, and at most {MAX_BYTES} can be uploaded: shorten the texts of "
        "the case or attach fewer files"
    )


def _typeset(facts: ReportFacts, gallery: Gallery) -> bytes:
    kind = "image" if facts.analysis.media.kind == "image" else "video"
    sheet = Sheet(
        f"Technical report {facts.case_id}: automated analysis of a {kind}",
        f"Technical report {facts.case_id}  \u00b7  opinion of software, not an expert certificate",
        facts.created_at.astimezone(UTC),
    )
    sheet.add_page()
    _summary(sheet, facts, kind)
    sheet.add_page()
    _item(sheet, facts)
    _obtained(sheet, facts)
    _metadata(sheet, facts)
    _credentials(sheet, facts)
    _results(sheet, facts)
    draw_gallery(sheet, facts, gallery)
    _timeline(sheet, facts)
    _alternatives(sheet)
    _versions(sheet, facts)
    _custody(sheet, facts)
    _glossary(sheet)
    _review(sheet)
    return bytes(sheet.output())


def _summary(sheet: Sheet, facts: ReportFacts, kind: str) -> None:
    analysis, outcome = facts.analysis, facts.analysis.verdict.outcome
    sheet.title_line(
        f"Automated analysis of a {kind}",
        f"Technical report {facts.case_id}  \u00b7  made {_both_times(facts.created_at)}",
    )
    sheet.start_section("Summary", strict=False)
    sheet.box(
        (
            BoxLine(result_text.headline(result_text.shown(analysis.verdict), "en"), 14, "B", ACCENT),
            BoxLine(result_text.verdict_sentence(analysis.verdict, analysis.media.kind, "en"), 10.5),
            BoxLine(result_text.support_sentence(outcome, analysis.media.kind, "en"), 10.5),
        )
    )
    for warning in analysis.warnings:
        sheet.paragraph(warning, weight="B")
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
        result_text.verdict_sentence(analysis.verdict, analysis.media.kind, "hi"),
        result_text.support_sentence(outcome, analysis.media.kind, "hi"),
        result_text.rate_sentence(analysis.checkpoint, analysis.verdict.grade, analysis.media.kind, "hi"),
        result_text.error_sentence(analysis.checkpoint, "hi"),
        " ".join(result_text.limits("hi")),
        f"{result_text.not_proof('hi')} {result_text.not_an_fir('hi')} {result_text.complaint_id_is_no_fir('hi')}",
    )
    for sentence in hindi:
        sheet.paragraph(sentence, "hi", 9, after_mm=0.8)
    sheet.ln(1.5)
    sheet.paragraph(
        f"File: {analysis.media.file_name} \u00b7 SHA-256 {analysis.media.sha256}", size=7.5, colour=GREY
    )


def _item(sheet: Sheet, facts: ReportFacts) -> None:
    media = facts.analysis.media
    sheet.heading("1  Scope and item examined")
    sheet.paragraph(texts.SCOPE)
    sheet.facts(
        (
            ("File name", media.file_name),
            ("Size", f"{media.size_bytes:,} bytes"),
            ("SHA-256", media.sha256),
            ("SHA-1", media.sha1),
            ("MD5", media.md5),
        )
    )
    sheet.paragraph(texts.INTEGRITY)
    if facts.evidence:
        sheet.heading("Files of this report", 2)
        rows = [
            (
                file.name,
                f"{file.hashes.size_bytes:,}",
                file.hashes.sha256,
                "as received" if file.derived_from is None else f"derived: {file.made_how or 'see the log'}",
            )
            for file in facts.evidence[:_MOST_ROWS]
        ]
        sheet.table_of(("File", "Bytes", "SHA-256", "Origin"), rows, (46, 20, 62, sheet.epw - 128), size=7.5)
        _left_out(sheet, len(facts.evidence) - _MOST_ROWS, "files")


def _obtained(sheet: Sheet, facts: ReportFacts) -> None:
    case = facts.case
    sheet.heading("2  How it was obtained")
    sheet.paragraph(texts.STATED)
    links = [_cut(url) for url in case.urls[:_MOST_LINKS]]
    sheet.facts(
        (
            ("Seen at", "not stated" if case.seen_at is None else _both_times(case.seen_at)),
            ("Saved at", "not stated" if case.saved_at is None else _both_times(case.saved_at)),
            ("Platform", _stated(case.platform)),
            ("Account", _stated(case.handle)),
            ("Links", "\n".join(links) or "not stated"),
            ("Whose face", _stated(case.whose_face)),
            ("State", _stated(case.state)),
        )
    )
    _left_out(sheet, len(case.urls) - _MOST_LINKS, "links")
    for name, words in (("What happened, in the user's words", case.what_happened), ("Harm", case.harm)):
        if words.strip():
            sheet.heading(name, 2, room_mm=18)
            sheet.paragraph(_cut(words.strip()))


def _metadata(sheet: Sheet, facts: ReportFacts) -> None:
    media = facts.analysis.media
    sheet.heading("3  Metadata")
    rows = [
        ("Kind and format", f"{media.kind}, {media.format} (found in the content, not taken from the name)"),
        ("Size of the image", f"{media.width_px} x {media.height_px} px, upright"),
    ]
    if media.kind == "video":
        rate = "unknown" if media.frame_rate_hz is None else f"{media.frame_rate_hz:.3f} a second"
        length = "unknown" if media.duration_s is None else f"{media.duration_s:.3f} s"
        rows += [
            ("Length", length),
            ("Frames", f"{'unknown' if media.frame_count is None else media.frame_count}, {rate}"),
        ]
    rows += [("Note", note) for note in media.notes]
    rows += [("Warning", warning) for warning in facts.analysis.warnings]
    sheet.facts(rows)
    sheet.paragraph(texts.EMBEDDED)


def _credentials(sheet: Sheet, facts: ReportFacts) -> None:
    credentials = facts.credentials
    sheet.heading("4  Content credentials")
    sheet.facts(
        (
            ("State", texts.CREDENTIAL_STATES[credentials.state]),
            ("Made by, it claims", credentials.generator or "no claim"),
            ("Signed by, it claims", credentials.signer or "no claim"),
            ("Generative model", "claimed" if credentials.ai_claim else "no claim"),
        )
    )
    sheet.bullets(credentials.claims)
    sheet.paragraph(texts.CREDENTIALS)


def _results(sheet: Sheet, facts: ReportFacts) -> None:
    analysis = facts.analysis
    verdict, checkpoint = analysis.verdict, analysis.checkpoint
    sheet.heading("5  Results")
    sheet.paragraph(texts.METHOD)
    sheet.paragraph(texts.RULE.format(fake=f"{verdict.threshold_fake:.4f}", real=f"{verdict.threshold_real:.4f}"))
    estimate = "none" if verdict.probability is None else f"{verdict.probability:.4f}"
    sheet.facts(
        (
            ("Outcome", result_text.headline(result_text.shown(verdict), "en")),
            ("Estimate for the file", estimate),
            ("Frames examined", str(analysis.frames_examined)),
        )
    )
    sheet.bullets(verdict.reasons)
    if analysis.tracks:
        sheet.heading("Each person", 2)
        rows = [_person_row(track) for track in analysis.tracks[:_MOST_PEOPLE]]
        sheet.table_of(
            ("Person", "Outcome", "Estimate", "Raw", "Faces", "Strongest", "Hard to judge"),
            rows,
            (15, 42, 19, 16, 14, 30, sheet.epw - 136),
            size=8,
        )
        _left_out(sheet, len(analysis.tracks) - _MOST_PEOPLE, "people")
    sheet.heading("Measured error rates of these weights", 2)
    sheet.table_of(
        ("Rate", "Measured", "Meaning"),
        (
            ("False alarms", _rate(checkpoint.false_alarm_rate), "genuine faces that were called manipulated"),
            ("Misses", _rate(checkpoint.miss_rate), "manipulated faces in which no signs were found"),
            ("Left open", _rate(checkpoint.undecided_rate), "faces of both kinds with an inconclusive result"),
        ),
        (36, 30, sheet.epw - 66),
    )
    sheet.facts((("Measured on", checkpoint.measured_on or "not named"),))
    measured = (checkpoint.false_alarm_rate, checkpoint.miss_rate) != (None, None)
    sheet.paragraph(texts.RATES if measured else result_text.error_sentence(checkpoint, "en"))


def _person_row(track: FaceTrack) -> tuple[str, ...]:
    marks = [mark for score in track.scores for mark in score.marks]
    hard = ", ".join(f"{mark} {marks.count(mark)}" for mark in dict.fromkeys(marks)) or "-"
    strongest = max(track.scores, key=lambda score: score.probability)
    when = (
        f"{_timecode(track.peak.start_s)} to {_timecode(track.peak.end_s)}"
        if track.peak
        else (f"frame {strongest.frame_index}")
    )
    return (
        str(track.track_id + 1),
        result_text.headline(result_text.shown(track), "en") + ("" if track.weighty else " (too short to decide)"),
        f"{track.probability:.4f}",
        f"{track.logit:+.2f}",
        str(len(track.scores)),
        when,
        hard,
    )


def _timeline(sheet: Sheet, facts: ReportFacts) -> None:
    analysis = facts.analysis
    name = "7  Timeline" if analysis.media.kind == "video" else "7  Estimates on one scale"
    sheet.heading(name, room_mm=90 if analysis.tracks else 20)
    if not analysis.tracks:
        sheet.paragraph("There is nothing to draw: no face was judged.")
        return
    if analysis.media.kind == "image":
        shown: Sequence[FaceTrack] = analysis.tracks[:24]
        sheet.paragraph(texts.CHART_IMAGE)
        sheet.room(7.0 * len(shown) + 14)
        draw_faces(sheet, shown, analysis.verdict)
        _left_out(sheet, len(analysis.tracks) - len(shown), "faces")
        return
    sheet.paragraph(texts.CHART)
    for track in analysis.tracks[:_MOST_CHARTS]:
        sheet.room(60)
        sheet.paragraph(
            f"Person {track.track_id + 1}: {result_text.face_label(track.outcome, track.probability, 'en')}",
            weight="B",
            after_mm=1.5,
        )
        draw_timeline(sheet, track, analysis.verdict, analysis.media.duration_s or 0.0, 40)
        if track.flagged:
            sheet.paragraph(result_text.flagged_sentence(track.flagged, "en"), size=8.5)
        if track.peak:
            sheet.paragraph(result_text.peak_sentence(track.peak, "en"), size=8.5)
    _left_out(sheet, len(analysis.tracks) - _MOST_CHARTS, "people")


def _alternatives(sheet: Sheet) -> None:
    sheet.heading("8  Other explanations to consider")
    sheet.facts(texts.ALTERNATIVES, label_mm=46)


def _versions(sheet: Sheet, facts: ReportFacts) -> None:
    analysis = facts.analysis
    sheet.heading("9  Versions, settings, and how to repeat it")
    sheet.facts(
        (
            ("Software", "deepfake-detector"),
            ("Weights", f"{analysis.checkpoint.name} ({analysis.checkpoint.architecture})"),
            ("SHA-256 of the weights", analysis.checkpoint.sha256),
            ("Time taken", f"{analysis.elapsed_s:.1f} s"),
            ("Settings", ", ".join(f"{name} = {value}" for name, value in sorted(analysis.settings.items()))),
        )
    )
    sheet.box((BoxLine(repeat_command(facts), 8.5, colour=INK),))
    sheet.paragraph(texts.REPEAT)
    sheet.paragraph(texts.GUIDANCE, size=8.5, colour=GREY)


def repeat_command(facts: ReportFacts) -> str:
    """The command that judges the same file with the same choices."""
    analysis = facts.analysis
    depth = analysis.settings.get("max_frames", "auto")
    flags = [
        ("--max-frames", "all" if depth is None else str(depth)),
        ("--device", str(analysis.settings.get("device", "auto")).partition(":")[0]),
        ("--precision", str(analysis.settings.get("precision", "auto"))),
        ("--checkpoint", analysis.checkpoint.name),
    ]
    words = ["python", "cli.py", "scan", "--json", *(word for flag in flags for word in flag)]
    return shlex.join([*words, analysis.media.file_name])


def _custody(sheet: Sheet, facts: ReportFacts) -> None:
    sheet.heading("10  Custody log")
    sheet.paragraph(texts.CUSTODY)
    rows = [
        (
            str(entry.sequence),
            f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n{entry.at.astimezone(IST):%H:%M:%S} IST",
            f"{entry.event}\nby {entry.actor}",
            f"{entry.item}\n{entry.item_sha256}",
            f"{entry.details}\nentry before: {entry.previous_sha256[:16]}\u2026",
        )
        for entry in facts.custody[:_MOST_ROWS]
    ]
    if rows:
        sheet.table_of(
            ("", "Time", "Event", "Item and its SHA-256", "Details"), rows, (8, 34, 32, 52, sheet.epw - 126), 7.2
        )
    _left_out(sheet, len(facts.custody) - _MOST_ROWS, "entries")


def _glossary(sheet: Sheet) -> None:
    sheet.heading("11  Words used")
    sheet.facts(texts.GLOSSARY)


def _review(sheet: Sheet) -> None:
    sheet.heading("12  Reviewer", room_mm=110)
    sheet.paragraph(texts.REVIEW)
    for name in texts.REVIEW_FIELDS:
        height = 18.0 if name in ("Findings", "Steps repeated, and results", "Limits and disagreement") else 10.0
        sheet.blank(name, height)


def _left_out(sheet: Sheet, count: int, what: str) -> None:
    if count > 0:
        sheet.paragraph(f"{count} more {what} are not listed here; analysis.json and the log hold all.", size=8.5)


def _rate(share: float | None) -> str:
    return "not measured" if share is None else f"{result_text.percent(share, 'en')} ({share:.4f})"


def _stated(text: str) -> str:
    return _cut(" ".join(text.split())) or "not stated"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + " \u2026 (cut)"


def _both_times(moment: datetime) -> str:
    return f"{moment.astimezone(IST):%d-%m-%Y %H:%M} IST ({moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


def _timecode(time_s: float) -> str:
    minutes, seconds = divmod(max(time_s, 0.0), 60)
    return f"{int(minutes):02}:{seconds:06.3f}"
