"""What lies below the verdict: every face, the whole frames, the reasons, the limits, and what to do now.

Pure functions from values to HTML; pictures come as addresses, since somebody else has to store them.
"""

from __future__ import annotations

from dataclasses import dataclass

from detector.types import Analysis, FaceTrack, Outcome
from explain.types import Explanation, Explanations
from reporting import wording
from reporting.portals import load_portal
from reporting.wording import clock
from ui import text
from ui.markup import escape, file_size, icon
from ui.timeline import ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLinks:
    """Addresses of the drawn pictures, in the order of `Explanations`."""

    faces: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()


def findings(analysis: Analysis, explanations: Explanations | None, links: PictureLinks) -> str:
    """Everything that was found, the faces first and the details folded."""
    return "".join(
        (
            _faces(analysis, explanations, links.faces),
            _frames(analysis, explanations, links.frames),
            _fold(text.REASONS_TITLE, _reasons(analysis) + _facts(analysis)),
            _fold(text.LIMITS_TITLE, _bullets(wording.limits(text.LANGUAGE))),
        )
    )


def next_steps(outcome: Outcome) -> str:
    """What to do now, the most urgent first."""
    steps = "".join(f"<li>{escape(step)}</li>" for step in wording.next_steps(outcome, text.LANGUAGE))
    return f'<h2 id="what-now">{escape(text.STEPS_TITLE)}</h2><ol>{steps}</ol>'


def portal_link() -> str:
    """The way to the complaint portal: a link that opens a tab of its own, and the address to type instead."""
    portal = load_portal()
    return (
        f"<h2>{escape(text.PORTAL_TITLE)}</h2>"
        f'<p><a class="dd-button" href="{escape(portal.home_url.value)}" target="_blank" '
        f'rel="noopener noreferrer">{escape(text.PORTAL_BUTTON)}</a></p>'
        f"<p>{escape(portal.address_line)}</p><p>{escape(text.PORTAL_HINT)}</p>"
    )


def _faces(analysis: Analysis, explanations: Explanations | None, links: tuple[str, ...]) -> str:
    """One card a track, those that decide the verdict and speak most for `fake` first; each has its number."""
    if not analysis.tracks:
        return ""
    pictures: dict[int, list[tuple[Explanation, str]]] = {}
    if explanations is not None:
        for face, link in zip(explanations.faces, links, strict=True):
            pictures.setdefault(face.track_id, []).append((face, link))
    tracks = ordered(analysis.tracks)
    cards = "".join(_card(analysis, track, pictures.get(track.track_id, [])) for track in tracks)
    several = len(tracks) > 1
    notes = [text.FACES_ORDER] * several + [text.COLOURS] * bool(pictures)
    lead = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        f'<section><h2>{escape(text.FACES_TITLE[several])}</h2>{lead}<div class="dd-cards">{cards}</div></section>'
    )


def _card(analysis: Analysis, track: FaceTrack, pictures: list[tuple[Explanation, str]]) -> str:
    clip = analysis.media.kind == "video"
    number = track.track_id + 1
    sentence = wording.face_sentence(track.outcome, track.probability, text.LANGUAGE)
    lines = [
        f"<h3>{icon(track.outcome)} {escape(text.FACE_NAME.format(number=number))}</h3>",
        f"<p>{escape(sentence)}</p>",
    ]
    if clip:
        views = text.VIEWS[len(track.scores) > 1].format(
            views=len(track.scores),
            frames=analysis.frames_examined,
            start=clock(track.scores[0].time_s),
            end=clock(track.scores[-1].time_s),
        )
        if track.peak is not None:
            lines.append(f"<p>{escape(wording.peak_sentence(track.peak, text.LANGUAGE))}</p>")
        if track.flagged:
            lines.append(f"<p>{escape(wording.flagged_sentence(track.flagged, text.LANGUAGE))}</p>")
        lines.append(f"<p>{escape(views)}</p>")
        lines += [f"<p>{escape(marked)}</p>" for marked in _marked(track)]
    if not track.weighty:
        lines.append(f"<p>{escape(text.PASSING)}</p>")
    shown = "".join(_face_picture(face, link, clip) for face, link in pictures)
    if not shown:
        lines.append(f"<p>{escape(text.NO_PICTURE)}</p>")
    return (
        f'<article class="dd-card dd-{track.outcome}"><div>{"".join(lines)}</div>'
        f'<div class="dd-pictures">{shown}</div></article>'
    )


def _marked(track: FaceTrack) -> list[str]:
    """How many of the views are hard to judge, and why; nothing where none is."""
    counts = {mark: sum(mark in score.marks for score in track.scores) for mark in text.MARKS}
    named = [text.MARKS[mark].format(count=count) for mark, count in counts.items() if count]
    return [text.MARKED.format(marks=", ".join(named))] if named else []


def _face_picture(face: Explanation, link: str, clip: bool) -> str:
    moment = clock(face.score.time_s)
    alt = escape(
        text.FACE_ALT.format(number=face.track_id + 1, moment=text.MOMENT.format(time=moment) if clip else "")
    )
    caption = f"<figcaption>{escape(text.CLIP_CAPTION.format(time=moment))}</figcaption>" if clip else ""
    return f'<figure><img src="{escape(link)}" alt="{alt}" loading="lazy">{caption}</figure>'


def _frames(analysis: Analysis, explanations: Explanations | None, links: tuple[str, ...]) -> str:
    if explanations is None or not explanations.frames:
        return ""
    kind = analysis.media.kind
    figures = []
    for frame, link in zip(explanations.frames, links, strict=True):
        caption = text.PICTURE_CAPTION if kind == "image" else text.CLIP_CAPTION.format(time=clock(frame.time_s))
        alt = escape(text.FRAME_ALT.format(caption=caption))
        address = escape(link)
        figures.append(
            f'<figure><img src="{address}" alt="{alt}" loading="lazy"><figcaption>{escape(caption)}. '
            f'<a href="{address}" target="_blank" rel="noopener">{escape(text.ENLARGE)}</a></figcaption></figure>'
        )
    return (
        f"<section><h2>{escape(text.FRAMES_TITLE[kind])}</h2>"
        f'<div class="dd-frames">{"".join(figures)}</div></section>'
    )


def _reasons(analysis: Analysis) -> str:
    return _bullets(analysis.verdict.reasons)


def _facts(analysis: Analysis) -> str:
    media, checkpoint = analysis.media, analysis.checkpoint
    facts = {
        "name": media.file_name,
        "format": media.format.upper(),
        "size": f"{media.size_bytes:,} bytes ({file_size(media.size_bytes)})",
        "pixels": f"{media.width_px} x {media.height_px}",
        "duration": None if media.duration_s is None else f"{media.duration_s:.1f} s",
        "frames": None if media.kind == "image" else f"{analysis.frames_examined} of {media.frame_count}",
        "sha256": media.sha256,
        "sha1": media.sha1,
        "md5": media.md5,
        "checkpoint": f"{checkpoint.name} ({checkpoint.architecture})",
        "checkpoint_sha256": checkpoint.sha256,
        "settings": ", ".join(f"{name} {value}" for name, value in sorted(analysis.settings.items())),
        "elapsed": f"{analysis.elapsed_s:.1f} s",
    }
    rows = "".join(
        f"<dt>{escape(text.FACTS[name])}</dt><dd>{escape(value)}</dd>"
        for name, value in facts.items()
        if value is not None
    )
    return f'<dl class="dd-facts">{rows}</dl>'


def _bullets(sentences: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def _fold(title: str, content: str) -> str:
    return f'<details class="dd-fold"><summary>{escape(title)}</summary>{content}</details>'
