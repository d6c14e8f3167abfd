"""Timelines of a video: each person's probability over time as graph, slider and table.

The line is SVG, everything else HTML over it, so that patterns and text keep their shape when the graph stretches.
`timeline.js` picks a frame by click or key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from detector.types import Analysis, FaceTrack
from reporting.text.results import Language, clock, headline, moment_clock, percent
from ui import text
from ui.common.templates import render

MOST_POINTS = 600
"""Points drawn per person; a screen shows no more."""
_POINTS_IN_ALL = 3000
_FEWEST_POINTS = 60
_TABLE_ROWS = 12
_MOST_TOGETHER = 8
"""Lines in the common graph."""
_GAP_FACTOR = 2.5
"""Gaps longer than this many median steps interrupt the line."""
_MARGIN = 5.0
_LEAST_WIDTH = 0.6
"""Least width of a span, per cent of the graph."""


def timelines(analysis: Analysis, language: Language) -> str:
    """Return the graphs of every person in a video as HTML; empty for an image or without a face."""
    tracks = [track for track in analysis.tracks if track.timeline]
    if analysis.media.kind != "video" or not tracks:
        return ""
    most = min(MOST_POINTS, max(_FEWEST_POINTS, _POINTS_IN_ALL // len(tracks)))
    last_s = max(track.scores[-1].time_s for track in tracks)
    length_s = round(max(analysis.media.duration_s or 0.0, last_s), 1) or 1.0
    graphs = [_graph(track, most, length_s, language) for track in tracks]
    words, verdict = text.of(language), analysis.verdict
    fake, real = (headline(outcome, language) for outcome in ("fake", "real"))
    legend = {
        "flagged": fake,
        "peak": words.TIMELINE_PEAK,
        "threshold-fake": f"{words.SCALE_HIGH.format(p=percent(verdict.threshold_fake, language))}: {fake}",
        "threshold-real": f"{words.SCALE_LOW.format(p=percent(verdict.threshold_real, language))}: {real}",
    }
    return render(
        "result/timeline.html.j2",
        language,
        graphs=graphs,
        together=graphs[:_MOST_TOGETHER],
        legend=legend,
        length_s=length_s,
        verdict=verdict,
        height=_height,
    )


def reduced(values: Sequence[float], most: int) -> list[int]:
    """Return indices of at most `most` values, in order: the highest of each run of neighbours.

    >>> reduced([0.1, 0.9, 0.2, 0.3], 2), reduced([0.5, 0.4], 600)
    ([1, 3], [0, 1])
    """
    count = min(most, len(values))
    edges = [len(values) * number // count for number in range(count + 1)] if count else []
    return [max(range(start, end), key=values.__getitem__) for start, end in pairwise(edges)]


def _graph(track: FaceTrack, most: int, length_s: float, language: Language) -> dict[str, Any]:
    """Return what the template draws of one track; positions are per cent of the graph."""
    points = reduced(track.timeline, most)
    data = [
        [
            point,
            round(100 * track.scores[point].time_s / length_s, 3),
            moment_clock(track.scores[point].time_s),
            percent(track.timeline[point], language),
            round(_height(track.timeline[point]), 1),
        ]
        for point in points
    ]
    top = max(points, key=track.timeline.__getitem__)
    spans = [("flagged", span) for span in track.flagged] + ([("peak", track.peak)] if track.peak else [])
    drawn = []
    for kind, span in spans:
        width = max(_LEAST_WIDTH, 100 * (span.end_s - span.start_s) / length_s)
        drawn.append((kind, min(100 * span.start_s / length_s, 100 - width), width))
    return {
        "track": track,
        "name": text.of(language).FACE_NAME.format(number=track.track_id + 1),
        "points": json.dumps(data, separators=(",", ":")),
        "count": len(points),
        "strongest": points.index(top),
        "top": (min(97.0, 100 * track.scores[top].time_s / length_s), _height(track.timeline[top])),
        "spans": drawn,
        "lines": _lines(track, points, length_s),
        "table": _table(track, length_s, language),
    }


def _lines(track: FaceTrack, points: Sequence[int], length_s: float) -> list[str]:
    """Return the points of each SVG line; it is interrupted where the person was out of view."""
    times_s = [track.scores[point].time_s for point in points]
    steps = sorted(after - before for before, after in pairwise(times_s))
    widest_s = _GAP_FACTOR * steps[len(steps) // 2] if steps else 0.0
    runs: list[list[str]] = []
    for place, point in enumerate(points):
        if not runs or times_s[place] - times_s[place - 1] > widest_s:
            runs.append([])
        x, y = 1000 * times_s[place] / length_s, 100 - _height(track.timeline[point])
        runs[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(run if len(run) > 1 else run * 2) for run in runs]


def _height(probability: float) -> float:
    """Return the height in per cent of the graph, with some margin above and below."""
    return _MARGIN + (100 - 2 * _MARGIN) * probability


def _table(track: FaceTrack, length_s: float, language: Language) -> list[tuple[str, str, str]]:
    """Return start, end and highest probability of a few equal parts of the video."""
    parts = min(_TABLE_ROWS, len(track.scores))
    shown = clock if length_s / parts >= 1 else moment_clock
    rows = []
    for row in range(parts):
        start_s, end_s = length_s * row / parts, length_s * (row + 1) / parts
        seen = [
            probability
            for score, probability in zip(track.scores, track.timeline, strict=True)
            if start_s <= score.time_s and (row == parts - 1 or score.time_s < end_s)
        ]
        highest = percent(max(seen), language) if seen else text.of(language).TIMELINE_UNSEEN
        rows.append((shown(start_s), shown(end_s), highest))
    return rows
