"""Everything below the verdict: face cards, whole frames, reasons, limits, next steps. Pure functions to HTML."""

from __future__ import annotations

from detector.types import Analysis, FaceTrack, Outcome
from explain.types import Explanation, Explanations, ScaleSource
from reporting.portals import load_portal
from reporting.text import guidance
from reporting.text import results as result_text
from reporting.text.messages import message_sentences
from reporting.text.regions import evidence_sentences
from reporting.text.results import Language, moment_clock
from ui import text
from ui.common.html import Picture, bullets, escape, file_size, fold, icon, part
from ui.session.store import ImageLinks


def findings(analysis: Analysis, explanations: Explanations | None, links: ImageLinks, language: Language) -> str:
    """Return the decisive face with its images; the other faces and whole frames are collapsed."""
    if not analysis.tracks:
        return ""
    words = text.of(language)
    images: dict[int, list[str]] = {}
    for face, markup in _in_time(analysis, explanations, links, language):
        images.setdefault(face.track_id, []).append(markup)
    cards = [_card(analysis, track, images.get(track.track_id, []), language) for track in analysis.tracks]
    key = _heatmap_key(explanations.scale_from, language) if explanations is not None and images else ""
    others = ""
    if len(cards) > 1:
        content = f'<p>{escape(words.FACES_ORDER)}</p><div class="dd-cards">{"".join(cards[1:])}</div>'
        others = part(words.FACES_OTHER.format(count=len(cards) - 1), content)
    decisive = (
        f'<section><h2>{escape(words.DECISIVE_TITLE)}</h2><div class="dd-cards">{cards[0]}</div>{key}</section>'
    )
    return decisive + others + _frames(analysis, explanations, links.frames, language)


def about(analysis: Analysis, language: Language) -> str:
    """Return the reasons of the result and the limits of the detector, both collapsed."""
    words = text.of(language)
    return part(words.REASONS_TITLE, _reasons(analysis, language) + _facts(analysis, language)) + part(
        words.LIMITS_TITLE, bullets(result_text.limits(language))
    )


def next_steps(outcome: Outcome, language: Language) -> str:
    """Return the helplines, and further steps collapsed."""
    urgent, *others = guidance.next_steps(outcome, language)
    portal = load_portal()
    called = escape(urgent)
    for number in (portal.helpline_emergency.value, portal.helpline_cyber_fraud.value):
        called = called.replace(escape(number), f'<a href="tel:{escape(number)}">{escape(number)}</a>', 1)
    steps = "".join(f"<li>{escape(step)}</li>" for step in others)
    return (
        f'<div id="what-now" tabindex="-1"><p class="dd-call">{icon("trouble")}<span>{called}</span></p>'
        f"{part(text.of(language).STEPS_TITLE, f'<ol>{steps}</ol>')}</div>"
    )


def _in_time(
    analysis: Analysis, explanations: Explanations | None, links: ImageLinks, language: Language
) -> list[tuple[Explanation, str]]:
    """Return every explained face with its markup, those of the peak first, then by time."""
    if explanations is None:
        return []
    peaks = {track.track_id: track.peak for track in analysis.tracks}

    def place(shown: tuple[Explanation, Picture, Picture]) -> tuple[bool, float]:
        face = shown[0]
        peak, time_s = peaks[face.track_id], face.score.time_s
        return peak is not None and not peak.start_s <= time_s <= peak.end_s, time_s

    shown = sorted(zip(explanations.faces, links.faces, links.originals, strict=True), key=place)
    video = analysis.media.kind == "video"
    return [(face, _compared(face, heatmap, original, video, language)) for face, heatmap, original in shown]


def _heatmap_key(scale_from: ScaleSource, language: Language) -> str:
    """Return the colour bar of the heatmaps."""
    words = text.of(language)
    none, most = words.HEATMAP_NONE, words.HEATMAP_MOST[scale_from]
    return (
        f'<div class="dd-heat" aria-hidden="true"><span class="dd-heat-bar"></span><span>{escape(none)}'
        f"</span><span>{escape(most)}</span></div>"
    )


def _card(analysis: Analysis, track: FaceTrack, images: list[str], language: Language) -> str:
    words = text.of(language)
    video = analysis.media.kind == "video"
    number = track.track_id + 1
    sentence = result_text.face_sentence(result_text.shown(track), track.probability, language)
    lines = [
        f"<h3>{icon(track.outcome)} {escape(words.FACE_NAME.format(number=number))}</h3>",
        f"<p>{escape(sentence)}</p>",
    ]
    if video:
        views = words.VIEWS[len(track.scores) > 1].format(
            views=len(track.scores),
            frames=analysis.frames_examined,
            start=moment_clock(track.scores[0].time_s),
            end=moment_clock(track.scores[-1].time_s),
        )
        if track.peak is not None:
            lines.append(f"<p>{escape(result_text.peak_sentence(track.peak, language))}</p>")
        seen = [result_text.flagged_sentence(track.flagged, language)] if track.flagged else []
        seen += [views, *_marked(track, language)]
        lines.append(f"<p>{' '.join(escape(sentence) for sentence in seen)}</p>")
    if not track.weighty:
        lines.append(f"<p>{escape(words.PASSING)}</p>")
    if not images:
        lines.append(f"<p>{escape(words.NO_IMAGE)}</p>")
    shown = "".join(images[:1])
    if len(images) > 1:
        more = f'<div class="dd-images">{"".join(images[1:])}</div>'
        shown += fold(words.FACES_MORE.format(count=len(images) - 1), more, "dd-more", wide=True)
    return (
        f'<article class="dd-card dd-{track.outcome}"><div>{"".join(lines)}</div>'
        f'<div class="dd-images">{shown}</div></article>'
    )


def _marked(track: FaceTrack, language: Language) -> list[str]:
    """Return how many views are hard to judge, and why; empty if none is."""
    words = text.of(language)
    counts = {mark: sum(mark in score.marks for score in track.scores) for mark in words.MARKS}
    named = [words.MARKS[mark].format(count=count) for mark, count in counts.items() if count]
    return [words.MARKED.format(marks=", ".join(named))] if named else []


def _compared(face: Explanation, heatmap: Picture, original: Picture, video: bool, language: Language) -> str:
    """Return a face with a slider between its original and its heatmap, see `compare.js`."""
    words, time = text.of(language), moment_clock(face.score.time_s)
    named = {"number": face.track_id + 1, "moment": words.MOMENT.format(time=time) if video else ""}
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in evidence_sentences(face, language))
    over = f'<div class="dd-over">{heatmap.image(words.FACE_ALT.format(**named))}</div>'
    caption = f"<p>{escape(words.VIDEO_CAPTION.format(time=time))}</p>" if video else ""
    return (
        f'<figure class="dd-compare"><div class="dd-stack">'
        f"{original.image(words.FACE_ORIGINAL_ALT.format(**named))}{over}</div>"
        f'<label class="dd-slider"><span class="dd-unseen">{escape(words.COMPARE.format(**named))}</span>'
        f'<input type="range" min="0" max="100" step="5" value="100"></label>'
        f'<div class="dd-ends" aria-hidden="true"><span>{escape(words.COMPARE_ORIGINAL)}</span>'
        f'<span>{escape(words.COMPARE_HEATMAP)}</span></div><div class="dd-told">{caption}{said}</div></figure>'
    )


def _frames(
    analysis: Analysis, explanations: Explanations | None, links: tuple[Picture, ...], language: Language
) -> str:
    if explanations is None or not explanations.frames:
        return ""
    words, kind = text.of(language), analysis.media.kind
    figures = []
    for frame, image in sorted(
        zip(explanations.frames, links, strict=True), key=lambda shown: (min(shown[0].track_ids), shown[0].time_s)
    ):
        caption = (
            words.VIDEO_CAPTION.format(time=moment_clock(frame.time_s)) if kind == "video" else words.IMAGE_CAPTION
        )
        figures.append(
            f"<figure>{image.image(words.FRAME_ALT.format(caption=caption))}<figcaption>{escape(caption)}. "
            f"{image.enlarge(words.ENLARGE)}</figcaption></figure>"
        )
    scale_from = explanations.scale_from
    notes = [words.COLOURS.format(none=words.HEATMAP_NONE, most=words.HEATMAP_MOST[scale_from])]
    if scale_from == "report":
        notes.append(words.COLOURS_UNMEASURED)
    colours = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return part(words.FRAMES_TITLE[kind], f'<div class="dd-frames">{"".join(figures)}</div>{colours}')


def _reasons(analysis: Analysis, language: Language) -> str:
    return bullets(message_sentences((*analysis.verdict.reasons, *analysis.media.notes), language))


def _facts(analysis: Analysis, language: Language) -> str:
    words, media, checkpoint = text.of(language), analysis.media, analysis.checkpoint
    size = f"{words.BYTES.format(count=f'{media.size_bytes:,}')} ({file_size(media.size_bytes, language)})"
    facts = {
        "name": media.file_name,
        "format": media.format.upper(),
        "size": size,
        "pixels": f"{media.width_px} x {media.height_px}",
        "duration": None if media.duration_s is None else words.SECONDS.format(count=f"{media.duration_s:.1f}"),
        "frames": None
        if media.kind == "image"
        else words.OF.format(part=analysis.frames_examined, whole=media.frame_count),
        "sha256": media.sha256,
        "sha1": media.sha1,
        "md5": media.md5,
        "checkpoint": f"{checkpoint.name} ({checkpoint.architecture})",
        "checkpoint_sha256": checkpoint.sha256,
        "settings": ", ".join(f"{name} {value}" for name, value in sorted(analysis.settings.items())),
        "elapsed": words.SECONDS.format(count=f"{analysis.elapsed_s:.1f}"),
    }
    rows = "".join(
        f"<dt>{escape(words.FACTS[name])}</dt><dd>{escape(value)}</dd>"
        for name, value in facts.items()
        if value is not None
    )
    return f'<dl class="dd-facts">{rows}</dl>'
