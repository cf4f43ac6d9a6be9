"""Network security groups: what the rules of those that guard a cluster's nodes let in from the internet.

Each group is judged by itself. Another one between the internet and a node, or that a node has no public
address, may stop what a group lets in; a group that lets it in is found all the same.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.addresses import OWN
from reportgen.subjects.networks import cards_of_machines, key, maps

Ports = tuple[int, int]
"""First and last."""

_ALL_PORTS: Ports = (0, 65535)
_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_ANY = ("*", "any")
_EVERYBODY = (*_ANY, "internet")
_WHOLE = "0.0.0.0/0"
_PORTLESS = ("icmp", "esp", "ah")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule for traffic that comes in."""

    name: str
    priority: int
    allows: bool
    protocol: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    ports: tuple[Ports, ...]


def guarding(subnets: Iterable[Mapping[str, Json]], related: Mapping[str, Json]) -> set[str]:
    """The ids of the groups at the subnets of nodes and pods, and at the network cards of machines."""
    at_cards = {key(at(card, "networkSecurityGroup", "id")) for card in cards_of_machines(related)}
    return ({key(subnet["security_group"]) for subnet in subnets} | at_cards) - {""}


def open_inbound(subnets: list[dict[str, Json]], related: Mapping[str, Json]) -> list[Json] | None:
    """What these groups let in from the internet, by group and rule; None where one of them was not read.

    ``low`` and ``high`` are the first and the last port, ``to_nodes`` whether the rule reaches addresses of
    nodes rather than those of load balancers alone.
    """
    rows = {key(at(row, "id")): row for row in maps(related.get("network_security_groups"))}
    ids = guarding(subnets, related)
    if not ids or not ids <= rows.keys() or not all(subnet["known"] for subnet in subnets):
        return None
    return [item for one in sorted(ids) for item in _open(rows[one])]


def _open(group: Json) -> Iterator[Json]:
    rules = sorted(_inbound(group), key=lambda rule: (rule.priority, rule.name))
    for place, rule in enumerate(rules):
        if not rule.allows or rule.protocol in _PORTLESS or not any(map(_is_everybody, rule.sources)):
            continue
        for low, high in _left(rule, rules[:place]):
            protocol = "any protocol" if rule.protocol == "*" else rule.protocol.upper()
            ports = "all ports" if (low, high) == _ALL_PORTS else f"{low}" if low == high else f"{low}-{high}"
            name = str(at(group, "name") or "")
            yield {
                "group": name,
                "rule": rule.name,
                "low": low,
                "high": high,
                "to_nodes": not rule.targets or any(map(_is_of_nodes, rule.targets)),
                "words": f"{name}/{rule.name}: {protocol} {ports} to {', '.join(rule.targets) or 'a group'}",
            }


def _left(rule: _Rule, before: Iterable[_Rule]) -> list[Ports]:
    """The ports of a rule that no rule before it denies to everybody."""
    left = list(rule.ports)
    for other in before:
        if not other.allows and _covers(other, rule):
            for denied in other.ports:
                left = [part for ports in left for part in _without(ports, denied)]
    return sorted(left)


def _covers(denial: _Rule, rule: _Rule) -> bool:
    """Whether a denial is for all sources, for the protocol and for all targets of a rule."""
    everybody = any(source in (*_EVERYBODY, _WHOLE) for source in denial.sources)
    all_targets = any(target in _ANY for target in denial.targets)
    return (
        everybody
        and denial.protocol in ("*", rule.protocol)
        and (all_targets or (bool(rule.targets) and set(rule.targets) <= set(denial.targets)))
    )


def _without(ports: Ports, denied: Ports) -> list[Ports]:
    parts = [(ports[0], min(ports[1], denied[0] - 1)), (max(ports[0], denied[1] + 1), ports[1])]
    return [(low, high) for low, high in parts if low <= high]


def _inbound(group: Json) -> Iterator[_Rule]:
    for rule in maps(at(group, "securityRules")):
        properties = at(rule, "properties")
        if str(at(properties, "direction") or "").lower() != "inbound":
            continue
        yield _Rule(
            name=str(at(rule, "name") or ""),
            priority=int(at(properties, "priority") or 0),
            allows=str(at(properties, "access") or "").lower() == "allow",
            protocol=str(at(properties, "protocol") or "*").lower(),
            sources=tuple(_texts(properties, "sourceAddressPrefix", "sourceAddressPrefixes")),
            targets=tuple(_texts(properties, "destinationAddressPrefix", "destinationAddressPrefixes")),
            ports=tuple(_ports(properties)),
        )


def _texts(properties: Json, one: str, many: str) -> Iterator[str]:
    found = [at(properties, one), *(at(properties, many) or [])]
    yield from (str(text).strip().lower() for text in found if text)


def _ports(properties: Json) -> Iterator[Ports]:
    """The ranges of ports of a rule; ``*``, and what is no range, is all of them."""
    for text in _texts(properties, "destinationPortRange", "destinationPortRanges"):
        found = _RANGE.fullmatch(text)
        yield (int(found[1]), int(found[2] or found[1])) if found else _ALL_PORTS


def _is_everybody(source: str) -> bool:
    """Whether a source is everybody: half of all addresses is. Another service tag is not."""
    if source in _EVERYBODY:
        return True
    try:
        return ipaddress.ip_network(source, strict=False).prefixlen <= 1
    except ValueError:
        return False


def _is_of_nodes(target: str) -> bool:
    """Whether a target is, or may hold, an address of a node: all but public addresses are taken for one."""
    try:
        network = ipaddress.ip_network(target, strict=False)
    except ValueError:
        return True
    return network.prefixlen <= 1 or any(
        network.version == own.version and network.overlaps(own) for own in OWN
    )
