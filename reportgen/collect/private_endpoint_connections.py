"""Who is connected to a cluster's API server by private endpoint, from subscriptions out of sight too."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.private-endpoint-connections",
    "{cluster}/privateEndpointConnections",
    CONTAINER_SERVICE_API_VERSION,
    paged=True,
    keep=("id", "name", "type", "properties"),
)
