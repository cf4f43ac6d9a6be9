"""Lists of anything: from the bodies of the folder, from empty.json, and otherwise no answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import serve
from tests.sandbox.conftest import ALPHA, BETA, Client, cluster_id, small_estate, write

SUBSCRIPTION = f"/subscriptions/{ALPHA}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-aks"
CLUSTER = cluster_id(ALPHA, "alpha-00")
CORP = "/providers/Microsoft.Management/managementGroups/mg-corp"
AUTHORIZATION = "providers/Microsoft.Authorization"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/v"
OTHER_VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/w"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"

IDS = [
    f"{SUBSCRIPTION}/{AUTHORIZATION}/locks/on-subscription",
    f"{GROUP}/{AUTHORIZATION}/locks/on-group",
    f"{CLUSTER}/{AUTHORIZATION}/locks/on-cluster",
    f"/{AUTHORIZATION}/roleAssignments/on-tenant",
    f"{CORP}/{AUTHORIZATION}/roleAssignments/on-corp",
    f"{SUBSCRIPTION}/{AUTHORIZATION}/roleAssignments/on-subscription",
    f"{CLUSTER}/{AUTHORIZATION}/roleAssignments/on-cluster",
    f"/subscriptions/{BETA}/{AUTHORIZATION}/roleAssignments/on-beta",
    f"{SUBSCRIPTION}/{AUTHORIZATION}/roleEligibilityScheduleInstances/eligible",
    VAULT,
    OTHER_VAULT,
    f"{VAULT}/keys/k",
    IDENTITY,
    f"{IDENTITY}/federatedIdentityCredentials/f",
    f"{CLUSTER}/trustedAccessRoleBindings/t",
    f"{CLUSTER}/agentPools/own/upgradeProfiles/default",
    f"{CLUSTER}/providers/Microsoft.ContainerService/deploymentSafeguards/default",
    f"{CLUSTER}/providers/Microsoft.Security/assessments/a",
    f"{CLUSTER}/providers/Microsoft.Insights/diagnosticSettings/d",
    f"{SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings/log",
    f"{SUBSCRIPTION}/providers/Microsoft.Security/regulatoryComplianceStandards/s/regulatoryComplianceControls/c",
    f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net",
    f"{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/hub",
    f"{SUBSCRIPTION}/resourceGroups/rg-net",
]
ANY_CLUSTER = "/subscriptions/*/resourceGroups/*/providers/Microsoft.ContainerService/managedClusters/*"
EMPTY: list[Any] = [
    "/Subscriptions/*/providers/Microsoft.Authorization/denyAssignments",
    f"{ANY_CLUSTER}/trustedAccessRoleBindings",
    {
        "path": f"{ANY_CLUSTER}/providers/Microsoft.ContainerService/deploymentSafeguards/default",
        "status": 404,
    },
    {
        "path": "/subscriptions/*/providers/Microsoft.Authorization/permissions",
        "body": {"value": [{"actions": ["*/read"], "notActions": []}]},
    },
    {"path": "/subscriptions/*/resourceGroups/*/providers/Microsoft.KeyVault/vaults/*/keys", "status": 403},
    {
        "path": f"/subscriptions/{BETA}/providers/Microsoft.Security/pricings",
        "status": 409,
        "body": {"code": "x"},
    },
]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    bodies = [{"id": text, "name": text.rsplit("/", 1)[1], "properties": {}} for text in IDS]
    files = {"more.json": {"value": bodies}, "empty.json": EMPTY}
    folder = write(tmp_path_factory.mktemp("lists"), small_estate() | files)
    with serve(folder, limits=None) as sandbox:
        yield Client(sandbox)


def names(client: Client, path: str, **query: str) -> list[str]:
    answer = client.call(
        "GET", path + ("?" if query else "") + "&".join(f"${k}={v}" for k, v in query.items())
    )
    assert answer.status_code == 200, answer.text
    return [body["name"] for body in answer.json()["value"]]


LISTED = [
    (f"{SUBSCRIPTION}/{AUTHORIZATION}/locks", ["on-subscription", "on-group", "on-cluster"]),
    (f"{GROUP}/{AUTHORIZATION}/locks", ["on-group", "on-cluster"]),
    (f"{CLUSTER}/{AUTHORIZATION}/locks", ["on-cluster"]),
    (
        f"{SUBSCRIPTION}/{AUTHORIZATION}/roleAssignments",
        ["on-tenant", "on-corp", "on-subscription", "on-cluster"],
    ),
    (f"{GROUP}/{AUTHORIZATION}/roleAssignments", ["on-tenant", "on-corp", "on-subscription", "on-cluster"]),
    (f"{CORP}/{AUTHORIZATION}/roleAssignments", ["on-tenant", "on-corp"]),
    (f"/{AUTHORIZATION}/roleAssignments", ["on-tenant"]),
    (f"{SUBSCRIPTION}/{AUTHORIZATION}/roleEligibilityScheduleInstances", ["eligible"]),
    (f"{SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults", ["v", "w"]),
    (f"{VAULT}/keys", ["k"]),
    (f"{IDENTITY}/federatedIdentityCredentials", ["f"]),
    (f"{CLUSTER}/trustedAccessRoleBindings", ["t"]),
    (f"{CLUSTER}/providers/Microsoft.ContainerService/deploymentSafeguards", ["default"]),
    (f"{SUBSCRIPTION}/providers/Microsoft.Security/assessments", ["a"]),
    (f"{CLUSTER}/providers/Microsoft.Insights/diagnosticSettings", []),  # by the stored answer
    (f"{SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings", ["log"]),
    (
        f"{SUBSCRIPTION}/providers/Microsoft.Security/regulatoryComplianceStandards/s/regulatoryComplianceControls",
        ["c"],
    ),
    (f"{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks", ["net", "hub"]),
    (f"{GROUP}/providers/Microsoft.Network/virtualNetworks", ["net"]),
    (f"{SUBSCRIPTION}/resourceGroups", ["rg-net"]),
]


@pytest.mark.parametrize(("path", "expected"), LISTED)
def test_a_list_holds_the_bodies_of_the_folder(lists: Client, path: str, expected: list[str]) -> None:
    assert sorted(names(lists, path)) == sorted(expected)


def test_at_scope_leaves_out_what_lies_below(lists: Client) -> None:
    path = f"{SUBSCRIPTION}/{AUTHORIZATION}/roleAssignments"
    assert sorted(names(lists, path, filter="atScope()")) == ["on-corp", "on-subscription", "on-tenant"]
    other = lists.get(f"{path}?$filter=principalId eq 'x'")
    assert (other.status_code, other.json()["error"]["code"]) == (400, "SandboxCannotFilter")


@pytest.mark.parametrize(
    "path",
    [
        f"{CLUSTER}/agentPools/own/upgradeProfiles/default",
        f"{CLUSTER}/providers/Microsoft.ContainerService/deploymentSafeguards/default",
        f"{SUBSCRIPTION}/{AUTHORIZATION}/locks/on-subscription",
        f"{CORP}/{AUTHORIZATION}/roleAssignments/on-corp",
        f"/{AUTHORIZATION}/roleAssignments/on-tenant",
    ],
)
def test_one_body_by_its_id(lists: Client, path: str) -> None:
    assert lists.get(path).json()["id"] == path


SILENT = [
    f"{SUBSCRIPTION}/{AUTHORIZATION}/roleAssignmentScheduleInstances",
    f"/subscriptions/{BETA}/{AUTHORIZATION}/locks",
    f"{SUBSCRIPTION}/providers/Microsoft.Network/bastionHosts",
    f"{GROUP}/providers/Microsoft.Network/bastionHosts",
    f"{CLUSTER}/privateEndpointConnections",
    f"{CLUSTER}/providers/Microsoft.Insights/metricAlerts/m",
    f"{CORP}/{AUTHORIZATION}/policyAssignments",
]


@pytest.mark.parametrize("path", SILENT)
def test_a_list_that_the_folder_does_not_hold_is_no_empty_list(lists: Client, path: str) -> None:
    answer = lists.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "EstateHasNoAnswer")
    assert path in answer.json()["error"]["message"]


def test_empty_json_says_that_there_is_none(lists: Client) -> None:
    for subscription in (ALPHA, BETA):
        path = f"/subscriptions/{subscription}/{AUTHORIZATION}/denyAssignments"
        assert lists.get(path).json() == {"value": []}
    bindings = f"{cluster_id(ALPHA, 'alpha-01')}/trustedAccessRoleBindings"
    assert lists.get(bindings).json() == {"value": []}
    deeper = lists.get(f"{CLUSTER}/{AUTHORIZATION}/denyAssignments")
    assert deeper.json()["error"]["code"] == "EstateHasNoAnswer", "* is one segment"


def test_empty_json_gives_other_answers(lists: Client) -> None:
    safeguards = "providers/Microsoft.ContainerService/deploymentSafeguards/default"
    gone = lists.get(f"{cluster_id(ALPHA, 'alpha-01')}/{safeguards}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ResourceNotFound")
    permissions = lists.get(f"{SUBSCRIPTION}/{AUTHORIZATION}/permissions")
    assert permissions.json() == {"value": [{"actions": ["*/read"], "notActions": []}]}
    keys = lists.get(f"{OTHER_VAULT}/keys")
    assert (keys.status_code, keys.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert "Microsoft.KeyVault/vaults/keys/read" in keys.json()["error"]["message"]
    pricings = lists.get(f"/subscriptions/{BETA}/providers/Microsoft.Security/pricings")
    assert (pricings.status_code, pricings.json()) == (409, {"code": "x"})


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{cluster_id(ALPHA, 'ghost')}/trustedAccessRoleBindings", "ResourceNotFound"),
        (f"{VAULT}-ghost/keys", "ResourceNotFound"),
        (
            f"{GROUP.replace('rg-aks', 'ghost')}/providers/Microsoft.Network/virtualNetworks",
            "ResourceGroupNotFound",
        ),
        (f"{GROUP}/providers/Microsoft.Network/virtualNetworks/ghost", "ResourceNotFound"),
    ],
)
def test_what_hangs_on_nothing_is_not_found(lists: Client, path: str, code: str) -> None:
    answer = lists.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


def test_an_unknown_management_group_is_forbidden(lists: Client) -> None:
    path = f"{CORP.replace('mg-corp', 'ghost')}/{AUTHORIZATION}/policyAssignments"
    assert lists.get(path).status_code == 403


def test_long_lists_come_in_pages(tmp_path: Path) -> None:
    locks = [
        {
            "id": f"{SUBSCRIPTION}/{AUTHORIZATION}/locks/l{number:03}",
            "name": f"l{number:03}",
            "properties": {},
        }
        for number in range(450)
    ]
    with serve(write(tmp_path, {"locks.json": locks})) as sandbox:
        client, url, sizes = Client(sandbox), f"{SUBSCRIPTION}/{AUTHORIZATION}/locks?$filter=atScope()", []
        while url:
            body = client.get(url).json()
            sizes.append(len(body["value"]))
            url = body.get("nextLink", "")
            assert not url or "&$filter=atScope%28%29" in url
    assert sizes == [200, 200, 50]
