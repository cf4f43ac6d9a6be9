"""What happened: upgrades, changes, administrative operations, backups."""

from __future__ import annotations

from reportgen.sources.source import Join, Source

OPERATION: tuple[Source, ...] = (
    Source(
        "arm.pool-upgrade-profiles",
        "Versions and node image an agent pool can be upgraded to, Azure Resource Manager",
        ("Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles/read",),
        "resource",
    ),
    Source(
        "arg.upgrade-events",
        "Upgrade events of clusters, Azure Resource Graph",
        ("Microsoft.ContainerService/managedClusters/read",),  # the events have no action of their own
        "tenant",
        "upgrade_events",
        Join.ABOUT,
    ),
    Source(
        "arg.resource-changes",
        "Changes of clusters in the last 14 days, Azure Resource Graph",
        ("Microsoft.Resources/changes/read",),
        "tenant",
        "resource_changes",
        Join.ABOUT,
    ),
    Source(
        "arm.activity-log",
        "Operations on clusters in a subscription, Azure Monitor activity log",
        ("Microsoft.Insights/eventtypes/values/read",),
        "subscription",
        "activity_log",
        Join.ABOUT,
    ),
    Source(
        "arg.backup-instances",
        "Clusters protected by Azure Backup, Azure Resource Graph",
        ("Microsoft.DataProtection/backupVaults/backupInstances/read",),
        "tenant",
        "backup_instances",
        Join.ABOUT,
    ),
)
