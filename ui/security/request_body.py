"""What a request carries: counted and timed while it is read, and looked through for files."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive

STALL_S = 30.0
"""A body of which less than `LEAST_BYTES` arrive in so long is given up: nobody sends it any more, or only to keep
what it takes up here."""
LEAST_BYTES = 16_384


class BodyError(Exception):
    """The body is not read to its end."""


class TooLargeError(BodyError):
    """It is larger than is taken."""


class StalledError(BodyError):
    """It has stopped arriving."""


class Body:
    """A request's body, never read beyond its limit whatever its headers say, nor waited for without end."""

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
        """The next piece, for the application.

        Raises:
            TooLargeError: the limit was passed.
            StalledError: too little of it has arrived lately.
        """
        if self._read is not None:
            content, self._read = self._read, None
            return {"type": "http.request", "body": content, "more_body": False}
        if self._ended:  # what comes now is that the client has gone, in its own time
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
        """Give the application this in place of what was read: it and the guard must not read it differently."""
        self._read = content

    async def read(self) -> bytes:
        """All of it; the application is given it once more.

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


def read_json(content: bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it is none, or nested so deep that reading it would be an attack.
    """
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def files_in(content: Any, find: Callable[[object], Path | None]) -> set[Path] | None:
    """The files that an event hands in, wherever in it they are named.

    Args:
        content: parsed JSON.
        find: the file of an address; None where it may not be handed in.

    Returns:
        None where one of them may not be.
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
