"""A person's estimate over time: the same in a graph, on a slider and in a table, however long the video."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from html_helpers import Page
from words_helper import WORDS

from detector.types import Analysis, FaceTrack, Span
from ui.result.timeline import MOST_POINTS, reduced, timelines

Maker = Callable[..., FaceTrack]


def long_track(make_track: Maker, count: int, probabilities: list[float], step_s: float = 0.25) -> FaceTrack:
    track = make_track(0, "fake", 0.97)
    scores = tuple(
        replace(track.scores[0], frame_index=8 * number, time_s=step_s * number) for number in range(count)
    )
    return replace(track, scores=scores, timeline=tuple(probabilities), peak=Span(10.0, 13.0, 0.97))


def data_of(markup: str) -> list[tuple[int, float, str, str]]:
    (figure,) = [attributes for attributes in Page(markup).all("figure")]
    return json.loads(figure["data-points"] or "")


def test_reducing_keeps_every_peak_and_the_order() -> None:
    values = [0.1] * 14_400
    for place in (0, 77, 5000, 14_399):
        values[place] = 0.9
    kept = reduced(values, MOST_POINTS)
    assert len(kept) == MOST_POINTS and kept == sorted(set(kept))
    assert {0, 77, 5000, 14_399} <= set(kept)
    assert reduced([], 600) == []


def test_an_hour_of_moments_is_drawn_small(make_analysis: Callable[..., Analysis], make_track: Maker) -> None:
    probabilities = [0.2] * 14_400
    probabilities[7777] = 0.95
    analysis = make_analysis("fake", long_track(make_track, 14_400, probabilities))
    analysis = replace(analysis, media=replace(analysis.media, duration_s=3600.0))
    markup = timelines(analysis, "en")
    assert len(markup) < 100_000
    points = data_of(markup)
    assert len(points) == MOST_POINTS
    (strongest,) = [point for point in points if point[0] == 7777]
    assert strongest[1] == pytest.approx(100 * 7777 / 14_400, abs=0.01)
    assert strongest[2:] == ["32:24.2", "95\u00a0%", 90.5]
    (slider,) = Page(markup).all("input")
    assert slider["type"] == "range" and points[int(slider["value"] or -1)] == strongest
    (line,) = Page(markup).all("polyline")
    assert len((line["points"] or "").split()) == MOST_POINTS


def test_the_graph_says_all_that_it_shows_without_colour(
    make_analysis: Callable[..., Analysis], make_track: Maker
) -> None:
    track = make_track(
        0, "fake", 0.97, peak=Span(30.0, 45.0, 0.97), flagged=(Span(0.0, 9.05, 0.9), Span(80.0, 80.0, 0.9))
    )
    markup = timelines(make_analysis("fake", track), "en")
    spans = [
        (attributes["class"], attributes["style"])
        for attributes in Page(markup).all("span")
        if "dd-stretch" in (attributes.get("class") or "")
    ]
    assert spans == [
        ("dd-stretch dd-stretch-flagged", "left:0.00%;width:10.00%"),
        ("dd-stretch dd-stretch-flagged", "left:88.40%;width:0.60%"),
        ("dd-stretch dd-stretch-peak", "left:33.15%;width:16.57%"),
    ]
    words = Page(markup).words
    for said in (WORDS.TIMELINE_PEAK, "From 80 %: Signs of manipulation", "Up to 20 %: No signs"):
        assert said in words
    levels = re.findall(r"bottom:([\d.]+)%", markup)
    assert [float(level) for level in levels] == [5 + 90 * 0.8, 5 + 90 * 0.2]


def test_the_line_breaks_where_nobody_is_seen(make_analysis: Callable[..., Analysis], make_track: Maker) -> None:
    track = long_track(make_track, 30, [0.5] * 30)
    moved = tuple(
        replace(score, time_s=score.time_s + (20.0 if number >= 10 else 0.0) + (20.0 if number >= 29 else 0.0))
        for number, score in enumerate(track.scores)
    )
    lines = Page(timelines(make_analysis("fake", replace(track, scores=moved)), "en")).all("polyline")
    assert [len((line["points"] or "").split()) for line in lines] == [10, 19, 2]


def test_the_table_says_the_same_and_where_nobody_is_seen(
    make_analysis: Callable[..., Analysis], make_track: Maker
) -> None:
    page = Page(timelines(make_analysis("fake", make_track(0, "fake", 0.97)), "en"))
    assert len(page.all("tr")) == 4 and len(page.all("th")) == 3
    assert "0:00 0:30 30 % 0:30 1:00 97 % 1:00 1:30 10 %" in page.words
    late = make_track(0, "fake", 0.97)
    late = replace(late, scores=tuple(replace(score, time_s=80.0 + k) for k, score in enumerate(late.scores)))
    assert Page(timelines(make_analysis("fake", late), "en")).words.count(WORDS.TIMELINE_UNSEEN) == 2


def test_a_image_has_no_timeline(make_analysis: Callable[..., Analysis], make_track: Maker) -> None:
    assert timelines(make_analysis("fake", make_track(0, "fake", 0.97, timeline=()), kind="image"), "en") == ""
    assert timelines(make_analysis("no_face"), "en") == ""


def test_everybody_is_in_one_graph_and_in_a_folded_one_of_their_own(
    make_analysis: Callable[..., Analysis], make_track: Maker
) -> None:
    markup = timelines(make_analysis("fake", make_track(0, "fake", 0.97), make_track(1, "real", 0.1)), "en")
    together, *singles = re.findall("<figure.*?</figure>", markup)
    assert "dd-together" in together and len(Page(together).all("g")) == 2
    assert re.findall(r'<b class="dd-number"[^>]*>(\d+)</b>', together) == ["2", "1"], "the first lies on top"
    assert [Page(figure).all("figure")[0]["data-track"] for figure in singles] == ["0", "1"]
    assert all(f'<details class="dd-fold "><summary>Face {n}</summary><figure' in markup for n in (1, 2))
    labels = re.findall(r"<label[^>]*><span>([^<]*)</span><input", markup)
    assert labels == ["Face 1: moment to show", "Face 2: moment to show"]


def test_a_short_video_has_no_row_from_a_second_to_itself(
    make_analysis: Callable[..., Analysis], make_track: Maker
) -> None:
    track = long_track(make_track, 16, [0.5] * 16)
    analysis = make_analysis("fake", replace(track, peak=Span(0.0, 0.25, 0.9)))
    analysis = replace(analysis, media=replace(analysis.media, duration_s=4.0))
    rows = re.findall("<tr><td>(.*?)</td><td>(.*?)</td>", timelines(analysis, "en"))
    assert len(rows) == 12 and all(start != end for start, end in rows) and rows[1] == ("0:00.3", "0:00.6")
