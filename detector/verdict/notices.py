"""The limits of a result in English, and those with which the outcome cannot be `real`."""

from __future__ import annotations

from collections.abc import Sequence

from detector.types import MediaKind, Notice, NoticeCode

WITHHOLD_REAL: frozenset[NoticeCode] = frozenset({"faces_left_out", "small_faces", "brief_signs"})
"""A face that was not judged, or a moment too short to decide, may be manipulated."""


def notice_sentence(notice: Notice, kind: MediaKind) -> str:
    """What was not looked at, or looked at differently.

    >>> notice_sentence(Notice("turned", 90), "image")
    'No face stands upright in this image: it was turned by 90 degrees counter-clockwise before it was judged.'
    """
    what = "image" if kind == "image" else "video"
    match notice.code:
        case "turned":
            return (
                f"No face stands upright in this {what}: it was turned by {notice.value:.0f} degrees "
                "counter-clockwise before it was judged."
            )
        case "sparse":
            return (
                f"For up to {notice.value:.1f} s at a time no frame was examined: what is shorter than that may "
                "have been missed. Cut out the part in question and check that too, or have every frame examined."
            )
        case "brief_signs":
            return (
                f"About {_clock(notice.value)} the estimate is high for a second, too short to decide by itself. "
                "Cut out the seconds around it and check those."
            )
        case "faces_left_out":
            place = "the image" if kind == "image" else "a frame"
            if not notice.value:
                return (
                    f"There are more places in {place} that may be faces than are examined: some were left out. "
                    "Cut out the part in question and check that too."
                )
            return (
                f"There are more faces in {place} than are judged: {notice.value:.0f} of them were left out, the "
                "smallest. Cut out the part in question and check that too."
            )
        case "small_faces":
            count = "1 face is" if notice.value == 1 else f"{notice.value:.0f} faces are"
            return (
                f"{count} too small to be judged. Look for a larger copy of the {what}, in which every face is "
                "larger, and check that too."
            )


def _clock(time_s: float) -> str:
    """
    >>> _clock(243.52)
    '4:03.5'
    """
    minutes, seconds = divmod(round(time_s, 1), 60)
    return f"{minutes:.0f}:{seconds:04.1f}"


def may_be_real(notices: Sequence[Notice]) -> bool:
    """Whether `real` can be said beside these limits."""
    return not any(notice.code in WITHHOLD_REAL for notice in notices)
