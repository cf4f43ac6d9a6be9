"""The evidence sources and the permission each needs, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Join(StrEnum):
    """Which rows of a source that clusters share have to do with one cluster."""

    NODE_GROUP = "node-group"
    """those in the cluster's node resource group"""
    SUBSCRIPTION = "subscription"
    """those of its subscription"""
    ABOUT = "about"
    """those that say they are about the cluster, or something inside it"""
    SCOPE = "scope"
    """those whose scope is the cluster, above it (management groups, tenant) or inside it"""
    MENTIONED = "mentioned"
    """those whose id the cluster's body names, or that something named lies in"""


@dataclass(frozen=True, slots=True)
class Source:
    """One evidence source.

    ``name`` is the folder in the snapshot and the word in a control's ``needs``; ``relation`` the key under
    ``related`` in a control's expressions ("" where it is not offered there); ``scope`` what one
    answer covers: tenant, subscription, location, cluster or resource (one of another kind);
    ``permissions`` are the actions that reading takes; ``join`` says which rows of it belong to a cluster.
    """

    name: str
    title: str
    permissions: tuple[str, ...]
    scope: str
    relation: str = ""
    join: Join | None = None


SOURCES: tuple[Source, ...] = (
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
        "arm.kubernetes-versions",
        "Kubernetes versions offered in a region, Azure Resource Manager",
        ("Microsoft.ContainerService/locations/kubernetesVersions/read",),
        "location",
        "kubernetes_versions",
    ),
)

BY_NAME = {source.name: source for source in SOURCES}
