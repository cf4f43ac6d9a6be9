"""The identities that the nodes of all clusters pull images with, to know one by its object id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.model import Json
from reportgen.snapshot import Reader
from reportgen.subjects.document import at, canonical, last, raw_key

_BODIES = "arm.managed-clusters"
_GRAPH = "arg.managed-clusters"


@dataclass(frozen=True, slots=True)
class Kubelets:
    """``clusters`` has the names of the clusters by the object id, in lower case, of their kubelet identity.

    ``unknown`` are the clusters of which it is not known: their body could not be read, or they use a service
    principal, whose body has its application's id alone. Where a whole scope could not be read its name
    stands for the clusters in it.
    """

    clusters: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]


def kubelets(reader: Reader) -> Kubelets:
    """Read the bodies once; memory holds one page and an id a cluster."""
    clusters: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    read: set[str] = set()
    for body in _bodies(reader):
        document = canonical(body)
        cluster_id = str(at(document, "id") or "").lower()
        if cluster_id in read:
            continue
        read.add(cluster_id)
        name = str(at(document, "name") or cluster_id)
        principal = _object_id(at(document, "properties", "identityProfile"))
        if principal:
            clusters[principal] = (*clusters.get(principal, ()), name)
        else:
            unknown.append(name)
    return Kubelets(clusters, tuple(sorted({*unknown, *_unread(reader, read)})))


def _bodies(reader: Reader) -> Iterator[Any]:
    for page in reader.pages(_BODIES):
        yield from page.body.get("value") or ()


def _object_id(profile: Json) -> str:
    identity = at(profile, raw_key(profile, "kubeletidentity") or "")
    return str(at(identity, raw_key(identity, "objectId") or "") or "").lower()


def _unread(reader: Reader, read: set[str]) -> Iterator[str]:
    """The clusters that only Resource Graph shows, and the scopes whose clusters could not be read."""
    for page in reader.pages(_GRAPH):
        for row in page.body.get("data") or ():
            if str(row.get("id", "")).lower() not in read:
                yield str(row.get("name") or row.get("id"))
    for gap in reader.gaps:
        if gap.source == _BODIES and gap.scope.lower() not in read:
            named = gap.scope_name or last(gap.scope)
            yield named if "/managedclusters/" in gap.scope.lower() else f"all clusters in {named}"
