"""The status panel: idle, checking, the verdict, or trouble. One live region for screen readers."""

from __future__ import annotations

from detector.types import Analysis
from reporting.text import guidance, verdict_notes
from reporting.text import results as result_text
from reporting.text.messages import message_sentences
from reporting.text.results import Language
from ui import text
from ui.check.file_check import Trouble
from ui.common.html import escape, icon, with_name
from ui.common.templates import render
from ui.session.store import ImageLinks, Moment

_REGION = '<div role="status" aria-live="polite" aria-atomic="true" tabindex="-1">{content}</div>'


def idle_panel() -> str:
    """Return the empty region, present from the start so that later content is announced."""
    return _REGION.format(content="")


def checking_panel(name: str, language: Language, *, again: bool = False) -> str:
    """Return what is being checked."""
    words = text.of(language)
    hint = words.CHECKING_AGAIN if again else words.CHECKING_HINT
    return _section("dd-checking dd-begun", with_name(words.CHECKING, name), hint)


def fetching_panel(site: str, language: Language) -> str:
    """Return that a link is being downloaded."""
    words = text.of(language)
    return _section("dd-checking dd-begun", escape(words.FETCHING.format(site=site)), words.FETCHING_HINT)


def stopped_panel(language: Language) -> str:
    """Return that the check was stopped."""
    words = text.of(language)
    return _section("dd-trouble dd-stopped", f"{icon('trouble')} {escape(words.STOPPED_TITLE)}", words.STOPPED)


def _section(kind: str, title: str, sentence: str) -> str:
    content = f'<section class="dd-panel {kind}"><h2>{title}</h2><p>{escape(sentence)}</p></section>'
    return _REGION.format(content=content)


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


def _density(analysis: Analysis, language: Language) -> str:
    """Return how densely a video was sampled; empty for an image."""
    words, media = text.of(language), analysis.media
    if media.kind != "video":
        return ""
    counts = {"part": analysis.frames_examined, "whole": media.frame_count}
    if analysis.frames_examined == media.frame_count:
        return words.CLOSER_ALL
    if not analysis.frame_interval_s:
        return words.CLOSER_ONE.format(**counts)
    gap = words.SECONDS.format(count=f"{analysis.frame_interval_s:.1f}")
    return words.CLOSER_DONE.format(gap=gap, **counts)


def trouble_panel(trouble: Trouble, language: Language) -> str:
    """Return what went wrong and what to do."""
    return render("result/trouble.html.j2", language, trouble=trouble)


def note_panel(message: str) -> str:
    """Return a note of one sentence."""
    return _REGION.format(content=f"<p>{escape(message)}</p>")


def saved_panel(link: str, name: str, sentence: str) -> str:
    """Return a download link, which `files.js` clicks once."""
    return _REGION.format(
        content=f'<p><a class="dd-button" href="{escape(link)}" download="{escape(name)}" data-save>'
        f"{escape(sentence)}</a></p>"
    )


def verdict_panel(analysis: Analysis, language: Language, links: ImageLinks) -> str:
    """Return the file's name, the outcome, the next action, warnings and limits; figures are collapsed."""
    verdict, media = analysis.verdict, analysis.media
    screen = verdict_notes.screen_of(analysis)
    return render(
        "result/verdict.html.j2",
        language,
        verdict=verdict,
        media=media,
        checkpoint=analysis.checkpoint,
        still=links.still,
        opened=links.opened,
        headline=result_text.headline(result_text.shown(verdict), language),
        sentence=verdict_notes.result_sentence(analysis, language),
        density=_density(analysis, language),
        faces=[
            f"{text.of(language).FACE_NAME.format(number=track.track_id + 1)}: "
            f"{result_text.percent(track.probability, language)}"
            for track in analysis.tracks
        ],
        rate=result_text.rate_sentence(analysis.checkpoint, verdict.grade, media.kind, language),
        action=guidance.next_action(verdict.outcome, language),
        warnings=message_sentences(analysis.warnings, language),
        why=verdict_notes.why(analysis, language),
        tries=verdict_notes.tries(screen, media.kind, language),
    )
