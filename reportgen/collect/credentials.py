"""The credential that the engagement names, and never a guess.

A secret comes from an environment variable or a file, goes to the SDK, and is in no error and no repr.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from reportgen.collect.connection import Connection, transport
from reportgen.engagement.access import DEFAULT_SECRET_ENV, Credential
from reportgen.errors import CredentialError

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

_ADVICE = {
    "managed-identity": (
        "Check that this host has a managed identity, and that client_id names it where the host has "
        "several (a system-assigned one needs no client_id)"
    ),
    "workload-identity": (
        "Check that the pod's service account bears the client id of the identity, that the pod is labelled "
        "azure.workload.identity/use, and that the identity's federated credential names issuer, namespace "
        "and service account"
    ),
    "azure-cli": "Check `az account show`; sign in with `az login`, and name the cloud with `az cloud set`",
    "client-secret": (
        "Check tenant, client id and secret: the secret's value and not its id, and that it has not expired"
    ),
    "client-certificate": (
        "Check tenant and client id, and that this certificate is registered with the application and has "
        "not expired"
    ),
    "device-code": "Check tenant_id, and that the tenant allows signing in with a device code",
}


class Chosen:
    """The SDK's credential, and what to check when it gets no token.

    Whatever goes wrong on the way to a token is an AzureError, so that in the middle of a run it is a gap.
    """

    def __init__(self, make: Callable[[], TokenCredential], advice: str) -> None:
        self._make = make
        self._inner = make()
        self._renewing = threading.Lock()
        self._refused: set[str] = set()
        self.advice = advice

    def renew(self, refused: str) -> None:
        """Forget the tokens kept so far, once for each token that a service refused before its time.

        The SDK's credentials give a kept token until it is about to expire, whatever a service says of it.
        """
        with self._renewing:
            if refused not in self._refused:
                self._refused.add(refused)
                self._inner = self._make()

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """See `azure.core.credentials.TokenCredential`."""
        try:
            return self._inner.get_token(*scopes, **options)
        except (OSError, ValueError) as error:
            raise ClientAuthenticationError(message=str(error)) from error


def credential(config: Credential, connection: Connection, secret: str = "", folder: Path = Path()) -> Chosen:
    """The credential for ``config``, whose files lie relative to ``folder``.

    ``secret`` is the embedded sandbox's own; with Azure it comes from where ``config`` says. Raises
    CredentialError where something that the kind needs is not there; it says what and where.
    """
    if config.kind == "kubeconfig":
        raise CredentialError("credential: kubeconfig is for one cluster, and signs in to no Azure")
    make, request = _MAKERS[config.kind], _Request(config, connection, secret, folder)
    return Chosen(
        lambda: make(request),
        f"{_ADVICE[config.kind]}, under `credential` in the engagement.",
    )


class _Request:
    """What a credential is made of."""

    def __init__(self, config: Credential, connection: Connection, secret: str, folder: Path) -> None:
        self.config = config
        self.connection = connection
        self.secret = secret
        self.folder = folder

    @property
    def entra(self) -> dict[str, Any]:
        """What all credentials have in common that talk to Entra ID."""
        return {
            "authority": self.connection.authority_url,
            "transport": transport(self.connection),
            "disable_instance_discovery": not self.connection.public,
        }


def _managed_identity(request: _Request) -> TokenCredential:
    # The endpoint is this host's own, which no proxy reaches.
    direct = transport(request.connection, direct=True)
    return ManagedIdentityCredential(client_id=request.config.client_id, transport=direct)


def _workload_identity(request: _Request) -> TokenCredential:
    config = request.config
    given = {
        "AZURE_TENANT_ID": config.tenant_id,
        "AZURE_CLIENT_ID": config.client_id,
        "AZURE_FEDERATED_TOKEN_FILE": None,
    }
    missing = [name for name, value in given.items() if not (value or os.environ.get(name))]
    if missing:
        raise CredentialError(
            f"credential: workload-identity needs {', '.join(missing)} in the environment; AKS sets this in "
            "a pod whose service account is federated with the identity"
        )
    return WorkloadIdentityCredential(tenant_id=config.tenant_id, client_id=config.client_id, **request.entra)


def _azure_cli(request: _Request) -> TokenCredential:
    return AzureCliCredential(tenant_id=request.config.tenant_id or "")


def _client_secret(request: _Request) -> TokenCredential:
    config = request.config
    secret = request.secret or held(
        "credential.secret",
        "the client secret",
        "" if config.secret_file else config.secret_env or DEFAULT_SECRET_ENV,
        request.folder / config.secret_file if config.secret_file else None,
    )
    return ClientSecretCredential(str(config.tenant_id), str(config.client_id), secret, **request.entra)


def _client_certificate(request: _Request) -> TokenCredential:
    config = request.config
    path = request.folder / str(config.certificate_file)
    password = ""
    if config.password_env or config.password_file:
        file = request.folder / config.password_file if config.password_file else None
        password = held("credential.password", "the certificate's password", config.password_env or "", file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CredentialError(
            f"credential.certificate_file: {path.absolute()}: cannot be read ({error.strerror})"
        ) from error
    try:
        return CertificateCredential(
            str(config.tenant_id),
            str(config.client_id),
            certificate_data=content,
            password=password or None,
            **request.entra,
        )
    except (ValueError, TypeError) as error:
        raise CredentialError(
            f"credential.certificate_file: {path.absolute()}: no certificate and RSA key could be read from "
            "it. Expected PEM with both, or PKCS #12; if it has a password, name it with "
            "password_env or password_file."
        ) from error


def _device_code(request: _Request) -> TokenCredential:
    if not sys.stderr.isatty():
        raise CredentialError(
            "credential: device-code needs a person at a terminal, and there is none; in a job use "
            "managed-identity, workload-identity, client-certificate or client-secret"
        )
    common: dict[str, Any] = {"prompt_callback": _ask_to_sign_in, **request.entra}
    if request.config.client_id:
        common["client_id"] = request.config.client_id
    return DeviceCodeCredential(tenant_id=request.config.tenant_id, **common)


def _ask_to_sign_in(uri: str, code: str, until: datetime) -> None:
    sys.stderr.write(f"Sign in at {uri} with the code {code}, before {until:%H:%M} UTC.\n")
    sys.stderr.flush()


_MAKERS: dict[str, Callable[[_Request], TokenCredential]] = {
    "managed-identity": _managed_identity,
    "workload-identity": _workload_identity,
    "azure-cli": _azure_cli,
    "client-secret": _client_secret,
    "client-certificate": _client_certificate,
    "device-code": _device_code,
}


def held(key: str, what: str, variable: str, file: Path | None) -> str:
    """The secret in the environment variable, or in the file; a line's end behind it is not part of it.

    ``key`` is that of the engagement without its ``_env`` or ``_file``, ``what`` the secret in words.
    """
    if file is None:
        found = os.environ.get(variable, "").strip("\r\n")
        if not found:
            raise CredentialError(
                f"{key}_env: the environment variable {variable} is not set; put {what} there"
            )
        return found
    try:
        found = file.read_text(encoding="utf-8-sig").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise CredentialError(
            f"{key}_file: {file.absolute()}: cannot be read ({problem}); put {what} there"
        ) from error
    if not found or "\n" in found:
        problem = "holds more than one line" if found else "is empty"
        raise CredentialError(f"{key}_file: {file.absolute()}: {problem}; put {what} there, alone")
    return found
