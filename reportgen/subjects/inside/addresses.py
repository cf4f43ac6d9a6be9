"""Addresses: which are of the entity's own networks, and which ranges let everybody in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from reportgen.model import Json
from reportgen.subjects.document import at

OWN = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10")
)
"""RFC 1918, RFC 6598, RFC 4193 and RFC 4291: what no router of the internet forwards."""
_HALF = 1
"""A prefix of at most this length is half of all addresses, or all of them."""


def all_private(addresses: Iterable[str]) -> bool | None:
    """Whether all of these are addresses of private networks; None where there is none that can be read."""
    found = [_address(text) for text in addresses]
    known = [address for address in found if address is not None]
    if not known or len(known) < len(found):
        return None
    return all(any(address in block for block in OWN) for address in known)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def everybody(ranges: Iterable[str]) -> bool:
    """Whether one of these ranges lets half of all addresses in, or all, or cannot be read."""
    return any(_wide(text) for text in ranges)


def _wide(text: str) -> bool:
    try:
        return ipaddress.ip_network(text.strip(), strict=False).prefixlen <= _HALF
    except ValueError:
        return True


def balanced(document: Json) -> list[str]:
    """The addresses, or names where there is no address, that a load balancer gave an object."""
    given = at(document, "status", "loadBalancer", "ingress") or []
    return [str(at(one, "ip") or at(one, "hostname") or "") for one in given]
