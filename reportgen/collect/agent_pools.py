"""Agent pools of each cluster: ARM's own list, beside the profiles inside the cluster's body."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead("arm.agent-pools", "{cluster}/agentPools", CONTAINER_SERVICE_API_VERSION, paged=True)
