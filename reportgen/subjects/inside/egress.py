"""Whether Kubernetes network policies keep the pods of a namespace from the nodes' metadata service."""

from __future__ import annotations

import ipaddress

from reportgen.model import Json
from reportgen.subjects.document import at

_METADATA = ipaddress.ip_address("169.254.169.254")
_PORT = 80
"""Where Azure's Instance Metadata Service answers. (Source: Microsoft's page on it.)"""


def metadata_blocked(policies: list[Json]) -> bool:
    """Whether every pod has a policy for egress, and no policy of the namespace lets the address through.

    Policies add up: what one allows is allowed, so one for a few pods alone opens the way for them.
    """
    egress = [policy for policy in policies if _limits_egress(policy)]
    everyone = any(not _selects_some(at(policy, "spec", "podSelector")) for policy in egress)
    rules = (rule for policy in egress for rule in at(policy, "spec", "egress") or [])
    return everyone and not any(_lets_through(rule) for rule in rules)


def _limits_egress(policy: Json) -> bool:
    """Without policyTypes a policy limits egress where it has rules for it."""
    types = at(policy, "spec", "policyTypes")
    return "Egress" in types if types else bool(at(policy, "spec", "egress"))


def _selects_some(selector: Json) -> bool:
    return bool(at(selector, "matchLabels") or at(selector, "matchExpressions"))


def _lets_through(rule: Json) -> bool:
    return _on_its_port(at(rule, "ports") or []) and _to_it(at(rule, "to") or [])


def _on_its_port(ports: list[Json]) -> bool:
    return not ports or any(_is_port(port) for port in ports)


def _is_port(port: Json) -> bool:
    """A port by name is a pod's, which the metadata service has none of."""
    if str(at(port, "protocol") or "TCP") != "TCP":
        return False
    first = at(port, "port")
    if first is None:
        return True
    return isinstance(first, int) and first <= _PORT <= int(at(port, "endPort") or first)


def _to_it(peers: list[Json]) -> bool:
    return not peers or any(_holds(at(peer, "ipBlock")) for peer in peers)


def _holds(block: Json) -> bool:
    if not block:
        return False
    return _METADATA in _network(at(block, "cidr")) and not any(
        _METADATA in _network(cidr) for cidr in at(block, "except") or []
    )


def _network(cidr: Json) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A block of addresses; one that cannot be read is all of them."""
    try:
        return ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return ipaddress.ip_network("0.0.0.0/0")
