"""Whether the portal answers, asked only when the visitor wants to know. Nothing of theirs goes along."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import Literal

import requests

Reach = Literal["reachable", "failing", "unreachable"]
_CONNECT_S, _ANSWER_S = 4.0, 6.0


def reach(address: str) -> Reach:
    """Ask for the first lines of an answer, once: no redirect is followed, no cookie taken, no setting of the
    surroundings (a proxy, a password) used.

    Args:
        address: of the page, from the dated facts.

    Returns:
        `failing` where a server answers that it cannot serve now.
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
