"""Where a cluster, or another resource, is, and what its body names: by these the rows about it are found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.subjects.document import at, issuer_key

_VAULT = re.compile(r"https://([a-z0-9-]+)\.(?:vault|managedhsm)\.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster, or another resource, is: ids in lower case.

    ``mentioned`` are all resource ids that its body names, ``vaults`` the names of the key vaults whose
    address it has: these are unique in a cloud. ``issuer`` is a cluster's OIDC issuer as `issuer_key` spells
    it, "" where it has none.
    """

    id: str
    subscription: str
    node_group: str
    mentioned: frozenset[str]
    vaults: frozenset[str] = frozenset()
    issuer: str = ""


def place(cluster: Json) -> Place:
    """The place of a cluster document."""
    cluster_id = str(at(cluster, "id") or "").lower()
    parts = cluster_id.split("/")
    group = str(at(cluster, "properties", "nodeResourceGroup") or "").lower()
    return Place(
        cluster_id,
        parts[2] if len(parts) > 2 else "",
        group,
        frozenset(mentioned(cluster)) - {cluster_id},
        frozenset(_vaults(cluster)),
        issuer_key(at(cluster, "properties", "oidcIssuerProfile", "issuerURL")),
    )


def _vaults(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        address = _VAULT.match(value.lower())
        if address:
            yield address[1]
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _vaults(item)


def mentioned(value: Json) -> Iterator[str]:
    """All resource ids in a document, in lower case."""
    if isinstance(value, str) and value.lower().startswith("/subscriptions/"):
        yield value.lower().rstrip("/")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from mentioned(key)
            yield from mentioned(item)
    elif isinstance(value, list):
        for item in value:
            yield from mentioned(item)


def ancestors(resource: str) -> list[str]:
    """An id and every id above it, up to its subscription."""
    parts = resource.split("/")
    return ["/".join(parts[:length]) for length in range(3, len(parts) + 1)]
