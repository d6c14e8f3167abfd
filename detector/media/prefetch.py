"""Prefetch an iterator in a background thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

_T = TypeVar("_T")
COUNT = 4
"""Items, such as frames, to draw in advance."""


def prefetch(items: Iterator[_T], count: int = COUNT) -> Generator[_T, None, None]:
    """Iterate in a background thread, at most `count` items in advance.

    Exceptions of the iterator are raised in their place. `close` ends the thread and closes the iterator.

    >>> list(prefetch(iter("abc")))
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(_draw, items) for _ in range(count))
        try:
            while drawn := waiting.popleft().result():
                waiting.append(pool.submit(_draw, items))
                yield drawn[0]
        finally:
            wait([future for future in waiting if not future.cancel()])
            close = getattr(items, "close", None)
            if close is not None:
                close()


def _draw(items: Iterator[_T]) -> tuple[_T] | None:
    """Return the next item, None at the end."""
    for item in items:
        return (item,)
    return None
