"""Links are followed to the open internet only, however they lead elsewhere.

The servers here are on this computer, where the shipped check refuses to go; only where a test says so may it go
to the one address that stands for a place on the internet.
"""

from __future__ import annotations

import http.server
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from detector import MediaError
from detector.errors import LinkError
from ui.check.safe_download import fetch, is_public

OPEN = "127.0.0.2"
"""Stands for a place on the internet."""
CONTENT = b"\xff\xd8\xff an image"


class Site(http.server.BaseHTTPRequestHandler):
    """Answers by path; keeps what it was asked."""

    asked: list[tuple[str, dict[str, str]]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", unquote(self.path.removeprefix("/to/")))
            self.end_headers()
        elif self.path.startswith("/loop"):
            self.send_response(302)
            self.send_header("Location", "/loop" + self.path)
            self.end_headers()
        elif self.path.startswith("/raw/"):
            self.wfile.write(bytes.fromhex(self.path.removeprefix("/raw/")))
        elif self.path == "/gone":
            self.send_error(404)
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x" * 100_000)
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(6000):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        elif self.path == "/slow-head":
            for letter in b"HTTP/1.1 200 OK\r\nX-Pad: " + b"x" * 6000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.1)
        else:
            self.send_response(200)
            short = self.path == "/broken"
            self.send_header("Content-Length", str(len(CONTENT) + (5 if short else 0)))
            self.end_headers()
            self.wfile.write(CONTENT)

    def log_message(self, *args: Any) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the other end has had enough
            pass


@pytest.fixture
def site() -> Iterator[http.server.ThreadingHTTPServer]:
    Site.asked.clear()
    server = http.server.ThreadingHTTPServer((OPEN, 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def permitted(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return str(address) == OPEN or is_public(address)


@pytest.fixture
def get(tmp_path: Path, site: http.server.ThreadingHTTPServer) -> Callable[..., Path]:
    def get(path: str, host: str = OPEN, **more: Any) -> Path:
        limits: dict[str, Any] = {"max_bytes": 1_000_000, "timeout_s": 5.0} | more
        url = path if path.startswith("http") else f"http://{host}:{site.server_port}{path}"
        return fetch(url, tmp_path, permitted=permitted, ports=lambda scheme, port: True, **limits)

    return get


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and the addresses they mean, one look-up after the other; the last holds."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host in known:
            addresses = known[host]
            host = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def test_a_file_arrives_whole_under_its_own_name(get: Callable[..., Path], tmp_path: Path) -> None:
    path = get("/some/holiday%20image.jpg?size=large")
    assert path == tmp_path / "holiday image.jpg" and path.read_bytes() == CONTENT
    (_, headers) = Site.asked[0]
    assert not {"cookie", "authorization", "referer"} & headers.keys()


def test_the_name_of_a_link_leads_nowhere_else(get: Callable[..., Path], tmp_path: Path) -> None:
    assert get("/a/..%2f..%2fetc%2fcron").parent == tmp_path
    assert get("/").parent == tmp_path


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x.jpg", "http://localhost/x.jpg", "http://[::1]/x.jpg", "http://0.0.0.0/", "http://10.0.0.1/",
     "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data", "http://100.64.0.1/",
     "http://100.100.100.200/", "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://2130706433/",
     "http://0x7f.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:169.254.169.254]/",
     "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2001:0:1::1]/",
     "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[::]/",
     "http://[::7f00:1]/", "http://192.0.2.1/", "http://[2001:db8::1]/", "http://198.18.0.1/", "http://[fec0::1]/"],
)  # fmt: skip
def test_no_address_within_is_ever_asked(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the check as it is shipped. Refused by the address, before any connection."""
    monkeypatch.setattr(socket, "socket", lambda *args: pytest.fail("it tried to connect"))
    with pytest.raises(LinkError, match="not a place on the open internet"):
        fetch(url, tmp_path, max_bytes=10, timeout_s=5)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org/x.jpg", "https://"),
        ("file:///etc/passwd", "https://"),
        ("gopher://example.org/", "https://"),
        ("//example.org/x.jpg", "https://"),
        ("http:///x.jpg", "https://"),
        ("javascript:alert(1)", "https://"),
        ("http://user:secret@example.org/", "password"),
        ("http://user@example.org/", "password"),
        ("http://@example.org/", "password"),
        ("http://example.org:22/", "Port 22"),
        ("http://example.org:6379/", "Port 6379"),
        ("http://example.org:443/", "Port 443"),
        ("https://example.org:80/", "Port 80"),
        ("http://example.org:99999/", "not a link"),
        ("http://[::1/", "not a link"),
        ("http://example.org\\@127.0.0.1/", "not a link"),
        ("http://example.org/ x", "not a link"),
        ("http://example.org/\r\nHost: x", "not a link"),
        ("http://" + "a" * 3000, "not a link"),
        ("", "https://"),
    ],
)
def test_only_plain_links_of_the_web_are_followed(
    url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: pytest.fail("it looked a name up"))
    with pytest.raises(LinkError, match=words):
        fetch(url, tmp_path, max_bytes=10, timeout_s=5)


def test_a_link_that_leads_on_is_checked_again(get: Callable[..., Path], site: Any) -> None:
    assert get(f"/to/http://{OPEN}:{site.server_port}/x.jpg").read_bytes() == CONTENT
    assert get("/to//y.jpg").name == "y.jpg"
    for inner in ("http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::1]/"):
        with pytest.raises(LinkError, match="open internet"):
            get(f"/to/{inner}")
    with pytest.raises(LinkError, match="https://"):
        get("/to/file:///etc/passwd")
    with pytest.raises(LinkError, match="password"):
        get("/to/http://a:b@example.org/")
    before = len(Site.asked)
    with pytest.raises(LinkError, match="leads on more than 3 times"):
        get("/loop")
    assert len(Site.asked) - before == 4


def test_a_name_that_changes_its_meaning_changes_nothing(
    get: Callable[..., Path], names: dict[str, list[str]]
) -> None:
    """Checked as one address, connected to as another: DNS rebinding."""
    names["rebind.example"] = [OPEN, "127.0.0.1"]
    assert get("/x.jpg", host="rebind.example").read_bytes() == CONTENT
    assert names["rebind.example"] == ["127.0.0.1"], "looked up once"
    assert Site.asked[0][1]["host"].startswith("rebind.example:")
    with pytest.raises(LinkError, match="open internet"):
        get("/x.jpg", host="rebind.example")


def test_one_wrong_address_among_several_is_enough(
    get: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in (OPEN, "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(LinkError, match="open internet"):
        get("/x.jpg", host="both.example")


def test_too_large_is_told_and_nothing_is_kept(get: Callable[..., Path], tmp_path: Path) -> None:
    for path, most in (("/x.jpg", 5), ("/endless", 300_000)):
        with pytest.raises(LinkError, match="larger than"):
            get(path, max_bytes=most)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["/slow", "/slow-head"])
def test_drops_of_bytes_do_not_hold_it_up(get: Callable[..., Path], tmp_path: Path, path: str) -> None:
    with pytest.raises(LinkError, match="too long"):  # the site itself goes on for ten minutes, then ends well
        get(path, timeout_s=1.0)
    assert not list(tmp_path.iterdir())


def test_what_breaks_off_is_not_kept(get: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"broke off|could not be reached"):
        get("/broken")
    with pytest.raises(LinkError, match="404"):
        get("/gone")
    with pytest.raises(LinkError, match="could not be reached"):
        get(f"http://{OPEN}:1/")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 302 x\r\nLocation: http://[\r\n", id="no address to go to"),
        pytest.param(b"HTTP/1.1 302 x\r\nLocation: \xff\xfe://\r\n", id="bytes to go to"),
        pytest.param(b"HTTP/1.1 302 x\r\nLocation: http://\xe2\x84\x80.example/\r\n", id="name of signs"),
        pytest.param(b"HTTP/1.1 302 x\r\n", id="nowhere to go to"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n", id="length of another digit"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n", id="5,000 digits"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n", id="two lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx", id="chunk of no length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx", id="chunk below zero"),
        pytest.param(b"HTTP/1.1 999999 x\r\n", id="no status"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 2000, id="2,000 headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000, id="an endless header"),
        pytest.param(b"\xff\xd8\xff\xe0", id="no HTTP"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_whatever_a_site_answers_is_taken_or_told(answer: bytes, get: Callable[..., Path], tmp_path: Path) -> None:
    try:
        get(f"/raw/{(answer + bytes.fromhex('0d0a') + CONTENT).hex()}")
    except LinkError:
        assert not list(tmp_path.iterdir())
    else:
        assert len(list(tmp_path.iterdir())) == 1


def test_settings_around_it_are_not_believed(
    get: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {OPEN} login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert get("/x.jpg").read_bytes() == CONTENT
    assert "authorization" not in Site.asked[0][1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_has_to_be_that_of_the_name(
    site: http.server.ThreadingHTTPServer,
    get: Callable[..., Path],
    names: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=media.example", "-addext",
               "subjectAltName=DNS:media.example", "-keyout", str(key), "-out", str(certificate)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    told: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda line, name, own: told.append(str(name))
    with http.server.ThreadingHTTPServer((OPEN, 0), Site) as server:
        server.handle_error = lambda *args: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        names["media.example"] = names["other.example"] = [OPEN]
        with pytest.raises(LinkError, match="could not be reached"):
            get(f"https://media.example:{server.server_port}/x.jpg")
        assert told == ["media.example"] and not Site.asked, "nobody vouches for it"
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
        with pytest.raises(LinkError, match="could not be reached"):
            get(f"https://other.example:{server.server_port}/x.jpg")
        assert not Site.asked, "it is of another name"
        assert get(f"https://media.example:{server.server_port}/x.jpg").read_bytes() == CONTENT
        assert Site.asked[0][1]["host"] == f"media.example:{server.server_port}"
        with pytest.raises(LinkError, match="too long"):
            get(f"https://media.example:{server.server_port}/slow-head", timeout_s=1.0)
        server.shutdown()


def test_a_link_in_trouble_is_trouble_with_the_file() -> None:
    assert issubclass(LinkError, MediaError)
