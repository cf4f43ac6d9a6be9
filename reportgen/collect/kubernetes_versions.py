"""The Kubernetes versions that Azure offers in each region where a cluster runs."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.kubernetes-versions",
    "/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}/kubernetesVersions",
    CONTAINER_SERVICE_API_VERSION,
    paged=False,
)
