"""The networks of a cluster: which subnets are its own, and which addresses meet."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import networks
from tests.subjects.network import (
    MANAGED,
    NODES,
    PODS,
    VNET,
    cluster,
    network,
    pool,
    related,
    scale_set,
    subnet,
)


def named(found: list[dict[str, Any]] | None) -> dict[str, tuple[Any, ...]]:
    assert found is not None
    return {one["name"]: (one["holds"], one["known"], one["managed"]) for one in found}


def test_subnets_that_pools_name_for_nodes_and_pods() -> None:
    body = cluster(pool(NODES.upper(), podSubnetID=PODS), pool(NODES))
    rows = related(subnets=[subnet(NODES), subnet(PODS)])
    assert named(networks.node_subnets(body, rows)) == {
        "spoke/nodes": ("nodes", True, False),
        "spoke/pods": ("pods", True, False),
    }


def test_a_network_of_aks_is_found_by_its_machines() -> None:
    own = f"{MANAGED}/virtualNetworks/aks-vnet/subnets/aks-subnet"
    card = {"virtualMachine": {"id": "x"}, "ipConfigurations": [{"properties": {"subnet": {"id": own}}}]}
    endpoint = {"ipConfigurations": [{"properties": {"subnet": {"id": PODS}}}]}
    of_machine = related(subnets=[subnet(own)], network_interfaces=[card, endpoint])
    of_set = related(subnets=[subnet(own)], scale_sets=[scale_set(own)])
    for rows in (of_machine, of_set):
        found = networks.node_subnets(cluster(pool("")), rows)
        assert named(found) == {"aks-vnet/aks-subnet": ("nodes", True, True)}


def test_a_subnet_that_nobody_read_is_not_known() -> None:
    assert named(networks.node_subnets(cluster(pool()), related())) == {
        "spoke/nodes": ("nodes", False, False)
    }


@pytest.mark.parametrize("body", [cluster(pool("")), cluster(pool(), pool("")), cluster()])
def test_pools_whose_subnet_nothing_shows(body: dict[str, Any]) -> None:
    assert networks.node_subnets(body, related(subnets=[subnet(NODES)])) is None


def test_without_the_rows_of_one_source_nothing_is_known() -> None:
    rows = related(subnets=[subnet(NODES)])
    del rows["scale_sets"]
    assert networks.derive(cluster(pool()), rows) == {}


def overlaps(space: str, peers: dict[str, str] | None = None, **ranges: Any) -> Any:
    rows = related(subnets=[subnet(NODES)], virtual_networks=[network(space, peers=peers)])
    return networks.derive(cluster(pool(), **ranges), rows)["address_overlaps"]


@pytest.mark.parametrize(
    ("space", "peers", "ranges", "found"),
    [
        ("10.1.0.0/16", {}, {"podCidr": "10.244.0.0/16"}, []),
        ("10.1.0.0/16", {}, {}, []),
        ("172.16.8.0/24", {}, {}, ["services 172.16.0.0/16 and network spoke 172.16.8.0/24"]),
        (
            "10.1.0.0/16",
            {"Hub": "10.244.3.0/24"},
            {"podCidrs": ["10.244.0.0/16", "fd00::/64"]},
            ["pods 10.244.0.0/16 and peered network hub 10.244.3.0/24"],
        ),
        (
            "10.1.0.0/16",
            {},
            {"podCidr": "172.16.128.0/17"},
            ["pods 172.16.128.0/17 and services 172.16.0.0/16"],
        ),
        ("10.1.0.0/16", {}, {"podCidr": "the office"}, None),
        ("10.1.0.0/16", {}, {"serviceCidr": ""}, None),
    ],
)
def test_ranges_that_meet(space: str, peers: dict[str, str], ranges: dict[str, Any], found: Any) -> None:
    assert overlaps(space, peers, **ranges) == found


def test_what_is_said_of_a_network() -> None:
    rows = related(
        subnets=[subnet(NODES)], virtual_networks=[network("10.1.0.0/16", enableDdosProtection=True)]
    )
    (found,) = networks.derive(cluster(pool()), rows)["node_networks"]
    assert (found["id"], found["known"], found["ddos_protected"]) == (VNET.lower(), True, True)
    unread = networks.derive(cluster(pool()), related(subnets=[subnet(NODES)]))
    assert (unread["node_networks"][0]["known"], unread["address_overlaps"]) == (False, None)


@pytest.mark.parametrize(
    ("prefixes", "addresses"),
    [
        (["10.0.0.0/24"], 251),
        (["10.0.0.0/24", "10.9.0.0/29", "fd00::/64"], 254),
        (["10.0.0.0/31"], 0),
        (["fd00::/64"], None),
        (["nonsense"], None),
        ([], None),
    ],
)
def test_addresses_that_a_subnet_has_to_give(prefixes: list[str], addresses: int | None) -> None:
    assert networks.usable(prefixes) == addresses
