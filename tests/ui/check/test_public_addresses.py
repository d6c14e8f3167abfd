"""Only places on the open internet are asked: no special range, and no address that carries another."""

from __future__ import annotations

import ipaddress

import pytest

from ui.check.public_addresses import is_public

# IANA's special-purpose registries, as blocks; the tests take the first, the last and one in the middle of each.
REGISTERED = """
0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4
255.255.255.255/32 224.0.0.0/4
::1/128 ::/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128
2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28
2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 ::/96
""".split()


@pytest.mark.parametrize("block", REGISTERED)
def test_no_special_range_is_public(block: str) -> None:
    network = ipaddress.ip_network(block)
    for address in (network[0], network[-1], network[network.num_addresses // 2]):
        assert not is_public(address), address


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0",
     "100.63.255.255", "100.128.0.0",
     "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
     "223.255.255.255",
     "2606:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2a00:1450::5efe:1", "3ffe::1"],
)  # fmt: skip
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "93.184.216.34"])
def test_an_address_that_carries_another_is_not_public(inner: str) -> None:
    """Mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP."""
    high, low = divmod(int(ipaddress.IPv4Address(inner)), 1 << 16)
    carried = f"{high:x}:{low:x}"
    teredo = int(ipaddress.IPv6Address("2001:0:5db8:d822::")) | (int(ipaddress.IPv4Address(inner)) ^ 0xFFFFFFFF)
    for address in (
        f"::ffff:{inner}",
        f"::{inner}",
        f"::ffff:0:{inner}",
        f"64:ff9b::{inner}",
        f"64:ff9b:1::{inner}",
        f"2002:{carried}::1",
        str(ipaddress.IPv6Address(teredo)),
        f"2606:4700::5efe:{inner}",
        f"2606:4700::200:5efe:{inner}",
    ):
        assert not is_public(ipaddress.ip_address(address)), address


def test_an_address_of_one_interface_is_not_public() -> None:
    assert not is_public(ipaddress.ip_address("2606:4700::1%eth0"))
