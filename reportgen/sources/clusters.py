"""The population, and what Resource Manager says of each cluster."""

from __future__ import annotations

from reportgen.model import Json
from reportgen.sources.source import Join, Source


def behind_private_link(body: Json) -> bool:
    """Whether an API server, as its cluster's body has it, is reached by private endpoints alone.

    One that is integrated into a virtual network has none, private or not. Keys in any casing.
    """
    profile = _at(_at(body, "properties"), "apiServerAccessProfile")
    return _at(profile, "enablePrivateCluster") is True and _at(profile, "enableVnetIntegration") is not True


def _at(value: Json, name: str) -> Json:
    found = value.items() if isinstance(value, dict) else ()
    return next((item for key, item in found if key.lower() == name.lower()), None)


CLUSTERS: tuple[Source, ...] = (
    Source(
        "collector.clock",
        "Clock of the host that collected, against the times that Azure's answers bear",
        (),
        "tenant",
    ),
    Source(
        "arg.subscriptions",
        "Subscriptions and their management groups, Azure Resource Graph",
        ("Microsoft.Resources/subscriptions/read",),
        "tenant",
    ),
    Source(
        "arg.managed-clusters",
        "Population of AKS clusters, Azure Resource Graph",
        ("Microsoft.ContainerService/managedClusters/read",),
        "tenant",
    ),
    Source(
        "arg.closing-counts",
        "Closing counts of the queries, Azure Resource Graph",
        (),
        "tenant",
    ),
    Source(
        "arm.subscriptions",
        "Subscriptions visible to the collector, Azure Resource Manager",
        ("Microsoft.Resources/subscriptions/read",),
        "tenant",
    ),
    Source(
        "arm.management-groups",
        "Subscriptions below a management group, Azure Resource Manager",
        ("Microsoft.Management/managementGroups/descendants/read",),
        "tenant",
    ),
    Source(
        "arm.managed-clusters",
        "AKS clusters of a subscription, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/read",),
        "subscription",
    ),
    Source(
        "arm.agent-pools",
        "Agent pools of a cluster, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/agentPools/read",),
        "cluster",
        "agent_pools",
    ),
    Source(
        "arm.upgrade-profiles",
        "Versions a cluster can be upgraded to, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/upgradeProfiles/read",),
        "cluster",
        "upgrade_profile",
    ),
    Source(
        "arm.maintenance-configurations",
        "Maintenance windows of a cluster, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read",),
        "cluster",
        "maintenance_configurations",
    ),
    Source(
        "arm.diagnostic-settings",
        "Diagnostic settings of a cluster, Azure Monitor",
        ("Microsoft.Insights/diagnosticSettings/read",),
        "cluster",
        "diagnostic_settings",
    ),
    Source(
        "arm.data-collection-rule-associations",
        "Data collection rules that a cluster is associated with, Azure Monitor",
        ("Microsoft.Insights/dataCollectionRuleAssociations/read",),
        "cluster",
        "data_collection_rule_associations",
        Join.ABOUT,
    ),
    Source(
        "arm.private-endpoint-connections",
        "Private endpoints connected to a cluster's API server, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/privateEndpointConnections/read",),
        "cluster",
        "private_endpoint_connections",
        only=behind_private_link,
    ),
    Source(
        "arm.kubernetes-versions",
        "Kubernetes versions offered in a region, Azure Resource Manager",
        ("Microsoft.ContainerService/locations/kubernetesVersions/read",),
        "location",
        "kubernetes_versions",
    ),
)
