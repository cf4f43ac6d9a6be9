"""Diagnostic settings of each container registry: an extension resource that Resource Graph does not show."""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.registry-diagnostic-settings",
    "{resource}/providers/Microsoft.Insights/diagnosticSettings",
    "2021-05-01-preview",
    paged=False,
)
