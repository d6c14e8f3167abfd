"""Prefetching gives the same items and errors, and leaves nothing running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from detector.media.prefetch import prefetch


def test_items_come_in_order_and_all_of_them() -> None:
    assert list(prefetch(iter(range(100)), 3)) == list(range(100))


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk is gone")

    seen: list[int] = []
    with pytest.raises(OSError, match="the disk is gone"):
        for item in prefetch(broken(), 4):
            seen.append(item)
    assert seen == [1, 2]


def test_no_more_is_drawn_in_advance_than_asked_for() -> None:
    drawn: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(50):
            drawn.append(number)
            yield number

    items = prefetch(numbers(), 2)
    for seen in range(1, 5):
        next(items)
        assert len(drawn) <= seen + 2
    items.close()


def test_closing_in_the_middle_ends_the_thread_and_closes_the_iterator() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            closed.set()

    before = threading.active_count()
    items = prefetch(endless(), 2)
    assert next(items) == 0
    items.close()
    assert closed.is_set() and threading.active_count() == before
