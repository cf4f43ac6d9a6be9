"""Custom resources about secrets and certificates: of Secrets Store CSI, External Secrets, cert-manager."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec

from reportgen.collect.kubernetes.objects.allowed import NOT_READ, SECRET_STORE, Raw, chosen
from reportgen.collect.kubernetes.objects.base import Condition, Kube, Metadata, Reference


class SyncedKey(Kube):
    """Which object of the vault becomes which key of a secret."""

    key: str | None = None
    object_name: str | None = None


class SyncedSecret(Kube):
    """A secret that the driver makes in the cluster."""

    secret_name: str | None = None
    type: str | None = None
    data: list[SyncedKey] | None = None


class SecretProviderClassSpec(Kube):
    """Of a secret provider class; parameters only as far as `allowed` lets them."""

    provider: str | None = None
    parameters: Annotated[Raw, msgspec.Meta(extra={"allowed": SECRET_STORE})] = None
    secret_objects: list[SyncedSecret] | None = None

    def __post_init__(self) -> None:
        self.parameters = chosen(self.parameters, SECRET_STORE)


class SecretProviderClass(Kube):
    """A secret provider class."""

    metadata: Metadata | None = None
    spec: SecretProviderClassSpec | None = None


class Target(Kube):
    """The secret that External Secrets makes, without the template, which may hold values."""

    name: str | None = None
    creation_policy: str | None = None
    deletion_policy: str | None = None


class ExternalKey(Kube):
    """A key of the secret that is made."""

    secret_key: str | None = None


class ExternalSecretSpec(Kube):
    """Of an external secret."""

    secret_store_ref: Reference | None = None
    refresh_interval: str | None = None
    target: Target | None = None
    data: list[ExternalKey] | None = None


class ExternalSecretStatus(Kube):
    """When it was synchronised, and whether that worked."""

    refresh_time: str | None = None
    conditions: list[Condition] | None = None


class ExternalSecret(Kube):
    """An external secret."""

    metadata: Metadata | None = None
    spec: ExternalSecretSpec | None = None
    status: ExternalSecretStatus | None = None


class AzureVault(Kube):
    """A key vault as a store."""

    vault_url: str | None = None
    auth_type: str | None = None
    identity_id: str | None = None
    tenant_id: str | None = None
    environment_type: str | None = None


_VAULT = msgspec.json.Decoder(AzureVault | None)


class SecretStoreSpec(Kube):
    """Of a store; other providers than Azure's by name only, since some hold the values themselves."""

    provider: Annotated[Raw, msgspec.Meta(extra={"detail": {"azurekv": AzureVault}})] = None

    def __post_init__(self) -> None:
        kept: dict[str, Any] = dict.fromkeys(self.provider or {}, NOT_READ)
        if self.provider and "azurekv" in self.provider:
            kept["azurekv"] = _VAULT.decode(self.provider["azurekv"])
        self.provider = cast("Raw", kept or None)


class SecretStoreStatus(Kube):
    """Whether a store can be reached."""

    conditions: list[Condition] | None = None


class SecretStore(Kube):
    """A secret store, of a namespace or of the cluster."""

    kind: str | None = None
    metadata: Metadata | None = None
    spec: SecretStoreSpec | None = None
    status: SecretStoreStatus | None = None


class PrivateKey(Kube):
    """How the private key is made."""

    algorithm: str | None = None
    size: int | None = None
    rotation_policy: str | None = None


class CertificateSpec(Kube):
    """Of a certificate."""

    secret_name: str | None = None
    dns_names: list[str] | None = None
    common_name: str | None = None
    issuer_ref: Reference | None = None
    duration: str | None = None
    renew_before: str | None = None
    is_ca: bool | None = msgspec.field(name="isCA", default=None)
    private_key: PrivateKey | None = None


class CertificateStatus(Kube):
    """Until when a certificate is valid."""

    not_before: str | None = None
    not_after: str | None = None
    renewal_time: str | None = None
    conditions: list[Condition] | None = None


class Certificate(Kube):
    """A certificate of cert-manager."""

    metadata: Metadata | None = None
    spec: CertificateSpec | None = None
    status: CertificateStatus | None = None
