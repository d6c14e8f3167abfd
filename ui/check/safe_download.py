"""Fetches an image or video from a direct link, for somebody at this very computer. Never for strangers: whoever
may name links to a computer can make it ask in places that only it can reach.

The name is looked up once, every address of it is checked, and the connection goes to the one that was checked: a
name that means something else a moment later changes nothing. The same at each redirect. What arrives is only
stored here: the detector decides by the content what it is.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from detector.errors import LinkError
from ui.check.public_addresses import Address, is_public
from ui.session.disk import is_full
from ui.session.store import home_name

_MAX_HOPS = 3
_MAX_CHARS = 2000
_BLOCK = 1 << 16
_ONE_WAIT_S = 10.0
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_UNREACHABLE = "{host} could not be reached. Check the link, or save the file and add it here."


def fetch(
    url: str,
    folder: Path,
    *,
    max_bytes: int,
    timeout_s: float,
    permitted: Callable[[Address], bool] = is_public,
    ports: Callable[[str, int], bool] = lambda scheme, port: _PORTS[scheme] == port,
    step: Callable[[], None] = lambda: None,
) -> Path:
    """Download what a link leads to.

    Args:
        url: http or https, without a user's name in it, on the usual port.
        folder: where the file goes, under the last part of the link's path.
        max_bytes: largest file that is taken.
        timeout_s: for all of it, redirects included.
        permitted: which addresses may be connected to.
        ports: which ports of a scheme may be.
        step: called before each request and after each piece; whatever it raises ends the download.

    Returns:
        The file.

    Raises:
        LinkError: refused, unreachable, too large or too slow; the message is for the visitor.
        OSError: the disk is full.
    """
    deadline = time.monotonic() + timeout_s
    for _ in range(_MAX_HOPS + 1):
        step()
        host = _checked(url, ports)
        address = _look_up(host, url, permitted)
        with (
            _Line(address, deadline) as line,
            _session(line) as session,
            _ask(session, url, host, deadline) as response,
        ):
            if response.status_code in _REDIRECTS and "location" in response.headers:
                url = urljoin(url, response.headers["location"])
                continue
            if response.status_code != 200:
                raise LinkError(
                    f"{host} answered with {response.status_code} instead of a file. Open the link in a browser, "
                    "save the file and add it here."
                )
            return _store(response, url, host, folder, max_bytes, deadline, step)
    raise LinkError(f"The link leads on more than {_MAX_HOPS} times. Give the address of the file itself.")


def _checked(url: str, ports: Callable[[str, int], bool]) -> str:
    """The host of an address that may be asked."""
    if len(url) > _MAX_CHARS or re.search(r"[\x00-\x20\x7f\\]", url):
        raise LinkError("That is not a link. Copy it from the browser's address bar.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise LinkError("That is not a link. Copy it from the browser's address bar.") from error
    if parts.scheme not in _PORTS or not host:
        raise LinkError("Only links that begin with https:// or http:// are followed.")
    if parts.username is not None or parts.password is not None:
        raise LinkError("Links with a user's name or password in them are not followed. Save the file and add it.")
    if not ports(parts.scheme, port or _PORTS[parts.scheme]):
        raise LinkError(f"Port {port} is not one of web sites. Save the file and add it here.")
    return host


def _look_up(host: str, url: str, permitted: Callable[[Address], bool]) -> str:
    """The address to connect to. If one of several is not permitted, somebody is playing tricks, and none is."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(host, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        allowed = [permitted(ipaddress.ip_address(address)) for address in addresses]
    except (OSError, UnicodeError, ValueError) as error:
        raise LinkError(_UNREACHABLE.format(host=host)) from error
    if not allowed or not all(allowed):
        raise LinkError(f"{host} is not a place on the open internet, so it is not asked.")
    return addresses[0]


def _session(line: _Line) -> requests.Session:
    """One that uses this line, whatever the name means by then, and believes no setting around it."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", _Pinned(line))
    session.mount("https://", _Pinned(line))
    return session


def _ask(session: requests.Session, url: str, host: str, deadline: float) -> requests.Response:
    try:
        return session.get(
            url,
            stream=True,
            allow_redirects=False,
            timeout=_left(deadline),
            headers={
                "Accept": "image/*, video/*",
                "Accept-Encoding": "identity",
                "User-Agent": "deepfake-detector",
            },
        )
    except (requests.RequestException, OSError, ValueError) as error:
        _left(deadline)
        raise LinkError(_UNREACHABLE.format(host=host)) from error


def _store(
    response: requests.Response,
    url: str,
    host: str,
    folder: Path,
    max_bytes: int,
    deadline: float,
    step: Callable[[], None],
) -> Path:
    too_large = LinkError(
        f"The file is larger than {max_bytes / 1e6:.0f} MB. Save it, cut out the part in question and add that."
    )
    stated = response.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > max_bytes:
        raise too_large
    path, size = folder / home_name(unquote(urlsplit(url).path)), 0
    try:
        with path.open("xb") as file:
            while block := response.raw.read1(_BLOCK):
                size += len(block)
                if size > max_bytes:
                    raise too_large
                _left(deadline)
                step()
                file.write(block)
        _left(deadline)  # a line that was cut looks like the end of a file
        if stated.isdigit() and size != int(stated):
            raise LinkError(f"{host} broke off before the file was complete. Try again.")
    except (HTTPError, OSError) as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and is_full(error):
            raise
        _left(deadline)
        raise LinkError(_UNREACHABLE.format(host=host)) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _left(deadline: float) -> float:
    """Seconds for the next wait."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise LinkError("The file took too long to arrive. Save it and add it here.")
    return min(left_s, _ONE_WAIT_S)


class _Line:
    """The one connection to the checked address; cut when the time is up, however slowly bytes drip in."""

    def __init__(self, address: str, deadline: float) -> None:
        self._address = address
        self._held: list[socket.socket] = []
        self._clock = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        self._clock.daemon = True

    def __enter__(self) -> _Line:
        self._clock.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._clock.cancel()
        for held in self._held:
            held.close()

    def connect(self, connection: HTTPConnection) -> socket.socket:
        """In place of `urllib3`'s own way from a connection's name to a socket."""
        made: socket.socket = create_connection((self._address, connection.port), connection.timeout)
        self._held.append(made.dup())  # encryption takes the socket over, not the copy
        return made

    def _cut(self) -> None:
        for held in self._held:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


class _Pinned(HTTPAdapter):
    """Takes the given line; name, certificate and `Host` stay those of the link."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        line = self._line

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return line.connect(self)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return line.connect(self)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
