"""What a cluster survives: the loss of a node, of a data centre, and more load than expected."""

from __future__ import annotations

from tests.oracle.evidence import (
    NOT_APPLICABLE,
    UNDETERMINED,
    Evidence,
    Json,
    Verdict,
    look,
    makes_its_own_nodes,
    met,
    of_cluster,
    of_pools,
    text,
)


@of_pools("2019-02-01")
def zones(pool: dict[str, Json], _: Evidence) -> str:
    """``auto`` lets Azure spread the nodes, no more than half of them in one zone."""
    named = {str(zone).lower() for zone in look(pool, "availabilityZones") or []}
    return met("auto" in named or len(named) >= 2)


@of_cluster("2020-03-01")
def tier(seen: Evidence) -> str:
    """Paid became Standard in 2023."""
    return met(text(seen.body, "sku", "tier") in {"standard", "premium", "paid"})


@of_pools("2020-03-01")
def system_nodes(pool: dict[str, Json], seen: Evidence) -> Verdict | str:
    """Three nodes for what the whole cluster needs."""
    return NOT_APPLICABLE if text(pool, "mode") != "system" else _at_least(3, pool, seen)


@of_pools("2020-03-01")
def user_nodes(pool: dict[str, Json], seen: Evidence) -> Verdict | str:
    """Two nodes for workloads; Azure may take Spot nodes away at any time, whatever their number."""
    if text(pool, "mode") != "user" or text(pool, "scaleSetPriority") == "spot":
        return NOT_APPLICABLE
    return _at_least(2, pool, seen)


def _at_least(wanted: int, pool: dict[str, Json], seen: Evidence) -> Verdict | str:
    power = (
        text(pool, "powerState", "code"),
        text(seen.body, "properties", "powerState", "code"),
    )
    lowest = _lowest(pool)
    return UNDETERMINED if "stopped" in power or lowest is None else met(lowest >= wanted)


def _lowest(pool: dict[str, Json]) -> int | None:
    """Fewest nodes that the pool can have. VirtualMachines pools count their nodes by size instead."""
    scale = look(pool, "virtualMachinesProfile", "scale")
    counts = [look(size, "minCount") for size in _each(look(scale, "autoscale"))]
    counts += [look(size, "count") for size in _each(look(scale, "manual"))]
    if not counts:
        counts = [look(pool, "minCount" if look(pool, "enableAutoScaling") is True else "count")]
    return None if None in counts else sum(counts)


def _each(value: Json) -> list[Json]:
    """The items of a list, or the one thing that older API versions have in its place."""
    return value if isinstance(value, list) else [value] if value else []


@of_pools("2019-02-01")
def autoscaling(pool: dict[str, Json], seen: Evidence) -> str:
    """By the pool itself, by a scale profile of its machines, or by node auto-provisioning."""
    return met(
        look(pool, "enableAutoScaling") is True
        or bool(look(pool, "virtualMachinesProfile", "scale", "autoscale"))
        or makes_its_own_nodes(seen.body)
    )


@of_pools("2019-02-01")
def max_pods(pool: dict[str, Json], seen: Evidence) -> str:
    """Where it is not shown, the default depends on the network plugin."""
    network = look(seen.body, "properties", "networkProfile")
    plugin = text(network, "networkPlugin")
    if plugin == "azure" and text(network, "networkPluginMode") == "overlay":
        plugin = "azure overlay"
    default = {"azure": 30, "azure overlay": 250, "none": 250}.get(plugin, 110)
    return met((look(pool, "maxPods") or default) >= 50)


@of_pools("2020-03-01")
def not_spot(pool: dict[str, Json], _: Evidence) -> str:
    """Nodes are regular unless said otherwise."""
    return NOT_APPLICABLE if text(pool, "mode") != "system" else met(text(pool, "scaleSetPriority") != "spot")


@of_pools("2020-09-01")
def system_disk(pool: dict[str, Json], _: Evidence) -> Verdict | str:
    """The default depends on the size of the machine."""
    kind = text(pool, "osDiskType")
    return met(kind == "ephemeral") if kind else UNDETERMINED


CONTROLS = {
    "resilience-availability-zones": zones,
    "resilience-sla-tier": tier,
    "resilience-system-pool-min-nodes": system_nodes,
    "resilience-user-pool-min-nodes": user_nodes,
    "resilience-autoscaling": autoscaling,
    "resilience-max-pods": max_pods,
    "resilience-system-pools-not-spot": not_spot,
    "resilience-ephemeral-os-disks": system_disk,
}
