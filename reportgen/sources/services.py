"""Services that clusters use: registries, key vaults, workspaces for logs."""

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
        requires="arg.key-vaults",
        via=("arg.key-vaults",),
    ),
    Source(
        "arg.log-analytics-workspaces",
        "Log Analytics workspaces, Azure Resource Graph",
        ("Microsoft.OperationalInsights/workspaces/read",),
        "tenant",
        "log_analytics_workspaces",
        Join.LINKED,
        via=("arm.diagnostic-settings",),
    ),
    Source(
        "arm.log-analytics-tables",
        "Retention of the tables of a workspace that hold audit logs, Azure Resource Manager",
        ("Microsoft.OperationalInsights/workspaces/tables/read",),
        "resource",
        "log_analytics_tables",
        Join.INSIDE,
        requires="arg.log-analytics-workspaces",
        via=("arg.log-analytics-workspaces",),
    ),
)
