"""Which table of Resource Graph shows a resource.

Source: Microsoft's page "Azure Resource Graph table and resource type reference". Tables that hold nothing
about clusters and what they stand on are left out; a query of one is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.model import Json
from reportgen.sandbox.ids import ResourceId

RESOURCES = "resources"
CONTAINERS = "resourcecontainers"
_AKS = "microsoft.containerservice"

BY_TYPE: tuple[tuple[str, str], ...] = (
    ("microsoft.authorization/roleassignments", "authorizationresources"),
    ("microsoft.authorization/roledefinitions", "authorizationresources"),
    ("microsoft.authorization/policyassignments", "policyresources"),
    ("microsoft.authorization/policydefinitions", "policyresources"),
    ("microsoft.authorization/policyexemptions", "policyresources"),
    ("microsoft.authorization/policysetdefinitions", "policyresources"),
    ("microsoft.policyinsights/componentpolicystates", "policyresources"),
    ("microsoft.policyinsights/policystates", "policyresources"),
    ("microsoft.security/", "securityresources"),
    ("microsoft.advisor/", "advisorresources"),
    (f"{_AKS}/managedclusters/events", "containerserviceeventresources"),
    (f"{_AKS}/managedclusters/scheduledevents", "containerserviceeventresources"),
    (f"{_AKS}/fleets/", "aksresources"),
    ("microsoft.dataprotection/backupvaults/", "recoveryservicesresources"),
    ("microsoft.recoveryservices/", "recoveryservicesresources"),
    ("microsoft.kubernetesconfiguration/", "kubernetesconfigurationresources"),
    ("microsoft.compute/virtualmachinescalesets/virtualmachines", "computeresources"),
)
"""The start of a type, whole segments of it, and the table. One that ends in / takes only what lies below."""

CHANGES = "microsoft.resources/changes"
CHANGES_OF_RESOURCES = "resourcechanges"
CHANGES_OF_CONTAINERS = "resourcecontainerchanges"
"""Changes are of one type; what was changed decides the table."""

TABLES: tuple[str, ...] = (
    RESOURCES,
    CONTAINERS,
    *dict.fromkeys(table for _, table in BY_TYPE),
    CHANGES_OF_RESOURCES,
    CHANGES_OF_CONTAINERS,
)

_EXACTLY: dict[str, tuple[str, ...]] = {
    "microsoft.recoveryservices/vaults": (RESOURCES, "recoveryservicesresources"),
    "microsoft.resources/subscriptions/resourcegroups": (CONTAINERS,),
    "microsoft.security/automations": (RESOURCES,),
    "microsoft.security/securityconnectors": (RESOURCES,),
}
"""Types that are not shown where the rest of their namespace is."""

ONLY_IN_ARM = frozenset(
    {
        f"{_AKS}/deploymentsafeguards",
        f"{_AKS}/managedclusters/agentpools",
        f"{_AKS}/managedclusters/agentpools/upgradeprofiles",
        f"{_AKS}/managedclusters/maintenanceconfigurations",
        f"{_AKS}/managedclusters/privateendpointconnections",
        f"{_AKS}/managedclusters/trustedaccessrolebindings",
        f"{_AKS}/managedclusters/upgradeprofiles",
        "microsoft.authorization/denyassignments",
        "microsoft.authorization/locks",
        "microsoft.authorization/roleassignmentscheduleinstances",
        "microsoft.authorization/roleassignmentschedules",
        "microsoft.authorization/roleeligibilityscheduleinstances",
        "microsoft.authorization/roleeligibilityschedules",
        "microsoft.authorization/rolemanagementpolicies",
        "microsoft.authorization/rolemanagementpolicyassignments",
        "microsoft.containerregistry/registries/tokens",
        "microsoft.insights/datacollectionruleassociations",
        "microsoft.insights/diagnosticsettings",
        "microsoft.keyvault/vaults/keys",
        "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials",
        "microsoft.operationalinsights/workspaces/tables",
    }
)
"""Types that no table shows, though a body of one may have a location; Resource Manager lists them."""


def tables_of(resource_id: ResourceId, body: Mapping[str, Json]) -> tuple[str, ...]:
    """The tables that show the resource, as rows of its own; () where none does."""
    kind = resource_id.type
    if kind in _EXACTLY:
        return _EXACTLY[kind]
    if kind == CHANGES:
        changed = resource_id.scope
        return (CHANGES_OF_RESOURCES if "/providers/" in changed else CHANGES_OF_CONTAINERS,)
    table = next((table for start, table in BY_TYPE if _starts(kind, start)), "")
    if table:
        return (table,)
    return (RESOURCES,) if _tracked(resource_id, body) else ()


def _starts(kind: str, start: str) -> bool:
    return kind.startswith(start) if start.endswith("/") else f"{kind}/".startswith(f"{start}/")


def _tracked(resource_id: ResourceId, body: Mapping[str, Json]) -> bool:
    """Top-level resources of a group, and children with a region of their own."""
    if resource_id.extension or not resource_id.group or resource_id.type in ONLY_IN_ARM:
        return False
    return resource_id.type.count("/") == 1 or "location" in body
