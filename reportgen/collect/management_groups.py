"""The subscriptions below a management group: what an engagement expects by naming the group."""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.management-groups",
    "/providers/Microsoft.Management/managementGroups/{group}/descendants",
    "2020-05-01",
    paged=True,
)
