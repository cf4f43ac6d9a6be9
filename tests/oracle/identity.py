"""Who may sign in to a cluster, as whom it acts in Azure, and as whom its workloads do."""

from __future__ import annotations

from itertools import pairwise

from tests.oracle.evidence import (
    NO,
    NOT_APPLICABLE,
    UNDETERMINED,
    Evidence,
    Verdict,
    look,
    met,
    of_cluster,
    text,
)


@of_cluster("2018-03-31")
def kubernetes_rbac(seen: Evidence) -> str:
    """Azure returns true for every cluster that has it, so absence is no pass."""
    return met(look(seen.body, "properties", "enableRBAC") is True)


@of_cluster("2020-03-01")
def entra_managed(seen: Evidence) -> str:
    """The older Entra integration has a profile too, with application ids and without ``managed``."""
    return met(look(seen.body, "properties", "aadProfile", "managed") is True)


@of_cluster("2020-06-01")
def azure_rbac(seen: Evidence) -> str:
    """Without Entra integration there is no profile, and no Azure role can grant anything."""
    return met(look(seen.body, "properties", "aadProfile", "enableAzureRBAC") is True)


@of_cluster("2021-03-01")
def local_accounts(seen: Evidence) -> str:
    """Absent means that they are enabled."""
    return met(look(seen.body, "properties", "disableLocalAccounts") is True)


@of_cluster("2019-04-01")
def managed_identity(seen: Evidence) -> str:
    """``identity.type`` may name both kinds, by comma; the client id ``msi`` marks one as well."""
    kinds = {kind.strip() for kind in text(seen.body, "identity", "type").split(",")}
    client = text(seen.body, "properties", "servicePrincipalProfile", "clientId")
    return met(bool(kinds & {"systemassigned", "userassigned"}) or client == "msi")


@of_cluster("2023-02-01")
def workload_identity(seen: Evidence) -> str:
    """The webhook needs the issuer, and the issuer alone federates nothing."""
    webhook = look(seen.body, "properties", "securityProfile", "workloadIdentity", "enabled")
    issuer = look(seen.body, "properties", "oidcIssuerProfile", "enabled")
    return met(webhook is True and issuer is True)


@of_cluster("2020-11-01")
def pod_identity(seen: Evidence) -> str:
    """A deprecated add-on, which nobody has without asking for it."""
    return met(look(seen.body, "properties", "podIdentityProfile", "enabled") is not True)


@of_cluster("2019-11-01")
def kubelet_identity(seen: Evidence) -> Verdict | str:
    """Azure puts the identity that it makes itself beside the machines."""
    identity = text(seen.body, "properties", "identityProfile", "kubeletidentity", "resourceId")
    group = text(seen.body, "properties", "nodeResourceGroup")
    if not identity:
        return NO
    if not group:
        return UNDETERMINED
    steps = pairwise(identity.split("/"))
    return met(group not in [name for kind, name in steps if kind == "resourcegroups"])


@of_cluster("2020-06-01")
def admin_groups(seen: Evidence) -> str:
    """With Azure RBAC a role assignment does what the groups do without it."""
    profile = look(seen.body, "properties", "aadProfile")
    if look(profile, "managed") is not True:
        return NOT_APPLICABLE
    return met(look(profile, "enableAzureRBAC") is True or bool(look(profile, "adminGroupObjectIDs")))


CONTROLS = {
    "identity-kubernetes-rbac-enabled": kubernetes_rbac,
    "identity-entra-managed": entra_managed,
    "identity-azure-rbac-enabled": azure_rbac,
    "identity-local-accounts-disabled": local_accounts,
    "identity-managed-identity": managed_identity,
    "identity-workload-identity-enabled": workload_identity,
    "identity-pod-identity-disabled": pod_identity,
    "identity-kubelet-identity-dedicated": kubelet_identity,
    "identity-admin-groups-set": admin_groups,
}
