"""Federated credentials: which service account may act as an identity of Azure, and whether it is there.

Entra ID compares issuer and subject of a token with those of the credential letter by letter, wildcards
included. (Source: Microsoft's documentation, Important considerations for federated identity credentials.)
"""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at, issuer_key
from reportgen.subjects.inside.interface import Found, Kind, Objects, named

CREDENTIALS = "arm.federated-credentials"
_ACCOUNTS = "k8s.service-accounts"
_OWN, _OTHER, _UNKNOWN = "this cluster", "another cluster", "no cluster that was read"


def _build(objects: Objects) -> Iterator[Found]:
    issuer = str(at(objects.cluster, "properties", "oidcIssuerProfile", "issuerURL") or "")
    known = objects.known(_ACCOUNTS)
    accounts = {named(account) for account, _ in objects.of(_ACCOUNTS)} if known else None
    rows, pointers = objects.related.get("federated_credentials") or (), objects.pointers.get(CREDENTIALS, ())
    for row, pointer in zip(rows, pointers, strict=True):
        trusted, subject = (str(at(row, "properties", key) or "") for key in ("issuer", "subject"))
        account = service_account(subject)
        derived: dict[str, Json] = {
            "issuer": trusted,
            "issued_by": _issued_by(trusted, issuer, objects.issuers),
            "issuer_exact": trusted == issuer,
            "service_account": "/".join(account) if account else "",
            "wildcard": bool(at(row, "properties", "claimsMatchingExpression")) or "*" in subject,
        }
        if accounts is not None:
            derived["service_account_exists"] = account in accounts
        yield _found(row, pointer, derived)


def service_account(subject: str) -> tuple[str, str] | None:
    """Namespace and name from ``system:serviceaccount:<namespace>:<name>``; None for any other subject."""
    parts = subject.split(":")
    return (parts[2], parts[3]) if len(parts) == 4 and parts[:2] == ["system", "serviceaccount"] else None


def _issued_by(trusted: str, issuer: str, known: frozenset[str]) -> str:
    if issuer and issuer_key(trusted) == issuer_key(issuer):
        return _OWN
    return _OTHER if issuer_key(trusted) in known else _UNKNOWN


def _found(row: Json, pointer: str, derived: dict[str, Json]) -> Found:
    parts = str(at(row, "id") or "").strip("/").split("/")
    identity = parts[-3] if len(parts) > 2 else ""
    return Found(f"{identity}/{parts[-1]}", "/".join(parts), row, derived, (pointer,))


FEDERATED_CREDENTIAL = Kind(
    name="federated-credential",
    many="federated credentials",
    sources=(CREDENTIALS,),
    derived={
        "issuer": (),
        "issued_by": (),
        "issuer_exact": (),
        "service_account": (),
        "wildcard": (),
        "service_account_exists": (_ACCOUNTS,),
    },
    build=_build,
)
