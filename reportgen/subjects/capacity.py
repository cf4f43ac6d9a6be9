"""Whether a cluster can grow to the size that its pools are set to: addresses of subnets, and quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.networks import key, maps, usable

MaxPods = Callable[[Json, Json], tuple[int, str]]
_DEFAULT_SURGE = "10%"
"""What Azure takes where a pool has no maxSurge (Microsoft Learn, Upgrade options for AKS)."""
_BLOCK = 16
"""Addresses that a node takes from a subnet for pods at a time (Microsoft Learn, Azure CNI Pod Subnet)."""


@dataclass(frozen=True, slots=True)
class _Pool:
    """A pool at its largest: its nodes, those of an upgrade beside them, and the pods of one node."""

    body: Json
    nodes: int
    pods: int


def subnet_needs(
    cluster: Json, subnets: Iterable[Mapping[str, Json]], max_pods: MaxPods
) -> list[Json] | None:
    """For each subnet the addresses that it has, and those that its pools take when they are largest.

    None where one of them is not known: nodes without an upper bound, a network plugin of one's own, a
    subnet that was not read.
    """
    known = {str(subnet["id"]): subnet for subnet in subnets}
    pools = [
        _at_largest(pool, cluster, max_pods) for pool in at(cluster, "properties", "agentPoolProfiles") or []
    ]
    managed = [one for one, subnet in known.items() if subnet["managed"]]
    needed: dict[str, int] = defaultdict(int)
    for pool in pools:
        if pool is None:
            return None
        own = key(at(pool.body, "vnetSubnetID")) or next(iter(managed), "")
        for_pods = key(at(pool.body, "podSubnetID"))
        needed[own] += pool.nodes * (1 if for_pods or not _flat(cluster) else 1 + pool.pods)
        if for_pods:
            needed[for_pods] += pool.nodes * -(-pool.pods // _BLOCK) * _BLOCK
    if not needed or not _plugin(cluster) or _makes_nodes(cluster):
        return None
    have = {one: usable(known[one]["prefixes"]) if one in known else None for one in needed}
    if None in have.values():
        return None
    return [
        {"name": known[one]["name"], "needed": needed[one], "usable": have[one]} for one in sorted(needed)
    ]


def quota_needs(cluster: Json, related: Mapping[str, Json]) -> list[Json] | None:
    """For each quota of vCPUs how many are free, and how many a cluster takes beyond those it has now.

    None where one of them is not known: nodes without an upper bound, sizes of machines that were not read.
    """
    pools = at(cluster, "properties", "agentPoolProfiles") or []
    quotas = {key(at(one, "name", "value")): one for one in maps(related["compute_usages"])}
    sizes = {key(at(one, "name")): one for one in maps(related["compute_skus"])}
    needed: dict[str, int] = defaultdict(int)
    for pool in pools:
        nodes = _more_nodes(pool, cluster)
        size = sizes.get(key(at(pool, "vmSize")))
        vcpus = _vcpus(size)
        if nodes is None or vcpus is None:
            return None
        for quota in _quotas_of(pool, size):
            needed[quota] += nodes * vcpus
    if not needed or _makes_nodes(cluster) or not needed.keys() <= quotas.keys():
        return None
    return [
        {
            "name": str(at(quotas[one], "name", "localizedValue") or one),
            "needed": needed[one],
            "free": int(at(quotas[one], "limit") or 0) - int(at(quotas[one], "currentValue") or 0),
        }
        for one in sorted(needed)
    ]


def _more_nodes(pool: Json, cluster: Json) -> int | None:
    """The nodes that a pool at its largest, amid an upgrade, has more than now; a stopped one has none."""
    most = nodes_at_most(pool)
    surge = None if most is None else _surge(pool, most)
    if most is None or surge is None:
        return None
    off = any(at(one, "powerState", "code") == "Stopped" for one in (pool, at(cluster, "properties")))
    now = at(pool, "count")
    return max(most + surge - (0 if off or not isinstance(now, int) else now), 0)


def _quotas_of(pool: Json, size: Json) -> tuple[str, ...]:
    """Machines count against their family and against all of the region; Spot has a quota of its own."""
    return (
        ("lowprioritycores",)
        if at(pool, "scaleSetPriority") == "Spot"
        else (key(at(size, "family")), "cores")
    )


def _vcpus(size: Json) -> int | None:
    found = {at(one, "name"): str(at(one, "value")) for one in maps(at(size, "capabilities"))}
    text = found.get("vCPUs", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _at_largest(pool: Json, cluster: Json, max_pods: MaxPods) -> _Pool | None:
    nodes = nodes_at_most(pool)
    surge = None if nodes is None else _surge(pool, nodes)
    if nodes is None or surge is None:
        return None
    return _Pool(pool, nodes + surge, max_pods(pool, cluster)[0])


def nodes_at_most(pool: Json) -> int | None:
    """The most nodes that a pool can have as it is set: the autoscaler's maximum, else its count.

    A pool of the type VirtualMachines has a profile for each size of machine instead.
    """
    scale = at(pool, "virtualMachinesProfile", "scale")
    sizes = [*by_size(scale, "autoscale", "maxCount"), *by_size(scale, "manual", "count")]
    counts = sizes or [at(pool, "maxCount" if at(pool, "enableAutoScaling") is True else "count")]
    known = [value for value in counts if isinstance(value, int) and not isinstance(value, bool)]
    return sum(known) if len(known) == len(counts) else None


def by_size(scale: Json, kind: str, count: str) -> list[Json]:
    """A count of each scale profile; the API had one profile of a kind before it had a list of them."""
    found = at(scale, kind) or []
    return [at(profile, count) for profile in (found if isinstance(found, list) else [found])]


def _surge(pool: Json, nodes: int) -> int | None:
    """Nodes that an upgrade adds: a number, or a share of the pool rounded up, at least one."""
    text = str(at(pool, "upgradeSettings", "maxSurge") or _DEFAULT_SURGE).strip()
    number = text.removesuffix("%")
    if not number.isascii() or not number.isdigit():
        return None
    if not text.endswith("%"):
        return int(number)
    return -(-nodes * int(number) // 100)


def _makes_nodes(cluster: Json) -> bool:
    """Whether nodes come into being beside those of the pools, as many as pods ask for."""
    return bool(at(cluster, "properties", "nodeProvisioningProfile", "mode") == "Auto")


def _plugin(cluster: Json) -> str:
    """The network plugin; "" where the entity brings one of its own, whose addresses nobody here knows."""
    plugin = str(at(cluster, "properties", "networkProfile", "networkPlugin") or "kubenet")
    return "" if plugin == "none" else plugin


def _flat(cluster: Json) -> bool:
    """Whether pods have addresses of the subnet."""
    mode = at(cluster, "properties", "networkProfile", "networkPluginMode")
    return _plugin(cluster) == "azure" and mode != "overlay"
