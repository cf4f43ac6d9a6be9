"""Which entries of free maps (annotations, parameters) are read: the others' values are never decoded.

A map's keys are names that anybody may choose; its values may hold anything, up to a whole manifest with a
secret in it (``kubectl.kubernetes.io/last-applied-configuration``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import msgspec

NOT_READ = "[not read]"
"""Stands for the value of an entry of which only is kept that it is there."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whose values are read: of these ``names``, and of all that begin with one of ``prefixes``.

    Of those in ``noted`` only is kept that they are there; with ``spelled_freely`` casing does not count.
    """

    names: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    spelled_freely: bool = False

    def reads(self, name: str) -> bool:
        """Whether the value of an entry is kept."""
        if self.spelled_freely:
            return name.lower() in {known.lower() for known in self.names}
        return name in self.names or name.startswith(self.prefixes)


ANNOTATIONS = Allowed(
    names=(
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
    ),
    prefixes=(
        "container.apparmor.security.beta.kubernetes.io/",
        "container.seccomp.security.alpha.kubernetes.io/",
        "kubernetes.azure.com/",
        "pod-security.kubernetes.io/",
        "weave.works/kured-",
    ),
    noted=(
        "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
        "nginx.ingress.kubernetes.io/auth-snippet",
        "nginx.ingress.kubernetes.io/configuration-snippet",
        "nginx.ingress.kubernetes.io/modsecurity-snippet",
        "nginx.ingress.kubernetes.io/server-snippet",
        "nginx.ingress.kubernetes.io/stream-snippet",
    ),
)
STORAGE = Allowed(
    names=(
        "cachingMode",
        "diskEncryptionSetID",
        "diskEncryptionType",
        "kind",
        "location",
        "networkAccessPolicy",
        "networkEndpointType",
        "protocol",
        "publicNetworkAccess",
        "resourceGroup",
        "secretNamespace",
        "shareName",
        "skuName",
        "storageAccount",
        "storageAccountType",
        "subscriptionID",
        "vnetResourceGroup",
    ),
    spelled_freely=True,
)
"""Parameters of Azure's storage classes and attributes of its volumes, whose casing the drivers ignore."""
SECRET_STORE = Allowed(
    names=(
        "clientID",
        "cloudName",
        "keyvaultName",
        "tenantId",
        "usePodIdentity",
        "useVMManagedIdentity",
        "userAssignedIdentityID",
    ),
    spelled_freely=True,
)
"""Parameters of the Azure provider of the Secrets Store CSI driver; ``objects`` is free text."""

Raw = dict[str, msgspec.Raw] | None
"""A free map: its values are bytes of the answer until somebody decodes them."""


def chosen(values: Raw, allowed: Allowed) -> Raw:
    """The entries that may be kept, their values decoded; None where there are none.

    The type stays that of the field, since a struct's field has one.
    """
    kept: dict[str, Any] = {}
    for name, raw in (values or {}).items():
        if name in allowed.noted:
            kept[name] = NOT_READ
        elif allowed.reads(name):
            kept[name] = msgspec.json.decode(raw, type=str | None) or ""
    return cast("Raw", kept or None)
