"""Read request bodies within limits of size and time, and find the files that they name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive

MAX_BYTES = 2_000_000
"""Largest body other than an upload; camera images are the largest."""
STALL_S = 30.0
"""A body with less than `LEAST_BYTES` in this time is refused."""
LEAST_BYTES = 16_384


class BodyError(Exception):
    """The body was not read completely."""


class TooLargeError(BodyError):
    """The body is too large."""


class StalledError(BodyError):
    """The body stalled."""


class Body:
    """A request body, read within limits of size and time, whatever its headers say."""

    def __init__(self, receive: Receive, limit: int, stall_s: float | None = None) -> None:
        self.limit = limit
        self.failed: BodyError | None = None
        self._receive = receive
        self._stall_s = STALL_S if stall_s is None else stall_s
        self._size = 0
        self._recent = 0
        """Bytes since `_since`."""
        self._since: float | None = None
        self._ended = False
        self._read: bytes | None = None

    async def receive(self) -> Message:
        """Return the next message for the application.

        Raises:
            TooLargeError: above the limit.
            StalledError: too slow.
        """
        if self._read is not None:
            content, self._read = self._read, None
            return {"type": "http.request", "body": content, "more_body": False}
        if self._ended:  # only the disconnect can follow
            return await self._receive()
        now = time.monotonic()
        if self._since is None or self._recent >= LEAST_BYTES:
            self._since, self._recent = now, 0
        try:
            message = await asyncio.wait_for(self._receive(), self._since + self._stall_s - now)
        except TimeoutError:
            raise self._fail(StalledError()) from None
        size = len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        self._size, self._recent = self._size + size, self._recent + size
        if self._size > self.limit:
            raise self._fail(TooLargeError())
        return message

    def _fail(self, error: BodyError) -> BodyError:
        self.failed = error
        return error

    def replace(self, content: bytes) -> None:
        """Replace the body, so that the application reads exactly what the middleware parsed."""
        self._read = content

    async def read(self) -> bytes:
        """Read all of it; the application gets it again.

        Raises:
            BodyError: as `receive`.
        """
        pieces = []
        while True:
            message = await self.receive()
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        self._read = b"".join(pieces)
        return self._read


def files_in(content: Any, find: Callable[[object], Path | None]) -> set[Path] | None:
    """Find the files named anywhere in an event.

    Args:
        content: parsed JSON.
        find: returns the file of a path; None if it is not allowed.

    Returns:
        None if one is not allowed.
    """
    waiting, files = [content], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("path") is not None:
                file = find(value["path"])
                if file is None:
                    return None
                files.add(file)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return files
