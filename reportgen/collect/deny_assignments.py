"""Deny assignments of each subscription: what managed applications and deployment stacks forbid.

Resource Graph has role assignments only. API version: Microsoft's REST reference, Deny Assignments - List.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.deny-assignments",
    "/subscriptions/{subscription}/providers/Microsoft.Authorization/denyAssignments",
    "2022-04-01",
    paged=True,
    keep=(
        "id",
        "name",
        "type",
        "properties.denyAssignmentName",
        "properties.description",
        "properties.permissions",
        "properties.scope",
        "properties.doNotApplyToChildScopes",
        "properties.principals.id",
        "properties.principals.type",
        "properties.excludePrincipals.id",
        "properties.excludePrincipals.type",
        "properties.isSystemProtected",
        "properties.condition",
    ),
)
