"""What a request carries: counted while it is read, and looked through for files that were not uploaded here."""

from __future__ import annotations

import json
import os
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


def is_from_page(content: Any, received: Path) -> bool:
    """Whether every file in the values of an event is one that was received here.

    Args:
        content: parsed JSON.
        received: the folder of uploads, without links in its path.
    """
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "path" in value and not _lies_in(value["path"], received):
                return False
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return True


def _lies_in(path: Any, folder: Path) -> bool:
    if not isinstance(path, str) or "\0" in path:
        return path is None
    return Path(os.path.realpath(path)).is_relative_to(folder)
