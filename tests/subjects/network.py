"""Rows about the network of one cluster, as Resource Graph gives them."""

from __future__ import annotations

from typing import Any

SUB = "/subscriptions/3d7c1f0a-92be-4c57-8e13-b6a4f05d27c9"
NET = f"{SUB}/resourceGroups/Net/providers/Microsoft.Network"
MANAGED = f"{SUB}/resourceGroups/MC_rg_one_westeurope/providers/Microsoft.Network"
VNET = f"{NET}/virtualNetworks/Spoke"
NODES = f"{VNET}/subnets/nodes"
PODS = f"{VNET}/subnets/pods"


def cluster(*pools: dict[str, Any], **network: Any) -> dict[str, Any]:
    return {
        "properties": {
            "nodeResourceGroup": "MC_rg_One_westeurope",
            "agentPoolProfiles": list(pools),
            "networkProfile": {"networkPlugin": "azure", "serviceCidr": "172.16.0.0/16", **network},
        }
    }


def pool(subnet: str = NODES, **settings: Any) -> dict[str, Any]:
    return (
        {"name": "a", "vnetSubnetID": subnet, "count": 3, **settings} if subnet else {"name": "a", **settings}
    )


def subnet(subnet_id: str, prefix: str = "10.1.0.0/24", group: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"id": subnet_id, "addressPrefix": prefix}
    return found | ({"networkSecurityGroup": {"id": f"{NET}/networkSecurityGroups/{group}"}} if group else {})


def network(*prefixes: str, peers: dict[str, str] | None = None, **settings: Any) -> dict[str, Any]:
    peerings = [
        {
            "properties": {
                "remoteVirtualNetwork": {"id": f"{NET}/virtualNetworks/{name}"},
                "remoteAddressSpace": {"addressPrefixes": [prefix]},
            }
        }
        for name, prefix in (peers or {}).items()
    ]
    space = {"addressPrefixes": list(prefixes)}
    return {"id": VNET.upper(), "addressSpace": space, "virtualNetworkPeerings": peerings, **settings}


def scale_set(subnet_id: str, group: str = "") -> dict[str, Any]:
    card: dict[str, Any] = {"ipConfigurations": [{"properties": {"subnet": {"id": subnet_id}}}]}
    if group:
        card["networkSecurityGroup"] = {"id": f"{NET}/networkSecurityGroups/{group}"}
    return {"networkProfile": {"networkInterfaceConfigurations": [{"properties": card}]}}


def related(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"subnets": [], "scale_sets": [], "network_interfaces": [], "virtual_networks": [], **rows}
