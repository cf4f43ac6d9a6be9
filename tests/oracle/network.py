"""How pods are connected and kept apart, and how traffic comes in."""

from __future__ import annotations

from tests.oracle.evidence import (
    UNDETERMINED,
    Evidence,
    Verdict,
    look,
    met,
    of_cluster,
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


CONTROLS = {
    "network-policy-engine-enabled": policy_engine,
    "network-standard-load-balancer": standard_load_balancer,
    "network-azure-cni": azure_cni,
    "network-http-application-routing-disabled": http_application_routing,
}
