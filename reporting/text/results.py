"""Sentences that state a result, with the calibrated estimate and the error rates: `results.toml`.

The detector's reasons are in `reporting.text.messages`, what to do about a result in `reporting.text.guidance`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Literal

from detector.types import CheckpointInfo, FaceTrack, Grade, MeasuredData, MediaKind, Outcome, Span, Step, Verdict
from reporting.text.catalog import lines, sentence

Language = Literal["en", "hi"]
LANGUAGES: tuple[Language, ...] = ("en", "hi")

Result = Outcome | Literal["some signs"]
"""What a reader is told: the outcome, or `some signs` where an inconclusive one leans towards `fake`."""
_SPANS_NAMED = 6
_say = partial(sentence, "results")


def percent(share: float, language: Language) -> str:
    """Format a share from 0.0 to 1.0; neither 0 % nor 100 % is ever claimed.

    Raises:
        ValueError: the share is not a number from 0 to 1.

    >>> percent(0.973, "en"), percent(0.0, "en"), percent(0.999, "en")
    ('97 %', 'under 1 %', 'over 99 %')
    """
    if not (math.isfinite(share) and 0.0 <= share <= 1.0):
        raise ValueError(f"a share lies from 0 to 1, got {share}")
    if share < 0.01:
        return _say("percent.under", language)
    if share > 0.99:
        return _say("percent.over", language)
    return f"{share:.0%}".replace("%", " %")


def estimate(probability: float) -> str:
    """Format an estimate to four digits; it is never written as 0 or 1.

    >>> estimate(0.97312), estimate(0.99998), estimate(0.00001)
    ('0.9731', '0.9999', '0.0001')
    """
    return f"{min(max(probability, 0.0001), 0.9999):.4f}"


def clock(time_s: float) -> str:
    """Format a time of a video.

    >>> clock(0.0), clock(75.4), clock(3661)
    ('0:00', '1:15', '1:01:01')
    """
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment_clock(time_s: float) -> str:
    """Format a time of a video to a tenth of a second.

    >>> moment_clock(0.04), moment_clock(75.46)
    ('0:00.0', '1:15.4')
    """
    return f"{clock(time_s)}.{int(time_s * 10) % 10}"


def length_clock(duration_s: float) -> str:
    """Format the length of a video; a short one with tenths.

    >>> length_clock(0.72), length_clock(600.4)
    ('0:00.7', '10:00')
    """
    return moment_clock(duration_s) if duration_s < 10 else clock(duration_s)


def kind_name(kind: MediaKind, language: Language) -> str:
    """Return the word for an image or a video."""
    return _say(f"kind.{kind}", language)


def shown(found: Verdict | FaceTrack) -> Result:
    """Return what a reader is told of a verdict or a track."""
    return "some signs" if found.grade == "some signs" else found.outcome


def headline(result: Result, language: Language) -> str:
    """Return the result in a few words."""
    return _say(f"headline.{result}", language)


def verdict_sentence(verdict: Verdict, kind: MediaKind, language: Language) -> str:
    """Return the sentence about the whole file."""
    return _say(f"verdict.{shown(verdict)}", language, kind=kind_name(kind, language))


def short_opinion(result: Result, language: Language) -> str:
    """Return the result in one short sentence without a number."""
    return _say(f"short.{result}", language)


def face_sentence(result: Result, language: Language, probability: float | None = None) -> str:
    """Return the sentence about a face or track, with the calibrated P(fake) if `probability` is given.

    >>> face_sentence("real", "en"), face_sentence("fake", "en", 0.97)
    ('No signs of manipulation were found in this face.', 'This face shows signs of manipulation (estimate 97 %).')
    """
    estimate = "" if probability is None else _say("estimate", language, p=percent(probability, language))
    return _say(f"face.{result}", language, estimate=estimate)


def step_sentence(step: Step, language: Language) -> str:
    """Return the stage of a running analysis."""
    return _say(f"step.{step.stage}", language, frame=step.frame, frames=step.frames)


def peak_sentence(peak: Span, language: Language) -> str:
    """Return when the estimate for a face is highest, and its value.

    >>> peak_sentence(Span(12.0, 15.5, 0.97), "en")
    'Highest estimate 97 %, from 0:12.0 to 0:15.5.'
    """
    return _say(
        "stretch.peak", language, stretch=_span_words(peak, language), p=percent(peak.probability, language)
    )


def strongest_sentence(peak: Span, language: Language) -> str:
    """Return when the estimate for a face is highest.

    >>> strongest_sentence(Span(12.0, 15.5, 0.97), "en")
    'The estimate is highest from 0:12.0 to 0:15.5.'
    """
    return _say("stretch.strongest", language, stretch=_span_words(peak, language))


def flagged_sentence(spans: Sequence[Span], language: Language) -> str:
    """Return the spans in which a person's estimate reaches the threshold for `fake`, the first few by time.

    Raises:
        ValueError: there is none.

    >>> flagged_sentence([Span(1.0, 3.2, 0.9), Span(12.0, 12.0, 0.85)], "en")
    'Signs of manipulation from 0:01.0 to 0:03.2, at 0:12.0.'
    """
    if not spans:
        raise ValueError("no spans given")
    stretches = ", ".join(_span_words(span, language) for span in spans[:_SPANS_NAMED])
    if len(spans) > _SPANS_NAMED:
        stretches = _say("stretch.more", language, stretches=stretches, count=len(spans) - _SPANS_NAMED)
    return _say("stretch.flagged", language, stretches=stretches)


def _span_words(span: Span, language: Language) -> str:
    start, end = moment_clock(span.start_s), moment_clock(span.end_s)
    return _say("stretch.moment" if start == end else "stretch.span", language, start=start, end=end)


def no_face_in_view(language: Language) -> str:
    """Return what the camera tab says when no face is seen."""
    return _say("no_face_in_view", language)


def derived_copy(language: Language) -> str:
    """Return the footer of every frame of an annotated video."""
    return _say("derived_copy", language)


def error_sentence(checkpoint: CheckpointInfo, language: Language) -> str:
    """Return the error rates of the detector, or that they were never measured."""
    false_alarm, miss, undecided = checkpoint.false_alarm_rate, checkpoint.miss_rate, checkpoint.undecided_rate
    if false_alarm is None and miss is None:
        return _say("error.never", language)
    data, frame = " ".join(checkpoint.measured_on.split()).rstrip("."), "frame"
    if language == "hi" and data:
        measured = checkpoint.measured
        data, frame = (_data_in_hindi(measured), "frame") if measured else (data, "own")

    def rate(name: str, share: float | None) -> str:
        if share is None:
            return _say(f"error.no_{name}", language)
        return _say(f"error.{name}", language, p=percent(share, language))

    return _say(
        f"error.{frame}",
        language,
        data=data or _say("error.unnamed", language),
        false_alarm=rate("false_alarm", false_alarm),
        miss=rate("miss", miss),
        undecided=rate("undecided", undecided),
    )


def _data_in_hindi(data: MeasuredData) -> str:
    """Name the data that rates were measured on, up to where a Hindi sentence goes on with "पर".

    >>> _data_in_hindi(MeasuredData(images=1200, sources="LFW"))
    'सिखाने से अलग रखी गई 1,200 तस्वीरों (LFW)'
    >>> _data_in_hindi(MeasuredData(synthetic_videos=9, videos=4))
    'सिखाने से अलग रखी गई तस्वीरों को हिलाकर बनाए गए 9 वीडियो और सिखाने से अलग रखे गए 4 असल वीडियो'
    """
    counts = {"images": data.images, "synthetic_videos": data.synthetic_videos, "videos": data.videos}
    parts = [_say(f"data.{name}", "hi", count=f"{count:,}") for name, count in counts.items() if count]
    return " और ".join(parts) + (f" ({data.sources})" if data.sources else "")


def rate_sentence(checkpoint: CheckpointInfo, grade: Grade | None, kind: MediaKind, language: Language) -> str:
    """Return how many of 1,000 genuine and manipulated files get this grade; empty if it was not measured."""
    rate = checkpoint.grade_rates.get(grade) if grade is not None else None
    if rate is None:
        return ""
    genuine, manipulated = (_of_thousand(share, language) for share in (rate.genuine, rate.manipulated))
    kinds = _say(f"kinds.{kind}", language)
    return _say("rate", language, genuine=genuine, manipulated=manipulated, kinds=kinds)


def _of_thousand(share: float, language: Language) -> str:
    """Format a share as a count of 1,000.

    >>> _of_thousand(0.0004, "en"), _of_thousand(0.0123, "en"), _of_thousand(0.42, "en")
    ('fewer than 1', 'about 12', 'about 420')
    """
    count = round(1000 * share)
    if count < 1:
        return _say("of_thousand.few", language)
    return _say("of_thousand.many", language, n=count if count < 100 else round(count, -1))


def limits(language: Language) -> tuple[str, ...]:
    """Return what the detector cannot tell, one sentence each."""
    return lines("results", "limits", language)


def not_proof(language: Language) -> str:
    """Return the sentence that is shown with every result."""
    return _say("not_proof", language)


def not_an_fir(language: Language) -> str:
    """Return the sentence that is shown with every draft."""
    return _say("not_an_fir", language)


def support_sentence(outcome: Outcome, kind: MediaKind, language: Language) -> str:
    """Return whether the analysis supports a complaint about manipulation; only the outcome `fake` does."""
    return _say(f"supports.{'yes' if outcome == 'fake' else 'no'}", language, kind=kind_name(kind, language))


def complaint_id_is_no_fir(language: Language) -> str:
    """Return that an acknowledgement number is not an FIR."""
    return _say("complaint_id_is_no_fir", language)
