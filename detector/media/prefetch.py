"""Prefetch an iterator in a background thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

_T = TypeVar("_T")
_POLL_S = 0.1


class ahead(Generic[_T]):
    """Iterate in a background thread, at most `count` items ahead.

    Exceptions of the iterator are raised in their place. `close` stops the thread and closes the iterator.

    >>> with_thread = ahead(iter("abc"), 2)
    >>> list(with_thread)
    ['a', 'b', 'c']
    >>> with_thread.close()
    """

    def __init__(self, items: Iterator[_T], count: int) -> None:
        self._items = items
        self._waiting: queue.Queue[tuple[_T] | BaseException | None] = queue.Queue(count)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[_T]:
        while not self._closed.is_set():
            drawn = self._waiting.get()
            if drawn is None:
                return
            if isinstance(drawn, BaseException):
                raise drawn
            yield drawn[0]

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _draw(self) -> None:
        end: BaseException | None = None
        try:
            for item in self._items:
                if not self._put((item,)):
                    break
        except BaseException as error:  # noqa: BLE001 - handed to whoever reads
            end = error
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()
        self._put(end)

    def _put(self, drawn: tuple[_T] | BaseException | None) -> bool:
        while not self._closed.is_set():
            try:
                self._waiting.put(drawn, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False
