"""Deployment safeguards of each cluster: a resource of its own that hangs on the cluster.

API version: the stable one in Microsoft's REST specification of deployment safeguards. A cluster where nobody
turned them on has none, and Azure says so with an empty list or a 404.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.deployment-safeguards",
    "{cluster}/providers/Microsoft.ContainerService/deploymentSafeguards",
    "2025-07-01",
    paged=True,
    keep=("id", "name", "type", "properties"),
    absent=True,
)
