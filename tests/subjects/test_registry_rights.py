"""Who may do what with a registry, by the definitions of the roles that are assigned."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects.kubelets import Kubelets
from reportgen.subjects.registry_rights import RIGHTS, holders, rights

REGISTRY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/Cr"
ACR = "Microsoft.ContainerRegistry/registries"
NOBODY = Kubelets({}, ())


def definition(name: str, *actions: str, taken: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> Any:
    permission = {"actions": list(actions), "notActions": list(taken), "dataActions": list(data)}
    return {"id": f"/providers/x/roleDefinitions/{name}", "roleName": name, "permissions": [permission]}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (definition("AcrPull", f"{ACR}/pull/read"), ["pull"]),
        (definition("Reader", "*/read"), ["pull"]),
        (definition("AcrPush", f"{ACR}/pull/read", f"{ACR}/push/write"), ["pull", "push"]),
        (definition("AcrDelete", f"{ACR}/artifacts/delete"), ["delete"]),
        (definition("Repository Reader", data=(f"{ACR}/repositories/content/read",)), ["pull"]),
        (
            definition(
                "Repository Writer",
                data=(f"{ACR}/repositories/content/read", f"{ACR}/repositories/content/write"),
            ),
            ["pull", "push"],
        ),
        (definition("Importer", f"{ACR}/importImage/action"), ["push"]),
        (definition("Passwords", f"{ACR}/listCredentials/action"), ["configure"]),
        (definition("Access", "Microsoft.Authorization/*"), ["assign roles"]),
        (
            definition("Contributor", "*", taken=("Microsoft.Authorization/*/Write",)),
            ["pull", "push", "delete", "configure"],
        ),
        (definition("Owner", "*"), list(RIGHTS)),
        (definition("Network", "Microsoft.Network/*"), []),
    ],
    ids=lambda value: value["roleName"] if isinstance(value, dict) else "",
)
def test_what_a_role_gives(role: Any, expected: list[str]) -> None:
    assert rights(role) == expected


def assignment(scope: str, role: str, principal: str = "P1", **more: Any) -> dict[str, Any]:
    return {
        "scope": scope,
        "roleDefinitionId": f"/subscriptions/s/providers/x/RoleDefinitions/{role.upper()}",
        "principalId": principal,
        "principalType": "ServicePrincipal",
        **more,
    }


def found(*assignments: dict[str, Any], kubelets: Kubelets = NOBODY) -> dict[str, Any]:
    roles = [definition("push", f"{ACR}/push/write"), definition("net", "Microsoft.Network/*")]
    related = {"role_assignments": list(assignments), "role_definitions": roles}
    return holders({"id": REGISTRY}, related, kubelets)


def test_rights_at_the_registry_and_above_it() -> None:
    rows = (
        assignment(REGISTRY.upper(), "push", condition="@Request[x] StringEquals 'y'"),
        assignment("/subscriptions/s", "push", "P2"),
        assignment(f"{REGISTRY}/scopeMaps/x", "push", "P3"),
        assignment("/", "net", "P4"),
    )
    assert [(one["principal"], one["may"], one["conditional"]) for one in found(*rows)["holders"]] == [
        ("ServicePrincipal/P1", ["push"], True),
        ("ServicePrincipal/P2", ["push"], False),
    ]


def test_a_principal_is_known_for_a_cluster_by_its_object_id() -> None:
    known = Kubelets({"p1": ("prod", "test")}, ())
    (one,) = found(assignment("/", "push"), kubelets=known)["holders"]
    assert one["clusters"] == ["prod", "test"]


def test_a_role_whose_definition_is_not_there_is_named() -> None:
    values = found(assignment("/", "gone"))
    assert values["holders"] == []
    assert [one["role"] for one in values["unknown_roles"]] == [
        "/subscriptions/s/providers/x/RoleDefinitions/GONE"
    ]


@pytest.mark.parametrize("missing", ["role_assignments", "role_definitions"])
def test_nothing_is_said_where_roles_could_not_be_read(missing: str) -> None:
    related: dict[str, Any] = {"role_assignments": [], "role_definitions": []}
    del related[missing]
    assert holders({"id": REGISTRY}, related, NOBODY) == {}
