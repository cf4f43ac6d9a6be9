"""Who may do what: identities, roles, what is eligible, what is denied and locked."""

from __future__ import annotations

from reportgen.sources.source import Join, Source

ACCESS: tuple[Source, ...] = (
    Source(
        "arg.managed-identities",
        "User-assigned managed identities, Azure Resource Graph",
        ("Microsoft.ManagedIdentity/userAssignedIdentities/read",),
        "tenant",
        "managed_identities",
        Join.MENTIONED,
    ),
    Source(
        "arm.federated-credentials",
        "Federated credentials of a managed identity, Azure Resource Manager",
        ("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read",),
        "resource",
        "federated_credentials",
        Join.TRUST,
        requires="arg.managed-identities",
    ),
    Source(
        "arg.role-assignments",
        "Role assignments, those inherited from management groups included, Azure Resource Graph",
        ("Microsoft.Authorization/roleAssignments/read",),
        "tenant",
        "role_assignments",
        Join.SCOPE,
    ),
    Source(
        "arg.role-definitions",
        "Role definitions, Azure Resource Graph",
        ("Microsoft.Authorization/roleDefinitions/read",),
        "tenant",
        "role_definitions",
        Join.ROLE,
    ),
    Source(
        "arm.deny-assignments",
        "Deny assignments of a subscription, Azure Resource Manager",
        ("Microsoft.Authorization/denyAssignments/read",),
        "subscription",
        "deny_assignments",
        Join.SCOPE,
    ),
    Source(
        "arm.role-eligibilities",
        "Roles that principals can activate in a subscription, Privileged Identity Management",
        ("Microsoft.Authorization/roleEligibilityScheduleInstances/read",),
        "subscription",
        "role_eligibilities",
        Join.SCOPE,
    ),
    Source(
        "arm.role-activations",
        "Roles in force in a subscription, activated and standing, Privileged Identity Management",
        ("Microsoft.Authorization/roleAssignmentScheduleInstances/read",),
        "subscription",
        "role_activations",
        Join.SCOPE,
    ),
    Source(
        "arm.resource-locks",
        "Resource locks of a subscription, Azure Resource Manager",
        ("Microsoft.Authorization/locks/read",),
        "subscription",
        "resource_locks",
        Join.SCOPE,
    ),
    Source(
        "arm.permissions",
        "What the collector itself may do in a subscription, Azure Resource Manager",
        ("Microsoft.Authorization/permissions/read",),
        "subscription",
    ),
    Source(
        "arm.trusted-access-role-bindings",
        "Azure services with trusted access to a cluster, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings/read",),
        "cluster",
        "trusted_access_role_bindings",
    ),
)
