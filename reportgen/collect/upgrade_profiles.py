"""The versions each cluster and its pools could be upgraded to."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.upgrade-profiles", "{cluster}/upgradeProfiles/default", CONTAINER_SERVICE_API_VERSION, paged=False
)
