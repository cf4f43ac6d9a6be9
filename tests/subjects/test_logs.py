"""Audit logs: who receives them, and how long a workspace keeps the tables that they lie in."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import logs

HOME = "/subscriptions/AAAA/resourceGroups/log/providers/Microsoft.OperationalInsights/workspaces/Home"
STORE = "/subscriptions/bbbb/resourceGroups/log/providers/Microsoft.Storage/storageAccounts/store"


def setting(group: str = "audit", kind: str | None = "Dedicated", enabled: bool = True, **to: Any) -> Any:
    category = {"categoryGroup": group} if group in ("audit", "allLogs") else {"category": group}
    properties = {"logs": [{**category, "enabled": enabled}], "logAnalyticsDestinationType": kind, **to}
    return {"properties": properties}


def related(*settings: Any, tables: dict[str, Any] | None = None, retention: int = 90) -> dict[str, Any]:
    rows = [
        {"id": f"{HOME.lower()}/tables/{name}", "properties": values}
        for name, values in (tables or {}).items()
    ]
    return {
        "diagnostic_settings": list(settings),
        "log_analytics_workspaces": [{"id": HOME.upper(), "properties": {"retentionInDays": retention}}],
        "log_analytics_tables": rows,
    }


def days(*settings: Any, **known: Any) -> list[Any]:
    return [one.get("days") for one in logs.audit_destinations(related(*settings, **known)) or []]


def test_a_destination_is_told_by_its_kind_place_and_name() -> None:
    found = logs.audit_destinations(related(setting(workspaceId=HOME, storageAccountId=STORE)))
    assert found == [
        {"id": HOME, "kind": "workspace", "subscription": "aaaa", "name": "Home", "days": 90},
        {"id": STORE, "kind": "storage account", "subscription": "bbbb", "name": "store"},
    ]


def test_what_gets_no_audit_log_is_no_destination() -> None:
    settings = (setting("kube-scheduler", workspaceId=HOME), setting(enabled=False, storageAccountId=STORE))
    assert logs.audit_destinations(related(*settings)) == []


def test_settings_that_could_not_be_read_are_not_known() -> None:
    assert logs.audit_destinations({}) is None


@pytest.mark.parametrize(
    ("group", "kind", "tables", "expected"),
    [
        ("audit", "Dedicated", {"AKSAudit": 400, "AKSAuditAdmin": 200}, 200),
        ("kube-audit", "Dedicated", {"AKSAudit": 400, "AKSAuditAdmin": 200}, 400),
        ("kube-audit-admin", "dedicated", {"AKSAudit": 400, "AKSAuditAdmin": 200}, 200),
        ("audit", None, {"AKSAudit": 400, "AzureDiagnostics": 30}, 30),
        ("audit", "Dedicated", {"AKSAudit": 400}, 90),
        ("kube-audit", "Dedicated", {"AKSAudit": -1}, 90),
    ],
    ids=["shortest", "read-and-write", "write-only", "one-table", "not-set", "workspace's"],
)
def test_days_are_those_of_the_tables_in_use(group: str, kind: str, tables: Any, expected: int) -> None:
    rows = {name: {"retentionInDays": 30, "totalRetentionInDays": total} for name, total in tables.items()}
    rows = {
        name: row if row["totalRetentionInDays"] > 0 else {"totalRetentionInDays": -1}
        for name, row in rows.items()
    }
    assert days(setting(group, kind, workspaceId=HOME), tables=rows) == [expected]


def test_of_two_settings_with_one_workspace_the_shorter_counts() -> None:
    tables = {"AKSAudit": {"totalRetentionInDays": 400}, "AzureDiagnostics": {"totalRetentionInDays": 60}}
    both = (setting("kube-audit", workspaceId=HOME), setting(kind=None, workspaceId=HOME.lower()))
    assert days(*both, tables=tables) == [60]
    assert days(*reversed(both), tables=tables) == [60]


def test_a_workspace_outside_the_evidence_has_no_days() -> None:
    assert days(setting(workspaceId=HOME.replace("Home", "Other"))) == [None]
