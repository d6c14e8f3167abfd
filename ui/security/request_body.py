"""What a request carries: counted while it is read, and looked through for files that were not uploaded here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive


class TooLargeError(Exception):
    """The body is larger than is taken."""


class Body:
    """A request's body that is never read beyond its limit, whatever its headers say."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.limit = limit
        self.exceeded = False
        self._receive = receive
        self._size = 0
        self._read: bytes | None = None

    async def receive(self) -> Message:
        """The next piece, for the application.

        Raises:
            TooLargeError: the limit was passed.
        """
        if self._read is not None:
            content, self._read = self._read, None
            return {"type": "http.request", "body": content, "more_body": False}
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self.limit:
            self.exceeded = True
            raise TooLargeError
        return message

    def replace(self, content: bytes) -> None:
        """Give the application this in place of what was read: it and the guard must not read it differently."""
        self._read = content

    async def read(self) -> bytes:
        """All of it; the application is given it once more.

        Raises:
            TooLargeError: the limit was passed.
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
