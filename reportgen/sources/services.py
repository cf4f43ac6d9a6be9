"""Services that clusters use: registries, key vaults, workspaces for logs, and who is told of trouble."""

from __future__ import annotations

from reportgen.sources.source import Join, Source

SERVICES: tuple[Source, ...] = (
    Source(
        "arg.container-registries",
        "Container registries, Azure Resource Graph",
        ("Microsoft.ContainerRegistry/registries/read",),
        "tenant",
    ),
    Source(
        "arg.registry-replications",
        "Replications of container registries, Azure Resource Graph",
        ("Microsoft.ContainerRegistry/registries/replications/read",),
        "tenant",
        "registry_replications",
        Join.BELOW,
    ),
    Source(
        "arm.registry-diagnostic-settings",
        "Diagnostic settings of a container registry, Azure Monitor",
        ("Microsoft.Insights/diagnosticSettings/read",),
        "resource",
        "registry_diagnostic_settings",
        Join.BELOW,
        requires="arg.container-registries",
    ),
    Source(
        "arm.registry-tokens",
        "Tokens of a container registry, without their passwords, Azure Resource Manager",
        ("Microsoft.ContainerRegistry/registries/tokens/read",),
        "resource",
        "registry_tokens",
        Join.BELOW,
        requires="arg.container-registries",
    ),
    Source(
        "arg.key-vaults",
        "Key vaults, Azure Resource Graph",
        ("Microsoft.KeyVault/vaults/read",),
        "tenant",
        "key_vaults",
        Join.VAULT,
        via=("arg.disk-encryption-sets",),
    ),
    Source(
        "arm.key-vault-keys",
        "Keys of a key vault, without key material, Azure Resource Manager",
        ("Microsoft.KeyVault/vaults/keys/read",),
        "resource",
        "key_vault_keys",
        Join.INSIDE,
        via=("arg.key-vaults",),
    ),
    Source(
        "arg.log-analytics-workspaces",
        "Log Analytics workspaces, Azure Resource Graph",
        ("Microsoft.OperationalInsights/workspaces/read",),
        "tenant",
        "log_analytics_workspaces",
        Join.MENTIONED,
    ),
    Source(
        "arg.data-collection-rules",
        "Data collection rules, Azure Resource Graph",
        ("Microsoft.Insights/dataCollectionRules/read",),
        "tenant",
        "data_collection_rules",
        Join.LINKED,
        via=("arm.data-collection-rule-associations",),
    ),
    Source(
        "arg.alert-rules",
        "Alert rules on metrics, logs, the activity log and of Prometheus, Azure Resource Graph",
        (
            "Microsoft.Insights/metricAlerts/read",
            "Microsoft.Insights/activityLogAlerts/read",
            "Microsoft.Insights/scheduledQueryRules/read",
            "Microsoft.AlertsManagement/prometheusRuleGroups/read",
        ),
        "tenant",
        "alert_rules",
        Join.COVERING,
    ),
)
