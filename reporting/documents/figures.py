"""Key frames and faces of the technical report, within a size budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detector.types import Pixels
from explain.types import Explanation, Explanations, FrameOverlay
from reporting.documents.images import blurred, jpeg
from reporting.documents.pdf import GREY, RULE, Sheet
from reporting.text import results as result_text
from reporting.text.catalog import sentences
from reporting.text.regions import evidence_sentences
from reporting.types import ReportFacts

_TRIES = ((1400, 85), (1000, 80), (720, 72), (480, 60), (320, 45), (160, 30))
"""Long side in px and JPEG quality, the best first."""
_FACE_MM = 40.0
_FRAME_MM = 82.0
_TALLEST_MM = 50.0
_WIDE = 0.3
"""Height over width below which a frame gets a row of its own."""
INFERNO = (
    (0, 0, 4),
    (40, 11, 84),
    (101, 21, 110),
    (159, 42, 99),
    (212, 72, 66),
    (245, 125, 21),
    (250, 193, 39),
    (252, 255, 164),
)
"""Eight evenly spaced colours of the overlays' colour map."""


@dataclass(frozen=True, slots=True)
class _Shot:
    content: bytes
    ratio: float
    """Height over width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Encoded images with what they show."""

    faces: tuple[tuple[Explanation, _Shot, _Shot], ...]
    """A face, its crop, and its heatmap."""
    frames: tuple[tuple[FrameOverlay, _Shot], ...]


def encode_figures(facts: ReportFacts, budget_bytes: int, most_faces: int, most_frames: int) -> Gallery:
    """Encode images at the best quality within the budget; without images if the smallest do not fit."""
    if facts.explanations is None:
        return Gallery(faces=(), frames=())
    faces, frames = _chosen(facts.explanations, most_faces, most_frames)
    for long_side, quality in _TRIES:

        def shot(pixels: Pixels, long_side: int = long_side, quality: int = quality) -> _Shot:
            return _Shot(jpeg(pixels, long_side, quality), pixels.shape[0] / pixels.shape[1])

        if facts.show_images:
            shots = [(face, shot(face.crop.pixels), shot(without_bar(face.overlay))) for face in faces]
        else:
            scale = facts.explanations.heatmap_scale
            shots = [
                (face, shot(blurred(face.crop.pixels)), shot(heatmap_alone(face.heatmap, scale))) for face in faces
            ]
        gallery = Gallery(
            faces=tuple(shots),
            frames=tuple(
                (frame, shot(frame.pixels if facts.show_images else blurred(frame.pixels))) for frame in frames
            ),
        )
        if _size(gallery) <= budget_bytes:
            return gallery
    return Gallery(faces=(), frames=())


def _chosen(
    explanations: Explanations, most_faces: int, most_frames: int
) -> tuple[Sequence[Explanation], Sequence[FrameOverlay]]:
    """Choose the strongest face of each person before further ones, and the frames of the strongest faces."""
    firsts = explanations.strongest
    faces = sorted(explanations.faces, key=lambda face: face not in firsts)[:most_faces]
    ranks = {face.score.frame_index: rank for rank, face in reversed([*enumerate(explanations.faces)])}
    frames = sorted(explanations.frames, key=lambda frame: ranks.get(frame.frame_index, len(ranks)))[:most_frames]
    return faces, sorted(frames, key=lambda frame: frame.time_s)


def _size(gallery: Gallery) -> int:
    faces = sum(len(seen.content) + len(heatmap.content) for _, seen, heatmap in gallery.faces)
    return faces + sum(len(shot.content) for _, shot in gallery.frames)


def without_bar(overlay: Pixels) -> Pixels:
    """Cut off the colour bar of an overlay; the report draws one for all."""
    height, width = overlay.shape[:2]
    return overlay[:width] if height > width else overlay


def heatmap_alone(heatmap: NDArray[np.float32], scale: float) -> Pixels:
    """Draw a raw heatmap in the colours of the bar, without the face.

    Args:
        heatmap: (rows, columns), at least 0.
        scale: raw heat drawn in the strongest colour.

    Returns:
        uint8 (320, 320, 3), RGB.
    """
    shares = (heatmap / scale if scale > 0 else np.zeros_like(heatmap)).clip(0, 1)
    grown = Image.fromarray(shares.astype(np.float32)).resize((320, 320), Image.Resampling.BILINEAR)
    return _colours(np.asarray(grown))


def _colours(shares: NDArray[Any]) -> Pixels:
    places = np.linspace(0, 1, len(INFERNO))
    channels = [np.interp(shares, places, colours) for colours in zip(*INFERNO, strict=True)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def draw_gallery(sheet: Sheet, facts: ReportFacts, gallery: Gallery) -> None:
    """Typeset the section with key frames and faces."""
    texts = sentences("technical_report")
    sheet.heading("2  Key frames", room_mm=90 if gallery.frames or gallery.faces else 30)
    if not gallery.faces and not gallery.frames:
        sheet.paragraph("There are no images in this report: no face was explained, or none was to be shown.")
        return
    second = facts.analysis.checkpoint.second_sha256
    sheet.paragraph(" ".join([texts["overlays"], *([texts["overlays_second"]] if second else [])]))
    if facts.explanations is not None:
        sheet.paragraph(texts["scales"][facts.explanations.scale_from])
    if not facts.show_images:
        sheet.paragraph(texts["blurred"], weight="B")
    _colour_bar(sheet)
    _frames(sheet, facts, gallery)
    _faces(sheet, facts, gallery)


def _colour_bar(sheet: Sheet) -> None:
    steps, width, height = 96, 90.0, 4.0
    x, y = sheet.l_margin, sheet.y + 1
    for step, colour in enumerate(_colours(np.linspace(0, 1, steps)).tolist()):
        sheet.set_fill_color(*colour)
        sheet.rect(x + width * step / steps, y, width / steps + 0.1, height, style="F")
    sheet.set_draw_color(*RULE)
    sheet.rect(x, y, width, height)
    sheet.style(7.5, colour=GREY)
    sheet.set_xy(x, y + height + 0.5)
    sheet.cell(width / 2, 4, "no evidence")
    sheet.cell(width / 2, 4, "full colour of the scale", align="R")
    sheet.set_xy(sheet.l_margin, y + height + 7)


def _frames(sheet: Sheet, facts: ReportFacts, gallery: Gallery) -> None:
    blur = "" if facts.show_images else ", blurred"
    wide = any(shot.ratio < _WIDE for _, shot in gallery.frames)
    width_mm, count = (sheet.epw, 1) if wide else (_FRAME_MM, 2)
    for start in range(0, len(gallery.frames), count):
        row = gallery.frames[start : start + count]
        sizes = [_fit(shot.ratio, width_mm) for _, shot in row]
        sheet.room(max(height for _, height in sizes) + 16)
        top, x, lowest = sheet.y, sheet.l_margin, 0.0
        for (frame, shot), (width, height) in zip(row, sizes, strict=True):
            people = ", ".join(str(track + 1) for track in frame.track_ids)
            where = _moment(facts, frame.time_s, frame.frame_index)
            text = f"Derived illustration{blur}: {where} with boxes and heatmap; person {people}."
            sheet.place_image(shot.content, x, top, width, height, text)
            lowest = max(lowest, height + 1 + sheet.caption(text, x, top + height + 1, width_mm))
            x += sheet.epw - _FRAME_MM
        sheet.set_xy(sheet.l_margin, top + lowest + 4)


def _faces(sheet: Sheet, facts: ReportFacts, gallery: Gallery) -> None:
    if facts.show_images:
        names = ("Cut from the file", "Derived: with heatmap")
    else:
        names = ("Cut from the file, blurred", "Derived: heatmap alone")
    for face, seen, heatmap in gallery.faces:
        width, height = _fit(heatmap.ratio, _FACE_MM)
        sheet.room(height + 24)
        top, left = sheet.y, sheet.l_margin
        where = _moment(facts, face.score.time_s, face.score.frame_index)
        name = f"person {face.track_id + 1}, {where}"
        sheet.place_image(seen.content, left, top, *_fit(seen.ratio, _FACE_MM), f"Cut from the file: {name}")
        sheet.place_image(
            heatmap.content, left + _FACE_MM + 4, top, width, height, f"Derived illustration: {name}"
        )
        sheet.caption(names[0], left, top + height + 0.8, _FACE_MM)
        sheet.caption(names[1], left + _FACE_MM + 4, top + height + 0.8, _FACE_MM)
        beside = left + 2 * _FACE_MM + 8
        marks = ", ".join(face.score.marks) or "nothing noted"
        heatmap_share = 0.0 if facts.explanations is None else _share(face.peak, facts.explanations.heatmap_scale)
        lines = (
            f"Person {face.track_id + 1}\n{where}\n\nEstimate {result_text.estimate(face.score.probability)} "
            f"({result_text.percent(face.score.probability, 'en')})\nRaw output {face.score.logit:+.2f}\n"
            f"Box {face.score.box.as_list()} px\nHard to judge: {marks}\nStrongest heat: "
            f"{heatmap_share:.2f} of the scale\n{_method(face)}"
        )
        sheet.caption(lines, beside, top, sheet.w - sheet.r_margin - beside, 8)
        sheet.set_xy(sheet.l_margin, top + height + 6)
        sheet.paragraph(" ".join(evidence_sentences(face, "en")), size=8.5, after_mm=3)


def _method(face: Explanation) -> str:
    if len(face.layers) == 1:
        return f"{face.method}, layer {face.layers[0]}"
    return f"{face.method} of both networks, layers {' and '.join(face.layers)}"


def _share(peak: float, scale: float) -> float:
    return peak / scale if scale > 0 and np.isfinite(peak) else 0.0


def _fit(ratio: float, width_mm: float) -> tuple[float, float]:
    """Return width and height in mm within a width and the greatest height."""
    height = width_mm * ratio
    return (width_mm, height) if height <= _TALLEST_MM else (_TALLEST_MM / ratio, _TALLEST_MM)


def _moment(facts: ReportFacts, time_s: float, frame_index: int) -> str:
    if facts.analysis.media.kind == "image":
        return "the image"
    return f"{timecode(time_s)}, frame {frame_index}"


def timecode(time_s: float) -> str:
    """Format a time to the millisecond.

    >>> timecode(75.46)
    '01:15.460'
    """
    minutes, seconds = divmod(max(time_s, 0.0), 60)
    return f"{int(minutes):02}:{seconds:06.3f}"
