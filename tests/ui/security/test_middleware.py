"""What may reach Gradio. Every refusal is tried on the guard before an application that would answer anything."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from upload_helpers import store_upload

from ui.security import messages
from ui.security.access import Exposure, exposed, exposed_as_space
from ui.security.login import COOKIE, PasswordLogin, make_password
from ui.security.middleware import HEALTH, UPLOAD, Guard
from ui.security.rate_limit import Buckets
from ui.security.request_body import LEAST_BYTES, Body, StalledError
from ui.session.own_files import OWNER_COOKIE, secret_folder
from ui.session.visitor import SessionOwners

PASSWORD = "a-good-long-one"
JOIN = "/gradio_api/queue/join"
MINE, THEIRS = "a" * 32, "b" * 32


class Everything:
    """Answers whatever gets through, with what it was told; reads bodies to their end."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.asked.append(request.url.path)
        try:
            size = len(await request.body())
        except Exception:  # noqa: BLE001 - Gradio, too, makes an answer of its own of whatever happens
            size = -1
        headers = {"Cache-Control": "max-age=604800", "Referrer-Policy": "unsafe-url"}
        await JSONResponse({"size": size, "headers": dict(request.headers)}, self.status, headers)(
            scope, receive, send
        )


class Site:
    """A guarded application and a way to ask it."""

    def __init__(self, root: Path, exposure: Exposure, peer: str = "127.0.0.1", **more: Any) -> None:
        self.app = Everything()
        # At one moment: however slow the machine is, no tokens come back.
        given: dict[str, Any] = {"clock": lambda: 0.0} | more
        self.guard = Guard(self.app, exposure=exposure, root=root, max_upload_mb=1, **given)
        self.peer = peer

    def ask(self, method: str, path: str, host: str = "127.0.0.1:7860", **more: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.guard, client=(self.peer, 40000))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as client:
                headers = {"host": host} | more.pop("headers", {})
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(go())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)


@pytest.fixture
def at_home(tmp_path: Path) -> Site:
    return Site(tmp_path, exposed("127.0.0.1"))


@pytest.fixture
def linked(tmp_path: Path) -> Site:
    return Site(tmp_path, exposed("127.0.0.1", share=True), login=PasswordLogin(PASSWORD, delay_s=0))


@pytest.fixture
def space(tmp_path: Path) -> Site:
    exposure = exposed_as_space({"SPACE_ID": "someone/faces", "SPACE_HOST": "someone-faces.hf.space"})
    assert exposure is not None
    return Site(tmp_path, exposure, peer="10.0.0.9")


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST:1", "[::1]:7860"])
def test_the_page_answers_to_its_own_names(at_home: Site, host: str) -> None:
    assert at_home.get("/", host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "0.0.0.0:7860", "192.168.1.5", "",
     "evil.example@localhost", "x.gradio.live", "localhost evil", "[::1", "someone-faces.hf.space"],
)  # fmt: skip
def test_no_other_name_leads_here(at_home: Site, host: str) -> None:
    """DNS rebinding: a name of the attacker's that means this computer."""
    refused = at_home.get("/", host=host)
    assert refused.status_code == 421 and not at_home.app.asked


def test_names_differ_with_the_exposure(tmp_path: Path, linked: Site, space: Site) -> None:
    assert linked.get("/", host="abc.gradio.live").status_code == 401
    assert linked.get("/", host="abc.gradio.live.evil.example").status_code == 421
    assert linked.get("/", host="gradio.live").status_code == 421
    assert space.get("/", host="someone-faces.hf.space").status_code == 200
    assert space.get("/", host="other-faces.hf.space").status_code == 421
    network = Site(tmp_path, exposed("0.0.0.0", names=["Faces.Newsroom.example"]), peer="192.168.1.9")
    assert network.get("/", host="192.168.1.5:7860").status_code == 200
    assert network.get("/", host="faces.newsroom.example").status_code == 200
    assert network.get("/", host="evil.example").status_code == 421


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:7860.evil.example", "x", ""],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_other_site_may_ask(at_home: Site, origin: str, method: str) -> None:
    path = "/" if method == "GET" else JOIN
    assert at_home.ask(method, path, headers={"origin": origin}).status_code == 403 and not at_home.app.asked


def test_the_page_itself_may_ask(at_home: Site, space: Site) -> None:
    assert at_home.post(JOIN, headers={"origin": "http://127.0.0.1:7860"}, json={}).status_code == 200
    origin, host = "https://someone-faces.hf.space", "someone-faces.hf.space"
    assert space.post(JOIN, host=host, headers={"origin": origin}, json={}).status_code == 200


def test_another_site_may_open_the_page_but_not_load_from_it(at_home: Site) -> None:
    there = {"sec-fetch-site": "cross-site"}
    assert at_home.get("/", headers=there | {"sec-fetch-mode": "navigate"}).status_code == 200
    assert (
        at_home.get("/gradio_api/file=/x/face-1.png", headers=there | {"sec-fetch-mode": "no-cors"}).status_code
        == 403
    )
    assert at_home.post(JOIN, headers=there | {"sec-fetch-mode": "navigate"}, json={}).status_code == 403


@pytest.mark.parametrize("name", ["x-forwarded-host", "x-gradio-server", "x-forwarded-proto", "x-forwarded-for"])
def test_nobody_speaks_for_a_relay_that_is_not_there(at_home: Site, name: str) -> None:
    """Gradio would make the page's own address of it, and the page send its uploads there."""
    assert name not in at_home.get("/", headers={name: "evil.example"}).json()["headers"]


def test_a_relay_is_believed_only_with_names_of_ours(space: Site) -> None:
    host = "someone-faces.hf.space"
    assert (
        space.get("/", host=host, headers={"x-forwarded-host": host}).json()["headers"]["x-forwarded-host"] == host
    )
    assert space.get("/", host=host, headers={"x-forwarded-host": "evil.example"}).status_code == 421
    assert space.get("/", host=host, headers={"x-forwarded-host": f"evil.example, {host}"}).status_code == 421
    assert "x-gradio-server" not in space.get("/", host=host, headers={"x-gradio-server": "x"}).json()["headers"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/file=http://169.254.169.254/latest/meta-data"),
        ("GET", "/gradio_api/file=https://example.org/x.jpg"),
        ("GET", "/gradio_api/file=HTTPS://example.org/x.jpg"),
        ("GET", "/gradio_api/file=file:///etc/passwd"),
        ("GET", "/gradio_api/file=/tmp/received/abc/def/x.jpg"),
        ("GET", "/gradio_api/file=/tmp/abc/Received/x.jpg"),
        ("GET", "/gradio_api/file=/tmp/abc/y/../received/x.jpg"),
        ("GET", "/gradio_api/file=/tmp/abc/%2e%2e/x.jpg"),
        ("GET", "/gradio_api/file=C:\\tmp\\received\\x.jpg"),
        ("GET", "/gradio_api/file=/proc/self/fd/8"),
        ("GET", "/gradio_api/file=/dev/fd/8"),
        ("GET", "/gradio_api/file=/proc/self/environ"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/gradio_api/file=app.py"),
        ("GET", "/gradio_api/file//etc/passwd"),
        ("HEAD", "/gradio_api/file=https://example.org/x.jpg"),
        ("GET", "/gradio_api/proxy=https://example.org/"),
        ("GET", "/gradio_api/proxy/https://example.org/"),
        ("GET", "/proxy=https://example.org/"),
        ("POST", "/gradio_api/process_recording"),
        ("GET", "/gradio_api/deep_link?session_hash=a"),
        ("GET", "/?deep_link=abc"),
        ("POST", "/gradio_api/vibe-edit/"),
        ("GET", "/gradio_api/vibe-code/"),
        ("POST", "/gradio_api/vibe-starter-queries/"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run-history/connect"),
        ("GET", "/gradio_api/run-history/buckets"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/gradio_api/profiling/traces"),
        ("POST", "/gradio_api/run/analyze"),
        ("POST", "/gradio_api/api/analyze"),
        ("POST", "/gradio_api/run/judge"),
        ("POST", "/gradio_api/call/judge"),
        ("POST", "/gradio_api/call/v2/analyze"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/stream/abc"),
        ("GET", "/gradio_api/stream/a/b/c/playlist.m3u8"),
        ("GET", "/gradio_api/custom_component/a/client/b/c"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/gradio_api/token"),
        ("GET", "/gradio_api/mcp/"),
        ("POST", "/login"),
        ("PUT", "/gradio_api/upload"),
        ("DELETE", "/"),
        ("POST", "/"),
        ("TRACE", "/"),
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_there(at_home: Site, method: str, path: str) -> None:
    refused = at_home.ask(method, path)
    assert refused.status_code == 404 and not at_home.app.asked


@pytest.mark.parametrize(
    "path", ["/gradio_api/info", "/gradio_api/call/analyze/abc", "/gradio_api/call/report/abc"]
)
def test_programs_are_sent_away_where_the_calls_are_off(at_home: Site, tmp_path: Path, path: str) -> None:
    closed = Site(tmp_path, exposed("127.0.0.1"), api=False)
    assert at_home.get(path).status_code == 200 and closed.get(path).status_code == 404
    assert closed.post("/gradio_api/call/analyze", json={"data": []}).status_code == 404
    assert closed.post(JOIN, json={"data": []}).status_code == 200


def handed_in(path: object) -> dict[str, Any]:
    return {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}], "session_hash": "a"}


@pytest.mark.parametrize(
    "path",
    ["https://example.org/x.jpg", "http://127.0.0.1/", "/etc/passwd", "received/a/b", 7, ["x"], "a\0b", ""],
)
@pytest.mark.parametrize("call", [JOIN, "/gradio_api/call/analyze", "/gradio_api/run/predict"])
def test_only_what_was_uploaded_is_handed_in(at_home: Site, call: str, path: object) -> None:
    """Gradio would fetch an address that somebody hands in as a file."""
    for content in (handed_in(path), {"data": [{"a": [[handed_in(path)]]}]}, {"event_data": handed_in(path)}):
        refused = at_home.post(call, json=content)
        assert refused.status_code == 400 and messages.NOT_UPLOADED in refused.text
    assert not at_home.app.asked


def as_browser(owner: str) -> dict[str, Any]:
    return {"headers": {"cookie": f"a=b; {OWNER_COOKIE}={owner}"}}


@pytest.fixture
def face(tmp_path: Path) -> Path:
    """What the page shows of a visit of the browser `MINE`."""
    path = secret_folder(tmp_path, MINE) / "face-1.png"
    path.write_bytes(b"a face")
    return path


def test_a_file_is_served_to_the_browser_whose_it_is(at_home: Site, face: Path) -> None:
    address = f"/gradio_api/file={face}"
    answer = at_home.get(address, **as_browser(MINE))
    assert (
        answer.status_code == 200 and answer.content == b"a face" and answer.headers["content-type"] == "image/png"
    )
    assert (
        answer.headers["content-disposition"].startswith("inline")
        and answer.headers["cache-control"] == "no-store"
    )
    part = {"headers": as_browser(MINE)["headers"] | {"range": "bytes=2-"}}
    assert (
        at_home.get(address, **part).content == b"face"
        and at_home.ask("HEAD", address, **as_browser(MINE)).content == b""
    )
    for other in ({}, as_browser(THEIRS), as_browser(MINE[:-1])):
        assert at_home.get(address, **other).status_code == 404
    assert not at_home.app.asked, "Gradio's own route is never asked"


def test_no_other_address_of_a_file_is_served(at_home: Site, face: Path, tmp_path: Path) -> None:
    upload, link = store_upload(tmp_path, b"x", owner=MINE), face.with_name("face-2.png")
    link.symlink_to(upload)
    with upload.open() as arriving:
        for way in (
            upload,
            link,
            f"/proc/self/fd/{arriving.fileno()}",
            f"/dev/fd/{arriving.fileno()}",
            f"/proc/self/root{face}",
            f"{face.parent}/%2e%2e/{face.parent.name}/face-1.png",
            f"{face.parent}//face-1.png",
            f"{face}%00",
            str(face).replace("/", "%5C"),
        ):
            assert at_home.get(f"/gradio_api/file={way}", **as_browser(MINE)).status_code == 404, way
    assert not at_home.app.asked


def test_a_browser_is_named_once_and_behind_https_for_https_alone(
    at_home: Site, linked: Site, space: Site
) -> None:
    named = at_home.get("/").headers["set-cookie"]
    assert re.fullmatch(rf"{OWNER_COOKIE}=[0-9a-f]{{32}}; Path=/; HttpOnly; SameSite=Lax", named)
    assert "set-cookie" not in at_home.get("/", **as_browser(MINE)).headers
    assert "set-cookie" in at_home.get("/", **as_browser("forged")).headers
    assert "set-cookie" not in at_home.get("/config").headers and "set-cookie" not in linked.get("/").headers
    inside = {"cookie": f"{COOKIE}={enter(linked, PASSWORD).cookies[COOKIE]}", "x-forwarded-proto": "https"}
    assert linked.get("/", headers=inside).headers["set-cookie"].endswith("; Secure")
    assert "set-cookie" not in space.get("/", host="someone-faces.hf.space").headers, "in a frame none is kept"


def test_only_a_complete_upload_of_this_browser_is_handed_in(at_home: Site, face: Path, tmp_path: Path) -> None:
    mine, theirs = store_upload(tmp_path, b"x", owner=MINE), store_upload(tmp_path, b"x", owner=THEIRS)
    arriving, link = mine.parent.parent / "tmpab12cd", mine.with_name("link.jpg")
    arriving.write_bytes(b"x")
    link.symlink_to(theirs)
    with theirs.open() as file:
        for path in (
            theirs,
            face,
            arriving,
            link,
            mine.parent,
            mine.parent.parent,
            f"{mine.parent}/../{mine.parent.name}/{mine.name}",
            tmp_path / "receivedx",
            f"/proc/self/fd/{file.fileno()}",
        ):
            assert at_home.post(JOIN, json=handed_in(str(path)), **as_browser(MINE)).status_code == 400, path
    assert not at_home.app.asked
    assert at_home.post(JOIN, json=handed_in(str(mine)), **as_browser(MINE)).status_code == 200
    assert at_home.post(JOIN, json=handed_in(str(mine))).status_code == 400


def test_a_session_is_of_the_browser_that_named_it_first(at_home: Site) -> None:
    """Its name leaks where somebody sees a request; its answers, and its end, are still for its own browser."""
    stream = "/gradio_api/queue/data?session_hash=abc123"
    assert at_home.get("/gradio_api/heartbeat/abc123", **as_browser(MINE)).status_code == 200
    assert at_home.get(stream, **as_browser(MINE)).status_code == 200
    asked = len(at_home.app.asked)
    for other in ({}, as_browser(THEIRS)):
        assert at_home.get(stream, **other).status_code == 404
        assert at_home.get(f"{stream}&session_hash=other", **other).status_code == 404
        assert at_home.get("/gradio_api/heartbeat/abc123", **other).status_code == 404
        for path in (JOIN, "/gradio_api/run/predict", "/gradio_api/cancel", "/gradio_api/reset"):
            assert at_home.post(path, json={"session_hash": "abc123", "data": []}, **other).status_code == 404
    assert len(at_home.app.asked) == asked
    assert at_home.post(JOIN, json={"session_hash": "abc123", "data": []}, **as_browser(MINE)).status_code == 200


def test_sessions_without_end_fill_no_memory() -> None:
    owners = SessionOwners(most=50)
    assert all(owners.admit(str(number), MINE) for number in range(1000)) and len(owners._owners) == 50
    assert not owners.admit("999", THEIRS) and owners.admit("999", MINE)


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", "a/b", "ä", "a\n"])
def test_a_session_has_a_name_such_as_gradio_gives(at_home: Site, name: str) -> None:
    """It is kept by Gradio, however long it is."""
    asked = len(at_home.app.asked)
    assert at_home.post(JOIN, json={"session_hash": name, "data": []}, **as_browser(MINE)).status_code == 404
    assert at_home.get("/gradio_api/queue/data", params={"session_hash": name}).status_code == 404
    assert len(at_home.app.asked) == asked


def test_gradio_reads_what_the_guard_has_read(at_home: Site, tmp_path: Path) -> None:
    """Of a name that stands twice, or in another encoding, the two might take different values."""
    mine = store_upload(tmp_path, b"x")
    twice = json.dumps(handed_in(str(mine))).replace('"path"', '"path": "/etc/passwd", "path"')
    for content in (twice.encode(), twice.encode("utf-16")):
        answer = at_home.post(JOIN, content=content)
        assert answer.status_code == 200 and answer.json()["size"] == len(json.dumps(handed_in(str(mine))))


def test_an_upload_that_is_refused_is_deleted(at_home: Site, tmp_path: Path) -> None:
    """Those who are told that the line is full send it once more."""
    mine, other = store_upload(tmp_path, b"x"), store_upload(tmp_path, b"x")
    at_home.post(JOIN, json=handed_in(str(mine)))
    assert mine.exists()
    at_home.app.status = 503
    at_home.post(JOIN, json=handed_in(str(mine)))
    assert not mine.exists() and other.exists() and (tmp_path / "received").exists()


@pytest.mark.parametrize("content", [b"{", b"[" * 500_000, b"\xff\xfe"], ids=["cut off", "too deep", "no text"])
def test_what_is_no_json_is_not_read_further(at_home: Site, content: bytes) -> None:
    assert at_home.post(JOIN, content=content).status_code == 400 and not at_home.app.asked


async def drip(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 50_000):
        yield b"x" * 50_000


@pytest.mark.parametrize(("path", "fits", "over"), [(UPLOAD, 1_000_000, 1_500_000), (JOIN, 0, 2_500_000)])
def test_a_body_is_counted_and_not_believed(at_home: Site, path: str, fits: int, over: int) -> None:
    if fits:
        assert at_home.post(path, content=drip(fits)).json()["size"] == fits
    stated = at_home.post(path, content=b"x" * over)
    counted = at_home.post(path, content=drip(over))
    lied = at_home.post(path, content=drip(over), headers={"content-length": "9"})
    for refused in (stated, counted, lied):
        assert refused.status_code == 413 and "MB at most" in refused.text and "ज़्यादा से ज़्यादा" in refused.text
    for length in (b"-1", b"\xb2", b"9" * 5000, b"1_0"):
        assert at_home.post(path, content=b"", headers={b"content-length": length}).status_code == 413


class Sender:
    """Brings pieces of a body, each after so long by a clock of its own, and then says that it has gone."""

    def __init__(self, *waits_s: float, size: int = 1) -> None:
        self.now = 0.0
        self._waits_s = list(waits_s)
        self._size = size

    async def receive(self) -> dict[str, Any]:
        if not self._waits_s:
            self.now += 1000
            return {"type": "http.disconnect"}
        self.now += self._waits_s.pop(0)
        return {"type": "http.request", "body": b"x" * self._size, "more_body": bool(self._waits_s)}


@pytest.fixture
def body(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sender], Body]:
    """A body that is timed by the clock of its sender."""

    def make(sender: Sender) -> Body:
        monkeypatch.setattr("ui.security.request_body.time.monotonic", lambda: sender.now)
        return Body(sender.receive, 10**9, stall_s=30)

    return make


def test_a_body_of_which_hardly_anything_arrives_is_given_up(body: Callable[[Sender], Body]) -> None:
    with pytest.raises(StalledError):
        asyncio.run(body(Sender(*[20] * 60)).read())


def test_a_slow_line_may_take_long_as_long_as_something_arrives(body: Callable[[Sender], Body]) -> None:
    content = asyncio.run(body(Sender(*[20] * 60, size=LEAST_BYTES)).read())
    assert len(content) == 60 * LEAST_BYTES


def test_a_client_may_wait_long_for_the_answer_to_a_complete_body(body: Callable[[Sender], Body]) -> None:
    async def go() -> Any:
        taken = body(Sender(1))
        assert (await taken.receive())["body"] == b"x"
        return await taken.receive()

    assert asyncio.run(go()) == {"type": "http.disconnect"}


@pytest.mark.parametrize("sent", [[], [b"x"]], ids=["never begins", "stops halfway"])
def test_a_body_that_stops_arriving_is_given_up(sent: list[bytes]) -> None:
    async def receive() -> dict[str, Any]:
        if not sent:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": sent.pop(), "more_body": True}

    with pytest.raises(StalledError):
        asyncio.run(Body(receive, 10**9, stall_s=0.1).read())


@pytest.mark.parametrize("path", [UPLOAD, JOIN])
def test_who_stops_sending_is_told_so(at_home: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr("ui.security.request_body.STALL_S", 0.1)

    async def stopping() -> AsyncIterator[bytes]:
        yield b"x" * 100
        await asyncio.Event().wait()

    answer = at_home.post(path, content=stopping())
    assert answer.status_code == 408 and "once more" in answer.text and "दोबारा" in answer.text


def test_every_answer_is_hardened(at_home: Site, space: Site) -> None:
    for answer in (at_home.get("/"), at_home.get("/nothing"), at_home.get("/", host="evil.example")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "http" not in policy
    assert at_home.get("/assets/index-x.js").headers["cache-control"] == "max-age=604800"
    framed = space.get("/", host="someone-faces.hf.space").headers
    assert "frame-ancestors 'self' https://huggingface.co" in framed["content-security-policy"]
    assert "x-frame-options" not in framed and "x-robots-tag" not in framed


def test_a_flood_is_told_to_wait_and_others_are_not(space: Site) -> None:
    def ask(client: str) -> httpx.Response:
        return space.get("/", host="someone-faces.hf.space", headers={"x-forwarded-for": client})

    for number in range(2000):
        answer = ask(f"1.1.1.{number % 250}, 93.184.216.34")  # what is left of the relay's own word is invented
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and 600 <= number < 1000
    assert int(answer.headers["retry-after"]) >= 1 and "Wait" in answer.text and "रुकें" in answer.text
    assert ask("93.184.216.35").status_code == 200


def test_who_floods_with_addresses_fills_no_memory() -> None:
    buckets = Buckets(size=2, per_s=1, most=50)
    assert [buckets.take("0", 1) for _ in range(3)][:2] == [0, 0] and buckets.take("0", 1) > 0
    for number in range(1000):
        buckets.take(str(number), 1)
    assert len(buckets) == 50


def test_fifty_visitors_and_their_cameras_at_this_computer_are_not_limited(at_home: Site, linked: Site) -> None:
    assert {at_home.get("/").status_code for _ in range(1500)} == {200}
    codes = {linked.get(HEALTH).status_code for _ in range(1500)}
    assert codes == {200}, "the owner beside a link"


def test_by_the_link_this_computer_is_somebody_else(linked: Site) -> None:
    """The relay's connections come from this computer."""
    headers = {"x-forwarded-for": "93.184.216.34"}
    codes = [linked.get("/", host="a.gradio.live", headers=headers).status_code for _ in range(1500)]
    assert codes[0] == 401 and codes[-1] == 429


@pytest.mark.parametrize(
    "path", ["/", "/config", "/assets/index.js", "/theme.css", "/gradio_api/info", "/gradio_api/heartbeat/abc",
             "/gradio_api/file=/x/face-1.png", "/gradio_api/queue/data", "/gradio_api/call/analyze/a"],
)  # fmt: skip
def test_before_the_password_nothing_answers(linked: Site, path: str) -> None:
    assert linked.get(path).status_code == 401
    for post in (JOIN, UPLOAD, "/gradio_api/cancel", "/gradio_api/call/analyze"):
        assert linked.post(post, content=b"{}").status_code == 401
    assert not linked.app.asked


def enter(site: Site, password: str, **more: Any) -> httpx.Response:
    return site.post("/login", data={"username": "x", "password": password}, **more)


def test_the_password_opens_the_door_for_a_browser_and_for_a_program(linked: Site) -> None:
    program = enter(linked, PASSWORD)
    assert program.status_code == 200 and program.json() == {"success": True}
    browser = enter(linked, f" {PASSWORD} ", headers={"accept": "text/html", "x-forwarded-proto": "https"})
    assert browser.status_code == 303 and browser.headers["location"] == "./"
    set_cookie = browser.headers["set-cookie"].lower()
    assert all(word in set_cookie for word in ("httponly", "samesite=lax", "secure", "path=/"))
    for answer in (program, browser):
        cookie = {"cookie": f"a=b; {COOKIE}={answer.cookies[COOKIE]}"}
        assert linked.get("/", headers=cookie).status_code == 200
    assert program.cookies[COOKIE] != browser.cookies[COOKIE]


def test_what_was_not_signed_here_opens_nothing(tmp_path: Path, linked: Site) -> None:
    note = enter(linked, PASSWORD).cookies[COOKIE]
    until, nonce, seal = note.split(".")
    elsewhere = Site(tmp_path, exposed("127.0.0.1", share=True), login=PasswordLogin(PASSWORD))
    forged = [f"{int(until) + 1}.{nonce}.{seal}", f"{until}.{nonce}x.{seal}", f"{until}.{nonce}.", "..", "",
              "x" * 9, f"{until}.{nonce}", "²." + nonce + "." + seal]  # fmt: skip
    for cookie in forged:
        value = f"{COOKIE}={cookie}".encode()
        assert linked.get("/", headers={"cookie": value}).status_code == 401
    assert elsewhere.get("/", headers={"cookie": f"{COOKIE}={note}"}).status_code == 401


def test_a_note_ends_after_a_day() -> None:
    now = [1000.0]
    login = PasswordLogin(PASSWORD, clock=lambda: now[0])
    answer = asyncio.run(login.try_password(f"password={PASSWORD}".encode(), "c", {}, secure=False))
    cookie = answer.headers["set-cookie"].split(";")[0]
    assert login.is_open(cookie)
    now[0] += 24 * 3600 + 1
    assert not login.is_open(cookie)


def test_wrong_passwords_have_to_wait_and_the_right_one_too() -> None:
    now = [0.0]
    login = PasswordLogin(PASSWORD, clock=lambda: now[0], delay_s=0)

    def give(word: str, client: str = "a") -> int:
        return asyncio.run(login.try_password(f"password={word}".encode(), client, {}, secure=False)).status_code

    assert [give("wrong") for _ in range(8)] == [401] * 5 + [429] * 3
    assert give(PASSWORD) == 429 and give(PASSWORD, "b") == 200
    now[0] += 31
    assert give("wrong") == 401 and give(PASSWORD) == 429
    now[0] += 31
    assert [give(PASSWORD) for _ in range(20)] == [200] * 20
    codes = [give("wrong", f"client {number}") for number in range(200)]
    assert codes.count(401) == 100 and codes[-1] == 429, "many clients together do not guess faster"
    assert len(login._tries) <= 10_000


def test_one_address_locks_nobody_else_out() -> None:
    """Only tries that are looked at cost what all share: a refused one costs nobody anything."""
    now = [0.0]
    login = PasswordLogin(PASSWORD, clock=lambda: now[0], delay_s=0)

    def give(word: str, client: str) -> int:
        return asyncio.run(login.try_password(f"password={word}".encode(), client, {}, secure=False)).status_code

    for second in range(600):
        now[0] = float(second)
        assert {give("wrong", "attacker") for _ in range(20)} <= {401, 429}
        assert give(PASSWORD, f"honest {second}") == 200
    codes = [give("wrong", f"client {number}") for number in range(200)]
    assert codes.count(401) >= 75 and codes[-1] == 429, "many clients together still do not guess faster"


def test_who_waits_for_the_others_does_not_lose_tries_of_their_own() -> None:
    now = [0.0]
    login = PasswordLogin(PASSWORD, clock=lambda: now[0], delay_s=0)

    def give(word: str, client: str) -> int:
        return asyncio.run(login.try_password(f"password={word}".encode(), client, {}, secure=False)).status_code

    while give("wrong", f"client {len(login._tries)}") == 401:
        pass
    assert [give("wrong", "late") for _ in range(9)] == [429] * 9
    now[0] += 20
    assert [give("wrong", "late") for _ in range(5)] == [401] * 5


def test_the_door_says_in_both_languages_what_to_do(linked: Site) -> None:
    asked = linked.get("/", headers={"accept": "text/html"})
    wrong = enter(linked, "nope", headers={"accept": "text/html"})
    assert asked.status_code == wrong.status_code == 401
    for words in (messages.LOGIN_LEAD, asked), (messages.LOGIN_WRONG, wrong):
        assert all(line in words[1].text for line in words[0].values())
    assert 'type="password"' in asked.text and 'action="login"' in wrong.text
    for _ in range(5):
        waiting = enter(linked, "nope", headers={"accept": "text/html"})
    assert waiting.status_code == 429 and waiting.headers["retry-after"] in waiting.text
    assert linked.post("/login", content=b"x" * 5000).status_code == 413


def test_made_passwords_are_long_and_never_the_same() -> None:
    made = {make_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(word) == 19 and not set(word) & set("o0l1iIO") for word in made)


def test_who_runs_it_can_see_that_it_is_up(linked: Site, at_home: Site) -> None:
    assert linked.get(HEALTH).status_code == at_home.get(HEALTH).status_code == 200
    assert at_home.get(HEALTH, host="evil.example").status_code == 421


@pytest.mark.parametrize("path", [JOIN, "/gradio_api/run/predict", "/gradio_api/call/analyze"])
def test_an_event_that_gradio_stumbles_over_is_a_bad_request_that_says_no_more(at_home: Site, path: str) -> None:
    at_home.app.status = 500
    refused = at_home.post(path, json={"data": ["secret"]})
    assert refused.status_code == 400 and refused.json() == {"error": messages.UNREADABLE}
    assert refused.headers["x-content-type-options"] == "nosniff"
    at_home.app.status = 503  # the queue is full
    assert at_home.post(path, json={"data": []}).status_code == 503


def test_an_error_of_the_page_itself_stays_one(at_home: Site) -> None:
    at_home.app.status = 500
    assert at_home.get("/").status_code == 500


def test_half_a_surrogate_pair_is_no_text_and_reaches_gradio_as_a_question_mark(tmp_path: Path) -> None:
    """Gradio cannot write its refusal of such a text, and answers 500."""

    class Heard(Everything):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            self.body = await Request(scope, receive).body()
            await JSONResponse({})(scope, receive, send)

    site = Site(tmp_path, exposed("127.0.0.1"))
    site.guard._app = heard = Heard()
    whole = {"data": ["\U0001f600 मैं", 1.5, None]}
    assert site.post(JOIN, json=whole).status_code == 200 and json.loads(heard.body) == whole
    for escape in (r"\ud83d", r"\ude00", r"\ude00\ud83d"):
        content = f'{{"data": ["a{escape}b"], "{escape}": 1}}'
        assert site.post(JOIN, content=content).status_code == 200
        mark = "?" * escape.count("u")
        assert json.loads(heard.body) == {"data": [f"a{mark}b"], mark: 1}
        named = f'{{"path": "/x/{escape}"}}'
        assert site.post(JOIN, content=named).status_code == 400


def test_web_sockets_are_closed(at_home: Site) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(at_home.guard({"type": "websocket", "path": JOIN, "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
