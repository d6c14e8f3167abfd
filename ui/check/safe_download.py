"""Download an image or video from a direct link, without reaching private networks (SSRF).

Only for the user of this computer. The name is resolved once, every address of it is checked, and the connection
goes to the checked address, so that a later DNS answer changes nothing; the same at each redirect. The file is
only stored here: the detector decides by its content what it is.
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
from ui.session.store import clean_file_name

_MAX_REDIRECTS = 3
_MAX_CHARS = 2000
_BLOCK = 1 << 16
_READ_TIMEOUT_S = 10.0
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
    """Download a link.

    Args:
        url: http or https, without credentials, on the default port.
        folder: where the file goes, under the last part of the URL's path.
        max_bytes: largest file.
        timeout_s: for the whole download, including redirects.
        permitted: whether an address may be connected to.
        ports: whether a port of a scheme may be.
        step: called before each request and after each block; its exceptions end the download.

    Returns:
        The file.

    Raises:
        LinkError: refused, unreachable, too large or too slow; the message is for the visitor.
        OSError: the disk is full.
    """
    deadline = time.monotonic() + timeout_s
    for _ in range(_MAX_REDIRECTS + 1):
        step()
        host = _validate(url, ports)
        address = _resolve(host, url, permitted)
        with (
            _Connection(address, deadline) as line,
            _session(line) as session,
            _get(session, url, host, deadline) as response,
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
    raise LinkError(f"The link leads on more than {_MAX_REDIRECTS} times. Give the address of the file itself.")


def _validate(url: str, ports: Callable[[str, int], bool]) -> str:
    """Validate a URL and return its host."""
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


def _resolve(host: str, url: str, permitted: Callable[[Address], bool]) -> str:
    """Resolve a host; refuse it if any of its addresses is not permitted."""
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


def _session(line: _Connection) -> requests.Session:
    """Return a session on this connection, without proxies or other settings of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", _Pinned(line))
    session.mount("https://", _Pinned(line))
    return session


def _get(session: requests.Session, url: str, host: str, deadline: float) -> requests.Response:
    try:
        return session.get(
            url,
            stream=True,
            allow_redirects=False,
            timeout=_remaining_s(deadline),
            headers={
                "Accept": "image/*, video/*",
                "Accept-Encoding": "identity",
                "User-Agent": "deepfake-detector",
            },
        )
    except (requests.RequestException, OSError, ValueError) as error:
        _remaining_s(deadline)
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
    length = int(stated) if stated.isascii() and stated.isdigit() else None
    if length is not None and length > max_bytes:
        raise too_large
    path, size = folder / clean_file_name(unquote(urlsplit(url).path)), 0
    try:
        with path.open("xb") as file:
            while block := response.raw.read1(_BLOCK):
                size += len(block)
                if size > max_bytes:
                    raise too_large
                _remaining_s(deadline)
                step()
                file.write(block)
        _remaining_s(deadline)  # a closed connection looks like the end of the file
        if length is not None and size != length:
            raise LinkError(f"{host} broke off before the file was complete. Try again.")
    except (HTTPError, OSError) as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and is_full(error):
            raise
        _remaining_s(deadline)
        raise LinkError(_UNREACHABLE.format(host=host)) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _remaining_s(deadline: float) -> float:
    """Return the timeout of the next read, in seconds.

    Raises:
        LinkError: the time is up.
    """
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise LinkError("The file took too long to arrive. Save it and add it here.")
    return min(left_s, _READ_TIMEOUT_S)


class _Connection:
    """The connection to the checked address; closed at the deadline, however slowly bytes arrive."""

    def __init__(self, address: str, deadline: float) -> None:
        self._address = address
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._shut_down)
        self._timer.daemon = True

    def __enter__(self) -> _Connection:
        self._timer.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._timer.cancel()
        for sock in self._sockets:
            sock.close()

    def connect(self, connection: HTTPConnection) -> socket.socket:
        """Replace `_new_conn` of urllib3."""
        made: socket.socket = create_connection((self._address, connection.port), connection.timeout)
        self._sockets.append(made.dup())  # TLS takes over the socket, not its duplicate
        return made

    def _shut_down(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Pinned(HTTPAdapter):
    """Adapter that uses the given connection; name, certificate and `Host` stay those of the URL."""

    def __init__(self, line: _Connection) -> None:
        self._connection = line
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        line = self._connection

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
