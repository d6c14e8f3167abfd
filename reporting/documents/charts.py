"""Draw charts of probabilities as vectors, readable without colour, one per track."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from detector.types import FaceTrack, Verdict
from reporting.documents.pdf import ACCENT, GREY, INK, RULE, TINT, Sheet
from reporting.text.results import clock

_LOWEST = 0.001
"""Probabilities beyond 0.1 % and 99.9 % are drawn at the edge."""
_TICKS = (
    (0.001, "0.1 %"),
    (0.01, "1 %"),
    (0.1, "10 %"),
    (0.5, "50 %"),
    (0.9, "90 %"),
    (0.99, "99 %"),
    (0.999, "99.9 %"),
)
_LABELS_MM = 12.0
_NAMES_MM = 21.0
_MOST_MARKS = 400
_ROW_MM = 7.0


def stretched(probability: float) -> float:
    """Map a probability to the chart's scale, 0.0 to 1.0, by log odds, so that values near 0 and 1 stay distinct.

    >>> stretched(0.5), stretched(0.0), stretched(1.0)
    (0.5, 0.0, 1.0)
    """
    held = min(max(probability, _LOWEST), 1 - _LOWEST)
    edge = math.log((1 - _LOWEST) / _LOWEST)
    return 0.5 + math.log(held / (1 - held)) / (2 * edge)


def draw_timeline(sheet: Sheet, track: FaceTrack, verdict: Verdict, duration_s: float, height_mm: float) -> None:
    """Draw one track over time: a mark per scored face, the smoothed line, both thresholds, and the spans at or
    above the threshold for `fake` hatched."""
    left, right = sheet.l_margin + _LABELS_MM, sheet.w - sheet.r_margin - _NAMES_MM
    top, bottom = sheet.y, sheet.y + height_mm
    end = max(duration_s, track.scores[-1].time_s, 0.001)

    def x_of(time_s: float) -> float:
        return left + (right - left) * min(max(time_s / end, 0.0), 1.0)

    def y_of(probability: float) -> float:
        return bottom - height_mm * stretched(probability)

    sheet.set_fill_color(*TINT)
    for span in track.flagged:
        x1, x2 = x_of(span.start_s), max(x_of(span.end_s), x_of(span.start_s) + 0.8)
        sheet.rect(x1, top, x2 - x1, height_mm, style="F")
        _hatch(sheet, x1, x2, top, bottom)
    _frame(sheet, left, right, top, bottom)
    _thresholds(sheet, verdict, left, right, top, bottom)

    step = max(1, math.ceil(len(track.scores) / _MOST_MARKS))
    shown = range(0, len(track.scores), step)
    if track.timeline:
        sheet.pen(ACCENT, 0.45)
        points = [(x_of(track.scores[i].time_s), y_of(track.timeline[i])) for i in shown]
        for (x1, y1), (x2, y2) in pairwise(points):
            sheet.line(x1, y1, x2, y2)
    sheet.pen(INK, 0.2)
    for i in shown:
        x, y = x_of(track.scores[i].time_s), y_of(track.scores[i].probability)
        sheet.line(x - 0.6, y - 0.6, x + 0.6, y + 0.6)
        sheet.line(x - 0.6, y + 0.6, x + 0.6, y - 0.6)
    _times(sheet, left, right, bottom, end)
    sheet.set_y(bottom + 7)


def draw_faces(sheet: Sheet, tracks: Sequence[FaceTrack], verdict: Verdict) -> None:
    """Draw the probabilities of an image's faces, a row each, with both thresholds."""
    left, right = sheet.l_margin + _NAMES_MM, sheet.w - sheet.r_margin - 4
    top = sheet.y + 5
    bottom = top + _ROW_MM * len(tracks)
    sheet.pen(RULE, 0.15)
    for value, label in _TICKS:
        x = left + (right - left) * stretched(value)
        sheet.line(x, top, x, bottom)
        _print(sheet, label, x - 8, bottom + 0.8, 16, "C")
    sheet.rect(left, top, right - left, bottom - top)
    for probability, name, dash in _lines_of(verdict):
        x = left + (right - left) * stretched(probability)
        sheet.pen(INK, 0.35)
        sheet.set_dash_pattern(dash=dash, gap=1.0)
        sheet.line(x, top, x, bottom)
        sheet.set_dash_pattern()
        width = 34.0
        _print(sheet, f"{name} {probability:.3f}", min(x - width / 2, right - width), top - 4.2, width, "C")
    for row, track in enumerate(tracks):
        y = top + _ROW_MM * (row + 0.5)
        _print(sheet, f"Face {track.track_id + 1}", sheet.l_margin, y - 1.8, _NAMES_MM - 2, "R")
        x = left + (right - left) * stretched(track.probability)
        sheet.pen(ACCENT, 0.6)
        sheet.line(left, y, x, y)
        sheet.set_fill_color(*ACCENT)
        sheet.circle(x, y, 1.3, style="F")
    sheet.set_y(bottom + 7)


def _lines_of(verdict: Verdict) -> tuple[tuple[float, str, float], ...]:
    """Return threshold, name and dash length."""
    return ((verdict.threshold_fake, "signs from", 2.4), (verdict.threshold_real, "no signs up to", 0.7))


def _thresholds(sheet: Sheet, verdict: Verdict, left: float, right: float, top: float, bottom: float) -> None:
    for probability, name, dash in _lines_of(verdict):
        y = bottom - (bottom - top) * stretched(probability)
        sheet.pen(INK, 0.35)
        sheet.set_dash_pattern(dash=dash, gap=1.0)
        sheet.line(left, y, right, y)
        sheet.set_dash_pattern()
        _print(sheet, f"{name} {probability:.3f}", right + 0.8, y - 1.9, _NAMES_MM, "L")


def _frame(sheet: Sheet, left: float, right: float, top: float, bottom: float) -> None:
    sheet.pen(RULE, 0.15)
    for value, label in _TICKS:
        y = bottom - (bottom - top) * stretched(value)
        sheet.line(left, y, right, y)
        _print(sheet, label, left - _LABELS_MM, y - 1.9, _LABELS_MM - 1, "R")
    sheet.rect(left, top, right - left, bottom - top)


def _hatch(sheet: Sheet, x1: float, x2: float, top: float, bottom: float) -> None:
    sheet.pen(RULE, 0.15)
    with sheet.rect_clip(x1, top, x2 - x1, bottom - top):
        height, x = bottom - top, x1 - (bottom - top)
        while x < x2:
            sheet.line(x, bottom, x + height, top)
            x += 3.2


def _times(sheet: Sheet, left: float, right: float, bottom: float, end: float) -> None:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + (right - left) * share
        sheet.set_draw_color(*GREY)
        sheet.line(x, bottom, x, bottom + 1)
        time_s = end * share
        label = clock(time_s) if end >= 20 else f"{time_s:.1f} s"
        _print(sheet, label, x - 8, bottom + 1.2, 16, "C")


def _print(sheet: Sheet, text: str, x: float, y: float, width: float, align: str) -> None:
    sheet.style(6.8, colour=GREY)
    sheet.set_xy(x, y)
    sheet.cell(width, 3.8, text, align=align)
