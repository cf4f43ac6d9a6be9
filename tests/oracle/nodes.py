"""How nodes can be reached, and what they are made of."""

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
    pools,
    text,
)

MADE_FOR_CONTAINERS = {"azurelinux", "azurelinux3", "azurecontainerlinux", "cblmariner", "mariner"}


@of_pools("2019-06-01")
def public_ip(pool: dict[str, Json], _: Evidence) -> str:
    """Whether the API server is private says nothing about the nodes."""
    return met(look(pool, "enableNodePublicIP") is not True)


@of_pools("2025-08-01")
def ssh(pool: dict[str, Json], _: Evidence) -> str:
    """LocalUser, which is also what an older pool without the setting has, means a shared key."""
    return met(text(pool, "securityProfile", "sshAccess") in {"disabled", "entraid"})


@of_pools("2019-02-01")
def machine_type(pool: dict[str, Json], _: Evidence) -> str:
    """Availability sets are retired; VirtualMachines is a newer type than scale sets."""
    return met(text(pool, "type") in {"virtualmachinescalesets", "virtualmachines"})


@of_pools("2021-03-01")
def azure_linux(pool: dict[str, Json], _: Evidence) -> str:
    """Linux is what a pool without a type is of, and Ubuntu what a Linux pool without a SKU runs."""
    if text(pool, "osType") == "windows":
        return NOT_APPLICABLE
    return met(text(pool, "osSKU") in MADE_FOR_CONTAINERS)


@of_pools("2020-03-01")
def reserved(pool: dict[str, Json], _: Evidence) -> str:
    """PreferNoSchedule is a wish and keeps nothing away."""
    if text(pool, "mode") != "system":
        return NOT_APPLICABLE
    taints = {str(taint).lower() for taint in look(pool, "nodeTaints") or []}
    kept = {f"criticaladdonsonly=true:{effect}" for effect in ("noschedule", "noexecute")}
    return met(bool(taints & kept))


@of_cluster("2020-03-01")
def user_pool(seen: Evidence) -> str:
    """Nodes for workloads may also come from auto-provisioning, and system nodes be somewhere else."""
    hosted = look(seen.body, "properties", "hostedSystemProfile", "enabled") is True
    automatic = text(seen.body, "sku", "name") == "automatic" and not pools(seen.body)
    listed = any(text(pool, "mode") == "user" for pool in pools(seen.body))
    return met(listed or hosted or automatic or makes_its_own_nodes(seen.body))


@of_pools("2024-07-01")
def trusted_launch(pool: dict[str, Json], _: Evidence) -> str:
    """Both halves, and Linux only."""
    if text(pool, "osType") == "windows":
        return NOT_APPLICABLE
    profile = look(pool, "securityProfile")
    return met(look(profile, "enableSecureBoot") is True and look(profile, "enableVTPM") is True)


@of_pools("2024-09-02")
def seccomp(pool: dict[str, Json], _: Evidence) -> Verdict | str:
    """Shown by preview versions of the API alone."""
    if text(pool, "osType") == "windows":
        return NOT_APPLICABLE
    profile = text(pool, "kubeletConfig", "seccompDefault")
    return met(profile == "runtimedefault") if profile else UNDETERMINED


CONTROLS = {
    "nodes-no-public-ip": public_ip,
    "nodes-ssh-disabled": ssh,
    "nodes-scale-set-pools": machine_type,
    "nodes-azure-linux-hosts": azure_linux,
    "nodes-system-pools-reserved": reserved,
    "nodes-user-pool-present": user_pool,
    "nodes-trusted-launch": trusted_launch,
    "nodes-seccomp-default": seccomp,
}
