"""Encryption, secrets and policy: what a cluster has switched on to protect its data and its rules."""

from __future__ import annotations

import re

from tests.oracle.evidence import (
    NOT_APPLICABLE,
    UNDETERMINED,
    Evidence,
    Json,
    Verdict,
    look,
    met,
    of_cluster,
    of_pools,
    text,
)


@of_cluster("2020-01-01")
def disk_key(seen: Evidence) -> str:
    """Absent strings of ARM can come as empty text."""
    return met(text(seen.body, "properties", "diskEncryptionSetID") != "")


@of_pools("2020-12-01")
def at_host(pool: dict[str, Json], _: Evidence) -> str:
    """A setting of each pool."""
    return met(look(pool, "enableEncryptionAtHost") is True)


@of_cluster("2026-07-01")
def etcd(seen: Evidence) -> str:
    """Three states; both the customer's key and the platform's are accepted by default."""
    profile = look(seen.body, "properties", "securityProfile")
    customer = look(profile, "azureKeyVaultKms", "enabled") is True
    platform = text(profile, "kubernetesResourceObjectEncryptionProfile", "infrastructureEncryption")
    return met(customer or platform == "enabled")


def _addon(seen: Evidence, name: str) -> Json:
    return look(seen.body, "properties", "addonProfiles", name)


@of_cluster("2018-03-31")
def key_vault_provider(seen: Evidence) -> str:
    """An add-on, so it is installed only on request."""
    return met(look(_addon(seen, "azureKeyvaultSecretsProvider"), "enabled") is True)


@of_cluster("2018-03-31")
def rotation(seen: Evidence) -> str:
    """Values in an add-on's config are text: true, True, false. Without the provider nothing can rotate."""
    addon = _addon(seen, "azureKeyvaultSecretsProvider")
    if look(addon, "enabled") is not True:
        return NOT_APPLICABLE
    return met(str(look(addon, "config", "enableSecretRotation")).lower() == "true")


@of_cluster("2018-03-31")
def policy_addon(seen: Evidence) -> str:
    """Azure spells it azurepolicy and azurePolicy."""
    return met(look(_addon(seen, "azurepolicy"), "enabled") is True)


@of_pools("2021-03-01")
def fips(pool: dict[str, Json], _: Evidence) -> str:
    """A setting of each pool."""
    return met(look(pool, "enableFIPS") is True)


@of_pools("2019-02-01")
def confidential(pool: dict[str, Json], _: Evidence) -> Verdict | str:
    """The letters behind the number of cores tell: a is AMD, e Intel TDX; enclaves have neither."""
    size = text(pool, "vmSize")
    if not size:
        return UNDETERMINED
    found = re.fullmatch(r"standard_(dc|ec|ncc)\d+(?:-\d+)?([a-z]+)(?:_(h100))?_v(\d+)", size)
    if not found or int(found[4]) < 5:
        return met(False)
    kind, letters, accelerator = found[1], found[2].removeprefix("i"), found[3]
    if kind == "ncc":
        return met(letters == "ads" and accelerator == "h100")
    return met(letters in {"as", "ads", "es", "eds"} and not accelerator)


@of_cluster("2022-03-01")
def csi_drivers(seen: Evidence) -> str:
    """On unless switched off."""
    profile = look(seen.body, "properties", "storageProfile")
    drivers = ("diskCSIDriver", "fileCSIDriver", "snapshotController")
    return met(not any(look(profile, driver, "enabled") is False for driver in drivers))


CONTROLS = {
    "encryption-disks-customer-managed-key": disk_key,
    "encryption-at-host": at_host,
    "encryption-etcd-kms": etcd,
    "secrets-key-vault-provider-enabled": key_vault_provider,
    "secrets-rotation-enabled": rotation,
    "governance-azure-policy-addon": policy_addon,
    "encryption-fips-images": fips,
    "encryption-confidential-nodes": confidential,
    "encryption-csi-drivers-enabled": csi_drivers,
}
