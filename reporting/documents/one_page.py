"""Typeset one result on one page, without a case or typed texts: result, place, error rates and facts of the
file."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from detector.errors import ReportError
from detector.types import Analysis, CheckpointInfo
from explain.types import Explanation, Explanations, FrameOverlay
from reporting.case import IST
from reporting.documents.figures import without_bar
from reporting.documents.images import jpeg
from reporting.documents.pdf import ACCENT, GREY, BoxLine, Sheet
from reporting.text import results as result_text
from reporting.text import verdict_notes
from reporting.text.catalog import sentence
from reporting.text.messages import message_sentences
from reporting.text.printable import printable
from reporting.text.regions import evidence_sentences
from reporting.text.results import Language

_say = partial(sentence, "one_page")
_IMAGE_MM = (78.0, 62.0)
_FACE_MM, _GAP_MM = 44.0, 4.0
_IMAGE_PX, _FACE_PX = 1400, 480
_NAME_CHARS = 160
_TRIES = ((6, 3, True), (4, 2, True), (3, 1, False), (1, 0, False))
"""Numbers of faces and warnings, and whether to list the limits; the first that fits on the page is used."""


def one_page_pdf(
    analysis: Analysis,
    explanations: Explanations | None,
    language: Language,
    *,
    place: str = "",
    still: Path | None = None,
    created_at: datetime | None = None,
) -> bytes:
    """Typeset the page.

    Args:
        analysis: the result.
        explanations: its images; None if there are none.
        language: of all texts.
        place: where the strongest face is, in that language; may be empty.
        still: a thumbnail of the file, used without explanations.
        created_at: aware time that the page states; now if None.

    Returns:
        A PDF of one page; the same bytes for the same values.

    Raises:
        ReportError: it does not fit on one page.
        OSError: the still cannot be read.
    """
    created_at = datetime.now(UTC) if created_at is None else created_at
    for most_faces, most_warnings, with_limits in _TRIES:
        sheet = _typeset(
            analysis,
            explanations,
            language,
            place,
            still,
            created_at,
            most_faces=most_faces,
            most_warnings=most_warnings,
            with_limits=with_limits,
        )
        content = bytes(sheet.output())  # also closes the files of its fonts
        if sheet.page_no() == 1:
            return content
    raise ReportError("the result does not fit on one page: give the file a shorter name")


def _typeset(
    analysis: Analysis,
    explanations: Explanations | None,
    language: Language,
    place: str,
    still: Path | None,
    created_at: datetime,
    *,
    most_faces: int,
    most_warnings: int,
    with_limits: bool,
) -> Sheet:
    media, verdict = analysis.media, analysis.verdict
    name = printable(media.file_name)[:_NAME_CHARS]
    time = f"{created_at.astimezone(IST):%d-%m-%Y %H:%M} IST"
    title = _say("title", language)
    sheet = Sheet(f"{title}: {name}", f"{name}  \u00b7  SHA-256 {media.sha256}", created_at)
    sheet.set_lang("hi-IN" if language == "hi" else "en-IN")
    sheet.add_page()
    sheet.style(15, "B", ACCENT, language)
    sheet.multi_cell(sheet.epw, 8, sheet.clean(title), new_x="LMARGIN", new_y="NEXT")
    sheet.paragraph(_say("made", language, time=time), language, 8, colour=GREY)
    sheet.box(
        (
            BoxLine(result_text.headline(result_text.shown(verdict), language), 14, "B", ACCENT, language),
            BoxLine(verdict_notes.result_sentence(analysis, language), 10, language=language),
        )
    )
    if rate := result_text.rate_sentence(analysis.checkpoint, verdict.grade, media.kind, language):
        sheet.paragraph(rate, language)
    for warning in message_sentences(analysis.warnings, language)[:most_warnings]:
        sheet.paragraph(warning, language, 8.5, "B")
    _pictures(sheet, analysis, explanations, still, language)
    sheet.facts(_facts(analysis, explanations, name, place, language), label_mm=46)
    if len(analysis.tracks) > 1:
        sheet.heading(_say("faces", language), 2, language, room_mm=0)
        for track in analysis.tracks[:most_faces]:
            found = result_text.face_sentence(result_text.shown(track), language)
            peak = f" {result_text.strongest_sentence(track.peak, language)}" if track.peak else ""
            name = _say("face", language, number=track.track_id + 1)
            sheet.paragraph(f"{name}: {found}{peak}", language, 8.5, after_mm=0.4)
        if len(analysis.tracks) > most_faces:
            left = len(analysis.tracks) - most_faces
            sheet.paragraph(_say("more_faces", language, count=left), language, 8.5)
    if with_limits:
        sheet.heading(_say("limits", language), 2, language, room_mm=0)
        sheet.bullets(result_text.limits(language), language, 8)
    sheet.paragraph(result_text.not_proof(language), language, 9.5, "B")
    return sheet


def _facts(
    analysis: Analysis, explanations: Explanations | None, name: str, place: str, language: Language
) -> list[tuple[str, str]]:
    media, verdict, face = analysis.media, analysis.verdict, _decisive(analysis, explanations)
    estimate = _say("no_estimate", language)
    if verdict.probability is not None:
        estimate = _say(
            "estimate",
            language,
            p=result_text.percent(verdict.probability, language),
            low=result_text.percent(verdict.threshold_real, language),
            high=result_text.percent(verdict.threshold_fake, language),
        )
    values = {
        "file": name,
        "format": f"{result_text.kind_name(media.kind, language)}, {media.format}",
        "size": f"{media.size_bytes:,} B",
        "pixels": f"{media.width_px} x {media.height_px}",
        "length": result_text.length_clock(media.duration_s) if media.duration_s is not None else "",
        "looked": str(analysis.frames_examined) if media.kind == "video" else "",
        "where": place,
        "estimate": estimate,
        "face": "" if face is None else " ".join(evidence_sentences(face, language)),
        "detector": f"{analysis.checkpoint.name}, SHA-256 {_weights(analysis.checkpoint)}",
        "sha256": media.sha256,
    }
    return [(_say(f"facts.{key}", language), value) for key, value in values.items() if value]


def _weights(checkpoint: CheckpointInfo) -> str:
    """The beginning of the SHA-256 of every network that judged."""
    return " + ".join(f"{sha256[:16]}\u2026" for sha256 in (checkpoint.sha256, checkpoint.second_sha256) if sha256)


def _pictures(
    sheet: Sheet, analysis: Analysis, explanations: Explanations | None, still: Path | None, language: Language
) -> None:
    """Add the decisive frame and beside it the decisive face, which may be small in it; or the file itself without
    explanations."""
    face = _decisive(analysis, explanations)
    frame = _frame_of(face, explanations)
    if frame is not None:
        pixels = frame.pixels
    elif still is not None:
        with Image.open(still) as image:
            pixels = np.asarray(image.convert("RGB"))
    else:
        return
    ratio = pixels.shape[0] / pixels.shape[1]
    caption = _say("image.plain" if frame is None else "image.marked", language)
    width, height = _size_mm(ratio, sheet.epw - _FACE_MM - _GAP_MM)
    top = sheet.y
    sheet.place_image(jpeg(pixels, _IMAGE_PX, 85), sheet.l_margin, top, width, height, caption)
    if frame is not None and face is not None:
        beside = _say("image.face", language, number=face.track_id + 1)
        drawn = jpeg(without_bar(face.overlay), _FACE_PX, 85)
        sheet.place_image(drawn, sheet.l_margin + width + _GAP_MM, top, _FACE_MM, _FACE_MM, beside)
        caption, height = f"{caption} {beside}", max(height, _FACE_MM)
    sheet.set_xy(sheet.l_margin, top + height + 1)
    sheet.paragraph(caption, language, 7.5, colour=GREY)


def _decisive(analysis: Analysis, explanations: Explanations | None) -> Explanation | None:
    """Return the strongest explained face of the track that comes first."""
    if explanations is None or not analysis.tracks:
        return None
    first = analysis.tracks[0].track_id
    return next((face for face in explanations.faces if face.track_id == first), None)


def _frame_of(face: Explanation | None, explanations: Explanations | None) -> FrameOverlay | None:
    """Return the frame of a face, or the first if that is not shown."""
    frames = explanations.frames if explanations is not None else ()
    of_face = (frame for frame in frames if face is not None and frame.frame_index == face.score.frame_index)
    return next(of_face, frames[0] if frames else None)


def _size_mm(ratio: float, most_wide: float) -> tuple[float, float]:
    """Return width and height of an image: as high as the face beside it, within the greatest width and height."""
    width = min(most_wide, max(_IMAGE_MM[0], _FACE_MM / ratio))
    height = width * ratio
    return (width, height) if height <= _IMAGE_MM[1] else (_IMAGE_MM[1] / ratio, _IMAGE_MM[1])
