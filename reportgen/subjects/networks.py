"""The networks of a cluster: where its nodes and pods lie, how large that is, and what it overlaps.

A cluster's body names subnets only where somebody brought a network; else AKS made one in the node resource
group, and the machines there say which. None is given where it is not known.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from reportgen.model import Json
from reportgen.subjects.document import at

Related = Mapping[str, Json]

RESERVED = 5
"""Addresses of every subnet that Azure keeps for itself (Microsoft Learn, Virtual Network FAQ)."""


def derive(cluster: Json, related: Related) -> dict[str, Json]:
    """The derived values of a cluster that its networks give, as far as they are known."""
    subnets = node_subnets(cluster, related)
    if subnets is None:
        return {}
    found = node_networks(subnets, related)
    return {
        "node_subnets": [*subnets],
        "node_networks": [*found],
        "address_overlaps": address_overlaps(cluster, found),
    }


def node_subnets(cluster: Json, related: Related) -> list[dict[str, Json]] | None:
    """The subnets of a cluster's nodes and pods, by id; None where a pool's subnet is not known.

    ``known`` tells whether the subnet's own settings were read, ``managed`` whether AKS made its network.
    """
    if not {"subnets", "scale_sets", "network_interfaces"} <= related.keys():
        return None
    pools = maps(at(cluster, "properties", "agentPoolProfiles"))
    named = {key(at(pool, "vnetSubnetID")) for pool in pools}
    of_machines = {key(at(card, "subnet", "id")) for card in _addresses_of_machines(related)} - {""}
    if (not pools or "" in named) and not of_machines:
        return None
    for_pods = {key(at(pool, "podSubnetID")) for pool in pools} - {""}
    rows = {key(at(row, "id")): row for row in maps(related["subnets"])}
    ids = (named | of_machines | for_pods) - {""}
    return [_subnet(cluster, one, rows.get(one), pods_only=one in for_pods - named) for one in sorted(ids)]


def _subnet(cluster: Json, subnet_id: str, row: Json, *, pods_only: bool) -> dict[str, Json]:
    network, _, name = subnet_id.partition("/subnets/")
    group = str(at(cluster, "properties", "nodeResourceGroup") or "").lower()
    return {
        "id": subnet_id,
        "name": f"{network.rpartition('/')[2]}/{name}",
        "network": network,
        "holds": "pods" if pods_only else "nodes",
        "known": row is not None,
        "managed": bool(group) and f"/resourcegroups/{group}/" in network,
        "security_group": str(at(row, "networkSecurityGroup", "id") or ""),
        "prefixes": _prefixes(row),
    }


def _prefixes(row: Json) -> list[Json]:
    many = at(row, "addressPrefixes")
    return list(many) if isinstance(many, list) and many else [*filter(None, [at(row, "addressPrefix")])]


def _addresses_of_machines(related: Related) -> Iterator[Json]:
    """The address settings of the network cards that a cluster's machines have."""
    for card in cards_of_machines(related):
        for address in maps(at(card, "ipConfigurations")):
            yield at(address, "properties")


def cards_of_machines(related: Related) -> Iterator[Json]:
    """The settings of the network cards in scale sets, and of those of their own that a machine has."""
    for row in maps(related["scale_sets"]):
        for card in maps(at(row, "networkProfile", "networkInterfaceConfigurations")):
            yield at(card, "properties")
    for row in maps(related["network_interfaces"]):
        if at(row, "virtualMachine"):
            yield row


def node_networks(subnets: Iterable[dict[str, Json]], related: Related) -> list[dict[str, Json]]:
    """The virtual networks that these subnets are in, by id, with their addresses and peerings."""
    rows = {key(at(row, "id")): row for row in maps(related.get("virtual_networks"))}
    managed = {str(subnet["network"]): subnet["managed"] for subnet in subnets}
    return [
        {
            "id": one,
            "name": one.rpartition("/")[2],
            "known": one in rows,
            "managed": managed[one],
            "ddos_protected": at(rows.get(one), "enableDdosProtection") is True,
            "prefixes": list(at(rows.get(one), "addressSpace", "addressPrefixes") or []),
            "peers": [_peer(peering) for peering in maps(at(rows.get(one), "virtualNetworkPeerings"))],
        }
        for one in sorted(managed)
    ]


def _peer(peering: Json) -> dict[str, Json]:
    properties = at(peering, "properties")
    space = at(properties, "remoteVirtualNetworkAddressSpace") or at(properties, "remoteAddressSpace")
    remote = key(at(properties, "remoteVirtualNetwork", "id"))
    return {"name": remote.rpartition("/")[2], "prefixes": list(at(space, "addressPrefixes") or [])}


def address_overlaps(cluster: Json, networks: Iterable[dict[str, Json]]) -> list[Json] | None:
    """Which of a cluster's ranges for pods and services meet, and which meet an address of its networks.

    None where a network, or the range of services, is not known, or where a range cannot be read.
    """
    profile = at(cluster, "properties", "networkProfile")
    pods, services = _own(profile, "podCidr"), _own(profile, "serviceCidr")
    if not services or not all(network["known"] for network in networks):
        return None
    own = [("pods", text) for text in pods]
    services_too = [("services", text) for text in services]
    around = [
        (f"{words} {place['name']}", str(text))
        for network in networks
        for words, place in (("network", network), *(("peered network", peer) for peer in network["peers"]))
        for text in place["prefixes"]
    ]
    pairs = [*product(own, services_too), *product([*own, *services_too], around)]
    try:
        return [
            f"{one} {its_range} and {other} {other_range}"
            for (one, its_range), (other, other_range) in pairs
            if _meet(its_range, other_range)
        ]
    except ValueError:
        return None


def _own(profile: Json, name: str) -> list[str]:
    many = at(profile, f"{name}s") or [at(profile, name)]
    return [str(text) for text in many if text]


def _meet(one: str, other: str) -> bool:
    """Whether two ranges share an address; raises ValueError where one is no range."""
    first, second = ipaddress.ip_network(one, strict=False), ipaddress.ip_network(other, strict=False)
    return first.version == second.version and first.overlaps(second)


def usable(prefixes: Iterable[Json]) -> int | None:
    """The IPv4 addresses that a subnet has for machines and pods; None where there is no range to read."""
    sizes = []
    for text in prefixes:
        try:
            network = ipaddress.ip_network(str(text), strict=False)
        except ValueError:
            return None
        if network.version == 4:
            sizes.append(max(network.num_addresses - RESERVED, 0))
    return sum(sizes) if sizes else None


def key(resource_id: Json) -> str:
    """An id to compare by; "" where there is none."""
    return str(resource_id or "").lower().rstrip("/")


def maps(value: Json) -> list[Json]:
    """The maps in a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
