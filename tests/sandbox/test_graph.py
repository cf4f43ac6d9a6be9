"""Resource Graph: KQL run for real, and paging, quota and errors as recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from reportgen.sandbox import Faults, serve
from reportgen.sandbox.estate import load
from reportgen.sandbox.exchange import Clock
from reportgen.sandbox.scopes import Scope
from reportgen.sandbox.tables import BadQuery, Result, Tables
from tests.sandbox.conftest import (
    ALPHA,
    BETA,
    CLUSTERS_IN_ALPHA,
    HIDDEN,
    Client,
    cluster,
    write,
)
from tests.sandbox.test_container_service import Token
from tests.sandbox.test_resource_manager import shape

CLUSTERS = "Resources | where type =~ 'Microsoft.ContainerService/managedClusters'"


@pytest.fixture(scope="module")
def graph(estate: Path) -> Iterator[Client]:
    """The small estate under a frozen clock, which counts no quota."""
    with serve(estate, as_of=datetime(2026, 11, 15, tzinfo=UTC)) as sandbox:
        client = Client(sandbox)
        assert client.get("/subscriptions").ok
        yield client


def run(tables: Tables, query: str, *subscriptions: str) -> Result:
    """A query over whole subscriptions, without a server."""
    return tables.run(query, Scope(frozenset(subscriptions)), Clock().now())


def all_of(estate: Path) -> Tables:
    """The tables of an estate of which the identity may read every type."""
    return Tables(load(estate), lambda kind: False)


def recording(recorded: Path, name: str) -> dict[str, Any]:
    (path,) = (recorded / "arg").glob(name)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_the_sdk_queries(graph: Client) -> None:
    arg = ResourceGraphClient(
        Token(graph.token),
        base_url=graph.url,
        credential_scopes=["https://management.azure.com/.default"],
        transport=graph.transport(),
    )
    request = QueryRequest(query=f"{CLUSTERS} | project id, name | order by id asc", subscriptions=[ALPHA])
    answer = arg.resources(request)
    assert (answer.total_records, answer.count, answer.result_truncated) == (CLUSTERS_IN_ALPHA, 23, "false")
    rows: Any = answer.data
    assert rows[0]["name"] == "alpha-00"
    request.options = QueryRequestOptions(result_format="table", top=2)
    table: Any = arg.resources(request).data
    assert [column["name"] for column in table["columns"]] == ["id", "name"]


def test_answers_have_the_recorded_envelope(client: Client, recorded: Path) -> None:
    real = recording(recorded, "*test_paged_query__0000.json")["response"]
    response = client.query("project id", options={"$top": 3, "$skip": 2})
    body = response.json()
    assert {**body, "data": 0, "totalRecords": 0, "$skipToken": ""} == {
        **real["body"],
        "data": 0,
        "totalRecords": 0,
        "$skipToken": "",
    }
    assert body["totalRecords"] == CLUSTERS_IN_ALPHA + 1
    for name in ("x-ms-user-quota-remaining", "x-ms-ratelimit-remaining-tenant-resource-requests"):
        assert response.headers[name].isdecimal()
        assert real["headers"][name].isdecimal()
    pattern = r"00:00:0[1-5]"
    assert re.fullmatch(pattern, real["headers"]["x-ms-user-quota-resets-after"])
    assert re.fullmatch(pattern, response.headers["x-ms-user-quota-resets-after"])
    assert response.headers["content-type"] == real["headers"]["content-type"]


def test_rows_have_the_recorded_columns(graph: Client, recorded: Path) -> None:
    real = recording(recorded, "*backup_vault_list_from_resource_graph__0000.json")["response"]["body"][
        "data"
    ][0]
    row = graph.query(f"{CLUSTERS} | where name == 'alpha-03'").json()["data"][0]
    assert set(real) - set(row) == set()
    assert list(row)[: len(real)] == list(real)
    assert (row["type"], row["location"]) == ("microsoft.containerservice/managedclusters", "westeurope")
    assert (row["resourceGroup"], row["subscriptionId"]) == ("rg-aks", ALPHA)
    assert row["tenantId"] == graph.sandbox.tenant_id
    assert (row["kind"], row["managedBy"], row["plan"]) == ("", "", None)
    assert row["properties"]["agentPoolProfiles"][0]["count"] == 3
    assert row["sku"] == {"name": "Base", "tier": "Free"}


def test_table_form_as_recorded(graph: Client, recorded: Path) -> None:
    real = recording(recorded, "c7n__*_0001__arg.json")["response"]["body"]
    kinds = {column["name"]: column["type"] for column in real["data"]["columns"]}
    for options, version in (({"resultFormat": "table"}, "2021-03-01"), ({}, "2019-04-01")):
        body = graph.query(f"{CLUSTERS} | where name == 'beta'", version=version, options=options).json()
        assert set(body) == set(real)
        assert shape(body["data"]["columns"]) == shape(real["data"]["columns"])
        got = {column["name"]: column["type"] for column in body["data"]["columns"]}
        assert {name: got[name] for name in kinds} == kinds
        assert dict(zip(got, body["data"]["rows"][0], strict=True))["name"] == "beta"


def test_bad_kql_is_refused_as_recorded(graph: Client, recorded: Path) -> None:
    real = recording(recorded, "arg_400__*.json")
    response = graph.query(real["request"]["body"]["query"])
    error, known = response.json()["error"], real["response"]["body"]["error"]
    assert response.status_code == real["response"]["status"]
    assert shape(error) == shape(known)
    assert error["code"] == known["code"]
    assert error["details"][0] == known["details"][0]
    assert error["details"][1]["code"] == known["details"][1]["code"] == "ParserFailure"
    form = r"Please provide below info when asking for support: timestamp = \S+Z, correlationId = \S+\."
    assert re.fullmatch(form, known["message"])
    assert re.fullmatch(form, error["message"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("nonsense | take 1", "DisallowedLogicalTableName"),
        ("resources | join kind=inner (nonsense | project id) on id", "DisallowedLogicalTableName"),
        ("resources | project nothing", "SandboxCannotRun"),
        ("resources | extend k = bag_keys(properties)", "SandboxCannotRun"),
        (".show tables", "ParserFailure"),
        ("// a comment\n.drop table resources", "ParserFailure"),
        (".set-or-replace resources <| print 1", "ParserFailure"),
        ("externaldata(x:string) ['/etc/hostname']", "SandboxCannotRun"),
    ],
)
def test_what_cannot_run(estate: Path, query: str, code: str) -> None:
    tables = all_of(estate)
    with pytest.raises(BadQuery) as error:
        run(tables, query, ALPHA)
    assert error.value.details[-1]["code"] == code
    assert run(tables, "resources | count", ALPHA).rows == [(23,)]


SUBSCRIPTIONS = "ResourceContainers | where type =~ 'microsoft.resources/subscriptions'"
SUBSCRIPTION_NAMES = f"({SUBSCRIPTIONS} | project sub = name, subscriptionId)"
ROOT = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d001"
KQL: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    ("resources", "count", [(23,)]),
    ("RESOURCES", "summarize n = count() by subscriptionId", [(ALPHA, 23)]),
    (
        "resources | where name in~ ('ALPHA-01')",
        "project tostring(properties.kubernetesVersion)",
        [("1.33",)],
    ),
    (
        "resources | where name == 'alpha-02'",
        "mv-expand p = properties.agentPoolProfiles | project tostring(p.name), toint(p['count'])",
        [("nodepool1", 3)],
    ),
    (
        "resources | where name == 'alpha-02' | project subscriptionId, name",
        f"join kind=leftouter {SUBSCRIPTION_NAMES} on subscriptionId | project name, sub",
        [("alpha-02", "Alpha")],
    ),
    ("resourcecontainers", "where type endswith '/resourcegroups' | project name", [("rg-aks",)]),
    (
        "resourcecontainers | where type =~ 'Microsoft.Management/managementGroups'",
        "project name | order by name asc",
        [(ROOT,), ("mg-corp",), ("mg-prod",)],
    ),
]


@pytest.mark.parametrize(("source", "operators", "rows"), KQL)
def test_kql_runs_for_real(estate: Path, source: str, operators: str, rows: list[tuple[Any, ...]]) -> None:
    query = f"{source} | {operators}"
    assert run(all_of(estate), query, ALPHA).rows == rows


def test_no_query_reaches_past_its_scope(estate: Path) -> None:
    tables = all_of(estate)
    for scope, names in (((BETA,), [("beta",)]), ((HIDDEN,), [("hidden",)]), ((), [])):
        assert run(tables, "resources | project name", *scope).rows == names


def test_management_group_chain(graph: Client) -> None:
    query = (
        "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' "
        "| project id, name, subscriptionId, managementGroups = properties.managementGroupAncestorsChain "
        "| order by id asc"
    )
    rows = graph.query(query).json()["data"]
    assert [row["name"] for row in rows] == ["Alpha", BETA]
    assert [group["name"] for group in rows[0]["managementGroups"]] == [
        "mg-prod",
        "mg-corp",
        graph.sandbox.tenant_id,
    ]
    assert rows[0]["managementGroups"][2]["displayName"] == "Tenant Root Group"


def test_scopes(graph: Client) -> None:
    count = f"{CLUSTERS} | summarize n = count()"

    def counted(**scope: Any) -> int:
        found: int = graph.query(count, **scope).json()["data"][0]["n"]
        return found

    assert counted() == CLUSTERS_IN_ALPHA + 1
    assert counted(subscriptions=[BETA.upper()]) == 1
    assert counted(subscriptions=[BETA, HIDDEN]) == 1
    assert counted(managementGroups=["MG-prod"]) == CLUSTERS_IN_ALPHA
    assert counted(managementGroups=["mg-corp", "mg-prod"]) == CLUSTERS_IN_ALPHA + 1
    denied = graph.query(count, subscriptions=[HIDDEN])
    assert denied.status_code == 403
    assert denied.json()["error"]["code"] == denied.json()["error"]["details"][0]["code"] == "AccessDenied"


def paged(client: Client, query: str, top: int) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    token = None
    while token or not pages:
        pages.append(client.query(query, options={"$top": top, "$skipToken": token}).json())
        token = pages[-1].get("$skipToken")
    return pages


def test_paging_gives_every_row_once(graph: Client) -> None:
    pages = paged(graph, f"{CLUSTERS} | project id, name | order by id asc", 10)
    assert [page["count"] for page in pages] == [10, 10, 4]
    assert {page["totalRecords"] for page in pages} == {24}
    assert {page["resultTruncated"] for page in pages} == {"false"}
    assert len({row["id"] for page in pages for row in page["data"]}) == 24


@pytest.mark.parametrize(
    "query",
    [
        f"{CLUSTERS} | project id | take 20",
        f"{CLUSTERS} | project id | limit 20",
        f"{CLUSTERS} | project name",
        f"{CLUSTERS} | project id = properties",
    ],
)
def test_no_token_where_resource_graph_gives_none(graph: Client, query: str) -> None:
    body = graph.query(query, options={"$top": 5}).json()
    assert body["count"] == 5
    assert body["totalRecords"] in (20, 24)
    assert "$skipToken" not in body
    assert body["resultTruncated"] == "true"


def test_a_limit_in_text_is_no_limit(graph: Client) -> None:
    query = f"{CLUSTERS} | where name != 'a | take 1' // | limit 2\n| project id"
    assert "$skipToken" in graph.query(query, options={"$top": 5}).json()


def test_an_answer_has_a_thousand_rows_at_most(tmp_path: Path) -> None:
    bodies = [cluster(ALPHA, f"c{number:04}") for number in range(1005)]
    with serve(write(tmp_path, {"all.json": bodies})) as sandbox:
        client = Client(sandbox)
        assert [page["count"] for page in paged(client, f"{CLUSTERS} | project id", 5000)] == [1000, 5]
        assert client.query(f"{CLUSTERS} | project id").json()["count"] == 1000


@pytest.mark.parametrize(
    "options", [{"$skipToken": "nonsense"}, {"$top": 0 - 1}, {"$skip": -1}, {"$top": "x"}]
)
def test_bad_options(graph: Client, options: dict[str, Any]) -> None:
    assert graph.query("resources", options=options).status_code == 400


def test_graph_faults(estate: Path) -> None:
    with serve(estate, faults=Faults(throttle_first=2)) as sandbox:
        client = Client(sandbox)
        assert [client.query("print 1").status_code for _ in range(3)] == [429, 429, 200]
    with serve(estate, faults=Faults(truncate_graph=True)) as sandbox:
        body = Client(sandbox).query(f"{CLUSTERS} | project id").json()
        assert (body["totalRecords"], body["count"], body["resultTruncated"]) == (24, 12, "true")
        assert "$skipToken" not in body
    with serve(estate, faults=Faults(deny=("ResourceGraph",))) as sandbox:
        assert Client(sandbox).query("resources").json()["error"]["code"] == "AccessDenied"
