"""Download an image or video from a direct link, without reaching private networks (SSRF).

Only for the user of this computer. The name is resolved once, every address of it is checked, and the connection
goes to the checked address, so that a later DNS answer changes nothing; the same at each redirect. The file is
only stored here: the detector decides by its content what it is.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from string import punctuation
from urllib.parse import quote, unquote, urljoin, urlsplit

import certifi

from detector.errors import LinkError
from ui.check.public_addresses import Address, is_public
from ui.session.disk import is_full
from ui.session.store import clean_file_name

_MAX_REDIRECTS = 3
_MAX_CHARS = 2000
_BLOCK = 1 << 16
_LENGTH_DIGITS = 18
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
        with _get(url, host, address, deadline) as response:
            if response.status in _REDIRECTS and "location" in response.headers:
                try:
                    url = urljoin(url, response.headers["location"])
                except ValueError as error:
                    raise LinkError(_UNREACHABLE.format(host=host)) from error
                continue
            if response.status != 200:
                raise LinkError(
                    f"{host} answered with {response.status} instead of a file. Open the link in a browser, "
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


@contextmanager
def _get(url: str, host: str, address: str, deadline: float) -> Iterator[HTTPResponse]:
    """Request a URL from a checked address; name, certificate and `Host` stay those of the URL.

    The connection is shut down at the deadline, however slowly bytes arrive.
    """
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = HTTPConnection(host, port)
    with ExitStack() as stack:
        try:
            stack.callback(connection.close)
            connection.sock = connected = socket.create_connection((address, port), _remaining_s(deadline))
            line = stack.enter_context(connected.dup())  # TLS takes over the socket, not its duplicate
            timer = threading.Timer(deadline - time.monotonic(), _shut_down, [line])
            timer.daemon = True
            timer.start()
            stack.callback(timer.cancel)
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=certifi.where())
                connection.sock = context.wrap_socket(connected, server_hostname=host)
            headers = {
                "Host": parts.netloc.encode("idna").decode(),
                "Accept": "image/*, video/*",
                "Accept-Encoding": "identity",
                "User-Agent": "deepfake-detector",
            }
            connection.request("GET", quote(target, punctuation), headers=headers)
            response = stack.enter_context(connection.getresponse())
        except (HTTPException, OSError, ValueError) as error:
            _remaining_s(deadline)
            raise LinkError(_UNREACHABLE.format(host=host)) from error
        yield response


def _shut_down(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _store(
    response: HTTPResponse,
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
    length = int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= _LENGTH_DIGITS else None
    if length is not None and length > max_bytes:
        raise too_large
    path, size = folder / clean_file_name(unquote(urlsplit(url).path)), 0
    try:
        with path.open("xb") as file:
            while block := response.read1(_BLOCK):
                size += len(block)
                if size > max_bytes:
                    raise too_large
                _remaining_s(deadline)
                step()
                file.write(block)
        _remaining_s(deadline)  # a closed connection looks like the end of the file
        if length is not None and size != length:
            raise LinkError(f"{host} broke off before the file was complete. Try again.")
    except (HTTPException, OSError) as error:
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
