"""Which entries of free maps (annotations, parameters) are read: the others' values are never decoded.

A map's keys are names that anybody may choose; its values may hold anything, up to a whole manifest with a
secret in it (``kubectl.kubernetes.io/last-applied-configuration``).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

NOT_READ = "[not read]"
"""Stands for the value of an entry of which only is kept that it is there."""

_ANNOTATIONS = frozenset(
    {
        "appgw.ingress.kubernetes.io/ssl-redirect",
        "appgw.ingress.kubernetes.io/use-private-ip",
        "azure.workload.identity/client-id",
        "azure.workload.identity/tenant-id",
        "cert-manager.io/cluster-issuer",
        "cert-manager.io/issuer",
        "kubernetes.io/enforce-mountable-secrets",
        "kubernetes.io/ingress.allow-http",
        "kubernetes.io/ingress.class",
        "nginx.ingress.kubernetes.io/force-ssl-redirect",
        "nginx.ingress.kubernetes.io/ssl-redirect",
        "nginx.ingress.kubernetes.io/whitelist-source-range",
        "pv.kubernetes.io/provisioned-by",
        "rbac.authorization.kubernetes.io/autoupdate",
        "seccomp.security.alpha.kubernetes.io/pod",
        "service.beta.kubernetes.io/azure-allowed-ip-ranges",
        "service.beta.kubernetes.io/azure-allowed-service-tags",
        "service.beta.kubernetes.io/azure-deny-all-except-load-balancer-source-ranges",
        "service.beta.kubernetes.io/azure-dns-label-name",
        "service.beta.kubernetes.io/azure-load-balancer-internal",
        "service.beta.kubernetes.io/azure-load-balancer-internal-subnet",
        "service.beta.kubernetes.io/azure-load-balancer-ipv4",
        "service.beta.kubernetes.io/azure-load-balancer-resource-group",
        "service.beta.kubernetes.io/azure-pip-name",
        "service.beta.kubernetes.io/azure-pls-create",
        "service.beta.kubernetes.io/load-balancer-source-ranges",
        "storageclass.beta.kubernetes.io/is-default-class",
        "storageclass.kubernetes.io/is-default-class",
    }
)
_ANNOTATION_PREFIXES = (
    "container.apparmor.security.beta.kubernetes.io/",
    "container.seccomp.security.alpha.kubernetes.io/",
    "kubernetes.azure.com/",
    "pod-security.kubernetes.io/",
    "weave.works/kured-",
)
_ANNOTATIONS_BY_PRESENCE = frozenset(
    f"nginx.ingress.kubernetes.io/{kind}-snippet"
    for kind in ("auth", "configuration", "modsecurity", "server", "stream")
)

_STORAGE = frozenset(
    {
        "cachingmode",
        "diskencryptionsetid",
        "diskencryptiontype",
        "kind",
        "location",
        "networkaccesspolicy",
        "networkendpointtype",
        "protocol",
        "publicnetworkaccess",
        "resourcegroup",
        "secretnamespace",
        "sharename",
        "skuname",
        "storageaccount",
        "storageaccounttype",
        "subscriptionid",
        "vnetresourcegroup",
    }
)
"""Parameters of Azure's storage classes and volumes, which the drivers take in any casing."""
_SECRET_STORE = frozenset(
    {
        "clientid",
        "cloudname",
        "keyvaultname",
        "tenantid",
        "usepodidentity",
        "usevmmanagedidentity",
        "userassignedidentityid",
    }
)
"""Parameters of the Azure provider of the Secrets Store CSI driver; ``objects`` is free text."""

Choice = Callable[[str], bool | None]
"""Whether the entry of a name is kept: its value (True), that it is there (None), or nothing (False)."""


def annotation(name: str) -> bool | None:
    """See `Choice`."""
    if name in _ANNOTATIONS_BY_PRESENCE:
        return None
    return name in _ANNOTATIONS or name.startswith(_ANNOTATION_PREFIXES)


def storage_parameter(name: str) -> bool | None:
    """See `Choice`."""
    return name.lower() in _STORAGE


def secret_store_parameter(name: str) -> bool | None:
    """See `Choice`."""
    return name.lower() in _SECRET_STORE


def names_only(name: str) -> bool | None:  # noqa: ARG001 (a `Choice`)
    """See `Choice`."""
    return None


def chosen(values: dict[str, msgspec.Raw] | None, choice: Choice) -> dict[str, str] | None:
    """The entries that ``choice`` keeps, None where there are none; the others are left undecoded."""
    kept: dict[str, str] = {}
    for name, raw in (values or {}).items():
        wanted = choice(name)
        if wanted is None:
            kept[name] = NOT_READ
        elif wanted:
            kept[name] = msgspec.json.decode(raw, type=str | None) or ""
    return kept or None
