"""Roles in force in each subscription as Privileged Identity Management knows them: activated, or standing.

Says of an assignment whether somebody activated it, from which eligibility, and when it ends. API version:
Microsoft's REST reference, Role Assignment Schedule Instances - List For Scope. The names and mail addresses
that Azure adds to principals are not kept.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.role-activations",
    "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances",
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
        "properties.roleAssignmentScheduleId",
        "properties.originRoleAssignmentId",
        "properties.linkedRoleEligibilityScheduleId",
        "properties.assignmentType",
        "properties.status",
        "properties.memberType",
        "properties.startDateTime",
        "properties.endDateTime",
        "properties.condition",
        "properties.createdOn",
    ),
)
