"""What each agent pool can be upgraded to: Kubernetes versions, and the newest node image for it."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.pool-upgrade-profiles",
    "{cluster}/agentPools/{pool}/upgradeProfiles/default",
    CONTAINER_SERVICE_API_VERSION,
    paged=False,
)
