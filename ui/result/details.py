"""Everything below the verdict: face cards, whole frames, reasons, limits, next steps. Pure functions to HTML."""

from __future__ import annotations

from collections import defaultdict

from detector.types import Analysis, FaceTrack, Outcome
from explain.types import Explanation, Explanations
from reporting.text import guidance
from reporting.text.messages import message_sentences
from reporting.text.regions import evidence_sentences
from reporting.text.results import Language, flagged_sentence, moment_clock
from ui import text
from ui.common.html import Picture, file_size
from ui.common.templates import render
from ui.session.store import ImageLinks


def findings(analysis: Analysis, explanations: Explanations | None, links: ImageLinks, language: Language) -> str:
    """Return the decisive face with its images; the other faces and whole frames are collapsed."""
    if not analysis.tracks:
        return ""
    frames = zip(explanations.frames, links.frames, strict=True) if explanations else ()
    return render(
        "result/findings.html.j2",
        language,
        analysis=analysis,
        explanations=explanations,
        video=analysis.media.kind == "video",
        images=_images(analysis, explanations, links),
        frames=sorted(frames, key=lambda shown: (min(shown[0].track_ids), shown[0].time_s)),
        evidence_sentences=evidence_sentences,
        views=_views,
    )


def about(analysis: Analysis, language: Language) -> str:
    """Return the reasons of the result and the limits of the detector, both collapsed."""
    reasons = message_sentences((*analysis.verdict.reasons, *analysis.media.notes), language)
    return render("result/about.html.j2", language, reasons=reasons, rows=_facts(analysis, language))


def next_steps(outcome: Outcome, language: Language) -> str:
    """Return the helplines, and further steps collapsed."""
    urgent, *steps = guidance.next_steps(outcome, language)
    return render("result/next_steps.html.j2", language, urgent=urgent, steps=steps)


def _images(
    analysis: Analysis, explanations: Explanations | None, links: ImageLinks
) -> defaultdict[int, list[tuple[Explanation, Picture, Picture]]]:
    """Return each track's explained faces with heatmap and original, those of the peak first, then by time."""
    peaks = {track.track_id: track.peak for track in analysis.tracks}

    def place(shown: tuple[Explanation, Picture, Picture]) -> tuple[bool, float]:
        peak, time_s = peaks[shown[0].track_id], shown[0].score.time_s
        return peak is not None and not peak.start_s <= time_s <= peak.end_s, time_s

    images = defaultdict(list)
    if explanations is not None:
        for shown in sorted(zip(explanations.faces, links.faces, links.originals, strict=True), key=place):
            images[shown[0].track_id].append(shown)
    return images


def _views(analysis: Analysis, track: FaceTrack, language: Language) -> str:
    """Return the flagged spans, how often the person was seen, and how many of the views are hard to judge."""
    words = text.of(language)
    counts = {mark: sum(mark in score.marks for score in track.scores) for mark in words.MARKS}
    marks = [words.MARKS[mark].format(count=count) for mark, count in counts.items() if count]
    views = words.VIEWS[len(track.scores) > 1].format(
        views=len(track.scores),
        frames=analysis.frames_examined,
        start=moment_clock(track.scores[0].time_s),
        end=moment_clock(track.scores[-1].time_s),
    )
    flagged = flagged_sentence(track.flagged, language) if track.flagged else ""
    marked = words.MARKED.format(marks=", ".join(marks)) if marks else ""
    return " ".join(sentence for sentence in (flagged, views, marked) if sentence)


def _facts(analysis: Analysis, language: Language) -> dict[str, str | None]:
    words, media, checkpoint = text.of(language), analysis.media, analysis.checkpoint
    facts = {
        "name": media.file_name,
        "format": media.format.upper(),
        "size": f"{words.BYTES.format(count=f'{media.size_bytes:,}')} ({file_size(media.size_bytes, language)})",
        "pixels": f"{media.width_px} x {media.height_px}",
        "duration": None if media.duration_s is None else words.SECONDS.format(count=f"{media.duration_s:.1f}"),
        "frames": None
        if media.kind == "image"
        else words.OF.format(part=analysis.frames_examined, whole=media.frame_count),
        "sha256": media.sha256,
        "sha1": media.sha1,
        "md5": media.md5,
        "checkpoint": f"{checkpoint.name} ({checkpoint.architecture})",
        "checkpoint_sha256": " + ".join(filter(None, (checkpoint.sha256, checkpoint.second_sha256))),
        "settings": ", ".join(f"{name} {value}" for name, value in sorted(analysis.settings.items())),
        "elapsed": words.SECONDS.format(count=f"{analysis.elapsed_s:.1f}"),
    }
    return {words.FACTS[name]: value for name, value in facts.items()}
