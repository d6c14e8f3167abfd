"""Check whether the portal answers, on request only and without any data of the visitor."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import Literal

import requests

Reach = Literal["reachable", "failing", "unreachable"]
_CONNECT_S, _ANSWER_S = 4.0, 6.0


def check_portal(address: str) -> Reach:
    """Request a page once, without redirects, cookies, proxies or credentials.

    Args:
        address: of the page, from the dated facts.

    Returns:
        `failing` if the server answers with an error of its own.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        try:
            with session.get(
                address, timeout=(_CONNECT_S, _ANSWER_S), allow_redirects=False, stream=True
            ) as response:
                return "failing" if response.status_code >= 500 else "reachable"
        except requests.RequestException:
            return "unreachable"
