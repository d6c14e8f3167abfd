"""Tell public internet addresses from special ones.

IPv4 except the special ranges, and IPv6 global unicast except them. Ranges that their registry calls partly
reachable (relays, anycast services) are refused too: no site is there. So are addresses that embed another one,
because whoever translates them decides where they lead.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SPECIAL_IPV4 = {
    "0.0.0.0/8": "this network, RFC 791 and 1122",
    "10.0.0.0/8": "private use, RFC 1918",
    "100.64.0.0/10": "shared by providers' customers, RFC 6598",
    "127.0.0.0/8": "loopback, RFC 1122",
    "169.254.0.0/16": "link local, RFC 3927",
    "172.16.0.0/12": "private use, RFC 1918",
    "192.0.0.0/24": "IETF protocols, RFC 6890; within it RFC 7335, 7600, 7723, 8155 and 8880",
    "192.0.2.0/24": "documentation, RFC 5737",
    "192.31.196.0/24": "AS112 sinkhole, RFC 7535",
    "192.52.193.0/24": "multicast tunnelling, RFC 7450",
    "192.88.99.0/24": "6to4 relays, RFC 7526",
    "192.168.0.0/16": "private use, RFC 1918",
    "192.175.48.0/24": "AS112 sinkhole, RFC 7534",
    "198.18.0.0/15": "benchmarking, RFC 2544",
    "198.51.100.0/24": "documentation, RFC 5737",
    "203.0.113.0/24": "documentation, RFC 5737",
    "224.0.0.0/4": "multicast, RFC 5771",
    "240.0.0.0/4": "reserved and broadcast, RFC 1112, 8190 and 919",
}
"""IANA IPv4 Special-Purpose Address Registry, and multicast."""
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""RFC 4291. All else of IPv6 is refused: ::/128 and ::1/128; IPv4-compatible, -mapped (::ffff:0:0/96) and
-translated (RFC 7915) addresses; NAT64 (64:ff9b::/96, RFC 6052, and 64:ff9b:1::/48, RFC 8215); discard-only
(100::/64, RFC 6666) and dummy prefixes (100:0:0:1::/64, RFC 9780); SRv6 (5f00::/16, RFC 9602); unique local
(fc00::/7, RFC 4193), link local (fe80::/10) and site local addresses (fec0::/10, RFC 3879); multicast
(ff00::/8)."""
_SPECIAL_IPV6 = {
    "2001::/23": "IETF protocols, RFC 2928; within it Teredo (RFC 4380), ORCHID (RFC 4843 and 7343), DRIP (RFC "
    "9374), and RFC 5180, 7450, 7535, 7723, 8155 and 9665",
    "2001:db8::/32": "documentation, RFC 3849",
    "2002::/16": "6to4, RFC 3056",
    "2620:4f:8000::/48": "AS112 sinkhole, RFC 7534",
    "3fff::/20": "documentation, RFC 9637",
}
"""IANA IPv6 Special-Purpose Address Registry, within global unicast."""
_REFUSED = tuple(map(ipaddress.ip_network, (*_SPECIAL_IPV4, *_SPECIAL_IPV6)))
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
    return not any(address in network for network in _REFUSED)
