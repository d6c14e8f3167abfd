"""Choose further frames of a sparsely sampled video. Pure arithmetic."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

CLOSER_FROM_S = 0.5
"""Gap between examined frames from which more frames are chosen."""
_MOST_SCENES, _AT_EACH_END = 120, 2
_MOST_MOMENTS = 5
_REACH_S = 2.0
_STEP_S = 1 / 8


def scene_starts(times_s: Sequence[float], key_indices: Sequence[int], examined_s: Sequence[float]) -> list[int]:
    """Choose key frames at the starts of scenes.

    Encoders insert a key frame early when the scene changes, so key frames closer than the longest gap come first;
    if there are too many, they are taken evenly. The first and last ones are always included: they show what was
    added before or after a video.

    Args:
        times_s: of every frame of the video, ascending.
        key_indices: which of them are key frames, ascending.
        examined_s: times that were examined already, ascending.

    Returns:
        Indices, ascending.

    >>> scene_starts([0.0, 1.0, 2.0, 2.4, 3.4, 4.4], [0, 2, 3, 5], [0.0, 4.4])
    [2, 3]
    """
    new = [index for index in key_indices if _distance(times_s[index], examined_s) > _STEP_S]
    gaps = {after: times_s[after] - times_s[before] for before, after in itertools.pairwise(key_indices)}
    longest = max(gaps.values(), default=0.0)
    early = [index for index in new if gaps.get(index, longest) < 0.95 * longest]
    others = [index for index in new if index not in set(early)]
    ends = [*new[:_AT_EACH_END], *new[-_AT_EACH_END:]]
    chosen = [*_evenly(early, _MOST_SCENES), *ends]
    return sorted({*chosen, *_evenly(others, _MOST_SCENES - len(chosen))})


def strongest_moments(scored: Sequence[tuple[float, float]], above: float, apart_s: float) -> list[float]:
    """Return the times of the highest estimates, the highest first.

    Args:
        scored: time and estimate of each examined face.
        above: lower estimates are ignored.
        apart_s: least distance of two times.

    >>> strongest_moments([(0.0, 0.3), (1.0, 0.9), (1.5, 0.8), (9.0, 0.5)], 0.4, 1.0)
    [1.0, 9.0]
    """
    chosen: list[float] = []
    for time_s, estimate in sorted(scored, key=lambda one: -one[1]):
        if estimate <= above or len(chosen) == _MOST_MOMENTS:
            break
        if all(abs(time_s - other) >= apart_s for other in chosen):
            chosen.append(time_s)
    return chosen


def frames_around(
    times_s: Sequence[float], centre_s: float, interval_s: float, examined_s: Sequence[float]
) -> list[int]:
    """Choose frames an eighth of a second apart around a time, up to its examined neighbours or two seconds.

    Args:
        times_s: of every frame of the video, ascending.
        centre_s: the time.
        interval_s: between examined frames.
        examined_s: times that were examined already, ascending.

    Returns:
        Indices that were not examined, ascending.
    """
    reach = min(max(interval_s, 1.0), _REACH_S)
    first, last = bisect.bisect_left(times_s, centre_s - reach), bisect.bisect_right(times_s, centre_s + reach)
    chosen: list[int] = []
    next_s = -1.0
    for index in range(first, last):
        if times_s[index] >= next_s and _distance(times_s[index], examined_s) > _STEP_S / 4:
            chosen.append(index)
            next_s = times_s[index] + 0.9 * _STEP_S
    return chosen


def longest_gap(times_s: Sequence[float], start_s: float, end_s: float) -> float:
    """Return the longest time of a video in which no frame was examined.

    >>> longest_gap([1.0, 4.0], 0.0, 5.0)
    3.0
    """
    edges = [start_s, *sorted(times_s), end_s]
    return max((after - before for before, after in itertools.pairwise(edges)), default=0.0)


def _distance(time_s: float, examined_s: Sequence[float]) -> float:
    right = bisect.bisect_left(examined_s, time_s)
    return min((abs(time_s - other) for other in examined_s[max(0, right - 1) : right + 1]), default=float("inf"))


def _evenly(indices: Sequence[int], count: int) -> list[int]:
    if len(indices) <= count:
        return list(indices)
    return [indices[number * len(indices) // count] for number in range(count)] if count > 0 else []
