"""From the logits of single faces to a person's and to the whole file's. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

WEIGHTY_FRAC = 0.2
"""A track with fewer faces than this share of the longest one's does not decide the verdict of a clip."""


def pool_faces(logits: Sequence[float]) -> float:
    """A person's logit: the mean over their faces.

    Raises:
        ValueError: no faces; there is no number for that.

    >>> pool_faces([1.0, 3.0])
    2.0
    """
    if not logits:
        raise ValueError("no faces, no logit")
    return sum(logits) / len(logits)


def weighty_tracks(face_counts: Sequence[int]) -> list[bool]:
    """Which tracks are long enough beside the others to decide the verdict.

    >>> weighty_tracks([30, 2, 10])
    [True, False, True]
    """
    longest = max(face_counts, default=0)
    return [count >= WEIGHTY_FRAC * longest for count in face_counts]


def pool_tracks(logits: Sequence[float], weighty: Sequence[bool]) -> float | None:
    """The file's logit: the highest among its weighty tracks, so that one manipulated person is not voted
    down by the others. None without a face, never a number.

    >>> pool_tracks([-2.0, 4.0, 9.0], [True, True, False])
    4.0
    >>> pool_tracks([], []) is None
    True
    """
    return max((logit for logit, counts in zip(logits, weighty, strict=True) if counts), default=None)
