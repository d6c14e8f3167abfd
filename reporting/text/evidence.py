"""What each file of evidence shows and how it was made, one English sentence each, for the lists of a package."""

from __future__ import annotations

from detector.types import MediaKind
from reporting.text.results import clock

_KINDS: dict[MediaKind, str] = {"image": "image", "video": "video"}


def received_purpose(kind: MediaKind) -> str:
    return f"The {_KINDS[kind]} as it was received; it is what was judged."


def copy_purpose(kind: MediaKind) -> str:
    return f"The {_KINDS[kind]} in a size that can be uploaded; the one received is kept unchanged."


def excerpt_purpose(start_s: float, end_s: float) -> str:
    return f"The video from {clock(start_s)} to {clock(end_s)} in a size that can be uploaded; it is kept whole."


def frame_purpose(time_s: float, kind: MediaKind) -> str:
    if kind == "image":
        return "The image that was judged."
    return f"The frame of the video at {clock(time_s)}, without any marks."


def heatmap_frame_purpose(time_s: float, kind: MediaKind) -> str:
    where = "The image" if kind == "image" else f"The frame of the video at {clock(time_s)}"
    return f"{where} with boxes and colours that software drew over it; an illustration, not the file itself."


def heatmap_face_purpose(number: int) -> str:
    return (
        f"Face {number} with colours that software drew over it, and their scale below, from 0 (nothing speaks "
        "for manipulation) to 1 (full colour); an illustration, not the file itself."
    )


def statement_purpose() -> str:
    return "The user's own words in full, where they were too long for the form."
