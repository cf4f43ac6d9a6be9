"""Roles that somebody can activate in each subscription (Privileged Identity Management).

Resource Graph has role assignments only. API version: Microsoft's REST reference, Role Eligibility Schedule
Instances - List For Scope. The names and mail addresses that Azure adds to principals are not kept.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.role-eligibilities",
    "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances",
    "2020-10-01",
    paged=True,
    keep=(
        "id",
        "name",
        "type",
        "properties.scope",
        "properties.roleDefinitionId",
        "properties.principalId",
        "properties.principalType",
        "properties.roleEligibilityScheduleId",
        "properties.status",
        "properties.memberType",
        "properties.startDateTime",
        "properties.endDateTime",
        "properties.condition",
        "properties.createdOn",
    ),
)
