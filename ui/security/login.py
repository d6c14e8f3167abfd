"""Require a password before the page.

A signed cookie proves that it was given, so no list of visitors is kept; cookies are valid for one run of the
program.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from ui.common.templates import render
from ui.security import messages
from ui.security.rate_limit import Buckets

COOKIE = "deepfake_detector_login"
LEAST_CHARS = 8
"""Least length of a password chosen by the operator."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no similar letters
_GROUPS, _GROUP_CHARS = 4, 4
_VALID_S = 24 * 3600
_CLIENT_BURST, _CLIENT_EACH_S = 5, 30.0
_ALL_BURST, _ALL_EACH_S = 100, 2.0
_DELAY_S = 1.0


def make_password() -> str:
    """Make a password of 79 bits that is easy to read aloud."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS))
    return "-".join(groups)


class PasswordLogin:
    """Login by one password. Used from one thread."""

    def __init__(
        self, password: str, *, clock: Callable[[], float] = time.monotonic, delay_s: float = _DELAY_S
    ) -> None:
        self._password = password.encode()
        self._key = secrets.token_bytes(32)
        self._clock = clock
        self._delay_s = delay_s
        self._tries = Buckets(size=_CLIENT_BURST, per_s=1 / _CLIENT_EACH_S, clock=clock)
        self._all_tries = Buckets(size=_ALL_BURST, per_s=1 / _ALL_EACH_S, clock=clock)

    def is_open(self, cookies: str) -> bool:
        """Return whether a `Cookie` header proves a login within the last day."""
        try:
            token = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        until, _, rest = (token.value if token else "").partition(".")
        nonce, _, signature = rest.partition(".")
        if not until.isascii() or not until.isdigit() or len(until) > 12:
            return False
        return hmac.compare_digest(
            signature.encode(), self._signature(until, nonce).encode()
        ) and self._clock() < int(until)

    def ask(self, *, page_wanted: bool) -> Response:
        """Return the response to a request without a login."""
        if page_wanted:
            return _page(401, messages.LOGIN_LEAD)
        return JSONResponse({"detail": messages.LOGIN_FIRST}, 401)

    async def try_password(
        self, body: bytes, client: str, headers: Mapping[str, str], *, secure: bool
    ) -> Response:
        """Respond to a login form.

        Args:
            body: the form, as sent by browsers and by `gradio_client`.
            client: rate-limited after a few wrong passwords; after very many, all clients are.
            headers: a browser is redirected to the page, a program gets JSON.
            secure: the cookie is for encrypted connections only.
        """
        page_wanted = "text/html" in headers.get("accept", "")
        wait_s = self._tries.take(client, 1)
        if not wait_s:  # a rate-limited client must not use up the common limit
            wait_s = self._all_tries.take("", 1)
            if wait_s:
                self._tries.take(client, -1)
        if wait_s:
            return _refused(429, messages.LOGIN_WAIT, page_wanted, math.ceil(wait_s))
        given = parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]
        if not hmac.compare_digest(given.strip().encode(), self._password):
            await asyncio.sleep(self._delay_s)
            return _refused(401, messages.LOGIN_WRONG, page_wanted)
        self._tries.take(client, -1)
        self._all_tries.take("", -1)
        response = RedirectResponse("./", 303) if page_wanted else JSONResponse({"success": True})
        response.set_cookie(
            COOKIE, self._token(), max_age=_VALID_S, path="/", httponly=True, samesite="lax", secure=secure
        )
        return response

    def _token(self) -> str:
        until, nonce = str(int(self._clock()) + _VALID_S), secrets.token_hex(16)
        return f"{until}.{nonce}.{self._signature(until, nonce)}"

    def _signature(self, until: str, nonce: str) -> str:
        return hmac.digest(self._key, f"{until}.{nonce}".encode(), "sha256").hex()


def _refused(status: int, words: Mapping[str, str], page_wanted: bool, seconds: int = 0) -> Response:
    told = {language: line.format(seconds=seconds) for language, line in words.items()}
    response = _page(status, told) if page_wanted else JSONResponse({"detail": told["en"]}, status)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def _page(status: int, lines: Mapping[str, str]) -> Response:
    return HTMLResponse(render("security/login.html.j2", "en", messages=messages, lines=lines), status)
