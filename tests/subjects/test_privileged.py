"""Roles that persons hold all the time, as against those that were activated."""

from __future__ import annotations

from typing import Any

from reportgen.subjects import privileged

SUB = "/subscriptions/S"
CLUSTER = {"id": f"{SUB}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/one"}


def assignment(who: str = "u", kind: str = "User", scope: str = SUB) -> dict[str, Any]:
    role = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/OWNER"
    return {"principalId": who, "principalType": kind, "roleDefinitionId": role, "scope": scope}


def instance(who: str = "u", kind: str = "Activated", scope: str = SUB) -> dict[str, Any]:
    return {"properties": {**assignment(who.upper(), scope=scope.upper()), "assignmentType": kind}}


def standing(assignments: list[Any], *instances: Any) -> list[str]:
    related = {"role_assignments": assignments, "role_activations": list(instances)}
    return [one["principal"] for one in privileged.standing_roles(CLUSTER, related) or []]


def test_a_role_is_told_with_principal_and_scope() -> None:
    related = {"role_assignments": [assignment()], "role_activations": []}
    found = privileged.standing_roles(CLUSTER, related)
    assert found == [{"principal": "User/u", "role": "owner", "scope": SUB}]


def test_an_activated_role_does_not_stand() -> None:
    assert standing([assignment()], instance()) == []
    assert standing([assignment()], instance(kind="Assigned")) == ["User/u"]
    assert standing([assignment()], instance(scope=CLUSTER["id"])) == ["User/u"]
    assert standing([assignment()], instance("other")) == ["User/u"]


def test_who_cannot_activate_is_left_out() -> None:
    kinds = [assignment(kind, kind) for kind in ("Group", "ServicePrincipal", "ForeignGroup")]
    assert standing(kinds) == ["ForeignGroup/ForeignGroup", "Group/Group"]


def test_scopes_above_count_and_those_inside_do_not() -> None:
    above = ("/", "/providers/Microsoft.Management/managementGroups/m", f"{SUB}/resourcegroups/G")
    inside = (f"{CLUSTER['id']}/namespaces/a", f"{SUB}/resourceGroups/g2")
    assert len(standing([assignment(scope=scope) for scope in (*above, *inside)])) == len(above)


def test_what_could_not_be_read_is_not_known() -> None:
    assert privileged.standing_roles(CLUSTER, {"role_assignments": []}) is None
