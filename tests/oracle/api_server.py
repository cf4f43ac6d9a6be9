"""Who reaches the API server, and by which way."""

from __future__ import annotations

from ipaddress import ip_network

from tests.oracle.evidence import NO, NOT_APPLICABLE, Evidence, look, met, of_cluster

WIDEST = 8
"""The shortest prefix that still counts as a named range."""


def _profile(seen: Evidence, name: str) -> object:
    return look(seen.body, "properties", "apiServerAccessProfile", name)


@of_cluster("2019-08-01")
def private(seen: Evidence) -> str:
    """A private cluster may still have a public name in DNS; that one resolves to a private address."""
    return met(_profile(seen, "enablePrivateCluster") is True)


@of_cluster("2019-08-01")
def authorized_ranges(seen: Evidence) -> str:
    """An empty list lets everybody in; ``0.0.0.0/32`` lets nobody in from outside."""
    if _profile(seen, "enablePrivateCluster") is True:
        return NOT_APPLICABLE
    ranges = _profile(seen, "authorizedIPRanges")
    if not isinstance(ranges, list) or not ranges:
        return NO
    return met(all(_narrow(item) for item in ranges))


def _narrow(item: object) -> bool:
    try:
        return ip_network(str(item), strict=False).prefixlen >= WIDEST
    except ValueError:
        return False


@of_cluster("2021-08-01")
def run_command(seen: Evidence) -> str:
    """Absent means that commands can be run through Azure."""
    return met(_profile(seen, "disableRunCommand") is True)


@of_cluster("2021-05-01")
def no_public_name(seen: Evidence) -> str:
    """The name is published unless somebody said no."""
    if _profile(seen, "enablePrivateCluster") is not True:
        return NOT_APPLICABLE
    return met(_profile(seen, "enablePrivateClusterPublicFQDN") is False)


@of_cluster("2025-03-01")
def reached_privately(seen: Evidence) -> str:
    """An API server inside the network, or a private endpoint to it."""
    return met(True in {_profile(seen, "enableVnetIntegration"), _profile(seen, "enablePrivateCluster")})


CONTROLS = {
    "api-server-private": private,
    "api-server-authorized-ranges": authorized_ranges,
    "api-server-run-command-disabled": run_command,
    "api-server-no-public-name": no_public_name,
    "api-server-reached-privately-by-nodes": reached_privately,
}
