"""What a cluster is called, who may touch what belongs to it, and what else it has switched on."""

from __future__ import annotations

import re

from tests.oracle.evidence import Evidence, Json, look, met, of_cluster, of_pools, text


@of_cluster("2024-09-01")
def locked(seen: Evidence) -> str:
    """Unrestricted is the default."""
    return met(text(seen.body, "properties", "nodeResourceGroupProfile", "restrictionLevel") == "readonly")


@of_cluster("2018-03-31")
def group_named(seen: Evidence) -> str:
    """Azure's own names begin with MC_, in some places in lower case."""
    group = text(seen.body, "properties", "nodeResourceGroup")
    return met(group != "" and group[:3] != "mc_")


@of_cluster("2018-03-31")
def names(seen: Evidence) -> str:
    """The DNS prefix may be up to 54 long; private clusters may have a subdomain in its place."""
    name = look(seen.body, "name") or ""
    prefix = look(seen.body, "properties", "dnsPrefix")
    if prefix is None:
        prefix = look(seen.body, "properties", "fqdnSubdomain") or ""
    usual = name.startswith("aks-") and len(name) > 4 and set(name) <= set(_SMALL)
    whole = 0 < len(prefix) <= 54 and "-" not in {prefix[0], prefix[-1]}
    return met(usual and whole and set(prefix.lower()) <= set(_SMALL))


_SMALL = "abcdefghijklmnopqrstuvwxyz0123456789-"


@of_pools("2020-03-01")
def pool_names(pool: dict[str, Json], _: Evidence) -> str:
    """System pools begin with npsystem, the others with np and something more."""
    start = "npsystem" if text(pool, "mode") == "system" else "np"
    name = look(pool, "name") or ""
    rest = name.removeprefix(start)
    more = start == "npsystem" or rest
    return met(name.startswith(start) and bool(more) and re.search(r"[^a-z0-9]", rest) is None)


@of_cluster("2024-02-01")
def cost_analysis(seen: Evidence) -> str:
    """On request only."""
    return met(look(seen.body, "properties", "metricsProfile", "costAnalysis", "enabled") is True)


@of_cluster("2018-03-31")
def dashboard(seen: Evidence) -> str:
    """KubeDashboard, kubeDashboard: an old add-on, whose absence is what is wanted."""
    return met(look(seen.body, "properties", "addonProfiles", "kubeDashboard", "enabled") is not True)


@of_cluster("2023-01-01")
def prometheus(seen: Evidence) -> str:
    """Metrics; container insights are logs."""
    return met(look(seen.body, "properties", "azureMonitorProfile", "metrics", "enabled") is True)


@of_cluster("2023-02-01")
def image_cleaner(seen: Evidence) -> str:
    """On request only."""
    return met(look(seen.body, "properties", "securityProfile", "imageCleaner", "enabled") is True)


CONTROLS = {
    "governance-node-group-locked": locked,
    "governance-node-group-named": group_named,
    "governance-names-follow-convention": names,
    "governance-pool-names-follow-convention": pool_names,
    "governance-cost-analysis": cost_analysis,
    "workloads-dashboard-addon-disabled": dashboard,
    "logging-managed-prometheus": prometheus,
    "images-cleaner-enabled": image_cleaner,
}
