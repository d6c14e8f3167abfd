"""The limits of a result in English, and those with which the outcome cannot be `real`."""

from __future__ import annotations

from collections.abc import Sequence

from detector.types import MediaKind, Notice, NoticeCode

WITHHOLD_REAL: frozenset[NoticeCode] = frozenset({"faces_left_out"})
"""A face that was not judged may be the manipulated one."""


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
        case "faces_left_out":
            number = f"{notice.value:.0f} of them" if notice.value else "some of them"
            place = "the image" if kind == "image" else "a frame"
            return (
                f"There are more faces in {place} than are judged: {number} were left out, the smallest. "
                "Cut out the part in question and check that too."
            )


def may_be_real(notices: Sequence[Notice]) -> bool:
    """Whether `real` can be said beside these limits."""
    return not any(notice.code in WITHHOLD_REAL for notice in notices)
