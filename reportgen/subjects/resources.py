"""Resources beside clusters that are subjects of their own: one line here a kind.

A registry or a vault may serve many clusters; an auditor counts it once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.subjects import logs, registry_rights
from reportgen.subjects.document import at
from reportgen.subjects.kubelets import Kubelets


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource.

    ``source`` lists them, the whole population of the scope. ``derive`` makes the values that no single
    property shows, from the document, what else was read about it, and the clusters' identities; a value that
    is not known is None. ``derived`` gives each value's own sources beside ``source``: a control that reads
    the value has to list these in ``needs``.
    """

    name: str
    many: str
    source: str
    derived: Mapping[str, tuple[str, ...]]
    derive: Callable[[Json, Mapping[str, Json], Kubelets], Mapping[str, Json]]


def _registry(document: Json, related: Mapping[str, Json], kubelets: Kubelets) -> Mapping[str, Json]:
    connections = at(document, "properties", "privateEndpointConnections")
    states = [
        str(at(item, "properties", "privateLinkServiceConnectionState", "status") or "unknown")
        for item in (connections if isinstance(connections, list) else [])
    ]
    settings = related.get("registry_diagnostic_settings")
    return {
        "private_endpoint_states": sorted(states),
        "registry_logs": None if settings is None else logs.categories(settings, logs.REGISTRY_GROUPS),
        "replica_regions": _replica_regions(document, related.get("registry_replications")),
        "clusters_of_unknown_identity": list(kubelets.unknown),
        **registry_rights.holders(document, related, kubelets),
    }


def _replica_regions(document: Json, replications: Json) -> list[str] | None:
    """The regions beside its own that a registry is replicated to, of replications that work."""
    if replications is None:
        return None
    own = _region(document)
    return sorted(
        {
            _region(one)
            for one in replications
            if _region(one) != own and at(one, "properties", "provisioningState") == "Succeeded"
        }
    )


def _region(document: Json) -> str:
    return str(at(document, "location") or "").lower().replace(" ", "")


REGISTRY = ResourceKind(
    "registry",
    "container registries",
    "arg.container-registries",
    {
        "private_endpoint_states": (),
        "registry_logs": ("arm.registry-diagnostic-settings",),
        "replica_regions": ("arg.registry-replications",),
        "clusters_of_unknown_identity": ("arm.managed-clusters",),
        "holders": registry_rights.SOURCES,
        "unknown_roles": registry_rights.SOURCES,
    },
    _registry,
)

RESOURCES: tuple[ResourceKind, ...] = (REGISTRY,)
BY_NAME = {kind.name: kind for kind in RESOURCES}
