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


def uploads_in(content: Any, received: Path) -> set[Path] | None:
    """The uploads that an event hands in.

    Args:
        content: parsed JSON.
        received: the folder of uploads, without links in its path.

    Returns:
        The folder of each; None where something is handed in that was not received here.
    """
    waiting, uploads = [content], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("path") is not None:
                upload = _upload_of(value["path"], received)
                if upload is None:
                    return None
                uploads.add(upload)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return uploads


def _upload_of(path: Any, received: Path) -> Path | None:
    if not isinstance(path, str) or "\0" in path:
        return None
    real = Path(os.path.realpath(path))
    return received / real.relative_to(received).parts[0] if received in real.parents else None
