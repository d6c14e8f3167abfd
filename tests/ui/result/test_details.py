from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest
from html_helpers import Page
from report_facts import facts_of, read_pages
from words_helper import WORDS

from detector.messages import Message, NoteCode
from detector.types import Analysis, FaceMark, FaceTrack, Outcome, Span
from explain.types import Explanations, ScaleSource
from reporting import Case
from reporting.documents.technical_report import forensic_pdf
from reporting.portals import load_portal
from reporting.text import guidance
from reporting.text import results as result_text
from reporting.text.messages import message_sentences
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Trouble
from ui.common.html import Picture, icon
from ui.report.referral_steps import portal_link
from ui.result.details import about, findings, next_steps
from ui.result.status_panel import checking_panel, idle_panel, trouble_panel, verdict_panel
from ui.session.store import ImageLinks

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>${alert(3)}{{value}}.mp4'
STILL, FACE, ORIGINAL, WHOLE = (Picture(f"{name}.png", 16, 16) for name in ("still", "f", "o", "w"))


NOTES: dict[NoteCode, dict[str, str | float]] = {
    "other_suffix": {"suffix": ".png", "format": "mp4", "kind": "video"},
    "scaled_image": {"stored": "9000x9000", "judged": "4500x4500"},
    "scaled_frames": {"stored": "9000x9000", "judged": "4500x4500"},
    "other_videos": {"count": 2},
    "other_images": {"count": 2},
    "motion_photo": {},
}


@pytest.mark.parametrize("code", get_args(NoteCode))
def test_every_note_about_a_file_is_on_the_page_in_the_json_and_in_the_report(
    code: NoteCode, make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    analysis, note = make_analysis("real", make_track(0, "real", 0.04)), Message(code, NOTES[code])
    analysis = replace(analysis, media=replace(analysis.media, notes=(note,)))
    for language in get_args(Language):
        assert message_sentences([note], language)[0] in Page(about(analysis, language)).words
    assert str(note) in analysis.to_dict()["verdict"]["reasons"]
    assert str(note) in " ".join(page.words for page in read_pages(forensic_pdf(facts_of(analysis, None))))


@pytest.mark.parametrize(
    ("outcome", "probability"), [("fake", 0.97), ("real", 0.04), ("inconclusive", 0.5), ("no_face", None)]
)
@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("language", get_args(Language))
def test_every_outcome_is_said_in_the_words_of_the_reports(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    outcome: Outcome,
    probability: float | None,
    kind: str,
    language: Language,
) -> None:
    tracks = () if probability is None else (make_track(0, outcome, probability),)
    analysis = make_analysis(outcome, *tracks, kind=kind)
    page = Page(verdict_panel(analysis, language, ImageLinks(still=STILL, opened=WHOLE)))

    assert result_text.headline(outcome, language) in page.words
    assert result_text.verdict_sentence(analysis.verdict, analysis.media.kind, language) in page.words
    assert len(page.all("svg")) == 1
    assert guidance.next_action(outcome, language) in page.words
    assert [image["src"] for image in page.all("img")] == ["still.png"]
    opened, steps, report = (link["href"] for link in page.all("a"))
    assert (opened, steps, report) == ("w.png", "#what-now", "#report")
    scales = [attributes for attributes in page.all("div") if attributes.get("role") == "img"]
    if outcome == "no_face":
        assert not scales and result_text.not_proof(language) not in page.words
        return
    assert result_text.error_sentence(analysis.checkpoint, language) in page.words
    assert result_text.not_proof(language) in page.words
    (scale,) = scales
    for shown in (probability, 0.2, 0.8):
        assert result_text.percent(shown, language).replace(" %", "\u00a0%") in (scale["aria-label"] or "")
    styles = [attributes.get("style") for attributes in page.all("span")]
    assert {"width:20.00%", "width:60.00%", f"left:{probability:.2%}"} <= set(styles)


def test_no_outcome_is_told_by_colour_alone() -> None:
    shapes = [icon(name) for name in (*get_args(Outcome), "trouble")]
    assert len(set(shapes)) == len(shapes)


def test_a_hostile_file_name_stays_a_name(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    make_explanations: Callable[..., Explanations],
) -> None:
    track = make_track(0, "fake", 0.97)
    reasons = (Message("never_measured", {"name": HOSTILE}),)
    analysis = make_analysis("fake", track, file_name=HOSTILE, reasons=reasons)
    links = ImageLinks(faces=(FACE,), originals=(ORIGINAL,), frames=(WHOLE,))
    markups = {
        "verdict": verdict_panel(analysis, "en", ImageLinks()),
        "no face": verdict_panel(make_analysis("no_face", file_name=HOSTILE), "en", ImageLinks(still=STILL)),
        "about": findings(analysis, make_explanations(track), links, "en") + about(analysis, "en"),
        "checking": checking_panel(HOSTILE, "en"),
        "trouble": trouble_panel(Trouble("broken", f"{HOSTILE} is broken."), "en"),
        "trouble in Hindi": trouble_panel(Trouble("broken", f"{HOSTILE} is broken."), "hi"),
    }
    for name, markup in markups.items():
        page = Page(markup)
        assert not page.all("script"), name
        assert not [tag for tag, attributes in page.tags if any(key.startswith("on") for key in attributes)]
        assert {image["src"] for image in page.all("img")} <= {"still.png", "f.png", "o.png", "w.png"}, name
        assert HOSTILE in page.words, name
        assert "${" not in markup and "{{" not in markup, f"{name}: a template could take this up"


def test_every_face_is_listed_also_without_a_image(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    make_explanations: Callable[..., Explanations],
) -> None:
    tracks = (
        make_track(0, "fake", 0.97),
        make_track(1, "real", 0.1),
        make_track(2, "inconclusive", 0.6, weighty=False),
    )
    analysis = make_analysis("fake", *tracks)
    links = ImageLinks(faces=(FACE,), originals=(ORIGINAL,), frames=(WHOLE,))
    markup = findings(analysis, make_explanations(tracks[0]), links, "en")
    page = Page(markup)
    cards = [Page(card).words for card in re.findall("<article.*?</article>", markup)]

    assert [card.split(WORDS.FACE_NAME.format(number=""))[1][0] for card in cards] == ["1", "2", "3"]
    assert markup.index("</article>") < markup.index(WORDS.FACES_OTHER.format(count=2)), "the others are folded"
    for card, track in zip(cards, tracks, strict=True):
        assert result_text.face_sentence(track.outcome, "en") in card
        estimate = result_text.percent(track.probability, "en")
        assert estimate not in card, "figures are collapsed in the result box"
        assert "Seen in 3 of 32 frames that were looked at, from 0:01.0 to 1:01.0." in card
        assert (WORDS.PASSING in card) == (not track.weighty)
        assert (WORDS.NO_IMAGE in card) == (track.track_id != 0)
    assert [image["alt"] for image in page.all("img")] == [
        "Face 1 at 0:01.0, as it was checked",
        "Face 1 at 0:01.0, with colours over the parts that point to manipulation",
        "At 0:01.0, with a numbered box around each face, and colours over the parts that point to manipulation",
    ]


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("source", get_args(ScaleSource))
def test_the_colours_are_called_measured_only_where_their_scale_was(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    make_explanations: Callable[..., Explanations],
    source: ScaleSource,
    language: Language,
) -> None:
    words, track = text.of(language), make_track(0, "fake", 0.97)
    links = ImageLinks(faces=(FACE,), originals=(ORIGINAL,), frames=(WHOLE,))
    explanations = replace(make_explanations(track), scale_from=source)
    said = Page(findings(make_analysis("fake", track), explanations, links, language)).words
    for other in get_args(ScaleSource):
        assert (words.HEATMAP_MOST[other] in said) == (other == source)
    assert (words.COLOURS_UNMEASURED in said) == (source == "report")
    assert "{" not in said


def test_a_result_without_explanations_still_shows_its_faces(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    page = Page(findings(make_analysis("real", make_track(0, "real", 0.1)), None, ImageLinks(), "en"))
    assert WORDS.FACE_NAME.format(number=1) in page.words and not page.all("img")


@pytest.mark.parametrize("kind", ["image", "video"])
def test_the_details_name_hashes_limits_and_reasons(make_analysis: Callable[..., Analysis], kind: str) -> None:
    page = Page(about(make_analysis("no_face", kind=kind), "en"))
    for words in (
        "a" * 64,
        "b" * 40,
        "c" * 32,
        "d" * 64,
        "The highest estimate of any face is 0.100",
        "max_frames 32",
    ):
        assert words in page.words
    for limit in result_text.limits("en"):
        assert limit in page.words
    assert ("90.5 s" in page.words) == (kind == "video")
    assert len(page.all("details")) == 2


def test_the_steps_are_those_of_the_reports() -> None:
    for outcome in get_args(Outcome):
        page = Page(next_steps(outcome, "en"))
        urgent, *others = guidance.next_steps(outcome, "en")
        assert page.words.replace(" .", ".").startswith(urgent)
        assert [link["href"] for link in page.all("a")] == ["tel:112", "tel:1930"]
        (fold,) = re.findall("<details.*</details>", next_steps(outcome, "en"))
        assert all(step in Page(fold).words for step in others)


def test_the_portal_opens_in_a_tab_of_its_own_and_is_told_in_full() -> None:
    page = Page(portal_link(Case(), (), "en"))
    (link,) = page.all("a")
    assert link["href"] == load_portal().home_url.value == "https://cybercrime.gov.in/"
    assert link["target"] == "_blank" and set((link["rel"] or "").split()) >= {"noopener", "noreferrer"}
    assert f"Portal: {load_portal().home_url.value} (type it yourself" in page.words


def test_a_warning_stands_in_the_verdict_itself(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    message = Message("video_incomplete", {"stated_s": 90.5, "end_s": 40.0})
    warned = str(message)
    track = make_track(0, "real", 0.1)
    panel = verdict_panel(make_analysis("real", track, warnings=(message,)), "en", ImageLinks())
    assert warned in Page(panel).words and panel.index(warned) < panel.index("dd-scale")
    assert panel.index(warned) < panel.index("<details")
    assert WORDS.WARNING_TITLE not in verdict_panel(make_analysis("real", track), "en", ImageLinks())


def test_a_card_tells_when_and_what_makes_it_hard(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    spans = (Span(12.0, 15.2, 0.97), Span(40.0, 40.3, 0.9))
    track = make_track(0, "fake", 0.97, peak=spans[0], flagged=spans)
    found: tuple[tuple[FaceMark, ...], ...] = ((), ("small",), ("small", "blurred"))
    marked = tuple(replace(score, marks=marks) for score, marks in zip(track.scores, found, strict=True))
    words = Page(findings(make_analysis("fake", replace(track, scores=marked)), None, ImageLinks(), "en")).words
    assert "The estimate is highest from 0:12.0 to 0:15.2." in words
    assert "Signs of manipulation from 0:12.0 to 0:15.2, from 0:40.0 to 0:40.3." in words
    assert "Of these views, the face is small in 2, blurred in 1: that makes errors more likely." in words
    plain = Page(findings(make_analysis("fake", make_track(0, "fake", 0.97)), None, ImageLinks(), "en")).words
    assert "Of these views" not in plain


def test_every_panel_is_one_region_that_screen_readers_follow() -> None:
    for markup in (idle_panel(), checking_panel("a", "en"), trouble_panel(Trouble("tool"), "en")):
        tag, attributes = Page(markup).tags[0]
        assert (tag, attributes["role"], attributes["aria-live"]) == ("div", "status", "polite")
    assert Page(trouble_panel(Trouble("tool"), "en")).all("section")[0]["role"] == "alert"


def test_a_face_too_small_to_judge_is_inconclusive_and_says_so(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    track = make_track(0, "inconclusive", 0.5)
    small = replace(track, scores=tuple(replace(score, marks=("small",)) for score in track.scores))
    panels = {
        "undecided": verdict_panel(make_analysis("inconclusive", track), "en", ImageLinks()),
        "too small": verdict_panel(make_analysis("inconclusive", small), "en", ImageLinks()),
        "no face": verdict_panel(make_analysis("no_face"), "en", ImageLinks()),
    }
    headlines = {name: re.findall(r"<h2>.*?</svg> (.*?)</h2>", panel)[0] for name, panel in panels.items()}
    assert headlines["too small"] == headlines["undecided"] != headlines["no face"]
    said = "is large and sharp enough to check"
    assert said in panels["too small"] and said not in panels["undecided"]
    for panel in panels.values():
        page = Page(panel)
        assert WORDS.WHY in page.words and len(page.all("li")) >= 2
    sure = make_analysis("fake", make_track(0, "fake", 0.97))
    assert WORDS.WHY not in verdict_panel(sure, "en", ImageLinks())


def test_reasons_and_warnings_are_in_the_language_of_the_page(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    warned = Message("video_incomplete", {"stated_s": 80.0, "end_s": 40.0})
    analysis = make_analysis("real", make_track(0, "real", 0.1), warnings=(warned,))
    assert "breaks off after 40.0 s" in verdict_panel(analysis, "en", ImageLinks())
    hindi = Page(verdict_panel(analysis, "hi", ImageLinks())).words + Page(about(analysis, "hi")).words
    assert "40.0" in hindi and "0.100" in hindi
    assert not {"breaks", "Judged", "estimate"} & set(re.findall(r"\w+", hindi))


def test_each_face_can_be_seen_without_its_colours(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    make_explanations: Callable[..., Explanations],
) -> None:
    track = make_track(0, "fake", 0.97)
    links = ImageLinks(faces=(FACE,), originals=(ORIGINAL,), frames=(WHOLE,))
    page = Page(findings(make_analysis("fake", track), make_explanations(track), links, "en"))
    assert [image["src"] for image in page.all("img")] == ["o.png", "f.png", "w.png"]
    assert all(image["alt"] and image["width"] and image["height"] for image in page.all("img"))
    (slider,) = page.all("input")
    assert (slider["type"], slider["value"], slider["max"]) == ("range", "100", "100"), (
        "the colours are on at first"
    )
    assert WORDS.COMPARE.format(number=1, moment=" at 0:01.0") in page.words


def test_the_face_of_the_decisive_stretch_comes_first_and_the_rest_in_time(
    make_analysis: Callable[..., Analysis],
    make_track: Callable[..., FaceTrack],
    make_explanations: Callable[..., Explanations],
) -> None:
    """However high another moment's own score is."""
    track = make_track(0, "fake", 0.97, peak=Span(30.0, 40.0, 0.97))
    (face,) = make_explanations(track).faces
    times_s = (61.0, 38.5, 2.0, 31.0)
    faces = tuple(replace(face, score=replace(face.score, time_s=time_s)) for time_s in times_s)
    pictures = tuple(Picture(f"{time_s}.png", 16, 16) for time_s in times_s)
    explanations = replace(make_explanations(track), faces=faces)
    links = ImageLinks(faces=pictures, originals=pictures, frames=(WHOLE,))
    page = Page(findings(make_analysis("fake", track), explanations, links, "en"))
    shown = list(dict.fromkeys(image["src"] for image in page.all("img") if image["src"] != "w.png"))
    assert shown == ["31.0.png", "38.5.png", "2.0.png", "61.0.png"]
    assert "At 0:31.0" in page.words and "0:38.5" in page.words


def test_how_densely_a_video_was_looked_at_is_part_of_the_verdict(make_analysis: Callable[..., Analysis]) -> None:
    def words(analysis: Analysis) -> str:
        return Page(verdict_panel(analysis, "en", ImageLinks())).words

    analysis = replace(make_analysis("no_face"), frame_interval_s=2.54)
    assert "32 of 2712 frames were looked at, at most 2.5 s apart." in words(analysis)
    assert WORDS.CLOSER_ALL in words(replace(analysis, frames_examined=2712))
    assert "looked at" not in words(make_analysis("no_face", kind="image"))


def test_the_figure_of_every_face_is_in_the_collapsed_figures_alone(
    make_analysis: Callable[..., Analysis], make_track: Callable[..., FaceTrack]
) -> None:
    tracks = (make_track(0, "fake", 0.97), make_track(1, "real", 0.1))
    panel = verdict_panel(make_analysis("fake", *tracks), "en", ImageLinks())
    figures = panel[panel.index(WORDS.FIGURES) :]
    for figure in ("Face 1: 97&nbsp;%", "Face 2: 10&nbsp;%"):
        assert figure in figures
    assert "97&nbsp;%" in figures and "97&nbsp;%" not in panel[: panel.index(WORDS.FIGURES)]
