"""What an estate folder may hold, and what it is refused for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UsageError
from reportgen.sandbox.estate import load
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster, cluster_id, small_estate, write


def test_takes_one_body_a_list_and_a_value_list(tmp_path: Path) -> None:
    files = {
        "one.json": cluster(ALPHA, "one"),
        "deep/er/list.json": [cluster(ALPHA, "two"), cluster(BETA, "three")],
        "value.json": {"value": [cluster(BETA, "four")]},
        "five.yaml": f"id: {cluster_id(BETA, 'five')}\nproperties: {{createdAt: 2026-01-02}}\n",
        "README.md": "not read",
        ".hidden.json": "not read",
    }
    estate = load(write(tmp_path, files))
    assert sorted(resource.id.name for resource in estate.resources) == [
        "five",
        "four",
        "one",
        "three",
        "two",
    ]
    assert estate.by_key[cluster_id(BETA, "five").lower()].body["properties"] == {"createdAt": "2026-01-02"}
    assert [subscription.id for subscription in estate.subscriptions] == [ALPHA, BETA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_takes_what_windows_writes(tmp_path: Path, encoding: str) -> None:
    folder = write(tmp_path, {})
    (folder / "azure" / "a.json").write_text(json.dumps(cluster(ALPHA, "größe")), encoding=encoding)
    assert [resource.body["name"] for resource in load(folder).resources] == ["größe"]


def test_problems_of_both_folders_are_told_together(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.json": cluster(ALPHA, "a"), "b.json": "{"})
    (folder / "kubernetes" / "a").mkdir(parents=True)
    (folder / "kubernetes" / "a" / "pods.json").write_text("[")
    with pytest.raises(UsageError, match=r"azure/b\.json:1:2: .*\nkubernetes/a/pods\.json:1:2: "):
        load(folder)


def test_subscriptions_file_names_them(tmp_path: Path) -> None:
    estate = load(write(tmp_path, small_estate()))
    alpha, beta, hidden = estate.subscriptions
    assert (alpha.id, alpha.name, alpha.readable) == (ALPHA, "Alpha", True)
    assert [group.name for group in alpha.groups] == ["mg-prod", "mg-corp"]
    assert (beta.display_name, beta.state) == (BETA, "Enabled")
    assert (hidden.id, hidden.readable) == (HIDDEN, False)
    assert estate.subscription(ALPHA.upper()) is alpha


def test_subscriptions_come_from_answers_too(tmp_path: Path) -> None:
    uri = f"/subscriptions/{BETA}/providers/Microsoft.ContainerService/locations/uksouth/kubernetesVersions"
    files = {
        "a.json": {"request": {"uri": uri}, "response": {"body": {}}},
        "b.json": {"request": {"uri": "/subscriptions"}, "response": {"body": {}}},
    }
    assert [subscription.id for subscription in load(write(tmp_path, files)).subscriptions] == [BETA]


def test_answers_are_found_by_method_and_path(tmp_path: Path) -> None:
    estate = load(write(tmp_path, small_estate()))
    path = f"{cluster_id(ALPHA, 'alpha-00')}/providers/microsoft.insights/diagnosticsettings".lower()
    answer = estate.answers["GET", path]
    assert (answer.status, answer.body, answer.file) == (200, {"value": []}, "azure/answers/diagnostic.json")


def test_a_type_that_nothing_lists_is_named(tmp_path: Path) -> None:
    group = f"/subscriptions/{ALPHA}/resourceGroups/rg"
    files = {
        "vault.json": {"id": f"{group}/providers/Microsoft.KeyVault/vaults/v", "properties": {}},
        "role.json": {
            "id": f"/subscriptions/{ALPHA}/providers/Microsoft.Authorization/roleAssignments/r",
            "properties": {},
        },
        "lock.json": {
            "id": f"{group}/providers/Microsoft.KeyVault/vaults/v/providers/Microsoft.Authorization/locks/l",
            "properties": {},
        },
        "subnet.json": {
            "id": f"{group}/providers/Microsoft.Network/virtualNetworks/n/subnets/s",
            "properties": {},
        },
        "ticket.json": {
            "id": f"/subscriptions/{ALPHA}/providers/Microsoft.Support/supportTickets/t",
            "properties": {},
        },
    }
    estate = load(write(tmp_path, files))
    assert estate.unlisted == (
        "microsoft.network/virtualnetworks/subnets",
        "microsoft.support/supporttickets",
    )


def test_a_page_of_a_longer_list_is_named(tmp_path: Path) -> None:
    files = {"page.json": {"value": [cluster(ALPHA, "a")], "nextLink": "https://management.azure.com/next"}}
    assert load(write(tmp_path, files)).continued == ("azure/page.json",)


BROKEN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "broken JSON": ({"a.json": '{\n "id": }'}, ["azure/a.json:2:8: not valid JSON"]),
    "NaN": ({"a.json": '{"id": NaN}'}, ["azure/a.json: not valid JSON: NaN"]),
    "broken YAML": ({"a.yaml": "id: [1,\n"}, ["azure/a.yaml:2:1: not valid YAML"]),
    "empty": ({"a.json": ""}, ["azure/a.json:1:1: not valid JSON"]),
    "one id in two files": (
        {"a.json": cluster(ALPHA, "x"), "b/c.json": cluster(ALPHA, "X")},
        ["azure/a.json and azure/b/c.json: two resources with one id"],
    ),
    "one id twice in a file": (
        {"a.json": [cluster(ALPHA, "x"), cluster(ALPHA, "x")]},
        ["azure/a.json, twice: two resources with one id"],
    ),
    "flattened": (
        {"show.json": {"id": cluster_id(ALPHA, "x"), "name": "x", "enableRbac": True}},
        [
            "azure/show.json: x has no `properties`",
            "`az aks show`",
            f"az rest --method get --url '{cluster_id(ALPHA, 'x')}",
        ],
    ),
    "flattened setting": (
        {
            "d.json": [
                {
                    "id": f"{cluster_id(ALPHA, 'x')}/providers/microsoft.insights/diagnosticSettings/s",
                    "logs": [],
                }
            ]
        },
        ["azure/d.json: s has no `properties`", "az rest"],
    ),
    "no id": ({"a.json": {"values": []}}, ["azure/a.json: no ARM body: it has no `id`", '"request"']),
    "no resource id": (
        {"a.json": {"id": "nonsense", "properties": {}}},
        ["azure/a.json: 'nonsense' is no resource id"],
    ),
    "no object": ({"a.json": ["text"]}, ["azure/a.json: expected an ARM body (an object), found str"]),
    "answer without body": (
        {"a.json": {"request": {"uri": "/x"}, "response": {}}},
        ["azure/a.json: an answer needs response.body"],
    ),
    "answer with a bad status": (
        {"a.json": {"request": {"uri": "/x"}, "response": {"status": "200", "body": {}}}},
        ["azure/a.json: response.status must be"],
    ),
    "two answers": (
        {
            "a.json": {"request": {"uri": "/X?api-version=1"}, "response": {"body": {}}},
            "b.json": {"request": {"uri": "https://h/x"}, "response": {"body": {}}},
        },
        ["azure/a.json and azure/b.json: two answers to one request, GET /x"],
    ),
    "answer for Resource Graph": (
        {
            "a.json": {
                "request": {"method": "POST", "uri": "/providers/Microsoft.ResourceGraph/resources"},
                "response": {"body": {}},
            }
        },
        ["azure/a.json: Resource Graph runs over the resources"],
    ),
    "subscription without id": (
        {"subscriptions.json": [{"displayName": "x"}]},
        ["azure/subscriptions.json: entry 1: expected an object with a subscriptionId"],
    ),
    "subscription neither readable nor not": (
        {"subscriptions.json": [{"subscriptionId": ALPHA, "readable": "no"}]},
        ["azure/subscriptions.json: entry 1: readable must be true or false, found 'no'"],
    ),
    "subscription twice": (
        {"subscriptions.json": [{"subscriptionId": ALPHA}, {"subscriptionId": ALPHA.upper()}]},
        ["azure/subscriptions.json: entry 2: subscription", "twice"],
    ),
    "flattened role assignment": (
        {"r.json": {"id": f"/subscriptions/{ALPHA}/providers/Microsoft.Authorization/roleAssignments/r"}},
        ["azure/r.json: r has no `properties`", "az rest"],
    ),
    "event without a time": (
        {
            "e.json": {
                "id": f"{cluster_id(ALPHA, 'x')}/events/e/ticks/1",
                "operationName": {},
                "eventTimestamp": 1,
            }
        },
        ["azure/e.json: eventTimestamp must be a time as text, found 1"],
    ),
    "pattern without a root": (
        {"empty.json": ["subscriptions/*/providers/Microsoft.Authorization/locks"]},
        ["azure/empty.json: entry 1: expected a path from the root"],
    ),
    "pattern that is none": ({"empty.json": [7]}, ["azure/empty.json: entry 1: expected a path"]),
    "pattern with a bad status": (
        {"empty.json": ["/a", {"path": "/b", "status": 99}]},
        ["azure/empty.json: entry 2: status must be an HTTP status", "99"],
    ),
    "pattern with a status that needs a body": (
        {"empty.json": [{"path": "/b", "status": 500}]},
        ["azure/empty.json: entry 1: status 500 needs a body"],
    ),
    "several at once": ({"a.json": "{", "b.json": "["}, ["azure/a.json:1:2", "azure/b.json:1:2"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_refuses_with_the_file_named(tmp_path: Path, case: str) -> None:
    files, expected = BROKEN[case]
    with pytest.raises(UsageError) as error:
        load(write(tmp_path, files))
    assert error.value.exit_code == 2
    for text in expected:
        assert text in str(error.value)


def test_refuses_a_folder_without_azure(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="no estate folder"):
            load(folder)


def test_takes_every_recorded_cluster(recorded: Path, tmp_path: Path) -> None:
    bodies = [json.loads(path.read_text()) for path in sorted((recorded / "managed_clusters").iterdir())]
    for number, body in enumerate(bodies):
        body["id"] = cluster_id(ALPHA, f"c{number}")
    assert len(load(write(tmp_path, {"all.json": bodies})).resources) == len(bodies) > 400
