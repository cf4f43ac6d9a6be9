"""How pods are connected and kept apart, and how traffic comes in."""

from __future__ import annotations

from tests.oracle.evidence import (
    NOT_APPLICABLE,
    UNDETERMINED,
    Evidence,
    Verdict,
    look,
    met,
    of_cluster,
    pools,
    text,
)


def _setting(seen: Evidence, name: str) -> str:
    return text(seen.body, "properties", "networkProfile", name)


@of_cluster("2018-03-31")
def policy_engine(seen: Evidence) -> Verdict | str:
    """``none`` is a text here. Who brings a network of their own may have any engine or none in it."""
    if _setting(seen, "networkPlugin") == "none":
        return UNDETERMINED
    return met(_setting(seen, "networkPolicy") in {"azure", "calico", "cilium"})


@of_cluster("2019-04-01")
def standard_load_balancer(seen: Evidence) -> str:
    """ARM answers Standard and standard; its documented default is standard."""
    return met(_setting(seen, "loadBalancerSku") in {"standard", ""})


@of_cluster("2018-03-31")
def azure_cni(seen: Evidence) -> Verdict | str:
    """Overlay mode is a mode of the same plugin."""
    plugin = _setting(seen, "networkPlugin")
    return UNDETERMINED if plugin == "none" else met(plugin == "azure")


@of_cluster("2018-03-31")
def http_application_routing(seen: Evidence) -> str:
    """A retired add-on: absence is what is wanted."""
    addon = look(seen.body, "properties", "addonProfiles", "httpApplicationRouting", "enabled")
    return met(addon is not True)


@of_cluster("2020-03-01")
def subnets(seen: Evidence) -> str:
    """Where no pool names a subnet, all of them are in the one that Azure made."""
    system = {text(pool, "vnetSubnetID") for pool in pools(seen.body) if text(pool, "mode") == "system"}
    user = {text(pool, "vnetSubnetID") for pool in pools(seen.body) if text(pool, "mode") == "user"}
    return met(not system & user) if system and user else NOT_APPLICABLE


@of_cluster("2019-11-01")
def egress(seen: Evidence) -> Verdict | str:
    """``none`` means whatever the subnet has; the load balancer is the default."""
    kind = _setting(seen, "outboundType")
    return UNDETERMINED if kind == "none" else met(kind in {"userdefinedrouting", "block"})


@of_cluster("2023-08-01")
def mesh(seen: Evidence) -> str:
    """Mutual TLS is a matter of objects inside the cluster."""
    return met(text(seen.body, "properties", "serviceMeshProfile", "mode") == "istio")


@of_cluster("2024-04-02")
def instance_metadata(seen: Evidence) -> Verdict | str:
    """Preview versions of the API name what pods reach: IMDS or None."""
    access = _setting(seen, "podLinkLocalAccess")
    return met(access == "none") if access else UNDETERMINED


CONTROLS = {
    "network-policy-engine-enabled": policy_engine,
    "network-standard-load-balancer": standard_load_balancer,
    "network-azure-cni": azure_cni,
    "network-http-application-routing-disabled": http_application_routing,
    "network-system-pools-own-subnet": subnets,
    "network-egress-routed": egress,
    "network-service-mesh-enabled": mesh,
    "network-imds-restricted": instance_metadata,
}
