"""How many addresses a cluster takes when its pools are largest."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import capacity, networks
from reportgen.subjects.derived import max_pods
from tests.subjects.network import MANAGED, NODES, PODS, cluster, pool, related, scale_set, subnet

OVERLAY: dict[str, Any] = {"networkPluginMode": "overlay"}


def needs(*pools: dict[str, Any], more: dict[str, Any] | None = None, **network: Any) -> Any:
    body = cluster(*pools, **network)
    body["properties"] |= more or {}
    own = f"{MANAGED}/virtualNetworks/aks-vnet/subnets/aks-subnet"
    rows = related(
        subnets=[subnet(NODES, "10.1.0.0/24"), subnet(PODS, "10.2.0.0/16"), subnet(own, "10.3.0.0/24")],
        scale_sets=[] if all(one.get("vnetSubnetID") for one in pools) else [scale_set(own)],
    )
    found = networks.node_subnets(body, rows)
    assert found is not None
    known = capacity.subnet_needs(body, found, max_pods)
    return known and {one["name"]: (one["needed"], one["usable"]) for one in known}


def test_pods_take_addresses_where_they_are_flat() -> None:
    surge: dict[str, Any] = {"upgradeSettings": {"maxSurge": "33%"}}
    assert needs(pool(count=3, maxPods=50, **surge)) == {"spoke/nodes": (4 * 51, 251)}
    assert needs(pool(count=3, maxPods=50, **surge), **OVERLAY) == {"spoke/nodes": (4, 251)}
    assert needs(pool(count=3, maxPods=50, **surge), networkPlugin="kubenet") == {"spoke/nodes": (4, 251)}


def test_the_autoscaler_may_go_to_its_maximum_and_pools_share_a_subnet() -> None:
    scaled = pool(count=3, enableAutoScaling=True, maxCount=10, maxPods=20)
    idle = pool(count=3, enableAutoScaling=False, maxCount=99, maxPods=20)
    assert needs(scaled, idle) == {"spoke/nodes": (11 * 21 + 4 * 21, 251)}


def test_pods_with_a_subnet_of_their_own_come_in_blocks() -> None:
    assert needs(pool(count=9, maxPods=50, podSubnetID=PODS)) == {
        "spoke/nodes": (10, 251),
        "spoke/pods": (640, 65531),
    }


def test_a_network_of_aks() -> None:
    assert needs(pool("", count=3), **OVERLAY) == {"aks-vnet/aks-subnet": (4, 251)}


@pytest.mark.parametrize(
    ("surge", "nodes"),
    [("2", 12), ("0", 10), ("25%", 13), (None, 11), ("half", None)],
)
def test_nodes_that_an_upgrade_adds(surge: str | None, nodes: int | None) -> None:
    found = needs(pool(count=10, upgradeSettings={"maxSurge": surge} if surge else {}), **OVERLAY)
    assert found == (None if nodes is None else {"spoke/nodes": (nodes, 251)})


def test_nothing_is_said_without_a_bound() -> None:
    assert needs(pool(count=3), networkPlugin="none") is None
    assert needs(pool(count=3), more={"nodeProvisioningProfile": {"mode": "Auto"}}) is None
    assert needs(pool(count=None)) is None


def test_machines_of_several_sizes() -> None:
    scale = {"manual": [{"size": "a", "count": 2}], "autoscale": {"size": "b", "minCount": 1, "maxCount": 5}}
    found = pool(type="VirtualMachines", virtualMachinesProfile={"scale": scale})
    assert capacity.nodes_at_most(found) == 7


def quotas(*pools: dict[str, Any], off: bool = False, without: str = "") -> Any:
    usages = {"cores": (100, 140), "standardDSv5Family": (20, 60), "lowPriorityCores": (0, 10)}
    sizes = {"Standard_D4s_v5": "4", "Standard_D16s_v5": "16"}
    body = cluster(*pools)
    body["properties"]["powerState"] = {"code": "Stopped" if off else "Running"}
    related = {
        "compute_usages": [
            {"currentValue": now, "limit": most, "name": {"value": name, "localizedValue": name.upper()}}
            for name, (now, most) in usages.items()
            if name != without
        ],
        "compute_skus": [
            {
                "name": name,
                "family": "StandardDSv5Family",
                "capabilities": [{"name": "vCPUs", "value": vcpus}],
            }
            for name, vcpus in sizes.items()
            if name != without
        ],
    }
    known = capacity.quota_needs(body, related)
    return known and {one["name"]: (one["needed"], one["free"]) for one in known}


def sized(size: str = "standard_d4s_v5", **settings: Any) -> dict[str, Any]:
    return pool(vmSize=size, **settings)


def test_what_a_pool_takes_of_its_family_and_of_the_region() -> None:
    scaled = sized(count=3, enableAutoScaling=True, maxCount=10)
    assert quotas(scaled) == {"CORES": (32, 40), "STANDARDDSV5FAMILY": (32, 40)}
    both = quotas(scaled, sized("Standard_D16s_v5", count=1))
    assert both == {"CORES": (48, 40), "STANDARDDSV5FAMILY": (48, 40)}
    assert quotas(scaled, off=True)["CORES"] == (44, 40)
    assert quotas(scaled | {"powerState": {"code": "Stopped"}})["CORES"] == (44, 40)


def test_spot_has_a_quota_of_its_own() -> None:
    assert quotas(sized(count=1, scaleSetPriority="Spot")) == {"LOWPRIORITYCORES": (4, 10)}


@pytest.mark.parametrize("without", ["cores", "standardDSv5Family", "Standard_D4s_v5"])
def test_quotas_and_sizes_that_were_not_read(without: str) -> None:
    assert quotas(sized(count=3), without=without) is None


def test_a_pool_without_a_size_or_a_bound_has_no_need_that_is_known() -> None:
    assert quotas(pool(count=3)) is None
    assert quotas(sized(count=None)) is None
    assert quotas() is None
