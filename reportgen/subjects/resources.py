"""Resources beside clusters that are subjects of their own: one line here a kind.

A registry or a vault may serve many clusters; an auditor counts it once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.subjects.document import at


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource.

    ``source`` lists them, the whole population of the scope. ``derive`` makes the values that no single
    property shows; ``derived`` are their names.
    """

    name: str
    one: str
    many: str
    source: str
    derived: tuple[str, ...]
    derive: Callable[[Json], Mapping[str, Json]]


def _registry(document: Json) -> Mapping[str, Json]:
    connections = at(document, "properties", "privateEndpointConnections")
    states = [
        str(at(item, "properties", "privateLinkServiceConnectionState", "status") or "unknown")
        for item in (connections if isinstance(connections, list) else [])
    ]
    return {"private_endpoint_states": sorted(states)}


REGISTRY = ResourceKind(
    "registry",
    "container registry",
    "container registries",
    "arg.container-registries",
    ("private_endpoint_states",),
    _registry,
)

RESOURCES: tuple[ResourceKind, ...] = (REGISTRY,)
BY_NAME = {kind.name: kind for kind in RESOURCES}
