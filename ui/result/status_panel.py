"""The status panel: idle, checking, the verdict, or trouble. One live region for screen readers."""

from __future__ import annotations

from detector.types import Analysis, Outcome, Verdict
from reporting.text import guidance, verdict_notes
from reporting.text import results as result_text
from reporting.text.messages import message_sentences
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Trouble
from ui.common.html import bullets, english_details, escape, fold, icon, shown_percent, with_name
from ui.session.store import ImageLinks, Moment

_REGION = '<div role="status" aria-live="polite" aria-atomic="true" tabindex="-1">{content}</div>'


def idle_panel() -> str:
    """Return the empty region, present from the start so that later content is announced."""
    return _REGION.format(content="")


def checking_panel(name: str, language: Language, *, again: bool = False) -> str:
    """Return what is being checked."""
    words = text.of(language)
    hint = words.CHECKING_AGAIN if again else words.CHECKING_HINT
    return _REGION.format(
        content=f'<section class="dd-panel dd-checking"><h2>{with_name(words.CHECKING, name)}</h2>'
        f"<p>{escape(hint)}</p></section>"
    )


def fetching_panel(site: str, language: Language) -> str:
    """Return that a link is being downloaded."""
    words = text.of(language)
    return _REGION.format(
        content=f'<section class="dd-panel dd-checking"><h2>{escape(words.FETCHING.format(site=site))}</h2>'
        f"<p>{escape(words.FETCHING_HINT)}</p></section>"
    )


def stopped_panel(language: Language) -> str:
    """Return that the check was stopped."""
    words = text.of(language)
    title = f"{icon('trouble')} {escape(words.STOPPED_TITLE)}"
    return _REGION.format(
        content=f'<section class="dd-panel dd-trouble dd-stopped"><h2>{title}</h2>'
        f"<p>{escape(words.STOPPED)}</p></section>"
    )


def moment_panel(moment: Moment, language: Language) -> str:
    """Return the picked frame of a video."""
    words = text.of(language)
    caption = words.MOMENT_CAPTION.format(
        name=words.FACE_NAME.format(number=moment.track_id + 1),
        time=moment.time,
        p=result_text.percent(moment.probability, language),
    )
    alt = words.MOMENT_ALT.format(time=moment.time)
    return _REGION.format(
        content=f'<figure class="dd-moment">{moment.image.image(alt)}<figcaption>{escape(caption)} '
        f"{escape(words.MOMENT_COLOURS)} {moment.image.enlarge(words.ENLARGE)}</figcaption></figure>"
    )


def closer_panel(analysis: Analysis, language: Language) -> str:
    """Return how densely a video was sampled; empty for an image."""
    words, media = text.of(language), analysis.media
    if media.kind != "video":
        return idle_panel()
    counts = {"part": analysis.frames_examined, "whole": media.frame_count}
    if analysis.frames_examined == media.frame_count:
        said = words.CLOSER_ALL
    elif analysis.frame_interval_s:
        gap = words.SECONDS.format(count=f"{analysis.frame_interval_s:.1f}")
        said = words.CLOSER_DONE.format(gap=gap, **counts)
    else:
        said = words.CLOSER_ONE.format(**counts)
    return _REGION.format(content=f"<p>{escape(said)}</p>")


def trouble_panel(trouble: Trouble, language: Language) -> str:
    """Return what went wrong and what to do."""
    detail = ""
    if trouble.detail and language == "en":
        detail = f"<p>{escape(trouble.detail)}</p>"
    elif trouble.detail:
        detail = english_details((trouble.detail,), language)
    message = f"<p>{escape(trouble.message(language))}</p>"
    title = f"<h2>{icon('trouble')} {escape(trouble.title(language))}</h2>"
    # The error's own words come first where they can be read; else they are there for whoever can.
    content = title + (detail + message if language == "en" else message + detail)
    return _REGION.format(content=f'<section class="dd-panel dd-trouble" role="alert">{content}</section>')


def note_panel(message: str) -> str:
    """Return a note of one sentence."""
    return _REGION.format(content=f"<p>{escape(message)}</p>")


def saved_panel(link: str, name: str, said: str) -> str:
    """Return a download link, which `files.js` clicks once."""
    return _REGION.format(
        content=f'<p><a class="dd-button" href="{escape(link)}" download="{escape(name)}" data-save>'
        f"{escape(said)}</a></p>"
    )


def verdict_panel(analysis: Analysis, language: Language, links: ImageLinks) -> str:
    """Return the file's name, the outcome, the next action, warnings and limits; figures are collapsed."""
    words, verdict, media = text.of(language), analysis.verdict, analysis.media
    outcome = verdict.outcome
    screen = verdict_notes.screen_of(analysis)
    head = (
        f'<div><p class="dd-file">{with_name(words.CHECKED, media.file_name)}</p>'
        f"<h2>{icon(outcome)} {escape(verdict_notes.screen_headline(screen, language))}</h2>"
        f'<p class="dd-sentence">{escape(result_text.verdict_sentence(verdict, media.kind, language))}</p></div>'
    )
    parts = [f'<div class="dd-result">{_thumbnail(analysis, links, language)}{head}</div>']
    if rate := result_text.rate_sentence(analysis.checkpoint, verdict.grade, media.kind, language):
        parts.append(f"<p>{escape(rate)}</p>")
    parts.append(
        f'<p class="dd-action"><strong>{escape(guidance.next_action(outcome, language))}</strong> '
        f'<a href="#what-now">{escape(words.JUMP)}</a> <a href="#report">{escape(words.JUMP_REPORT)}</a></p>'
    )
    if analysis.warnings:
        said = "".join(f"<p>{escape(note)}</p>" for note in message_sentences(analysis.warnings, language))
        parts.append(
            f'<div class="dd-warning dd-inconclusive">{icon("trouble")}<div><strong>{escape(words.WARNING_TITLE)}'
            f"</strong>{said}</div></div>"
        )
    why, tries = verdict_notes.why(analysis, language), verdict_notes.tries(screen, media.kind, language)
    if why or tries:
        parts.append(fold(words.WHY, (f"<p>{escape(why)}</p>" if why else "") + bullets(tries)))
    if verdict.probability is not None:
        figures = _scale(verdict, verdict.probability, language)
        measured = escape(result_text.error_sentence(analysis.checkpoint, language))
        parts.append(fold(words.FIGURES, f"{figures}<p>{measured}</p>"))
        parts.append(f"<p><strong>{escape(result_text.not_proof(language))}</strong></p>")
    return _REGION.format(content=f'<section class="dd-panel dd-{outcome}">{"".join(parts)}</section>')


def _thumbnail(analysis: Analysis, links: ImageLinks, language: Language) -> str:
    """Return the thumbnail of the file; a click opens the decisive frame."""
    if links.still is None:
        return ""
    shown = links.still.image(text.of(language).STILL_ALT.format(name=analysis.media.file_name), "dd-still")
    if links.opened is None:
        return shown
    return f'<a href="{escape(links.opened.link)}" target="_blank" rel="noopener">{shown}</a>'


def _scale(verdict: Verdict, probability: float, language: Language) -> str:
    """Return a bar from 0 to 1 with both thresholds and the probability, with a legend."""
    words, low, high = text.of(language), verdict.threshold_real, verdict.threshold_fake
    zones: tuple[Outcome, ...] = ("real", "inconclusive", "fake")
    names = {zone: escape(result_text.headline(zone, language)) for zone in zones}
    shown, shown_low, shown_high = (shown_percent(share, language) for share in (probability, low, high))
    alt = words.SCALE_ALT.format(p=shown, low=shown_low, high=shown_high, **names)
    bounds = {
        "real": words.SCALE_LOW.format(p=shown_low),
        "inconclusive": words.SCALE_MIDDLE,
        "fake": words.SCALE_HIGH.format(p=shown_high),
    }
    legend = "".join(
        f'<li class="dd-zone-{zone}{" dd-here" if zone == verdict.outcome else ""}">'
        f'<span class="dd-swatch" aria-hidden="true"></span>{bounds[zone]}: {names[zone]}</li>'
        for zone in zones
    )
    return (
        f'<div class="dd-scale"><p>{escape(words.SCALE_TITLE)}: <strong>{shown}</strong></p>'
        f'<div class="dd-bar" role="img" aria-label="{alt}">'
        f'<span class="dd-zone-real" style="width:{low:.2%}"></span>'
        f'<span class="dd-zone-inconclusive" style="width:{high - low:.2%}"></span>'
        f'<span class="dd-zone-fake" style="width:{1 - high:.2%}"></span>'
        f'<span class="dd-mark" style="left:{probability:.2%}"></span></div>'
        f'<ul class="dd-legend">{legend}</ul></div>'
    )
