"""How long each Log Analytics workspace keeps the tables that audit logs of clusters go to.

A table has a retention of its own, and an archive beyond it, which the workspace's body does not show. API
version: Microsoft's REST specification of Microsoft.OperationalInsights, Tables - List By Workspace.
"""

from __future__ import annotations

from reportgen.collect.arm import ArmRead

READ = ArmRead(
    "arm.log-analytics-tables",
    "{resource}/tables",
    "2022-10-01",
    paged=True,
    named=("AKSAudit", "AKSAuditAdmin", "AzureDiagnostics"),
    keep=(
        "id",
        "name",
        "properties.plan",
        "properties.retentionInDays",
        "properties.totalRetentionInDays",
    ),
)
