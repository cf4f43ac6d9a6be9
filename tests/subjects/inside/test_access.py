"""The access listing: bindings and Azure roles as rows, at every scope, under the cluster's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Access, Json, Subject
from reportgen.subjects.inside.access import SOURCES, access_listing, admin_credential_callers, azure_rights
from reportgen.subjects.inside.access import listing as listing_of
from reportgen.subjects.inside.powers import NAMES, WHOLE_CLUSTER
from reportgen.subjects.inside.roles import RoleBook
from tests.assess.build import OTHER, SUB, cluster, cluster_id
from tests.subjects.inside.rbac import binding, group, objects, role, rule, user

AKS = "Microsoft.ContainerService/managedClusters/"
ROLE = "/providers/Microsoft.Authorization/RoleDefinitions/AAAAAAAA-0000-4000-8000-00000000000a"
ENTRA = cluster("one", aadProfile={"managed": True, "enableAzureRBAC": True}, disableLocalAccounts=True)
LOCAL = cluster("one")
ADMIN = [f"{AKS}*"]


def definition(name: str = "Role", **permission: Any) -> Json:
    return {"id": ROLE.lower(), "roleName": name, "permissions": [permission]}


def assignment(scope: str, **more: Any) -> Json:
    return {
        "id": "x",
        "scope": scope,
        "roleDefinitionId": f"/subscriptions/{SUB}{ROLE}",
        "principalId": "p1",
        "principalType": "Group",
        **more,
    }


@pytest.mark.parametrize(
    ("permission", "on", "expected"),
    [
        ({"actions": ["*"]}, ENTRA, ["assigns-roles", "changes-cluster"]),
        ({"actions": ["*"]}, LOCAL, ["assigns-roles", "changes-cluster", "cluster-admin"]),
        (
            {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]},
            ENTRA,
            ["changes-cluster"],
        ),
        ({"actions": [f"{AKS}LISTCLUSTERADMINCREDENTIAL/action"]}, LOCAL, ["cluster-admin"]),
        ({"actions": [f"{AKS}listClusterAdminCredential/action"]}, ENTRA, []),
        ({"actions": ["*/read"]}, LOCAL, []),
        ({"dataActions": ADMIN}, LOCAL, []),
        ({"dataActions": [f"{AKS}secrets/*"]}, ENTRA, ["reads-secrets"]),
        ({"dataActions": ADMIN, "notDataActions": [f"{AKS}secrets/*"]}, ENTRA, None),
        ({"dataActions": [f"{AKS}pods/read"]}, ENTRA, []),
        ({}, ENTRA, []),
    ],
)
def test_what_an_azure_role_gives(permission: Json, on: Json, expected: list[str] | None) -> None:
    found = azure_rights(definition(**permission), on)
    if expected is None:
        assert "execs-pods" in found
        assert not {"cluster-admin", "reads-secrets"} & set(found)
    else:
        assert found == expected


def test_all_data_actions_are_cluster_admin_and_not_what_lies_outside_a_namespace() -> None:
    everywhere = azure_rights(definition(dataActions=ADMIN), ENTRA)
    assert {"cluster-admin", "edits-webhooks", "reads-secrets"} <= set(everywhere) <= set(NAMES)
    inside = azure_rights(definition(actions=["*"], dataActions=ADMIN), ENTRA, "shop")
    assert {"cluster-admin", "reads-secrets"} <= set(inside)
    assert not {"edits-webhooks", "changes-cluster", "assigns-roles"} & set(inside)


def listing(on: Json, related: Json, *bindings: Json, roles: tuple[Json, ...] = ()) -> list[Access]:
    book = RoleBook({one["metadata"]["name"]: one for one in roles}, {})
    return access_listing(on, bindings, book, related)


@pytest.mark.parametrize(
    ("scope", "place"),
    [
        ("/", WHOLE_CLUSTER),
        ("/providers/Microsoft.Management/managementGroups/corp", WHOLE_CLUSTER),
        (f"/subscriptions/{SUB.upper()}", WHOLE_CLUSTER),
        (f"/subscriptions/{SUB}/resourceGroups/RG", WHOLE_CLUSTER),
        (cluster_id("one"), WHOLE_CLUSTER),
        (f"{cluster_id('one')}/namespaces/shop", "shop"),
        (f"{cluster_id('one')}/agentPools/np1", None),
        (cluster_id("one2"), None),
        (f"/subscriptions/{SUB}/resourceGroups/r", None),
        (f"/subscriptions/{OTHER}", None),
    ],
)
def test_scopes_above_at_and_inside_the_cluster(scope: str, place: str | None) -> None:
    related = {
        "role_assignments": [assignment(scope)],
        "role_definitions": [definition("Secrets", dataActions=[f"{AKS}secrets/read"])],
    }
    expected = [Access("Group/p1", "reads-secrets", place, "azure", "Secrets", scope)] if place else []
    assert listing(ENTRA, related) == expected


def test_a_role_without_its_definition_is_said_to_be_unknown() -> None:
    (row,) = listing(ENTRA, {"role_assignments": [assignment("/")]})
    assert (row.right, row.through) == ("unknown-role", f"/subscriptions/{SUB}{ROLE}")


def test_eligible_roles_as_arm_answers_and_conditions() -> None:
    related = {
        "role_assignments": [assignment("/", condition="@Resource[x] == 'y'")],
        "role_eligibilities": [
            {"id": "e", "properties": assignment("/", principalId="p2", principalType="User")}
        ],
        "role_definitions": [definition(dataActions=[f"{AKS}secrets/read"])],
    }
    assert [(row.principal, row.eligible, row.conditional) for row in listing(ENTRA, related)] == [
        ("Group/p1", False, True),
        ("User/p2", True, False),
    ]


def test_bindings_and_azure_together_each_row_once() -> None:
    known = (role("reader", rule("list", "secrets"), rule("create", "pods/exec")),)
    given = (
        binding("b", "reader", group("g"), user("u"), user("u"), namespace="shop"),
        binding("system:b", "reader", user("system:kube-scheduler")),
        binding("lost", "gone", user("u")),
    )
    rows = listing(ENTRA, {}, *given, roles=known)
    assert [(row.principal, row.right, row.place, row.by, row.through, row.system) for row in rows] == [
        ("Group/g", "execs-pods", "shop", "kubernetes", "b", False),
        ("Group/g", "reads-secrets", "shop", "kubernetes", "b", False),
        ("User/system:kube-scheduler", "execs-pods", WHOLE_CLUSTER, "kubernetes", "system:b", True),
        ("User/system:kube-scheduler", "reads-secrets", WHOLE_CLUSTER, "kubernetes", "system:b", True),
        ("User/u", "execs-pods", "shop", "kubernetes", "b", False),
        ("User/u", "reads-secrets", "shop", "kubernetes", "b", False),
    ]


def test_what_could_not_be_read_is_told_once_beside_what_could(tmp_path: Path) -> None:
    lists = {
        "cluster-roles": [role("reader", rule("list", "secrets"))],
        "cluster-role-bindings": [binding("b", "reader", user("u"))],
    }
    known = objects(tmp_path, lists, missing=("k8s.roles",))
    gaps = {"k8s.roles": "Denied.", "k8s.role-bindings": "Denied.", "k8s.pods": "Another list."}
    found = listing_of(Subject("i", "cluster", "one", "one", "i", SUB), known, gaps)
    assert [(row.principal, row.right) for row in found.rows] == [("User/u", "reads-secrets")]
    assert found.missing == ("Denied.",)
    assert found.cluster.name == "one"
    assert {"arg.role-definitions", "arm.role-eligibilities", "k8s.role-bindings"} <= set(SOURCES)


CALL = f"{AKS}listClusterAdminCredential/action"


@pytest.mark.parametrize(
    ("permission", "calls"),
    [
        ({"actions": ["*"]}, True),
        ({"actions": [CALL.upper()]}, True),
        ({"actions": [f"{AKS}*/action"]}, True),
        ({"actions": ["*"], "notActions": [f"{AKS}listCluster*"]}, False),
        ({"actions": ["*/read"], "dataActions": ["*"]}, False),
        ({"actions": [f"{AKS}listClusterUserCredential/action"]}, False),
    ],
)
def test_who_can_fetch_the_administrators_certificate(permission: Json, calls: bool) -> None:
    related = {
        "role_assignments": [
            assignment("/", principalId="p2", condition="@Resource[x] == 'y'"),
            assignment(cluster_id("one")),
            assignment(f"{cluster_id('one')}/namespaces/shop", principalId="inside"),
            assignment(cluster_id("two"), principalId="elsewhere"),
        ],
        "role_definitions": [definition("Own", **permission)],
    }
    caller = {"role": "Own", "principal": "Group/p1", "scope": cluster_id("one"), "conditional": False}
    above = {**caller, "principal": "Group/p2", "scope": "/", "conditional": True}
    assert admin_credential_callers(ENTRA, related) == {
        "admin_credential_callers": [caller, above] if calls else [],
        "unknown_roles": [],
    }


def test_a_role_without_its_definition_may_allow_the_call_and_unread_roles_say_nothing() -> None:
    related = {"role_assignments": [assignment("/"), assignment("/")], "role_definitions": []}
    assert admin_credential_callers(LOCAL, related) == {
        "admin_credential_callers": [],
        "unknown_roles": [f"/subscriptions/{SUB}{ROLE}"],
    }
    assert admin_credential_callers(LOCAL, {"role_assignments": []}) == {}
    assert admin_credential_callers(LOCAL, {"role_definitions": []}) == {}
