"""Maintenance windows: a child resource that Resource Graph does not show."""

from __future__ import annotations

from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION, ArmRead

READ = ArmRead(
    "arm.maintenance-configurations",
    "{cluster}/maintenanceConfigurations",
    CONTAINER_SERVICE_API_VERSION,
    paged=True,
)
