"""Tell public internet addresses from special ones.

IPv4 except the special ranges, and IPv6 global unicast except them. Ranges that their registry calls partly
reachable (relays, anycast services) are refused too: no site is there. So are addresses that embed another one,
because whoever translates them decides where they lead.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""RFC 4291. All else of IPv6 is refused, such as mapped, translated and NAT64 addresses."""
_NO_SITES = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # IETF protocols, RFC 6890
            "192.31.196.0/24",  # AS112 sinkhole, RFC 7535
            "192.52.193.0/24",  # multicast tunnelling, RFC 7450
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "192.175.48.0/24",  # AS112 sinkhole, RFC 7534
            "2001::/23",  # IETF protocols, RFC 2928; within it Teredo, RFC 4380, and ORCHID, RFC 7343
            "2002::/16",  # 6to4, RFC 3056
            "2620:4f:8000::/48",  # AS112 sinkhole, RFC 7534
            "3fff::/20",  # documentation, RFC 9637: unknown to older versions of Python
        ),
    )
)
"""Ranges that `ipaddress` calls global in some version of Python."""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""Prefix of the IPv4 address embedded in the last 32 bits of an interface id, RFC 5214."""


def is_public(address: Address) -> bool:
    """Return whether an address is on the public internet.

    A provider's own NAT64 prefix cannot be told from any other network.

    Source:
        IANA IPv4 and IPv6 Special-Purpose Address Registries, https://www.iana.org/assignments/iana-ipv4-special-registry
        and https://www.iana.org/assignments/iana-ipv6-special-registry.

    >>> [is_public(ipaddress.ip_address(text)) for text in ("93.184.216.34", "10.0.0.1", "::ffff:93.184.216.34")]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _GLOBAL_UNICAST or address.scope_id is not None:
            return False
        if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NO_SITES)
