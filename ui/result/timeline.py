"""Timelines of a video: each person's probability over time as graph, slider and table. Pure functions to HTML.

The line is SVG, everything else HTML over it, so that patterns and text keep their shape when the graph stretches.
`timeline.js` picks a frame by click or key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from detector.types import Analysis, FaceTrack, Span
from reporting.text.results import Language, clock, headline, moment_clock, percent
from ui import text
from ui.common.html import escape, fold, icon, part, shown_percent

MOST_POINTS = 600
"""Points drawn per person; a screen shows no more."""
_POINTS_IN_ALL = 3000
_FEWEST_POINTS = 60
_TABLE_ROWS = 12
_MOST_TOGETHER = 8
"""Lines in the common graph."""
_GAP_FACTOR = 2.5
"""Gaps longer than this many median steps interrupt the line."""
_ROOM = 5.0
_LEAST_WIDTH = 0.6
"""Least width of a span, per cent of the graph."""


def timelines(analysis: Analysis, language: Language) -> str:
    """Return the graphs of every person in a video; empty for an image or without a face."""
    tracks = [track for track in analysis.tracks if track.timeline]
    if analysis.media.kind != "video" or not tracks:
        return ""
    most = min(MOST_POINTS, max(_FEWEST_POINTS, _POINTS_IN_ALL // len(tracks)))
    words = text.of(language)
    figures = [_figure(analysis, track, most, language) for track in tracks]
    if len(tracks) == 1:
        graphs = figures[0]
    else:
        names = [words.FACE_NAME.format(number=track.track_id + 1) for track in tracks]
        each = "".join(fold(name, figure) for name, figure in zip(names, figures, strict=True))
        graphs = _together(analysis, tracks[:_MOST_TOGETHER], most, language) + each
    lead = f"<p>{escape(words.TIMELINE_LEAD)}</p>{_legend(analysis, language)}"
    return part(words.TIMELINE_TITLE, lead + graphs, wide=True)


def reduced(values: Sequence[float], most: int) -> list[int]:
    """Return indices of at most `most` values, in order: the highest of each run of neighbours.

    >>> reduced([0.1, 0.9, 0.2, 0.3], 2), reduced([0.5, 0.4], 600)
    ([1, 3], [0, 1])
    """
    count = min(most, len(values))
    edges = [len(values) * number // count for number in range(count + 1)] if count else []
    return [max(range(start, end), key=values.__getitem__) for start, end in pairwise(edges)]


def _together(analysis: Analysis, tracks: Sequence[FaceTrack], most: int, language: Language) -> str:
    """Return the lines of several persons in one graph, each numbered at its highest point.

    It is for pointers: `timeline.js` finds the nearest point of any line. The single graphs are accessible.
    """
    words, whole_s = text.of(language), _length_s(analysis)
    lines, numbers = [], []
    for track in reversed(tracks):  # the most important over the others
        points = reduced(track.timeline, most)
        lines.append(f'<g class="dd-line dd-line-{track.track_id % 4}">{_lines(track, points, whole_s)}</g>')
        top = max(points, key=track.timeline.__getitem__)
        numbers.append(
            f'<b class="dd-number" style="left:{min(97.0, 100 * track.scores[top].time_s / whole_s):.2f}%;'
            f'bottom:{_height(track.timeline[top]):.2f}%">{track.track_id + 1}</b>'
        )
    title = escape(words.TIMELINE_TOGETHER.format(count=len(tracks)))
    return (
        f'<figure class="dd-timeline dd-together"><figcaption><h3>{title}</h3></figcaption>'
        f'<div class="dd-plot" aria-hidden="true">{_svg("".join(lines))}{"".join(numbers)}'
        f'{_thresholds(analysis, language)}<span class="dd-cursor"></span></div>{_axis(whole_s)}'
        f'<p class="dd-picked" aria-hidden="true"></p></figure>'
    )


def _length_s(analysis: Analysis) -> float:
    last_s = max(track.scores[-1].time_s for track in analysis.tracks)
    return round(max(analysis.media.duration_s or 0.0, last_s), 1) or 1.0


def _thresholds(analysis: Analysis, language: Language) -> str:
    verdict = analysis.verdict
    levels = (("fake", verdict.threshold_fake), ("real", verdict.threshold_real))
    return "".join(
        f'<span class="dd-threshold dd-threshold-{kind}" style="bottom:{_height(level):.2f}%">'
        f"<b>{shown_percent(level, language)}</b></span>"
        for kind, level in levels
    )


def _axis(whole_s: float) -> str:
    times = "".join(f"<span>{clock(time_s)}</span>" for time_s in (0, whole_s / 2, whole_s))
    return f'<div class="dd-times" aria-hidden="true">{times}</div>'


def _svg(shapes: str) -> str:
    return f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">{shapes}</svg>'


def _figure(analysis: Analysis, track: FaceTrack, most: int, language: Language) -> str:
    words = text.of(language)
    whole_s = _length_s(analysis)
    points = reduced(track.timeline, most)
    strongest = max(range(len(points)), key=lambda place: track.timeline[points[place]])
    name = words.FACE_NAME.format(number=track.track_id + 1)
    data = [
        [
            point,
            round(100 * track.scores[point].time_s / whole_s, 3),
            moment_clock(track.scores[point].time_s),
            percent(track.timeline[point], language),
            round(_height(track.timeline[point]), 1),
        ]
        for point in points
    ]
    spans = "".join(_stretch(span, whole_s, "flagged") for span in track.flagged)
    if track.peak is not None:
        spans += _stretch(track.peak, whole_s, "peak")
    points_json = escape(json.dumps(data, separators=(",", ":")))
    slider = escape(words.TIMELINE_SLIDER.format(name=name))
    return (
        f'<figure class="dd-timeline" data-track="{track.track_id}" data-name="{escape(name)}" '
        f'data-waiting="{escape(words.MOMENT_WAITING)}" data-points="{points_json}">'
        f"<figcaption><h3>{icon(track.outcome)} {escape(name)}</h3></figcaption>"
        f'<div class="dd-plot" aria-hidden="true">{spans}{_svg(_lines(track, points, whole_s))}'
        f'{_thresholds(analysis, language)}<span class="dd-cursor"></span></div>{_axis(whole_s)}'
        f'<label class="dd-slider"><span>{slider}</span><input type="range" min="0" max="{len(points) - 1}" '
        f'step="1" value="{strongest}"></label>'
        f'<p class="dd-picked" aria-hidden="true"></p>{_table(track, whole_s, language)}</figure>'
    )


def _lines(track: FaceTrack, points: Sequence[int], whole_s: float) -> str:
    """Return the lines of a track, interrupted where the person was out of view; a single point is a dot."""
    times_s = [track.scores[point].time_s for point in points]
    steps = sorted(after - before for before, after in pairwise(times_s))
    widest_s = _GAP_FACTOR * steps[len(steps) // 2] if steps else 0.0
    runs: list[list[str]] = []
    for place, point in enumerate(points):
        if not runs or times_s[place] - times_s[place - 1] > widest_s:
            runs.append([])
        x, y = 1000 * times_s[place] / whole_s, 100 - _height(track.timeline[point])
        runs[-1].append(f"{x:.1f},{y:.1f}")
    return "".join(f'<polyline points="{" ".join(run if len(run) > 1 else run * 2)}"></polyline>' for run in runs)


def _height(probability: float) -> float:
    """Return the height in per cent of the graph, with some margin above and below."""
    return _ROOM + (100 - 2 * _ROOM) * probability


def _stretch(span: Span, whole_s: float, kind: str) -> str:
    left = 100 * span.start_s / whole_s
    width = max(_LEAST_WIDTH, 100 * (span.end_s - span.start_s) / whole_s)
    return (
        f'<span class="dd-stretch dd-stretch-{kind}" style="left:{min(left, 100 - width):.2f}%;'
        f'width:{width:.2f}%"></span>'
    )


def _legend(analysis: Analysis, language: Language) -> str:
    words, verdict = text.of(language), analysis.verdict
    fake, real = (escape(headline(outcome, language)) for outcome in ("fake", "real"))
    keys = {
        "flagged": fake,
        "peak": escape(words.TIMELINE_PEAK),
        "threshold-fake": f"{words.SCALE_HIGH.format(p=shown_percent(verdict.threshold_fake, language))}: {fake}",
        "threshold-real": f"{words.SCALE_LOW.format(p=shown_percent(verdict.threshold_real, language))}: {real}",
    }
    items = "".join(
        f'<li><span class="dd-key dd-key-{kind}" aria-hidden="true"></span>{said}</li>'
        for kind, said in keys.items()
    )
    return f'<ul class="dd-legend">{items}</ul>'


def _table(track: FaceTrack, whole_s: float, language: Language) -> str:
    """Return the video in a few equal parts with the highest probability of each."""
    words = text.of(language)
    scores, parts = track.scores, min(_TABLE_ROWS, len(track.scores))
    rows = []
    told = clock if whole_s / parts >= 1 else moment_clock
    for row in range(parts):
        start_s, end_s = whole_s * row / parts, whole_s * (row + 1) / parts
        last = row == parts - 1
        seen = [
            probability
            for score, probability in zip(scores, track.timeline, strict=True)
            if start_s <= score.time_s and (last or score.time_s < end_s)
        ]
        shown = shown_percent(max(seen), language) if seen else escape(words.TIMELINE_UNSEEN)
        rows.append(f"<tr><td>{told(start_s)}</td><td>{told(end_s)}</td><td>{shown}</td></tr>")
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in words.TIMELINE_COLUMNS)
    name = words.FACE_NAME.format(number=track.track_id + 1)
    return (
        f'<details class="dd-fold"><summary>{escape(words.TIMELINE_TABLE.format(name=name))}</summary>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></details>"
    )
