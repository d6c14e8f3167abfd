"""Check whether the portal answers, on request only and without any data of the visitor."""

from __future__ import annotations

import ssl
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal
from urllib.parse import urlsplit

import certifi

Reach = Literal["reachable", "failing", "unreachable"]
_TIMEOUT_S = 6.0


def check_portal(address: str) -> Reach:
    """Request a page once, without redirects, cookies, proxies or credentials.

    Args:
        address: of the page, from the dated facts.

    Returns:
        `failing` if the server answers with an error of its own.
    """
    parts = urlsplit(address)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=certifi.where())
        connection: HTTPConnection = HTTPSConnection(parts.netloc, timeout=_TIMEOUT_S, context=context)
    else:
        connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT_S)
    with closing(connection):
        try:
            connection.request("GET", parts.path or "/", headers={"User-Agent": "deepfake-detector"})
            return "failing" if connection.getresponse().status >= 500 else "reachable"
        except (HTTPException, OSError):
            return "unreachable"
