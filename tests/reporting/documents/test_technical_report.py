"""The technical report, read back by another program: what it must say, how large it may be, that nothing leaves
the page, and that the same facts give the same bytes."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
import pytest
from PIL import Image
from report_facts import bookmarks_of, facts_of, images_in, read_pages, whole_text

from detector import Detector
from detector.messages import Message
from detector.types import Analysis, FaceTrack, Outcome, Pixels, Span
from explain import explain
from explain.overlay import colour_map
from explain.types import Explanations, FrameOverlay, ScaleSource
from reporting.documents.charts import stretched
from reporting.documents.figures import INFERNO, heatmap_alone
from reporting.documents.images import BLOCKS, blurred
from reporting.documents.technical_report import (
    _DETAILS,
    MAX_BYTES,
    MAX_PAGES,
    _typeset,
    forensic_pdf,
    repeat_command,
)
from reporting.text import results as result_text
from reporting.text.banned_claims import banned_claims
from reporting.text.catalog import sentences
from reporting.text.messages import message_sentences
from reporting.text.regions import evidence_sentences
from reporting.text.results import LANGUAGES
from reporting.types import ContentCredentials, Place, ReportFacts

ROOT = Path(__file__).parents[3]
HOSTILE = (
    "x" * 250
    + "\u202egpj.exe \ud800\x00\x1b[31m \U0001f600\U0001f469\u200d\U0001f467 \u6f22\u5b57 தமிழ் বাংলা "
    + "తెలుగు ಕನ್ನಡ മലയാളം ਪੰਜਾਬੀ ગુજરાતી ଓଡ଼ିଆ اردو क्\u200dष Z"
    + "\u0300" * 60
)


@pytest.fixture
def facts(analysis: Analysis, explanations: Explanations) -> ReportFacts:
    return facts_of(analysis, explanations)


_PLAIN: list[bytes] = []


@pytest.fixture
def plain(facts: ReportFacts) -> bytes:
    """The report of the fixture's facts, typeset once."""
    if not _PLAIN:
        _PLAIN.append(forensic_pdf(facts))
    return _PLAIN[0]


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def drawn(text: str) -> str:
    """Devanagari is read back in the order of its drawing, so only what is Latin can be looked for."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["manipulated.jpg", "genuine.jpg", "manipulated.mp4", "no-face.jpg"])
def test_a_real_file_gives_a_report_that_says_all_it_must(detector: Detector, examples: Path, name: str) -> None:
    analysis = detector.analyze(str(examples / name))
    explanations = explain(detector, analysis) if analysis.tracks else None
    content = forensic_pdf(facts_of(analysis, explanations))
    pages = read_pages(content)
    first, text = pages[0].words, " ".join(page.words for page in pages)
    kind, verdict = analysis.media.kind, analysis.verdict

    for sentence in (
        result_text.headline(verdict.outcome, "en"),
        result_text.verdict_sentence(verdict, kind, "en"),
        result_text.support_sentence(verdict.outcome, kind, "en"),
        result_text.error_sentence(analysis.checkpoint, "en"),
        result_text.not_proof("en"),
        result_text.not_an_fir("en"),
        result_text.complaint_id_is_no_fir("en"),
        *result_text.limits("en"),
    ):
        assert drawn(sentence) in first
    assert "Hindi summary" in first
    assert sum("\u0900" <= letter <= "\u097f" for letter in first) > 300
    for value in (analysis.media.sha256, analysis.media.sha1, analysis.media.md5, analysis.checkpoint.sha256):
        assert value in text.replace(" ", "")
    assert f"{verdict.threshold_fake:.4f}" in text and f"{verdict.threshold_real:.4f}" in text
    assert repeat_command(facts_of(analysis, None)).split(" --")[-1] in text
    assert sum(page.strays for page in pages) == 0
    assert len(content) < MAX_BYTES and len(pages) <= MAX_PAGES
    assert banned_claims(text) == []


def test_what_the_user_stated_stands_beside_its_name(plain: bytes) -> None:
    text = whole_text(plain)
    for said in ("Seen at* 19-11-2026 21:30 IST", "Saved at* not stated", "Whose face* My sister's"):
        assert said in text


@pytest.mark.parametrize("second", [None, "5ec0d" * 12 + "abcd"])
def test_a_second_network_is_told_of_where_one_judged_and_only_there(
    facts: ReportFacts, second: str | None
) -> None:
    checkpoint = replace(facts.analysis.checkpoint, second_sha256=second)
    text = whole_text(forensic_pdf(replace(facts, analysis=replace(facts.analysis, checkpoint=checkpoint))))
    texts = sentences("technical_report")
    for said in (texts["method_second"], texts["overlays_second"], second or "SHA-256 of the second network"):
        assert (drawn(said) in text) == (second is not None)


@pytest.mark.parametrize(
    ("layers", "said"),
    [(("repeat_2",), "gradcam, layer repeat_2"), (("repeat_2", "blocks.14"), "layers repeat_2 and blocks.14")],
    ids=["one network", "two networks"],
)
def test_beside_a_heatmap_stands_the_layer_of_every_network(
    facts: ReportFacts, explanations: Explanations, layers: tuple[str, ...], said: str
) -> None:
    faces = tuple(replace(face, layers=layers) for face in explanations.faces)
    shown = replace(facts, explanations=replace(explanations, faces=faces))
    text = " ".join(whole_text(forensic_pdf(shown)).split())
    assert text.count(said) == len(faces) and ("of both networks" in text) == (len(layers) == 2)


def test_every_person_is_shown_before_anybody_is_shown_again(
    facts: ReportFacts, explanations: Explanations
) -> None:
    first = explanations.faces[0]
    faces = tuple(replace(first, track_id=number) for number in (0, 0, 0, 0, 0, 1, 2))
    text = whole_text(forensic_pdf(replace(facts, explanations=replace(explanations, faces=faces))))
    shown = re.findall(r"Person (\d) 00:00.133", " ".join(text.split()))
    assert shown == ["1", "2", "3", "1"]


def test_of_many_frames_those_of_the_strongest_faces_are_shown_in_order_of_time(
    facts: ReportFacts, explanations: Explanations
) -> None:
    first = explanations.faces[0]
    faces = tuple(
        replace(first, score=replace(first.score, frame_index=index)) for index in (90, 10, 50, 20, 30, 40, 60, 70)
    )
    frames = tuple(FrameOverlay(index, index / 30, (0,), noise(30, 40, index)) for index in range(10, 100, 10))
    shown = replace(facts, explanations=replace(explanations, faces=faces, frames=frames))
    text = " ".join(whole_text(forensic_pdf(shown)).split())
    assert re.findall(r"frame (\d+) with boxes", text) == ["10", "20", "30", "40", "50", "90"]


def test_a_very_wide_frame_gets_the_whole_width(facts: ReportFacts, explanations: Explanations) -> None:
    frames = tuple(FrameOverlay(index, index / 30, (0,), noise(50, 600, index)) for index in (4, 8))
    pdf = pypdfium2.PdfDocument(forensic_pdf(replace(facts, explanations=replace(explanations, frames=frames))))
    images = [item.get_bounds() for page in pdf for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])]
    assert sum(right - left > 0.8 * pdf[0].get_width() for left, _, right, _ in images) == 2


def test_the_hindi_summary_tells_every_warning_that_the_english_one_tells(facts: ReportFacts) -> None:
    warnings = (Message("sparse", {"gap_s": 2.5}), Message("small_faces", {"count": 3}))
    warned = replace(facts, analysis=replace(facts.analysis, warnings=warnings))
    sheet = _typeset(warned, _DETAILS[0])
    sheet.output()  # closes the files of its fonts
    text = drawn(sheet.all_text)
    for language in LANGUAGES:
        for sentence in message_sentences(warnings, language):
            assert drawn(sentence) in text


def test_every_section_has_a_bookmark(plain: bytes) -> None:
    names = bookmarks_of(plain)
    numbers = [name.split()[0] for name in names if name[0].isdigit()]
    assert names[0] == "Summary"
    assert numbers == [str(number) for number in range(1, 9)]


@pytest.mark.slow
@pytest.mark.parametrize(("outcome", "estimate"), [("real", 0.05), ("inconclusive", 0.5), ("no_face", None)])
def test_where_nothing_was_found_the_report_says_that_it_does_not_support_the_claim(
    make_analysis: Callable[[Outcome, float | None], Analysis], outcome: Outcome, estimate: float | None
) -> None:
    first = read_pages(forensic_pdf(facts_of(make_analysis(outcome, estimate), None)))[0].words
    assert "does not support the claim" in first


def test_a_found_manipulation_supports_the_claim(plain: bytes) -> None:
    first = read_pages(plain)[0].words
    assert "supports the claim" in first and "does not support" not in first


def test_rates_that_were_never_measured_are_not_made_up(facts: ReportFacts) -> None:
    unknown = replace(
        facts.analysis.checkpoint, false_alarm_rate=None, miss_rate=None, undecided_rate=None, measured_on=""
    )
    text = whole_text(forensic_pdf(replace(facts, analysis=replace(facts.analysis, checkpoint=unknown))))
    assert text.count("not measured") == 3
    assert drawn(result_text.error_sentence(unknown, "en")) in text
    assert "kept out of training, with these weights" not in text


@pytest.mark.slow
def test_the_same_facts_give_the_same_bytes_in_another_process(facts: ReportFacts, tmp_path: Path) -> None:
    analysis = replace(facts.analysis, settings=dict(facts.analysis.settings), key_frames={})
    (tmp_path / "facts").write_bytes(pickle.dumps(replace(facts, analysis=analysis)))
    code = (
        "import pickle, sys; from reporting.documents.technical_report import forensic_pdf\n"
        "from reporting.documents.bsa63_certificate import bsa63_draft_pdf\n"
        "facts = pickle.load(open(sys.argv[1], 'rb'))\n"
        "open(sys.argv[2], 'wb').write(forensic_pdf(facts) + bsa63_draft_pdf(facts))"
    )
    made = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Kolkata")):
        target = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", code, str(tmp_path / "facts"), str(target)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        made.append(target.read_bytes())
    assert made[0] == made[1]


@pytest.mark.slow
def test_many_large_images_stay_below_the_limit(facts: ReportFacts, explanations: Explanations) -> None:
    loud = replace(explanations.faces[0], overlay=noise(544, 480))
    many = replace(
        explanations,
        faces=tuple(replace(loud, overlay=noise(544, 480, seed)) for seed in range(30)),
        frames=tuple(FrameOverlay(index, index / 25, (0,), noise(1080, 1920, index)) for index in range(30)),
    )
    content = forensic_pdf(replace(facts, explanations=many))
    assert len(content) < MAX_BYTES
    assert len(images_in(content)) >= 10 and len(read_pages(content)) <= MAX_PAGES


@pytest.mark.slow
def test_hostile_names_and_texts_neither_crash_nor_leave_the_page(facts: ReportFacts) -> None:
    media = replace(
        facts.analysis.media,
        file_name=HOSTILE,
        notes=(Message("scaled_frames", {"stored": "y" * 3000, "judged": ""}),),
    )
    case = replace(
        facts.case,
        what_happened=HOSTILE * 3,
        handle="@" + "w" * 150,
        platform=HOSTILE[:200],
        harm="W" * 2000,
        urls=("https://example.org/" + "q" * 1900,) * 4,
    )
    hostile = replace(
        facts,
        case_id=HOSTILE,
        case=case,
        analysis=replace(facts.analysis, media=media),
        custody=tuple(replace(facts.custody[0], item=HOSTILE, details=HOSTILE * 20) for _ in range(3)),
        evidence=tuple(replace(facts.evidence[1], name=HOSTILE) for _ in range(3)),
        credentials=ContentCredentials(
            state="invalid", generator=HOSTILE, signer=HOSTILE, ai_claim=True, claims=(HOSTILE,)
        ),
    )
    content = forensic_pdf(hostile)
    pages = read_pages(content)
    assert sum(page.strays for page in pages) == 0
    text = " ".join(page.words for page in pages)
    assert "\u202e" not in text and "gpj.exe" in text
    assert "தமி" in text  # a script of its own font
    assert len(content) < MAX_BYTES and len(pages) <= MAX_PAGES


@pytest.mark.slow
def test_long_lists_say_what_they_leave_out(facts: ReportFacts, track: FaceTrack) -> None:
    people = tuple(replace(track, track_id=number) for number in range(40))
    crowded = replace(facts, analysis=replace(facts.analysis, tracks=people), evidence=facts.evidence * 30)
    content = forensic_pdf(crowded)
    text = whole_text(content)
    assert re.search(r"Not listed here: \d\d of the people", text) and "of the files; 10_" in text
    assert len(read_pages(content)) <= MAX_PAGES


@pytest.mark.slow
@pytest.mark.parametrize("place", get_args(Place))
def test_the_report_says_where_the_file_was_processed(facts: ReportFacts, place: Place) -> None:
    text = whole_text(forensic_pdf(replace(facts, processed_at=place)))
    places = sentences("technical_report")["places"]
    assert [name for name, words in places.items() if drawn(words) in text] == [place]


def test_only_words_that_occur_are_explained(plain: bytes) -> None:
    text = whole_text(plain)
    before, _, explained = text.partition("7 Words used")
    named = [word for word in sentences("technical_report")["glossary"] if f"{word}: " in explained]
    assert named and all(word in before.casefold() for word in named)


def test_a_warning_is_told_once_in_the_results_and_once_with_the_file(facts: ReportFacts) -> None:
    warning = Message("sparse", {"gap_s": 3.0})
    text = whole_text(forensic_pdf(replace(facts, analysis=replace(facts.analysis, warnings=(warning,)))))
    assert text.count("For up to 3.0 s at a time") == 2


@pytest.mark.slow
def test_images_are_blurred_unless_they_may_be_shown(facts: ReportFacts, explanations: Explanations) -> None:
    overlay, frame = noise(544, 480, 3), noise(300, 400, 4)
    shown = replace(
        explanations,
        faces=(replace(explanations.faces[0], overlay=overlay),),
        frames=(FrameOverlay(4, 0.1, (0,), frame),),
    )
    open_text = whole_text(forensic_pdf(replace(facts, explanations=shown)))
    content = forensic_pdf(replace(facts, explanations=shown, show_images=False))
    pictures = images_in(content)
    assert len(pictures) == 3
    for image in pictures:
        coarse = Image.fromarray(image).resize((BLOCKS, BLOCKS), Image.Resampling.BOX)
        back = np.asarray(coarse.resize(image.shape[1::-1], Image.Resampling.BICUBIC), float)
        assert np.abs(back - image).mean() < 6  # hardly anything but the blocks is in it
    assert "blurred beyond recognition" in whole_text(content)
    assert "blurred beyond recognition" not in open_text


def test_heatmap_is_shown_without_the_face_where_the_face_may_not_be_seen() -> None:
    heatmap = np.zeros((20, 20), np.float32)
    heatmap[:10] = 2.0
    drawn_heatmap = heatmap_alone(heatmap, 2.0)
    assert tuple(drawn_heatmap[5, 5]) == INFERNO[-1] and tuple(drawn_heatmap[-5, -5]) == INFERNO[0]
    assert (heatmap_alone(heatmap, 0.0) == INFERNO[0]).all()


def test_a_blurred_image_depends_on_nothing_but_the_means_of_its_blocks() -> None:
    size = 20 * BLOCKS
    image = noise(size, size)
    random = np.random.default_rng(1)
    shuffled = image.copy()
    for row in range(0, size, 20):
        for column in range(0, size, 20):
            block = image[row : row + 20, column : column + 20].reshape(-1, 3)
            shuffled[row : row + 20, column : column + 20] = random.permutation(block).reshape(20, 20, 3)
    assert BLOCKS <= 8
    assert not np.array_equal(image, shuffled)
    assert np.array_equal(blurred(image), blurred(shuffled))


def test_the_report_draws_one_colour_bar_in_the_colours_of_the_overlays(plain: bytes) -> None:
    assert whole_text(plain).count("full colour of the scale") == 1
    exact = colour_map(np.linspace(0, 1, len(INFERNO), dtype=np.float32))
    assert np.abs(exact.astype(int) - np.array(INFERNO)).max() <= 6


def test_where_the_evidence_lies_is_said_of_every_explained_face(
    facts: ReportFacts, explanations: Explanations
) -> None:
    plain = replace(explanations.faces[0], concentrated=False)
    both = replace(explanations, faces=(explanations.faces[0], plain))
    text = whole_text(forensic_pdf(replace(facts, explanations=both)))
    for face in both.faces:
        assert text.count(drawn(" ".join(evidence_sentences(face, "en")))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("source", get_args(ScaleSource))
def test_the_report_says_where_the_scale_of_its_colours_comes_from(
    facts: ReportFacts, explanations: Explanations, source: ScaleSource
) -> None:
    """A scale that nobody measured is never called a measured one."""
    text = whole_text(forensic_pdf(replace(facts, explanations=replace(explanations, scale_from=source))))
    assert ("same scale in every report of this checkpoint" in text) == (source == "checkpoint")
    assert ("one in fifty manipulated faces" in text) == (source == "checkpoint")
    assert ("cannot be compared with those of another report" in text) == (source == "report")
    assert ("the most that its maps can show" in text) == (source == "method")


def test_overlays_lose_the_bar_of_their_own(facts: ReportFacts, explanations: Explanations) -> None:
    overlay = np.full((544, 480, 3), 200, np.uint8)
    overlay[480:] = 0
    one = replace(explanations, faces=(replace(explanations.faces[0], overlay=overlay),), frames=())
    pictures = images_in(forensic_pdf(replace(facts, explanations=one)))
    assert pictures[-1].shape == (480, 480, 3)
    assert pictures[-1].min() > 150


def test_key_frames_carry_time_codes_and_say_that_they_are_derived(plain: bytes) -> None:
    text = whole_text(plain)
    assert "Derived illustration: 00:00.133, frame 4" in text


def test_a_video_has_a_chart_for_each_person_with_both_thresholds(facts: ReportFacts, track: FaceTrack) -> None:
    scores = tuple(
        replace(track.scores[0], time_s=float(at), frame_index=at, probability=at / 10) for at in range(10)
    )
    person = replace(
        track,
        scores=scores,
        timeline=tuple(score.probability for score in scores),
        peak=Span(7.0, 9.0, 0.97),
        flagged=(Span(8.0, 9.0, 0.9),),
    )
    people = tuple(replace(person, track_id=number) for number in range(3))
    text = whole_text(forensic_pdf(replace(facts, analysis=replace(facts.analysis, tracks=people))))
    assert text.count("signs from 0.800") == 3 and text.count("no signs up to 0.200") == 3
    assert drawn(result_text.flagged_sentence(person.flagged, "en")) in text


def test_the_chart_keeps_the_order_of_estimates() -> None:
    places = [stretched(value) for value in (0.0, 0.01, 0.2, 0.5, 0.9, 0.99, 0.997, 1.0)]
    assert places == sorted(places) and len(set(places)) == len(places)
    assert places[0] == 0.0 and places[-1] == 1.0


def test_the_command_repeats_the_choices_that_were_made(facts: ReportFacts) -> None:
    settings = {"max_frames": None, "device": "cuda:0", "precision": "bf16"}
    media = replace(facts.analysis.media, file_name="my video; rm -rf.mp4")
    command = repeat_command(replace(facts, analysis=replace(facts.analysis, settings=settings, media=media)))
    assert command == (
        "deepfake-detector scan --json --max-frames all --device cuda --precision bf16 --checkpoint default "
        "'my video; rm -rf.mp4'"
    )


def test_the_reviewer_block_is_blank(plain: bytes) -> None:
    last = read_pages(plain)[-1].words
    blank = last.partition("Name and designation")[2].split("Page")[0].split()
    assert blank == "Steps repeated, results and findings Date, place and signature".split()


@pytest.mark.slow
@pytest.mark.parametrize("outcome", ["fake", "real", "inconclusive"])
def test_an_outcome_has_one_word_throughout(
    make_analysis: Callable[[Outcome, float | None], Analysis], outcome: Outcome
) -> None:
    reasons = (
        Message("fake", {"probability": 0.9, "threshold": 0.8}),
        Message("real", {"probability": 0.1, "threshold": 0.2}),
        Message("inconclusive", {"probability": 0.5, "low": 0.2, "high": 0.8}),
        Message("real_withheld", {}),
    )
    analysis = make_analysis(outcome, 0.5)
    judged = replace(analysis, verdict=replace(analysis.verdict, reasons=reasons))
    said = " ".join(whole_text(forensic_pdf(facts_of(judged, None))).split())
    for other in ("is fake", "is real", "left open", "fake from", "real up to", "outcome is manipulated"):
        assert other not in said
    assert "the outcome is signs of manipulation" in said
