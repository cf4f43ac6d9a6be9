"""The bodies of all clusters of a subscription: ARM's list, which is what the controls judge."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.managed-clusters",
    "/subscriptions/{subscription}/providers/Microsoft.ContainerService/managedClusters",
    CONTAINER_SERVICE_API_VERSION,
    paged=True,
)
