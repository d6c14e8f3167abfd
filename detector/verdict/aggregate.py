"""Pool logits of faces into logits of tracks and of the file. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WEIGHTY_FRAC = 0.2
"""A track with a smaller share of the longest track's faces does not decide the verdict of a video."""
WINDOW_S = 3.0
"""A track's logit is its highest mean over a window of this length."""
WINDOW_FACES = 5
"""Least faces in a window, if the track has as many: a single face is noise."""
WEIGHTY_FACES = 8
"""Faces with which a track always decides: two seconds at four frames a second."""


@dataclass(frozen=True, slots=True)
class PooledFaces:
    """The pooled logits of one track."""

    logit: float
    """Highest windowed mean."""
    smoothed: tuple[float, ...]
    """Windowed mean around each face."""
    peak: tuple[int, int]
    """First and last face of that window."""


def pool_faces(
    times_s: Sequence[float], logits: Sequence[float], weights: Sequence[float], *, window_s: float = WINDOW_S
) -> PooledFaces:
    """Pool the logits of a track: the highest weighted mean over a window of time.

    A plain mean would hide a few manipulated seconds in minutes of genuine ones (compared in docs/experiments.md).

    Args:
        times_s: of each face, ascending.
        logits: of each face.
        weights: of each face, above 0.
        window_s: length of the window; infinite for the mean over all faces.

    Raises:
        ValueError: no faces.

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
    # The window around each face: all faces within half a window, at least WINDOW_FACES.
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
    """Return which tracks are long enough to decide the verdict, relative to the longest or by themselves.

    >>> weighty_tracks([30, 2, 10]), weighty_tracks([300, 2, 10])
    ([True, False, True], [True, False, True])
    """
    longest = max(face_counts, default=0)
    return [count >= min(WEIGHTY_FRAC * longest, WEIGHTY_FACES) for count in face_counts]


def pool_tracks(logits: Sequence[float], weighty: Sequence[bool]) -> float | None:
    """Pool the logits of tracks: the highest of the weighty ones; None without a face.

    A mean would hide one manipulated person among genuine ones.

    >>> pool_tracks([-2.0, 4.0, 9.0], [True, True, False])
    4.0
    >>> pool_tracks([], []) is None
    True
    """
    return max((logit for logit, counts in zip(logits, weighty, strict=True) if counts), default=None)


def runs(wanted: Sequence[bool]) -> list[tuple[int, int]]:
    """Return first and last index of each run of True.

    >>> runs([True, False, True, True])
    [(0, 0), (2, 3)]
    """
    edges = np.diff(np.concatenate([[0], np.asarray(wanted, dtype=np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(start), int(end) - 1) for start, end in zip(starts, ends, strict=True)]
