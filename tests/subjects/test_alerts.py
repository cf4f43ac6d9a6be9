"""Which alert rules watch a cluster, and which tell of Azure's health."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import alerts
from tests.subjects.network import SUB

GROUP = f"{SUB}/resourceGroups/rg"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/One"
MANY = "Microsoft.ContainerService/managedClusters"


def row(kind: str, **settings: Any) -> dict[str, Any]:
    return {"type": kind, "name": "r", "enabled": True, "scopes": [CLUSTER.upper()], **settings}


def found(*rows: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    known: Any = alerts.derive({"id": CLUSTER}, {"alert_rules": list(rows)})["alerts"]
    return [(one["name"], one["active"], one["notifies"]) for one in known]


def metric(**settings: Any) -> dict[str, Any]:
    return row("microsoft.insights/metricalerts", **{"actionCount": 1, **settings})


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (metric(), [("r", True, True)]),
        (metric(enabled=False), [("r", False, True)]),
        (metric(actionCount=0), [("r", True, False)]),
        (metric(actionCount=None), [("r", True, False)]),
        (metric(scopes=[f"{CLUSTER}-2"]), []),
        (metric(scopes=[GROUP], targetResourceType=MANY), [("r", True, True)]),
        (metric(scopes=[GROUP], targetResourceType="Microsoft.Compute/virtualMachines"), []),
        (metric(scopes=[f"{GROUP}2"], targetResourceType=MANY), []),
        (metric(scopes=[GROUP[:-1]], targetResourceType=MANY), []),
        (row("microsoft.insights/scheduledqueryrules", actionGroupCount=1), [("r", True, True)]),
        (
            row("microsoft.insights/scheduledqueryrules", scopes=[SUB], targetResourceTypes=[MANY]),
            [("r", True, False)],
        ),
    ],
)
def test_metric_and_log_rules(rule: dict[str, Any], said: list[tuple[str, bool, bool]]) -> None:
    assert found(rule) == said


def test_rules_of_prometheus_are_counted_one_by_one_and_records_not() -> None:
    rules = [
        {"alert": "NotReady", "actions": [{"actionGroupId": "g"}]},
        {"alert": "Silent", "enabled": False, "actions": []},
        {"record": "node:cpu"},
    ]
    group = row("microsoft.alertsmanagement/prometheusrulegroups", rules=rules)
    assert found(group) == [("r/NotReady", True, True), ("r/Silent", False, False)]
    assert found(group | {"enabled": False})[0] == ("r/NotReady", False, True)
    assert found(group | {"scopes": [SUB]}) == []


def condition(*more: dict[str, Any], category: str = "ResourceHealth") -> dict[str, Any]:
    return {"allOf": [{"field": "category", "equals": category}, *more]}


def health(*more: dict[str, Any], **settings: Any) -> list[str]:
    rule = row(
        "microsoft.insights/activitylogalerts",
        **{"scopes": [SUB], "actionGroupCount": 1, "condition": condition(*more), **settings},
    )
    known: Any = alerts.derive({"id": CLUSTER}, {"alert_rules": [rule]})["health_alerts"]
    return [one["category"] for one in known]


def test_rules_on_health_that_reach_the_cluster() -> None:
    assert health() == ["ResourceHealth"]
    assert health(condition=condition(category="servicehealth")) == ["ServiceHealth"]
    assert health(condition=condition(category="Administrative")) == []
    assert health(enabled=False) == []
    assert health(actionGroupCount=0) == []
    assert health(scopes=[f"{SUB}0"]) == []
    assert health(scopes=[CLUSTER]) == ["ResourceHealth"]


@pytest.mark.parametrize(
    ("limit", "reaches"),
    [
        ({"field": "resourceType", "equals": MANY}, True),
        ({"field": "resourceType", "equals": "Microsoft.Compute/virtualMachines"}, False),
        (
            {
                "anyOf": [
                    {"field": "resourceType", "equals": "Microsoft.Sql/servers"},
                    {"field": "resourceType", "equals": MANY},
                ]
            },
            True,
        ),
        ({"field": "resourceGroup", "equals": "RG"}, True),
        ({"field": "resourceGroup", "equals": "other"}, False),
        ({"field": "resourceId", "equals": f"{CLUSTER}-2"}, False),
        ({"field": "properties.currentHealthStatus", "equals": "Unavailable"}, True),
        (
            {
                "field": "properties.impactedServices[*].ServiceName",
                "containsAny": ["Azure Kubernetes Service (AKS)"],
            },
            True,
        ),
        ({"field": "properties.impactedServices[*].ServiceName", "containsAny": ["SQL Database"]}, False),
    ],
)
def test_conditions_that_leave_this_cluster_out(limit: dict[str, Any], reaches: bool) -> None:
    assert health(limit) == (["ResourceHealth"] if reaches else [])


def test_without_the_rules_nothing_is_said() -> None:
    assert alerts.derive({"id": CLUSTER}, {}) == {}
