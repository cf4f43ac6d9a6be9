"""Private endpoints of an API server."""

from __future__ import annotations

from typing import Any

from reportgen.sources.clusters import behind_private_link
from reportgen.subjects.endpoints import connections
from tests.subjects.network import NET

ENDPOINT = f"{NET}/privateEndpoints/Mine"


def connection(endpoint: str, **state: str) -> dict[str, Any]:
    settings = {"privateEndpoint": {"id": endpoint}, "privateLinkServiceConnectionState": state}
    return {"name": "c", "properties": settings}


def test_who_is_connected_and_whether_the_endpoint_was_read() -> None:
    found = connections(
        {
            "private_endpoints": [{"id": ENDPOINT.lower()}],
            "private_endpoint_connections": [
                connection(ENDPOINT, status="Approved"),
                connection(f"{ENDPOINT}2", status="Pending"),
                {"name": "bare"},
            ],
        }
    )
    assert [(one["status"], one["known"]) for one in found] == [
        ("Approved", True),
        ("Pending", False),
        ("unknown", False),
    ]


def test_which_api_servers_have_private_endpoints() -> None:
    def body(**profile: Any) -> dict[str, Any]:
        return {"Properties": {"apiserveraccessprofile": profile}}

    assert behind_private_link(body(enablePrivateCluster=True))
    assert not behind_private_link(body(enablePrivateCluster=True, enableVnetIntegration=True))
    assert not behind_private_link(body(enablePrivateCluster=False))
    assert not behind_private_link({"properties": {"apiServerAccessProfile": None}})
