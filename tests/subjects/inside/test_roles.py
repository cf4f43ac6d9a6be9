"""Roles: aggregated cluster roles expanded, selectors, and who brought a role."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.model import Json
from reportgen.subjects.inside.roles import ROLE, RoleBook, delivered, selects
from tests.subjects.inside.rbac import binding, group, objects, role, rule

SECRETS, EXEC, VIEW = rule("list", "secrets"), rule("create", "pods/exec"), rule("get", "pods")


def aggregated(name: str, label: str, **labels: str) -> Json:
    selector = {"clusterRoleSelectors": [{"matchLabels": {label: "true"}}]}
    return role(name, aggregationRule=selector, labels=labels)


def book(*roles: Json) -> RoleBook:
    return RoleBook({one["metadata"]["name"]: one for one in roles}, {})


def test_an_aggregated_role_has_the_rules_of_its_parts_and_of_theirs() -> None:
    known = book(
        aggregated("admin", "to-admin"),
        aggregated("edit", "to-edit", **{"to-admin": "true"}),
        role("part", SECRETS, labels={"to-edit": "true"}),
        role("other", EXEC, labels={"to-edit": "false"}),
    )
    assert known.rules("ClusterRole", "", "admin") == [SECRETS]
    assert known.rules("ClusterRole", "", "edit") == [SECRETS]


def test_roles_that_select_each_other_end() -> None:
    known = book(
        {**aggregated("a", "x", y="true"), "rules": [VIEW]},
        {**aggregated("b", "y", x="true"), "rules": [EXEC, VIEW]},
    )
    assert known.rules("ClusterRole", "", "a") == [VIEW, EXEC]
    assert known.rules("ClusterRole", "", "b") == [VIEW, EXEC]


def test_a_role_is_looked_up_in_its_namespace() -> None:
    known = RoleBook({"reader": role("reader", SECRETS)}, {("shop", "reader"): role("reader", VIEW)})
    assert known.rules("Role", "shop", "reader") == [VIEW]
    assert known.rules("ClusterRole", "shop", "reader") == [SECRETS]
    assert known.rules("Role", "bank", "reader") is None
    assert known.rules("ClusterRole", "", "gone") is None


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "1", "b": "2"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, True),
        ({"matchExpressions": [{"key": "b", "operator": "In", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Unheard"}]}, False),
    ],
)
def test_selectors(selector: Json, selected: bool) -> None:
    assert selects(selector, {"a": "1"}) is selected


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("system:node", {}, True),
        ("aks-service", {}, True),
        ("view", {"kubernetes.io/bootstrapping": "rbac-defaults"}, True),
        ("cilium", {"addonmanager.kubernetes.io/mode": "Reconcile"}, True),
        ("shop", {"app": "aks"}, False),
    ],
)
def test_who_brought_a_role(name: str, labels: Json, expected: bool) -> None:
    assert delivered(role(name, labels=labels)) is expected


def test_the_subjects(tmp_path: Path) -> None:
    cluster_roles = [role("all", rule("*", "pods")), role("unused", VIEW)]
    bindings = [binding("b", "all", group("g")), binding("c", "reader", kind="Role", namespace="shop")]
    known = objects(
        tmp_path,
        {
            "cluster-roles": cluster_roles,
            "roles": [role("reader", SECRETS, namespace="shop"), role("reader", namespace="bank")],
            "cluster-role-bindings": bindings[:1],
            "role-bindings": bindings[1:],
        },
    )
    found = {one.name: one.derived for one in ROLE.build(known)}
    assert {name: (one["kind"], one["bindings"]) for name, one in found.items()} == {
        "all": ("ClusterRole", 1),
        "unused": ("ClusterRole", 0),
        "shop/reader": ("Role", 1),
        "bank/reader": ("Role", 0),
    }
    assert found["all"]["wildcards"] == ["verbs"]
    assert found["shop/reader"]["grants"] == ["reads-secrets"]


def test_without_bindings_their_number_is_not_known(tmp_path: Path) -> None:
    known = objects(tmp_path, {"cluster-roles": [role("all")]}, missing=("k8s.role-bindings",))
    assert "bindings" not in next(iter(ROLE.build(known))).derived
