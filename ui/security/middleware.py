"""ASGI middleware between the network and Gradio.

Gradio accepts any host and origin, serves routes that the page does not use, fetches addresses that visitors name
and reads bodies of any size. The middleware passes only what the page and its two API calls need, by allowed host
and origin, within limits, and after the login if there is one.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.security import messages
from ui.security.access import Exposure, client_key, is_loopback, same_origin
from ui.security.login import PasswordLogin
from ui.security.rate_limit import Buckets
from ui.security.request_body import MAX_BYTES, Body, BodyError, StalledError, files_in
from ui.session.own_files import OWNER_COOKIE, SHOWN, UPLOADED, make_owner, own_file, owner_in
from ui.session.visitor import SessionOwners

HEALTH = "/health"
UPLOAD = "/gradio_api/upload"
_FILE = "/gradio_api/file="
_LENGTH_DIGITS = 12
_MULTIPART_BYTES = 100_000
"""Bytes of a multipart form around its file."""
_BURST, _EACH_S = 600.0, 60.0
_COSTS = ((re.compile(r"/(assets|static|svelte)/"), 0.1), (re.compile(UPLOAD), 20.0))
"""Tokens per request, else 1: a page loads a hundred small files, a camera sends ten images a second."""

_ASSET = re.compile(r"/(assets|static|svelte)/.+|/favicon\.ico")
_READ = re.compile(
    r"/|/(gradio_api/)?theme\.css|/config/?|/robots\.txt|/manifest\.json"
    r"|/gradio_api/(startup-events|upload_progress|queue/data|heartbeat/[\w-]+|file=.+)"
)
_WRITTEN = re.compile(r"/gradio_api/(upload|run/predict|queue/join|cancel|reset/?)")
_API_READ = re.compile(r"/gradio_api/(info/?|call/(analyze|report)/[\w-]+)")
_API_WRITTEN = re.compile(r"/gradio_api/call/(analyze|report)/?")
_LOGIN = re.compile(r"/login")
_EVENT = re.compile(r"/gradio_api/(run/predict|queue/join|cancel|reset/?|call/.+)")
_HEARTBEAT = re.compile(r"/gradio_api/heartbeat/([\w-]+)")
_BEFORE_LOGIN = (HEALTH, "/gradio_api/startup-events", "/favicon.ico", "/robots.txt")
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob: data:; font-src 'self' data:; "
    "connect-src 'self' blob: data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors {frames}"
)
_RELAYED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded")


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    words: str
    wait_s: int = 0

    def response(self) -> Response:
        headers = {"Retry-After": str(self.wait_s)} if self.wait_s else None
        return PlainTextResponse(self.words + "\n", self.status, headers)


class Guard:
    """ASGI middleware. Runs in the event loop."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        exposure: Exposure,
        root: Path,
        max_upload_mb: int,
        login: PasswordLogin | None = None,
        api: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._exposure = exposure
        self._root = Path(os.path.realpath(root))
        self._max_upload_mb = max_upload_mb
        self._login = login
        self._api = api
        self._buckets = Buckets(size=_BURST, per_s=_EACH_S, clock=clock)
        self._sessions = SessionOwners()
        self._headers = _security_headers(exposure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, self._with_security_headers(scope, send))
        else:  # the page uses no WebSocket
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        refusal = self._cross_site(scope, headers) or self._rate_limited(scope, headers)
        if refusal is None and path == HEALTH:
            await PlainTextResponse("ok\n")(scope, receive, send)
            return
        body = Body(receive, self._limit(path))
        if refusal is None:
            refusal = self._oversized(headers, body) or self._unknown_route(scope)
        if refusal is not None:
            await refusal.response()(scope, receive, send)
            return
        uploads: set[Path] = set()
        try:
            answer = await self._require_login(scope, headers, body)
            if answer is None and not self._own_session(scope, headers):
                answer = _Refusal(404, messages.NOT_HERE).response()
            if answer is None and path.startswith(_FILE):
                answer = self._shown(path.removeprefix(_FILE), headers)
            if answer is None and scope["method"] == "POST" and _EVENT.fullmatch(path):
                answer, uploads = await self._event_uploads(body, headers)
        except BodyError as error:
            answer = self._body_refusal(error, body).response()
        if answer is not None:
            await answer(scope, receive, send)
            return
        scope["headers"] = self._without_forwarding(scope["headers"])
        is_event = scope["method"] == "POST" and _EVENT.fullmatch(path) is not None
        status = await self._pass_on(scope, body, send, is_event=is_event)
        for upload in uploads if status >= 400 else ():  # the queue is full, so delete its uploads
            shutil.rmtree(upload.parent.parent, ignore_errors=True)

    async def _pass_on(self, scope: Scope, body: Body, send: Send, *, is_event: bool) -> int:
        """Let Gradio respond, unless the body is too large or stalls; return the status.

        Gradio answers 500 to an event that does not fit the page, with what it stumbled over; that is refused as
        the bad request it is. Errors of a check reach the page as its result, not as a status.
        """
        begun, status = False, 0

        async def answer(message: Message) -> None:
            nonlocal begun, status
            status = message.get("status", status)
            if begun or (body.failed is None and not (is_event and status == 500)):
                begun = True
                await send(message)

        try:
            await self._app(scope, body.receive, answer)
        except BodyError:
            pass
        if body.failed is not None and not begun:
            await self._body_refusal(body.failed, body).response()(scope, body.receive, send)
        elif not begun and is_event and status == 500:
            await JSONResponse({"error": messages.UNREADABLE}, 400)(scope, body.receive, send)
        return status

    def _cross_site(self, scope: Scope, headers: Headers) -> _Refusal | None:
        """Refuse host names that are not allowed, and requests of other sites."""
        hosts = [headers.get("host", "")]
        if self._exposure.proxied and "x-forwarded-host" in headers:
            hosts += [name.strip() for name in headers["x-forwarded-host"].split(",")]
        if len(headers.getlist("host")) > 1 or not all(map(self._exposure.allows, hosts)):
            return _Refusal(421, messages.WRONG_HOST)
        origin = headers.get("origin")
        if origin is not None and not any(same_origin(origin, host) for host in hosts):
            return _Refusal(403, messages.WRONG_ORIGIN)
        opened = headers.get("sec-fetch-mode") == "navigate" and scope["method"] in ("GET", "HEAD")
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not opened:
            return _Refusal(403, messages.WRONG_ORIGIN)
        return None

    def _rate_limited(self, scope: Scope, headers: Headers) -> _Refusal | None:
        if not self._exposure.shared or (self._peer(scope) == "" or self._is_local(scope, headers)):
            return None
        cost = next((tokens for path, tokens in _COSTS if path.match(scope["path"])), 1.0)
        wait_s = math.ceil(self._buckets.take(self._client(scope, headers), cost))
        return _Refusal(429, messages.TOO_MANY.format(seconds=wait_s), wait_s) if wait_s else None

    def _oversized(self, headers: Headers, body: Body) -> _Refusal | None:
        length = headers.get("content-length", "0")
        known = length.isascii() and length.isdigit() and len(length) <= _LENGTH_DIGITS
        return self._too_large(body) if not known or int(length) > body.limit else None

    def _unknown_route(self, scope: Scope) -> _Refusal | None:
        """Refuse routes that the page and its API do not need."""
        path, method = scope["path"], scope["method"]
        if method in ("GET", "HEAD"):
            served = [_READ, _ASSET, *([_API_READ] if self._api else [])]
        else:
            served = [_WRITTEN, *([_API_WRITTEN] if self._api else []), *([_LOGIN] if self._login else [])]
        known = method in ("GET", "HEAD", "POST") and any(route.fullmatch(path) for route in served)
        if not known or b"deep_link" in scope["query_string"]:
            return _Refusal(404, messages.NOT_HERE)
        return None

    async def _require_login(self, scope: Scope, headers: Headers, body: Body) -> Response | None:
        """Return the response of the login; None if logged in."""
        if self._login is None or scope["path"] in _BEFORE_LOGIN:
            return None
        if scope["path"] == "/login":
            return await self._login.try_password(
                await body.read(), self._client(scope, headers), headers, secure=self._encrypted(scope, headers)
            )
        if self._login.is_open(headers.get("cookie", "")):
            return None
        return self._login.ask(page_wanted=scope["path"] == "/")

    def _own_session(self, scope: Scope, headers: Headers) -> bool:
        """Return whether the session in the URL belongs to the requesting browser."""
        alive = _HEARTBEAT.fullmatch(scope["path"])
        named = [alive[1]] if alive else QueryParams(scope["query_string"]).getlist("session_hash")
        return all(self._sessions.admit(session, _owner(headers)) for session in named)

    def _shown(self, address: str, headers: Headers) -> Response:
        """Serve a file of the page to its browser, in place of Gradio's route."""
        path = own_file(address, self._root, SHOWN, _owner(headers))
        if path is None:
            return _Refusal(404, messages.NOT_HERE).response()
        kind = "inline" if path.suffix == ".png" else "attachment"
        return FileResponse(path, filename=path.name, content_disposition_type=kind)

    async def _event_uploads(self, body: Body, headers: Headers) -> tuple[Response | None, set[Path]]:
        """Return the uploads in the body, or refuse files that the same browser did not upload: Gradio would fetch
        addresses, or accept any file below its folder."""
        owner = _owner(headers)
        try:
            content, body_again = _parsed(await body.read())
        except (ValueError, RecursionError):
            return PlainTextResponse(messages.UNREADABLE + "\n", 400), set()
        uploads = files_in(content, lambda address: own_file(address, self._root, UPLOADED, owner))
        if uploads is None:
            return PlainTextResponse(messages.NOT_UPLOADED + "\n", 400), set()
        session = content.get("session_hash") if isinstance(content, dict) else None
        if isinstance(session, str) and not self._sessions.admit(session, owner):
            return _Refusal(404, messages.NOT_HERE).response(), set()
        body.replace(body_again)
        return None, uploads

    def _body_refusal(self, error: BodyError, body: Body) -> _Refusal:
        return _Refusal(408, messages.STALLED) if isinstance(error, StalledError) else self._too_large(body)

    def _too_large(self, body: Body) -> _Refusal:
        return _Refusal(413, messages.TOO_LARGE.format(limit=max(1, body.limit >> 20)))

    def _limit(self, path: str) -> int:
        if path == "/login":
            return 4_000
        return self._max_upload_mb * 1024 * 1024 + _MULTIPART_BYTES if path == UPLOAD else MAX_BYTES

    def _without_forwarding(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Remove forwarding headers, from which Gradio would build the page's own address."""
        untrusted = {"x-gradio-server", *(() if self._exposure.proxied else _RELAYED)}
        return [(name, value) for name, value in headers if name.decode("latin-1").lower() not in untrusted]

    def _encrypted(self, scope: Scope, headers: Headers) -> bool:
        relayed = self._exposure.proxied and headers.get("x-forwarded-proto") == "https"
        return relayed or scope.get("scheme") == "https"

    def _is_local(self, scope: Scope, headers: Headers) -> bool:
        """Return whether the client is this computer, not the relay, which connects from here too."""
        return is_loopback(self._peer(scope)) and "x-forwarded-for" not in headers

    def _client(self, scope: Scope, headers: Headers) -> str:
        relayed = headers.get("x-forwarded-for") if self._exposure.proxied else None
        return client_key(self._peer(scope), relayed)

    def _peer(self, scope: Scope) -> str:
        return str(scope["client"][0]) if scope.get("client") else ""

    def _with_security_headers(self, scope: Scope, send: Send) -> Send:
        kept = _ASSET.fullmatch(scope["path"]) is not None
        asked = Headers(scope=scope)
        # In a frame on another site browsers block our cookie; there files rely on their secret address.
        named = scope["path"] != "/" or self._exposure.embedders or _owner(asked)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if not kept:
                    headers["Cache-Control"] = "no-store"
                if not named and message["status"] == 200:
                    secure = "; Secure" if self._encrypted(scope, asked) else ""
                    cookie = f"{OWNER_COOKIE}={make_owner()}; Path=/; HttpOnly; SameSite=Lax{secure}"
                    headers.append("Set-Cookie", cookie)
            await send(message)

        return send_with_headers


def _parsed(body: bytes) -> tuple[Any, bytes]:
    """Parse JSON, and write it again; halves of a surrogate pair, which no text can hold, become `?`.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    anew = json.dumps(json.loads(body), ensure_ascii=False).encode(errors="replace")
    return json.loads(anew), anew


def _owner(headers: Headers) -> str:
    return owner_in(cookie_parser(headers.get("cookie", "")))


def _security_headers(exposure: Exposure) -> dict[str, Any]:
    headers = {
        "Content-Security-Policy": _POLICY.format(frames=" ".join(["'self'", *exposure.embedders])),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if not exposure.embedders:
        headers |= {"X-Frame-Options": "SAMEORIGIN", "Cross-Origin-Opener-Policy": "same-origin"}
    if not exposure.public:
        headers["X-Robots-Tag"] = "noindex, nofollow"
    return headers
