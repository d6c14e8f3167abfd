"""Who can reach the page, and under which names: decided once from the flags, asked by everything that guards."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from reporting.types import Place

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_RELAYS = "*.gradio.live"
_EMBEDDERS = ("https://huggingface.co",)
_SCHEME_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How far the page reaches."""

    host: str
    """Address that is listened on."""
    names: tuple[str, ...]
    """Names and addresses under which it may be asked for; `*.` stands for any name below."""
    any_address: bool = False
    """It may also be asked for by address. A page that tricks a browser (DNS rebinding) has to use a name."""
    shared: bool = False
    """Others than this computer's user can reach it."""
    proxied: bool = False
    """Everybody comes through a relay, whose word on who asks and how is believed."""
    public: bool = False
    """Anyone is welcome, without a password: a Space."""
    embedders: tuple[str, ...] = ()
    """Sites that may show it in a frame."""

    @property
    def password_wanted(self) -> bool:
        return self.shared and not self.public

    @property
    def processed_at(self) -> Place:
        """Where visitors' files are processed, as reports state it."""
        if self.public:
            return "space"
        return "public_link" if self.proxied else "network" if self.shared else "own_computer"

    @property
    def links_fetched(self) -> bool:
        """Whether visitors may name a link for this computer to fetch: only where the visitor is its user."""
        return not self.shared

    def allows(self, host: str) -> bool:
        """Whether the page may be asked for under what a `Host` header says."""
        name = host_name(host)
        if any(name.endswith(known[1:]) if known.startswith("*.") else name == known for known in self.names):
            return True
        return self.any_address and _is_address(name)


def exposed(host: str, *, share: bool = False, names: Sequence[str] = ()) -> Exposure:
    """On this computer, in its network, or behind a link.

    Args:
        host: address that is listened on.
        share: a public link is asked for.
        names: further names under which it may be asked for, such as that of a proxy of one's own.
    """
    bare = host.strip("[]").lower()
    beyond = bare not in LOOPBACK
    return Exposure(
        host=host,
        names=(*LOOPBACK, bare, *(name.lower() for name in names), *([_RELAYS] if share else [])),
        any_address=beyond,
        shared=share or beyond,
        proxied=share,
    )


def exposed_as_space(space_host: str) -> Exposure:
    """A Hugging Face Space.

    Args:
        space_host: as Spaces state it in SPACE_HOST: a name, or several between commas.
    """
    names = tuple(name.strip().lower() for name in space_host.split(",") if name.strip())
    return Exposure(
        host="0.0.0.0",
        names=(*LOOPBACK, *names),
        any_address=True,  # the platform's own look whether it is up
        shared=True,
        proxied=True,
        public=True,
        embedders=_EMBEDDERS,
    )


def host_name(host: str) -> str:
    """The name or address in a `Host` header.

    >>> [host_name(host) for host in ("Localhost:7860", "[::1]:7860", "a.example.", "a@b", "")]
    ['localhost', '::1', 'a.example', '', '']
    """
    if not host or any(sign in host for sign in "@/\\?# \t"):
        return ""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return name.removesuffix(".")


def same_origin(origin: str, host: str) -> bool:
    """Whether an `Origin` header names the very place that a `Host` header does.

    >>> same_origin("https://a.example", "a.example"), same_origin("http://localhost:1", "localhost:2")
    (True, False)
    >>> same_origin("null", "localhost"), same_origin("http://a.example:80", "A.example")
    (False, True)
    """
    scheme, mark, rest = origin.lower().partition("://")
    port = _SCHEME_PORTS.get(scheme)
    if not mark or port is None:
        return False
    return rest.removesuffix(f":{port}") == host.lower().removesuffix(f":{port}")


def client_key(peer: str, forwarded_for: str | None) -> str:
    """Whom a request counts for: the last address that a relay on the internet could not have invented.

    Args:
        peer: address of the other end of the connection.
        forwarded_for: `X-Forwarded-For` where it is to be believed. What stands left of the outermost relay's
            entry was written by the visitor.

    >>> client_key("127.0.0.1", "6.6.6.6, 93.184.216.34, 10.0.0.1"), client_key("2606:4700::1", None)
    ('93.184.216.34', '2606:4700::/64')
    """
    candidates = [*reversed((forwarded_for or "").split(",")), peer]
    for candidate in candidates:
        try:
            address = ipaddress.ip_address(candidate.strip())
        except ValueError:
            continue
        if address.is_global:
            return _grouped(address)
    return peer


def is_loopback(peer: str) -> bool:
    """Whether the other end of a connection is this computer.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("10.0.0.1"), is_loopback("")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False


def _grouped(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """One visitor has a whole /64 of IPv6."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
