"""What a query sees of the rights and policies at, above and below its scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import Faults, serve
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, Client, cluster, cluster_id, small_estate, write

ROOT = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d001"
GROUPS = "/providers/Microsoft.Management/managementGroups"
KIND = "providers/Microsoft.Authorization/roleAssignments"
RIGHTS = {
    "tenant": f"/{KIND}/tenant",
    "root": f"{GROUPS}/{ROOT}/{KIND}/root",
    "corp": f"{GROUPS}/MG-Corp/{KIND}/corp",
    "prod": f"{GROUPS}/mg-prod/{KIND}/prod",
    "alpha": f"/subscriptions/{ALPHA}/{KIND}/alpha",
    "group": f"/subscriptions/{ALPHA}/resourceGroups/rg-aks/{KIND}/group",
    "cluster": f"{cluster_id(ALPHA, 'alpha-00')}/{KIND}/cluster",
    "beta": f"/subscriptions/{BETA}/{KIND}/beta",
    "hidden": f"/subscriptions/{HIDDEN}/{KIND}/hidden",
}
QUERY = "authorizationresources | project id, name | order by id asc"
VERSION = "2022-10-01"


@pytest.fixture(scope="module")
def rights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The small estate, with a role assignment at every level."""
    bodies = [{"id": text, "name": name, "properties": {"scope": "x"}} for name, text in RIGHTS.items()]
    advice = f"{cluster_id(ALPHA, 'alpha-00')}/providers/Microsoft.Advisor/recommendations/advice"
    files = {"rights.json": bodies, "advice.json": {"id": advice, "name": "advice", "properties": {}}}
    folder = write(tmp_path_factory.mktemp("rights"), small_estate() | files)
    with serve(folder, limits=None) as sandbox:
        yield Client(sandbox)


def seen(client: Client, scope_filter: str | None, scope: dict[str, Any], query: str = QUERY) -> set[str]:
    options = {"authorizationScopeFilter": scope_filter} if scope_filter else {}
    answer = client.query(query, version=VERSION, options=options, **scope)
    return {row["name"] for row in answer.json()["data"]}


ABOVE_ALPHA = {"prod", "corp", "root", "tenant"}
CASES: list[tuple[str | None, dict[str, list[str]], set[str]]] = [
    (None, {"subscriptions": [ALPHA]}, {"alpha", "group", "cluster"}),
    ("AtScopeAndBelow", {"subscriptions": [ALPHA]}, {"alpha", "group", "cluster"}),
    ("AtScopeAndAbove", {"subscriptions": [ALPHA]}, {"alpha"} | ABOVE_ALPHA),
    ("AtScopeAboveAndBelow", {"subscriptions": [ALPHA]}, {"alpha", "group", "cluster"} | ABOVE_ALPHA),
    ("AtScopeExact", {"subscriptions": [ALPHA]}, {"alpha"}),
    ("AtScopeAndAbove", {"subscriptions": [BETA]}, {"beta", "corp", "root", "tenant"}),
    ("AtScopeAboveAndBelow", {"subscriptions": [BETA, HIDDEN]}, {"beta", "corp", "root", "tenant"}),
    (None, {"managementGroups": ["mg-corp"]}, {"corp", "prod", "alpha", "group", "cluster", "beta"}),
    ("AtScopeAndAbove", {"managementGroups": ["mg-corp"]}, {"corp", "root", "tenant"}),
    ("AtScopeAndAbove", {"managementGroups": ["mg-prod"]}, {"prod", "corp", "root", "tenant"}),
    ("AtScopeExact", {"managementGroups": ["mg-prod"]}, {"prod"}),
    (None, {}, set(RIGHTS) - {"hidden"}),
    ("AtScopeExact", {}, {"tenant"}),
]


@pytest.mark.parametrize(("scope_filter", "scope", "expected"), CASES)
def test_the_filter(
    rights: Client, scope_filter: str | None, scope: dict[str, Any], expected: set[str]
) -> None:
    assert seen(rights, scope_filter, scope) == expected


def test_rows_above_belong_to_no_subscription(rights: Client) -> None:
    answer = rights.query(
        "authorizationresources | where name == 'corp'",
        version=VERSION,
        subscriptions=[ALPHA],
        options={"authorizationScopeFilter": "AtScopeAndAbove"},
    )
    (row,) = answer.json()["data"]
    assert (row["id"], row["subscriptionId"], row["resourceGroup"]) == (RIGHTS["corp"], "", "")


def test_the_filter_concerns_rights_and_policies_only(rights: Client) -> None:
    advice = "advisorresources | project id, name"
    assert seen(rights, "AtScopeAndAbove", {"subscriptions": [ALPHA]}, advice) == {"advice"}


def test_an_old_api_version_knows_no_filter(rights: Client) -> None:
    options = {"authorizationScopeFilter": "AtScopeAndAbove"}
    answer = rights.query(QUERY, version="2021-03-01", subscriptions=[ALPHA], options=options)
    assert {row["name"] for row in answer.json()["data"]} == {"alpha", "group", "cluster"}


def test_an_unknown_filter_is_refused(rights: Client) -> None:
    answer = rights.query(QUERY, version=VERSION, options={"authorizationScopeFilter": "AtScopeAndBeyond"})
    assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (400, "InvalidOptions")


HIT = "x-ms-tenant-subscription-limit-hit"


def test_a_tenant_of_more_subscriptions_than_a_query_covers(tmp_path: Path) -> None:
    names = [f"{number:08}-0000-4000-8000-000000000000" for number in range(7)]
    group = [{"name": "mg"}]
    files = {
        "subscriptions.json": [{"subscriptionId": name, "managementGroups": group} for name in names],
        "clusters.json": [cluster(name, "c") for name in names],
    }
    query = "resources | project id, subscriptionId | order by id asc"
    folder = write(tmp_path, files)
    with serve(folder, faults=Faults(subscription_limit=5)) as sandbox:
        client = Client(sandbox)
        scopes: list[dict[str, Any]] = [{}, {"managementGroups": ["mg"]}]
        for scope in scopes:
            answer = client.query(query, **scope)
            assert answer.headers[HIT] == "true"
            assert [row["subscriptionId"] for row in answer.json()["data"]] == names[:5]
        named = client.query(query, subscriptions=names)
        assert (HIT in named.headers, named.json()["totalRecords"]) == (False, 7)
        listed = client.get("/subscriptions").json()["value"]
        assert len(listed) == 7, "Resource Manager lists them all"
    with serve(folder, faults=Faults(subscription_limit=7)) as sandbox:
        assert HIT not in Client(sandbox).query(query).headers


def test_ten_thousand_are_covered(tmp_path: Path) -> None:
    named = [{"subscriptionId": f"{n:08}-0000-4000-8000-000000000000"} for n in range(10_001)]
    query = "resourcecontainers | where type == 'microsoft.resources/subscriptions' | summarize n = count()"
    with serve(write(tmp_path, {"subscriptions.json": named})) as sandbox:
        answer = Client(sandbox).query(query)
    assert (answer.headers[HIT], answer.json()["data"]) == ("true", [{"n": 10_000}])
