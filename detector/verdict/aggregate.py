"""From the logits of single faces to a person's and to the whole file's. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WEIGHTY_FRAC = 0.2
"""A track with fewer faces than this share of the longest one's does not decide the verdict of a video."""
WINDOW_S = 3.0
"""A person is judged by the stretch of about this length that speaks most for `fake`."""
WINDOW_FACES = 5
"""… which holds at least this many faces, where there are as many: one face alone is noise."""
WEIGHTY_FACES = 8
"""Faces that are enough beside any number of others: two seconds at four moments a second."""


@dataclass(frozen=True, slots=True)
class PooledFaces:
    """What the faces of one person say together."""

    logit: float
    """Of the window that speaks most for `fake`."""
    smoothed: tuple[float, ...]
    """For each face the logit of the window around it."""
    peak: tuple[int, int]
    """First and last face of that window."""


def pool_faces(
    times_s: Sequence[float], logits: Sequence[float], weights: Sequence[float], *, window_s: float = WINDOW_S
) -> PooledFaces:
    """A person's logit: the weighted mean over the window of time in which it is highest, so that seconds
    that were manipulated are not voted down by minutes that were not (compared in docs/experiments.md).

    Args:
        times_s: of each face, ascending.
        logits: of each face.
        weights: of each face, above 0.
        window_s: length of the window; infinite for the mean over all faces.

    Raises:
        ValueError: no faces; there is no number for that.

    >>> pool_faces([0.0], [1.5], [1.0]).logit
    1.5
    >>> pooled = pool_faces([float(t) for t in range(20)], [0.0] * 10 + [4.0] * 5 + [0.0] * 5, [1.0] * 20)
    >>> pooled.logit, pooled.peak
    (4.0, (10, 14))
    """
    if not logits:
        raise ValueError("no faces, no logit")
    times, values, weight = (np.asarray(given, dtype=np.float64) for given in (times_s, logits, weights))
    heavy = np.concatenate([[0.0], np.cumsum(weight)])
    summed = np.concatenate([[0.0], np.cumsum(weight * values)])
    count = len(values)
    # The window around each face: all within half a window, widened to WINDOW_FACES faces.
    first = np.searchsorted(times, times - window_s / 2 - 1e-6)
    last = np.searchsorted(times, times + window_s / 2 + 1e-6, side="right")
    for index in np.flatnonzero(last - first < min(WINDOW_FACES, count)):
        while last[index] - first[index] < min(WINDOW_FACES, count):
            before = times[index] - times[first[index] - 1] if first[index] > 0 else np.inf
            after = times[last[index]] - times[index] if last[index] < count else np.inf
            if before < after:
                first[index] -= 1
            else:
                last[index] += 1
    smoothed = (summed[last] - summed[first]) / (heavy[last] - heavy[first])
    strongest = int(smoothed.argmax())
    return PooledFaces(
        logit=float(smoothed[strongest]),
        smoothed=tuple(float(value) for value in smoothed),
        peak=(int(first[strongest]), int(last[strongest]) - 1),
    )


def weighty_tracks(face_counts: Sequence[float]) -> list[bool]:
    """Which tracks are long enough to decide the verdict: beside the others, or by themselves.

    >>> weighty_tracks([30, 2, 10]), weighty_tracks([300, 2, 10])
    ([True, False, True], [True, False, True])
    """
    longest = max(face_counts, default=0)
    return [count >= min(WEIGHTY_FRAC * longest, WEIGHTY_FACES) for count in face_counts]


def pool_tracks(logits: Sequence[float], weighty: Sequence[bool]) -> float | None:
    """The file's logit: the highest among its weighty tracks, so that one manipulated person is not voted
    down by the others. None without a face, never a number.

    >>> pool_tracks([-2.0, 4.0, 9.0], [True, True, False])
    4.0
    >>> pool_tracks([], []) is None
    True
    """
    return max((logit for logit, counts in zip(logits, weighty, strict=True) if counts), default=None)


def runs(wanted: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last index of each unbroken run of True.

    >>> runs([True, False, True, True])
    [(0, 0), (2, 3)]
    """
    edges = np.diff(np.concatenate([[0], np.asarray(wanted, dtype=np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(start), int(end) - 1) for start, end in zip(starts, ends, strict=True)]
