"""Who can reach the page, and under which host names, decided once from the flags."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from reporting.types import Place

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_RELAYS = "*.gradio.live"
_EMBEDDERS = ("https://huggingface.co",)
_SCHEME_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Who can reach the page."""

    host: str
    """Address to listen on."""
    names: tuple[str, ...]
    """Allowed host names and addresses; `*.` allows any subdomain."""
    any_address: bool = False
    """Whether any IP address is allowed as host; DNS rebinding needs a name."""
    shared: bool = False
    """Whether others than the user of this computer can reach it."""
    proxied: bool = False
    """Whether all requests come through a relay, whose headers are trusted."""
    public: bool = False
    """Whether it is open without a password: a Space."""
    embedders: tuple[str, ...] = ()
    """Sites that may embed it in a frame."""

    @property
    def password_wanted(self) -> bool:
        return self.shared and not self.public

    @property
    def processed_at(self) -> Place:
        """Where files are processed, as stated in reports."""
        if self.public:
            return "space"
        return "public_link" if self.proxied else "network" if self.shared else "own_computer"

    @property
    def links_fetched(self) -> bool:
        """Whether visitors may enter a link to download: only if the visitor is the user of this computer."""
        return not self.shared

    def allows(self, host: str) -> bool:
        """Return whether a `Host` header is allowed."""
        name = host_name(host)
        if any(name.endswith(known[1:]) if known.startswith("*.") else name == known for known in self.names):
            return True
        return self.any_address and _address(name) is not None


def exposed(host: str, *, share: bool = False, names: Sequence[str] = ()) -> Exposure:
    """Decide for a page on this computer, in its network, or behind a public link.

    Args:
        host: address to listen on.
        share: with a public link.
        names: further allowed host names, such as that of a proxy.
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


def exposed_as_space(environment: Mapping[str, str]) -> Exposure | None:
    """Decide for a Hugging Face Space; None if this is not one.

    Args:
        environment: variables; SPACE_HOST has the host names, separated by commas.
    """
    if not environment.get("SPACE_ID"):
        return None
    names = tuple(name.strip().lower() for name in environment.get("SPACE_HOST", "").split(",") if name.strip())
    return Exposure(
        host="0.0.0.0",
        names=(*LOOPBACK, *names),
        any_address=True,  # for the platform's health checks
        shared=True,
        proxied=True,
        public=True,
        embedders=_EMBEDDERS,
    )


def host_name(host: str) -> str:
    """Return the host name or address in a `Host` header.

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
    """Return whether `Origin` and `Host` headers name the same origin.

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
    """Return the key of a client for rate limits: the last address that the client cannot forge.

    Args:
        peer: address of the other end of the connection.
        forwarded_for: `X-Forwarded-For`, if trusted. Entries left of that of the outermost relay may be forged.

    >>> client_key("127.0.0.1", "6.6.6.6, 93.184.216.34, 10.0.0.1"), client_key("2606:4700::1", None)
    ('93.184.216.34', '2606:4700::/64')
    """
    for candidate in [*reversed((forwarded_for or "").split(",")), peer]:
        address = _address(candidate.strip())
        if address is not None and address.is_global:
            return _grouped(address)
    return peer


def is_loopback(peer: str) -> bool:
    """Return whether an address is of this computer.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("10.0.0.1"), is_loopback("")
    (True, True, False, False)
    """
    address = _address(peer)
    return address is not None and address.is_loopback


def _grouped(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Reduce an IPv6 address to its /64, which belongs to one client."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
