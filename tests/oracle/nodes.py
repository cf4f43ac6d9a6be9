"""How nodes can be reached, and what they are made of."""

from __future__ import annotations

from tests.oracle.evidence import Evidence, Json, look, met, of_pools, text


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


CONTROLS = {
    "nodes-no-public-ip": public_ip,
    "nodes-ssh-disabled": ssh,
    "nodes-scale-set-pools": machine_type,
}
