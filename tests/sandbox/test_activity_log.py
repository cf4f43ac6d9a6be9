"""The activity log: filtered by time, paged, and from what ``az`` and ``az rest`` print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import serve
from tests.sandbox.conftest import ALPHA, BETA, Client, cluster_id, write

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
CLUSTER = cluster_id(ALPHA, "one")
VALUES = "/subscriptions/{}/providers/Microsoft.Insights/eventtypes/management/values"


def event(
    number: int, *, subscription: str = ALPHA, group: str = "rg-aks", days: float = 1
) -> dict[str, Any]:
    """An event as Azure sends it, so many days before the clock of the sandbox."""
    at = AS_OF - timedelta(days=days)
    resource = cluster_id(subscription, "one", group)
    return {
        "id": f"{resource}/events/e{number:04}/ticks/{number}",
        "eventTimestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
        "operationName": {"value": "Microsoft.ContainerService/managedClusters/write"},
        "resourceGroupName": group,
        "resourceId": resource,
        "resourceProviderName": {"value": "Microsoft.ContainerService"},
        "eventDataId": f"e{number:04}",
    }


def since(days: float) -> str:
    return f"eventTimestamp ge '{(AS_OF - timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')}'"


def read(client: Client, chosen: str, subscription: str = ALPHA) -> list[list[str]]:
    """The ids of the events, by page."""
    url, found = f"{VALUES.format(subscription)}?$filter={chosen}&api-version=2015-04-01", []
    while url:
        body = client.get(url).json()
        found.append([item["eventDataId"] for item in body["value"]])
        url = body.get("nextLink", "")
        assert not url or "$skipToken=" in url
    return found


def test_the_filter_selects_and_the_newest_comes_first(tmp_path: Path) -> None:
    files = {
        "log.json": {"value": [event(1, days=40), event(2, days=2), event(3, days=3)]},
        "more.json": [event(4, days=4, group="rg-net"), event(5, subscription=BETA), event(2, days=2)],
    }
    with serve(write(tmp_path, files), as_of=AS_OF) as sandbox:
        client = Client(sandbox)
        assert read(client, since(89)) == [["e0002", "e0003", "e0004", "e0001"]]
        assert read(client, since(30)) == [["e0002", "e0003", "e0004"]]
        until = f"{since(30)} and eventTimestamp le '{AS_OF - timedelta(days=2, hours=1):%Y-%m-%dT%H:%M:%SZ}'"
        assert read(client, until) == [["e0003", "e0004"]]
        assert read(client, f"{since(30)} and resourceGroupName eq 'RG-net'") == [["e0004"]]
        assert read(client, f"{since(30)} and resourceUri eq '{CLUSTER.upper()}'") == [["e0002", "e0003"]]
        provider = "resourceProvider eq 'Microsoft.ContainerService' and levels eq 'Informational'"
        assert read(client, f"{since(3.5)} and {provider}") == [["e0002", "e0003"]]
        assert read(client, since(89), BETA) == [["e0005"]]


def test_a_stored_answer_is_filtered_and_paged_too(tmp_path: Path) -> None:
    body = {"value": [event(number, days=1) for number in range(450)] + [event(999, days=50)]}
    answer = {"request": {"uri": VALUES.format(ALPHA)}, "response": {"body": body}}
    with serve(write(tmp_path, {"log.json": answer}), as_of=AS_OF) as sandbox:
        pages = read(Client(sandbox), since(10))
    assert [len(page) for page in pages] == [200, 200, 50]
    assert len({name for page in pages for name in page} - {"e0999"}) == 450


def test_a_log_that_the_folder_does_not_hold_is_not_empty(tmp_path: Path) -> None:
    files = {"log.json": [event(1)], "empty.json": [VALUES.format(BETA)]}
    named = {"subscriptions.json": [{"subscriptionId": BETA}, {"subscriptionId": ALPHA.replace("a", "d")}]}
    with serve(write(tmp_path, files | named), as_of=AS_OF) as sandbox:
        client = Client(sandbox)
        assert read(client, since(1), BETA) == [[]]
        silent = client.get(f"{VALUES.format(ALPHA.replace('a', 'd'))}?$filter={since(1)}")
        assert silent.json()["error"]["code"] == "EstateHasNoAnswer"


def test_an_answer_that_is_an_error_is_given_as_it_is(tmp_path: Path) -> None:
    body = {"code": "Forbidden", "message": "no"}
    answer = {"request": {"uri": VALUES.format(ALPHA)}, "response": {"status": 403, "body": body}}
    with serve(write(tmp_path, {"log.json": answer}), as_of=AS_OF) as sandbox:
        got = Client(sandbox).get(f"{VALUES.format(ALPHA)}?$filter={since(1)}")
    assert (got.status_code, got.json()) == (403, body)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("", "needs a start"),
        ("eventTimestamp le '2026-11-15T00:00:00Z'", "needs a start"),
        ("eventTimestamp ge 'yesterday'", "needs a start"),
        (since(91), "cannot be more than 90 days in the past"),
        (f"{since(1)} and caller eq 'me'", "caller is not supported"),
    ],
)
def test_what_azure_refuses(tmp_path: Path, chosen: str, message: str) -> None:
    with serve(write(tmp_path, {"log.json": [event(1)]}), as_of=AS_OF) as sandbox:
        got = Client(sandbox).get(f"{VALUES.format(ALPHA)}?$filter={chosen}")
    assert got.status_code == 400
    assert message in got.json()["error"]["message"]


def test_events_are_no_rows_of_resource_graph(tmp_path: Path) -> None:
    with serve(write(tmp_path, {"log.json": [event(1)]}), as_of=AS_OF) as sandbox:
        rows = Client(sandbox).query("containerserviceeventresources | project id").json()
    assert rows["totalRecords"] == 0
