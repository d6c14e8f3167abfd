"""The one panel that answers first: nothing yet, being checked, the verdict, or what went wrong.

It is one region that screen readers follow; everything below it on the page is detail.
"""

from __future__ import annotations

from detector.types import Analysis, Outcome, Verdict
from reporting import wording
from ui import text
from ui.markup import escape, icon, shown_percent

_REGION = '<div role="status" aria-live="polite" aria-atomic="true" tabindex="-1">{content}</div>'


def idle_panel() -> str:
    """The region with nothing in it, there from the start so that what comes later is read out."""
    return _REGION.format(content="")


def checking_panel(name: str) -> str:
    """What is being checked; the moving progress stands below it."""
    return _REGION.format(
        content=f'<section class="dd-panel dd-checking"><h2>{escape(text.CHECKING.format(name=name))}</h2>'
        f"<p>{escape(text.CHECKING_HINT)}</p></section>"
    )


def stopped_panel() -> str:
    """The visitor stopped the check."""
    title = f"{icon('trouble')} {escape(text.STOPPED_TITLE)}"
    return _REGION.format(
        content=f'<section class="dd-panel dd-trouble dd-stopped"><h2>{title}</h2>'
        f"<p>{escape(text.STOPPED)}</p></section>"
    )


def moment_panel(link: str, name: str, time: str, probability: float) -> str:
    """One moment of a clip, asked for by the visitor.

    Args:
        link: address of its picture.
        name: of the person it was asked for.
        time: of the clip, in words.
        probability: the person's calibrated P(fake) about that moment.
    """
    caption = text.MOMENT_CAPTION.format(name=name, time=time, p=wording.percent(probability, text.LANGUAGE))
    alt = escape(text.MOMENT_ALT.format(time=time))
    address = escape(link)
    return _REGION.format(
        content=f'<figure class="dd-moment"><img src="{address}" alt="{alt}"><figcaption>{escape(caption)} '
        f'{escape(text.MOMENT_COLOURS)} <a href="{address}" target="_blank" rel="noopener">{escape(text.ENLARGE)}'
        "</a></figcaption></figure>"
    )


def trouble_panel(title: str, message: str, hint: str = "") -> str:
    """Something went wrong, in plain words, where the result would have stood."""
    hint = f"<p>{escape(hint)}</p>" if hint else ""
    return _REGION.format(
        content=f'<section class="dd-panel dd-trouble" role="alert"><h2>{icon("trouble")} {escape(title)}</h2>'
        f"<p>{escape(message)}</p>{hint}</section>"
    )


def note_panel(message: str) -> str:
    """Good news of one sentence."""
    return _REGION.format(content=f"<p>{escape(message)}</p>")


def verdict_panel(analysis: Analysis, still_link: str | None = None) -> str:
    """The outcome in words, the estimate on its scale, how often it errs, and that it is not proof.

    Args:
        analysis: what was found.
        still_link: address of a small picture of the file, shown where no face was found.
    """
    verdict, media = analysis.verdict, analysis.media
    outcome = verdict.outcome
    parts = [
        f'<p class="dd-file">{escape(text.CHECKED.format(name=media.file_name))}</p>',
        f"<h2>{icon(outcome)} {escape(wording.headline(outcome, text.LANGUAGE))}</h2>",
        f'<p class="dd-sentence">{escape(wording.verdict_sentence(verdict, media.kind, text.LANGUAGE))}</p>',
    ]
    if analysis.warnings:
        notes = "".join(f"<p>{escape(warning)}</p>" for warning in analysis.warnings)
        parts.append(
            f'<div class="dd-warning dd-inconclusive">{icon("trouble")}<div><strong>{escape(text.WARNING_TITLE)}'
            f"</strong>{notes}</div></div>"
        )
    if still_link:
        alt = escape(text.STILL_ALT.format(name=media.file_name))
        parts.append(f'<img class="dd-still" src="{escape(still_link)}" alt="{alt}">')
    if verdict.probability is not None:
        parts.append(_scale(verdict, verdict.probability))
        parts.append(f"<p>{escape(wording.error_sentence(analysis.checkpoint, text.LANGUAGE))}</p>")
        parts.append(f"<p><strong>{escape(wording.not_proof(text.LANGUAGE))}</strong></p>")
    parts.append(f'<p><a href="#what-now">{escape(text.JUMP)}</a></p>')
    return _REGION.format(content=f'<section class="dd-panel dd-{outcome}">{"".join(parts)}</section>')


def _scale(verdict: Verdict, probability: float) -> str:
    """A bar from 0 to 1 with the two thresholds and the estimate, and the same in words below it."""
    low, high = verdict.threshold_real, verdict.threshold_fake
    zones: tuple[Outcome, ...] = ("real", "inconclusive", "fake")
    words = {zone: escape(wording.headline(zone, text.LANGUAGE)) for zone in zones}
    alt = text.SCALE_ALT.format(
        p=shown_percent(probability), low=shown_percent(low), high=shown_percent(high), **words
    )
    legend = "".join(
        f'<li class="dd-zone-{zone}{" dd-here" if zone == verdict.outcome else ""}">'
        f'<span class="dd-swatch" aria-hidden="true"></span>{bounds}: {words[zone]}</li>'
        for zone, bounds in _zone_bounds(low, high)
    )
    return (
        f'<div class="dd-scale"><p>{escape(text.SCALE_TITLE)}: <strong>{shown_percent(probability)}</strong></p>'
        f'<div class="dd-bar" role="img" aria-label="{alt}">'
        f'<span class="dd-zone-real" style="width:{low:.2%}"></span>'
        f'<span class="dd-zone-inconclusive" style="width:{high - low:.2%}"></span>'
        f'<span class="dd-zone-fake" style="width:{1 - high:.2%}"></span>'
        f'<span class="dd-mark" style="left:{probability:.2%}"></span></div>'
        f'<ul class="dd-legend">{legend}</ul></div>'
    )


def _zone_bounds(low: float, high: float) -> tuple[tuple[Outcome, str], ...]:
    return (
        ("real", text.SCALE_LOW.format(p=shown_percent(low))),
        ("inconclusive", text.SCALE_MIDDLE),
        ("fake", text.SCALE_HIGH.format(p=shown_percent(high))),
    )
