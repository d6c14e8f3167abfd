"""What lies below the verdict: every face, the whole frames, the reasons, the limits, and what to do now.

Pure functions from values to HTML; images come as addresses, since somebody else has to store them.
"""

from __future__ import annotations

from detector.types import Analysis, FaceTrack, Outcome
from explain.types import Explanation, Explanations, ScaleSource
from reporting.text import guidance
from reporting.text import results as result_text
from reporting.text.messages import message_sentences
from reporting.text.regions import evidence_sentences
from reporting.text.results import Language, clock
from ui import text
from ui.common.html import Picture, bullets, escape, file_size, fold, icon
from ui.result.timeline import ordered
from ui.session.store import ImageLinks


def findings(analysis: Analysis, explanations: Explanations | None, links: ImageLinks, language: Language) -> str:
    """Everything that was found, the faces first and the details folded."""
    words = text.of(language)
    return "".join(
        (
            _faces(analysis, explanations, links, language),
            _frames(analysis, explanations, links.frames, language),
            fold(words.REASONS_TITLE, _reasons(analysis, language) + _facts(analysis, language)),
            fold(words.LIMITS_TITLE, bullets(result_text.limits(language))),
        )
    )


def next_steps(outcome: Outcome, language: Language) -> str:
    """What to do now, the most urgent first."""
    steps = "".join(f"<li>{escape(step)}</li>" for step in guidance.next_steps(outcome, language))
    return f'<h2 id="what-now">{escape(text.of(language).STEPS_TITLE)}</h2><ol>{steps}</ol>'


def _faces(analysis: Analysis, explanations: Explanations | None, links: ImageLinks, language: Language) -> str:
    """One card a track, those that decide the verdict and speak most for `fake` first; each has its number."""
    if not analysis.tracks:
        return ""
    words = text.of(language)
    video = analysis.media.kind == "video"
    images: dict[int, list[str]] = {}
    if explanations is not None:
        for face, heatmap, original in zip(explanations.faces, links.faces, links.originals, strict=True):
            images.setdefault(face.track_id, []).append(_compared(face, heatmap, original, video, language))
    tracks = ordered(analysis.tracks)
    cards = "".join(_card(analysis, track, images.get(track.track_id, []), language) for track in tracks)
    several = len(tracks) > 1
    lead = f"<p>{escape(words.FACES_ORDER)}</p>" * several
    if explanations is not None and images:
        lead += _heatmap_key(explanations.scale_from, language)
    title = f"<h2>{escape(words.FACES_TITLE[several])}</h2>"
    return f'<section>{title}{lead}<div class="dd-cards">{cards}</div></section>'


def _heatmap_key(scale_from: ScaleSource, language: Language) -> str:
    """What the colours mean, and the bar from none to strongest, in the visitor's words."""
    words = text.of(language)
    none, most = words.HEATMAP_NONE, words.HEATMAP_MOST[scale_from]
    notes = [words.COLOURS.format(none=none, most=most)]
    if scale_from == "report":
        notes.append(words.COLOURS_UNMEASURED)
    return (
        "".join(f"<p>{escape(note)}</p>" for note in notes)
        + f'<div class="dd-heat" aria-hidden="true"><span class="dd-heat-bar"></span><span>{escape(none)}'
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
            start=clock(track.scores[0].time_s),
            end=clock(track.scores[-1].time_s),
        )
        if track.peak is not None:
            lines.append(f"<p>{escape(result_text.peak_sentence(track.peak, language))}</p>")
        if track.flagged:
            lines.append(f"<p>{escape(result_text.flagged_sentence(track.flagged, language))}</p>")
        lines.append(f"<p>{escape(views)}</p>")
        lines += [f"<p>{escape(marked)}</p>" for marked in _marked(track, language)]
    if not track.weighty:
        lines.append(f"<p>{escape(words.PASSING)}</p>")
    if not images:
        lines.append(f"<p>{escape(words.NO_IMAGE)}</p>")
    return (
        f'<article class="dd-card dd-{track.outcome}"><div>{"".join(lines)}</div>'
        f'<div class="dd-images">{"".join(images)}</div></article>'
    )


def _marked(track: FaceTrack, language: Language) -> list[str]:
    """How many of the views are hard to judge, and why; nothing where none is."""
    words = text.of(language)
    counts = {mark: sum(mark in score.marks for score in track.scores) for mark in words.MARKS}
    named = [words.MARKS[mark].format(count=count) for mark, count in counts.items() if count]
    return [words.MARKED.format(marks=", ".join(named))] if named else []


def _compared(face: Explanation, heatmap: Picture, original: Picture, video: bool, language: Language) -> str:
    """One face with and without its heat, one over the other; `compare.js` moves the border."""
    words, time = text.of(language), clock(face.score.time_s)
    named = {"number": face.track_id + 1, "moment": words.MOMENT.format(time=time) if video else ""}
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in evidence_sentences(face, language))
    over = f'<div class="dd-over">{heatmap.image(words.FACE_ALT.format(**named))}</div>'
    caption = f"<figcaption>{escape(words.VIDEO_CAPTION.format(time=time))}</figcaption>" if video else ""
    return (
        f'<figure class="dd-compare"><div class="dd-stack">'
        f"{original.image(words.FACE_ORIGINAL_ALT.format(**named))}{over}</div>"
        f'<label class="dd-slider"><span class="dd-unseen">{escape(words.COMPARE.format(**named))}</span>'
        f'<input type="range" min="0" max="100" step="5" value="100"></label>'
        f'<div class="dd-ends" aria-hidden="true"><span>{escape(words.COMPARE_ORIGINAL)}</span>'
        f"<span>{escape(words.COMPARE_HEATMAP)}</span></div>{caption}{said}</figure>"
    )


def _frames(
    analysis: Analysis, explanations: Explanations | None, links: tuple[Picture, ...], language: Language
) -> str:
    if explanations is None or not explanations.frames:
        return ""
    words, kind = text.of(language), analysis.media.kind
    figures = []
    for frame, image in zip(explanations.frames, links, strict=True):
        caption = words.VIDEO_CAPTION.format(time=clock(frame.time_s)) if kind == "video" else words.IMAGE_CAPTION
        figures.append(
            f"<figure>{image.image(words.FRAME_ALT.format(caption=caption))}<figcaption>{escape(caption)}. "
            f"{image.enlarge(words.ENLARGE)}</figcaption></figure>"
        )
    return (
        f"<section><h2>{escape(words.FRAMES_TITLE[kind])}</h2>"
        f'<div class="dd-frames">{"".join(figures)}</div></section>'
    )


def _reasons(analysis: Analysis, language: Language) -> str:
    """The figures behind the outcome."""
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
