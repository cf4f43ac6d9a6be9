"""Policy assignments over a cluster: in which mode, with which effect, and what takes the cluster out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reportgen.subjects import policies

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
GROUP = "/subscriptions/S/resourceGroups/Shop"
CLUSTER = {"id": f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/one"}
ABOVE = "/providers/Microsoft.Management/managementGroups/corp"
ID = f"{ABOVE}/providers/Microsoft.Authorization/policyAssignments/base"


def found(exemptions: Any = (), states: Any = (), **more: Any) -> Any:
    row = {"id": ID, "scope": ABOVE, "policyDefinitionId": "/x/policySetDefinitions/A8", **more}
    related = {
        "policy_assignments": [row],
        "policy_exemptions": list(exemptions),
        "policy_states": list(states),
    }
    (one,) = policies.assignments(CLUSTER, related, AS_OF) or [{}]
    return one


def exemption(**more: Any) -> dict[str, Any]:
    return {"name": "lab", "policyAssignmentId": ID.lower(), **more}


def test_an_assignment_is_told_as_azure_applies_it() -> None:
    assert found() == {
        "name": "base",
        "id": ID,
        "definition": "a8",
        "scope": ABOVE,
        "enforced": True,
        "effect": "",
        "left_out": "",
        "judged": False,
    }


@pytest.mark.parametrize(
    ("row", "key", "expected"),
    [
        ({"enforcementMode": "DoNotEnforce"}, "enforced", False),
        ({"enforcementMode": "default"}, "enforced", True),
        ({"parameters": {"Effect": {"value": "Deny"}}}, "effect", "deny"),
        (
            {
                "parameters": {"effect": {"value": "Deny"}},
                "overrides": [{"kind": "policyEffect", "value": "Audit"}],
            },
            "effect",
            "audit",
        ),
        ({"notScopes": [GROUP.upper()]}, "left_out", f"left out by {GROUP.upper()}"),
        ({"notScopes": [f"{GROUP}-other"]}, "left_out", ""),
        ({"notScopes": [f"{ABOVE}-other"]}, "left_out", "unknown"),
        ({"resourceSelectors": [{"name": "first"}]}, "left_out", "unknown"),
    ],
)
def test_what_decides_whether_it_bites(row: Any, key: str, expected: Any) -> None:
    assert found(**row)[key] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "exempted by lab"),
        ({"displayName": "Laboratory", "expiresOn": "2026-12-01T00:00:00Z"}, "exempted by Laboratory"),
        ({"expiresOn": "2026-11-15T06:00:00Z"}, ""),
        ({"expiresOn": "2026-12-01T00:00:00"}, ""),
        ({"expiresOn": "next year"}, ""),
        ({"policyDefinitionReferenceIds": ["one"]}, ""),
        ({"policyAssignmentId": f"{ID}2"}, ""),
    ],
    ids=["no-end", "to-come", "ended", "no-zone", "no-time", "single-policy", "another"],
)
def test_an_exemption_takes_the_cluster_out_while_it_lasts(given: Any, expected: str) -> None:
    assert found([exemption(**given)])["left_out"] == expected


def test_states_tell_what_judges_the_cluster() -> None:
    assert found(states=[{"policyAssignmentId": ID.upper()}])["judged"] is True


def test_one_inside_the_cluster_is_not_about_all_of_it() -> None:
    assert found(scope=f"{CLUSTER['id']}/namespaces/a") == {}


def test_what_could_not_be_read_is_not_known() -> None:
    assert policies.assignments(CLUSTER, {"policy_assignments": []}, AS_OF) is None
    one = {"policy_assignments": [{"id": ID, "scope": ABOVE}], "policy_exemptions": []}
    assert [sorted(known) for known in policies.assignments(CLUSTER, one, AS_OF) or []] == [
        sorted({*found()} - {"judged"})
    ]
