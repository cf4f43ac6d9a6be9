"""Role bindings: whom they name, what they give where, and which are Kubernetes' and AKS's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.model import Json
from reportgen.subjects.inside.bindings import ROLE_BINDING, is_system, principals
from tests.subjects.inside.rbac import (
    ADMIN_GROUP,
    CLUSTER,
    account,
    binding,
    group,
    objects,
    role,
    rule,
    user,
)

BOOT = {"kubernetes.io/bootstrapping": "rbac-defaults"}
ADD_ON = {"addonmanager.kubernetes.io/mode": "Reconcile"}
AAD = "aks-cluster-admin-binding-aad"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (binding("cluster-admin", "cluster-admin", group("system:masters"), **BOOT), True),
        (binding("system:node-proxier", "system:node-proxier", user("system:kube-proxy"), **BOOT), True),
        (binding("system:discovery", "system:discovery", group("system:authenticated"), **BOOT), True),
        (binding("aks-cluster-admin-binding", "cluster-admin", user("clusterAdmin"), **ADD_ON), True),
        (binding("cilium", "cilium", account("kube-system", "cilium"), **ADD_ON), True),
        (binding("system:node", "system:node", **BOOT), True),
        (binding(AAD, "cluster-admin", group(ADMIN_GROUP), **ADD_ON), True),
        (binding(AAD, "cluster-admin", group("another"), **ADD_ON), False),
        (binding("shop-admin", "cluster-admin", group(ADMIN_GROUP), **ADD_ON), False),
        (binding("system:mine", "cluster-admin", user("me@contoso.example")), False),
        (binding("aks-mine", "cluster-admin", group("mine")), False),
        (binding("aks-mine", "cluster-admin", user("system:anonymous")), False),
        (binding("system:discovery", "cluster-admin", group("system:authenticated"), **BOOT), False),
        (binding("aks-mine", "view", group("system:masters")), False),
        (binding("aks-mine", "cluster-admin", account("shop", "api"), **BOOT), False),
        (binding("aks-mine", "cluster-admin", account("kube-system", "default"), **BOOT), False),
        (binding("cilium", "cilium", account("kube-system", "cilium"), user("me"), **ADD_ON), False),
        (binding("mine", "cilium", account("kube-system", "cilium")), False),
    ],
)
def test_a_name_or_a_label_alone_makes_no_system_binding(given: Json, expected: bool) -> None:
    assert is_system(given, CLUSTER) is expected


def test_service_accounts_by_either_spelling_and_without_a_namespace() -> None:
    given = binding(
        "b",
        "view",
        {"kind": "ServiceAccount", "name": "api"},
        user("system:serviceaccount:ci:deploy"),
        user("system:serviceaccounts"),
        namespace="shop",
    )
    assert [who.words for who in principals(given)] == [
        "ServiceAccount/shop/api",
        "ServiceAccount/ci/deploy",
        "User/system:serviceaccounts",
    ]


def test_the_derived_values(tmp_path: Path) -> None:
    subjects = (
        user("a"),
        group("g"),
        account("shop", "api"),
        account("ci", "deploy"),
        group("system:authenticated"),
    )
    known = objects(
        tmp_path,
        {
            "cluster-roles": [role("reader", rule("list", "secrets"), rule("get", "nodes/proxy"))],
            "roles": [],
            "role-bindings": [binding("b", "reader", *subjects, namespace="shop")],
            "cluster-role-bindings": [binding("b", "reader", *subjects), binding("lost", "gone", user("a"))],
        },
    )
    here, wide, lost = ROLE_BINDING.build(known)
    assert {**here.derived, "rules": None} == {
        "where": "shop",
        "system": False,
        "principals": [
            "User/a",
            "Group/g",
            "ServiceAccount/shop/api",
            "ServiceAccount/ci/deploy",
            "Group/system:authenticated",
        ],
        "users": ["a"],
        "groups": ["g", "system:authenticated"],
        "service_accounts": ["shop/api", "ci/deploy"],
        "everybody": ["system:authenticated"],
        "foreign_service_accounts": ["ci/deploy"],
        "role_exists": True,
        "rules": None,
        "grants": ["reads-secrets"],
    }
    assert (here.path, wide.path) == ("kubernetes/role-binding/shop/b", "kubernetes/role-binding/b")
    assert wide.derived["grants"] == ["reads-secrets", "reaches-nodes-proxy"]
    assert wide.derived["foreign_service_accounts"] == []
    assert (lost.derived["role_exists"], lost.derived["grants"]) == (False, [])
    assert set(here.derived) == set(ROLE_BINDING.derived)


def test_a_binding_without_subjects(tmp_path: Path) -> None:
    bare = {"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "x"}, "subjects": None}
    known = objects(tmp_path, {"role-bindings": [], "cluster-role-bindings": [bare]})
    assert next(iter(ROLE_BINDING.build(known))).derived["principals"] == []


def test_without_roles_what_a_binding_gives_is_not_known(tmp_path: Path) -> None:
    lists: dict[str, list[Json]] = {"cluster-role-bindings": [binding("b", "reader", user("a"))]}
    known = objects(tmp_path, lists, missing=("k8s.cluster-roles",))
    found = next(iter(ROLE_BINDING.build(known)))
    assert found.derived["users"] == ["a"]
    assert not {"grants", "rules", "role_exists"} & set(found.derived)
