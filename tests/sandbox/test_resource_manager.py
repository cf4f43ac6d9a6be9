"""Subscriptions, management groups, ids, and the error envelopes of Resource Manager."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import Faults, serve
from reportgen.sandbox.ids import parse, read_action
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, Client, cluster_id, write


def recording(recorded: Path, name: str) -> dict[str, Any]:
    (path,) = (recorded / "arm").glob(name)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def shape(value: Any) -> Any:
    """Keys and types of a JSON value."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    return [shape(member) for member in value[:1]] if isinstance(value, list) else type(value).__name__


def test_lists_the_readable_subscriptions(client: Client) -> None:
    body = client.get("/subscriptions").json()
    assert [(line["subscriptionId"], line["displayName"]) for line in body["value"]] == [
        (ALPHA, "Alpha"),
        (BETA, BETA),
    ]
    assert body["count"] == {"type": "Total", "value": 2}
    assert body["value"][0]["tenantId"] == client.sandbox.tenant_id
    assert "nextLink" not in body


def test_many_subscriptions_come_in_pages(tmp_path: Path) -> None:
    names = [f"{number:08}-0000-4000-8000-000000000000" for number in range(230)]
    estate = write(tmp_path, {"subscriptions.json": [{"subscriptionId": name} for name in names]})
    with serve(estate) as sandbox:
        client, found, url = Client(sandbox), [], "/subscriptions"
        while url:
            body = client.get(url).json()
            found.append([line["subscriptionId"] for line in body["value"]])
            url = body.get("nextLink", "")
    assert [len(page) for page in found] == [100, 100, 30]
    assert [name for page in found for name in page] == names


def test_one_subscription(client: Client) -> None:
    assert client.get(f"/subscriptions/{ALPHA.upper()}").json()["displayName"] == "Alpha"
    missing = client.get("/subscriptions/dddddddd-0000-4000-8000-000000000004")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "SubscriptionNotFound")


@pytest.mark.parametrize(
    "path",
    [
        f"/subscriptions/{HIDDEN}/providers/Microsoft.ContainerService/managedClusters",
        cluster_id(HIDDEN, "hidden"),
        f"{cluster_id(HIDDEN, 'hidden')}/agentPools",
    ],
)
def test_an_unreadable_subscription_is_forbidden_in_azures_words(
    client: Client, recorded: Path, path: str
) -> None:
    response = client.get(path)
    real = recording(recorded, "error_403_other__*zone_add_delete_list__0024.json")["response"]
    form = re.escape(real["body"]["error"]["message"])
    form = re.sub(r"'[^']*'", "'[^']*'", form.replace(r"\.", "."))
    assert response.status_code == real["status"]
    assert shape(response.json()) == shape(real["body"])
    assert re.fullmatch(form, response.json()["error"]["message"])
    assert response.headers["x-ms-failure-cause"] == real["headers"]["x-ms-failure-cause"]


def test_read_actions_are_those_of_the_roles() -> None:
    subscription = "/subscriptions/s"
    assert read_action("/subscriptions/s/resourceGroups/g") == (
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "/subscriptions/s/resourceGroups/g",
    )
    listed = "/subscriptions/s/providers/Microsoft.ContainerService/managedClusters"
    assert read_action(listed) == ("Microsoft.ContainerService/managedClusters/read", subscription)
    one = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
    assert read_action(f"{one}/agentPools") == (
        "Microsoft.ContainerService/managedClusters/agentPools/read",
        one,
    )
    assert read_action(f"{one}/providers/Microsoft.Insights/diagnosticSettings") == (
        "Microsoft.Insights/diagnosticSettings/read",
        one,
    )


def test_ids_are_taken_apart() -> None:
    found = parse(
        "subscriptions/S/resourcegroups/G/providers/Microsoft.X/a/b/providers/microsoft.Insights/d/e"
    )
    assert found is not None
    assert (found.subscription, found.group, found.type, found.name) == (
        "S",
        "G",
        "microsoft.insights/d",
        "e",
    )
    assert found.extension
    assert found.text.startswith("/subscriptions/")
    for text in (
        "",
        "/",
        "/subscriptions",
        "/a/b",
        "/subscriptions/s/providers/Microsoft.X",
        "/subscriptions//x",
    ):
        assert parse(text) is None


def test_descendants_hold_the_unreadable_too(client: Client) -> None:
    path = "/providers/Microsoft.Management/managementGroups/MG-Corp/descendants"
    lines = client.get(path, version="2020-05-01").json()["value"]
    parents = {line["name"]: line["properties"]["parent"]["id"].rsplit("/", 1)[1] for line in lines}
    assert parents == {ALPHA: "mg-prod", BETA: "mg-corp", HIDDEN: "mg-prod", "mg-prod": "mg-corp"}
    assert {line["type"] for line in lines} == {"/subscriptions", "Microsoft.Management/managementGroups"}
    root = client.get(path.replace("MG-Corp", client.sandbox.tenant_id)).json()["value"]
    assert {line["name"] for line in root} == {ALPHA, BETA, HIDDEN, "mg-prod", "mg-corp"}
    assert client.get(path.replace("MG-Corp", "unknown")).status_code == 403


def test_an_api_version_is_required(client: Client) -> None:
    missing = client.get("/subscriptions", version="")
    assert missing.status_code == 400
    assert missing.json()["error"] == {
        "code": "MissingApiVersionParameter",
        "message": "The api-version query parameter (?api-version=) is required for all requests.",
    }
    wrong = client.get("/subscriptions", version="latest")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "InvalidApiVersionParameter")


def test_a_missing_cluster_is_not_found_in_azures_words(client: Client, recorded: Path) -> None:
    real = recording(recorded, "error_404_ResourceNotFound__*default_setting__0000.json")["response"]
    path = f"/subscriptions/{ALPHA}/resourceGroups/clitest000001"
    response = client.get(f"{path}/providers/Microsoft.ContainerService/managedClusters/cliakstest000001")
    assert response.status_code == real["status"]
    assert response.json() == real["body"]
    assert response.headers["x-ms-failure-cause"] == real["headers"]["x-ms-failure-cause"]
    assert response.headers["content-type"] == real["headers"]["content-type"]


def test_paths_have_no_case(client: Client) -> None:
    path = cluster_id(ALPHA, "alpha-00")
    assert (
        client.get(path.upper().replace("/SUBSCRIPTIONS", "/subscriptions")).json() == client.get(path).json()
    )
    pools = f"{path}/AGENTPOOLS".replace("/subscriptions", "/SUBSCRIPTIONS")
    assert client.get(pools).json()["value"][0]["name"] == "own"


def test_nothing_can_be_changed(client: Client) -> None:
    register = f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/register"
    for method, path in (
        ("POST", register),
        ("PUT", cluster_id(ALPHA, "new")),
        ("DELETE", cluster_id(ALPHA, "alpha-00")),
    ):
        response = client.call(method, path)
        assert (response.status_code, response.json()["error"]["code"]) == (405, "MethodNotAllowed")
        assert client.sandbox.requests[-1].startswith(f"{method} {path}")
    assert client.get(cluster_id(ALPHA, "alpha-00")).status_code == 200


def test_answers_carry_the_headers_that_azure_sends(client: Client) -> None:
    headers = client.get(cluster_id(ALPHA, "alpha-00")).headers
    for name in ("x-ms-request-id", "x-ms-correlation-request-id"):
        assert re.fullmatch(r"[0-9a-f-]{36}", headers[name])
    assert headers["x-ms-ratelimit-remaining-subscription-reads"].isdecimal()
    assert headers["x-ms-ratelimit-remaining-subscription-global-reads"].isdecimal()
    assert headers["Date"].endswith(" GMT")


def test_faults(estate: Path) -> None:
    faults = Faults(deny=("agentpools",), server_errors=("upgradeProfiles",))
    with serve(estate, faults=faults) as sandbox:
        client, path = Client(sandbox), cluster_id(ALPHA, "alpha-00")
        denied = client.get(f"{path}/agentPools")
        assert denied.status_code == 403
        assert "managedClusters/agentPools/read' over scope" in denied.json()["error"]["message"]
        broken = client.get(f"{path}/upgradeProfiles/default")
        assert (broken.status_code, broken.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert client.get(path).status_code == 200
