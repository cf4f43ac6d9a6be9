"""How Azure is reached: as which identity, at which endpoint, by which way. Settings hold no secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from reportgen.clouds import CLOUDS
from reportgen.engagement.fields import Guid, StrictModel

DEFAULT_SECRET_ENV = "AZURE_CLIENT_SECRET"  # noqa: S105 (the name of a variable)


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("expected the name of an environment variable, which holds the secret")
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if (
        parts.scheme != "https"
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.username
    ):
        raise ValueError("expected https://, a host name and nothing behind it")
    return value.rstrip("/")


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "a user name or password never stands in this file; put the proxy's whole address into the "
            "environment variable HTTPS_PROXY and leave this key out"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError("expected the proxy's address, such as http://proxy.contoso.com:3128")
    return value.rstrip("/")


Variable = Annotated[str, AfterValidator(_variable)]
Url = Annotated[str, AfterValidator(_url)]
ProxyUrl = Annotated[str, AfterValidator(_proxy)]

Kind = Literal[
    "managed-identity",
    "workload-identity",
    "azure-cli",
    "client-secret",
    "client-certificate",
    "device-code",
    "kubeconfig",
]


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which keys a kind needs beside it, and which it may have."""

    needed: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()


_KEYS: dict[str, _Keys] = {
    "managed-identity": _Keys(possible=("client_id",)),
    "workload-identity": _Keys(possible=("tenant_id", "client_id")),
    "azure-cli": _Keys(possible=("tenant_id",)),
    "client-secret": _Keys(("tenant_id", "client_id"), ("secret_env", "secret_file")),
    "client-certificate": _Keys(
        ("tenant_id", "client_id", "certificate_file"), ("password_env", "password_file")
    ),
    "device-code": _Keys(("tenant_id",), ("client_id",)),
    "kubeconfig": _Keys(),
}


class Credential(StrictModel):
    """Which identity collects; of a secret, only the variable or the file that holds it is named."""

    kind: Kind
    tenant_id: Guid | None = None
    client_id: Guid | None = None
    secret_env: Variable | None = None
    secret_file: Path | None = None
    certificate_file: Path | None = None
    password_env: Variable | None = None
    password_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Credential:
        keys = _KEYS[self.kind]
        given = {name for name in type(self).model_fields if getattr(self, name) is not None} - {"kind"}
        if not given.issuperset(keys.needed):
            raise ValueError(f"{self.kind} needs {_listed(keys.needed)} beside it")
        stray = sorted(given.difference(keys.needed, keys.possible))
        if stray:
            raise ValueError(f"{self.kind} takes no {', '.join(stray)}")
        for one, other in (("secret_env", "secret_file"), ("password_env", "password_file")):
            if given.issuperset({one, other}):
                raise ValueError(f"name {one} or {other}, not both")
        return self


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


class Endpoint(StrictModel):
    """Where Azure is, if not where its cloud says, and whose certificates are trusted instead.

    ``graph`` is Microsoft Graph's.
    """

    management: Url = CLOUDS[0].management
    authority: Url = CLOUDS[0].authority
    graph: Url = CLOUDS[0].graph
    ca_file: Path | None = None
