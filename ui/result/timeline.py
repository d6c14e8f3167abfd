"""A person's estimate over the time of a video, as a graph, a slider and a table. Pure: values in, markup out.

The line is drawn in SVG; all else is laid over it in HTML, so that patterns and letters keep their shape when the
graph is stretched. `ui/result/timeline.js` makes clicks and keys pick a moment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from detector.types import Analysis, FaceTrack, Span
from reporting.text.results import Language, clock, headline, percent
from ui import text
from ui.common.html import escape, icon, moment_clock, shown_percent

MOST_POINTS = 600
"""Points drawn of one person; a screen shows no more."""
_POINTS_IN_ALL = 3000
_FEWEST_POINTS = 60
_TABLE_ROWS = 12
_GAP_FACTOR = 2.5
"""Between two moments further apart than so many usual distances nothing is known, and no line drawn."""
_ROOM = 5.0
_LEAST_WIDTH = 0.6
"""A stretch of one moment is drawn this wide, per cent of the graph."""


def ordered(tracks: Sequence[FaceTrack]) -> list[FaceTrack]:
    """Those that decide the verdict and speak most for `fake` first."""
    return sorted(tracks, key=lambda track: (not track.weighty, -track.logit))


def timelines(analysis: Analysis, language: Language) -> str:
    """The graphs of every person in a video; empty for an image and where no face was found."""
    tracks = [track for track in ordered(analysis.tracks) if track.timeline]
    if analysis.media.kind != "video" or not tracks:
        return ""
    most = min(MOST_POINTS, max(_FEWEST_POINTS, _POINTS_IN_ALL // len(tracks)))
    words = text.of(language)
    figures = "".join(_figure(analysis, track, most, language) for track in tracks)
    return (
        f"<section><h2>{escape(words.TIMELINE_TITLE)}</h2><p>{escape(words.TIMELINE_LEAD)}</p>"
        f"{_legend(analysis, language)}{figures}</section>"
    )


def reduced(values: Sequence[float], most: int) -> list[int]:
    """Indices of at most `most` values, in order: of each run of neighbours the highest.

    >>> reduced([0.1, 0.9, 0.2, 0.3], 2), reduced([0.5, 0.4], 600)
    ([1, 3], [0, 1])
    """
    count = min(most, len(values))
    edges = [len(values) * number // count for number in range(count + 1)] if count else []
    return [max(range(start, end), key=values.__getitem__) for start, end in pairwise(edges)]


def _figure(analysis: Analysis, track: FaceTrack, most: int, language: Language) -> str:
    words = text.of(language)
    whole_s = round(max(analysis.media.duration_s or 0.0, track.scores[-1].time_s), 1) or 1.0
    points = reduced(track.timeline, most)
    strongest = max(range(len(points)), key=lambda place: track.timeline[points[place]])
    name = words.FACE_NAME.format(number=track.track_id + 1)
    data = [
        [
            point,
            round(100 * track.scores[point].time_s / whole_s, 3),
            moment_clock(track.scores[point].time_s),
            percent(track.timeline[point], language),
        ]
        for point in points
    ]
    spans = "".join(_stretch(span, whole_s, "flagged") for span in track.flagged)
    if track.peak is not None:
        spans += _stretch(track.peak, whole_s, "peak")
    thresholds = "".join(
        f'<span class="dd-threshold dd-threshold-{kind}" style="bottom:{_height(level):.2f}%">'
        f"<b>{shown_percent(level, language)}</b></span>"
        for kind, level in (
            ("fake", analysis.verdict.threshold_fake),
            ("real", analysis.verdict.threshold_real),
        )
    )
    points_json = escape(json.dumps(data, separators=(",", ":")))
    slider = escape(words.TIMELINE_SLIDER.format(name=name))
    return (
        f'<figure class="dd-timeline" data-track="{track.track_id}" data-points="{points_json}">'
        f"<figcaption><h3>{icon(track.outcome)} {escape(name)}</h3></figcaption>"
        f'<div class="dd-plot" aria-hidden="true">{spans}{_lines(track, points, whole_s)}{thresholds}'
        f'<span class="dd-cursor"></span></div>'
        f'<div class="dd-times" aria-hidden="true"><span>{clock(0)}</span><span>{clock(whole_s / 2)}</span>'
        f"<span>{clock(whole_s)}</span></div>"
        f'<label class="dd-slider"><span>{slider}</span><input type="range" min="0" max="{len(points) - 1}" '
        f'step="1" value="{strongest}"></label>'
        f'<p class="dd-picked" aria-hidden="true"></p>{_table(track, whole_s, language)}</figure>'
    )


def _lines(track: FaceTrack, points: Sequence[int], whole_s: float) -> str:
    """The graph itself, broken where the person was out of view; a moment alone is a dot."""
    times_s = [track.scores[point].time_s for point in points]
    steps = sorted(after - before for before, after in pairwise(times_s))
    widest_s = _GAP_FACTOR * steps[len(steps) // 2] if steps else 0.0
    runs: list[list[str]] = []
    for place, point in enumerate(points):
        if not runs or times_s[place] - times_s[place - 1] > widest_s:
            runs.append([])
        x, y = 1000 * times_s[place] / whole_s, 100 - _height(track.timeline[point])
        runs[-1].append(f"{x:.1f},{y:.1f}")
    shapes = "".join(
        f'<polyline points="{" ".join(run if len(run) > 1 else run * 2)}"></polyline>' for run in runs
    )
    return f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">{shapes}</svg>'


def _height(probability: float) -> float:
    """Per cent of the graph's height: a little room above and below, where most estimates lie."""
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
    """The same in words: the video in a few equal parts, the highest estimate of each."""
    words = text.of(language)
    scores, parts = track.scores, min(_TABLE_ROWS, len(track.scores))
    rows = []
    for part in range(parts):
        start_s, end_s = whole_s * part / parts, whole_s * (part + 1) / parts
        last = part == parts - 1
        seen = [
            probability
            for score, probability in zip(scores, track.timeline, strict=True)
            if start_s <= score.time_s and (last or score.time_s < end_s)
        ]
        shown = shown_percent(max(seen), language) if seen else escape(words.TIMELINE_UNSEEN)
        rows.append(f"<tr><td>{clock(start_s)}</td><td>{clock(end_s)}</td><td>{shown}</td></tr>")
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in words.TIMELINE_COLUMNS)
    name = words.FACE_NAME.format(number=track.track_id + 1)
    return (
        f'<details class="dd-fold"><summary>{escape(words.TIMELINE_TABLE.format(name=name))}</summary>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></details>"
    )
