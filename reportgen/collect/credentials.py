"""The credential that the engagement names, and never a guess."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from azure.identity import (
    AzureCliCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from reportgen.collect.connection import Connection, transport
from reportgen.errors import CredentialError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from reportgen.engagement import Credential


def credential(config: Credential, connection: Connection, secret: str = "") -> TokenCredential:
    """The SDK credential for ``config``; a missing secret is a CredentialError that names the variable.

    ``secret`` is the embedded sandbox's own; with Azure it comes from the environment.
    """
    common: dict[str, Any] = {
        "authority": connection.authority_url,
        "transport": transport(connection),
    }
    custom = not connection.public
    match config.kind:
        case "managed-identity":
            return ManagedIdentityCredential(client_id=config.client_id)
        case "workload-identity":
            return WorkloadIdentityCredential(
                tenant_id=config.tenant_id,
                client_id=config.client_id,
                disable_instance_discovery=custom,
                **common,
            )
        case "azure-cli":
            return AzureCliCredential(tenant_id=config.tenant_id or "")
        case "client-secret":
            secret = secret or os.environ.get(config.secret_env, "")
            if not secret:
                raise CredentialError(
                    f"credential.secret_env: the environment variable {config.secret_env} is not set; "
                    "put the client secret there"
                )
            return ClientSecretCredential(
                str(config.tenant_id),
                str(config.client_id),
                secret,
                disable_instance_discovery=custom,
                **common,
            )
