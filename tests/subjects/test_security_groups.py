"""What network security groups let in from the internet."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import networks, security_groups
from tests.subjects.network import NET, NODES, cluster, pool, related, scale_set, subnet


def rule(name: str, priority: int, **settings: Any) -> dict[str, Any]:
    return {
        "name": name,
        "properties": {
            "priority": priority,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "sourceAddressPrefix": "*",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "22",
            **settings,
        },
    }


def opened(*rules: dict[str, Any]) -> list[tuple[str, int, int]]:
    found = everything(*rules)
    return [(one["rule"], one["low"], one["high"]) for one in found]


def everything(*rules: dict[str, Any]) -> list[Any]:
    group = {"id": f"{NET}/networkSecurityGroups/G", "name": "G", "securityRules": list(rules)}
    rows = related(subnets=[subnet(NODES, group="g")], network_security_groups=[group])
    known = networks.node_subnets(cluster(pool()), rows)
    assert known is not None
    found = security_groups.open_inbound(known, rows)
    assert found is not None
    return found


@pytest.mark.parametrize("source", ["*", "Internet", "any", "0.0.0.0/0", "128.0.0.0/1", "::/0"])
def test_everybody_by_many_names(source: str) -> None:
    assert opened(rule("a", 100, sourceAddressPrefix=source)) == [("a", 22, 22)]
    many = rule("a", 100, sourceAddressPrefix="", sourceAddressPrefixes=["10.0.0.0/8", source])
    assert opened(many) == [("a", 22, 22)]


@pytest.mark.parametrize(
    "settings",
    [
        {"sourceAddressPrefix": "198.51.100.0/24"},
        {"sourceAddressPrefix": "AzureLoadBalancer"},
        {"sourceAddressPrefix": "GatewayManager"},
        {"sourceAddressPrefix": None, "sourceApplicationSecurityGroups": [{"id": "x"}]},
        {"direction": "Outbound"},
        {"access": "Deny"},
        {"protocol": "Icmp"},
    ],
)
def test_rules_that_let_nobody_unknown_in(settings: dict[str, Any]) -> None:
    assert opened(rule("a", 100, **settings)) == []


def test_ports_and_lists_of_them() -> None:
    many = rule("a", 100, destinationPortRange="", destinationPortRanges=["80", "30000-32767"])
    assert opened(many) == [("a", 80, 80), ("a", 30000, 32767)]
    assert opened(rule("a", 100, destinationPortRange="*")) == [("a", 0, 65535)]


def test_a_denial_before_it_takes_ports_away() -> None:
    allowed = rule("a", 300, destinationPortRange="20-30")
    assert opened(allowed, rule("d", 200, access="Deny")) == [("a", 20, 21), ("a", 23, 30)]
    assert opened(allowed, rule("d", 200, access="Deny", destinationPortRange="*", protocol="*")) == []
    assert opened(allowed, rule("d", 400, access="Deny")) == [("a", 20, 30)]


@pytest.mark.parametrize(
    "settings",
    [
        {"sourceAddressPrefix": "198.51.100.0/24"},
        {"protocol": "Udp"},
        {"destinationAddressPrefix": "10.0.0.4"},
        {"destinationPortRange": "443"},
    ],
)
def test_a_denial_of_something_else_takes_nothing_away(settings: dict[str, Any]) -> None:
    assert opened(rule("a", 300), rule("d", 200, access="Deny", **settings)) == [("a", 22, 22)]


@pytest.mark.parametrize(
    ("target", "nodes"),
    [
        ("*", True),
        ("VirtualNetwork", True),
        ("10.12.0.0/21", True),
        ("0.0.0.0/0", True),
        ("203.0.113.50", False),
        ("203.0.113.0/28", False),
    ],
)
def test_rules_for_load_balancers_are_told_from_those_for_nodes(target: str, nodes: bool) -> None:
    (found,) = everything(rule("a", 100, destinationAddressPrefix=target))
    assert found["to_nodes"] is nodes
    assert found["words"] == f"G/a: TCP 22 to {target.lower()}"


def test_groups_of_subnets_and_of_network_cards_that_were_all_read() -> None:
    rows = related(
        subnets=[subnet(NODES, group="g")],
        scale_sets=[scale_set(NODES, "h")],
        network_security_groups=[{"id": f"{NET}/networkSecurityGroups/{name}"} for name in ("G", "H")],
    )
    known = networks.node_subnets(cluster(pool()), rows)
    assert known is not None
    assert security_groups.open_inbound(known, rows) == []
    rows["network_security_groups"].pop()
    assert security_groups.open_inbound(known, rows) is None


@pytest.mark.parametrize("rows", [related(), related(subnets=[subnet(NODES)])])
def test_without_a_group_or_its_subnet_nothing_is_known(rows: dict[str, Any]) -> None:
    known = networks.node_subnets(cluster(pool()), rows)
    assert known is not None
    assert security_groups.open_inbound(known, rows) is None
