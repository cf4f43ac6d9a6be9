"""Private endpoints that are connected to a cluster's API server, and whether anybody here knows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.networks import key, maps


def connections(related: Mapping[str, Json]) -> Iterator[Json]:
    """Every connection with its state; ``known`` where its endpoint is among those that were read."""
    known = {key(at(row, "id")) for row in maps(related["private_endpoints"])}
    for one in maps(related["private_endpoint_connections"]):
        properties = at(one, "properties")
        endpoint = str(at(properties, "privateEndpoint", "id") or "")
        yield {
            "name": str(at(one, "name") or ""),
            "endpoint": endpoint,
            "status": str(at(properties, "privateLinkServiceConnectionState", "status") or "unknown"),
            "known": key(endpoint) in known,
        }
