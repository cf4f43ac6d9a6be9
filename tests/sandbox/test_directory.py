"""Microsoft Graph in the sandbox: objects by id, members of nested groups, pages, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from reportgen.errors import UsageError
from reportgen.sandbox import Fault, Faults, Kind, serve
from reportgen.sandbox.estate import load
from tests.sandbox.conftest import ALPHA, Client, cluster, write

BY_IDS = "/v1.0/directoryObjects/getByIds"


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def user(number: int, **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.user",
        "id": guid(number),
        "displayName": f"User {number}",
        **more,
    }


def group(number: int, *members: Any) -> dict[str, Any]:
    known = {"@odata.type": "#microsoft.graph.group", "id": guid(number), "displayName": f"Group {number}"}
    return known | {"members": list(members)}


OUTER, INNER, EMPTY = guid(100), guid(101), guid(102)
DIRECTORY = [
    *(user(number, mobilePhone="+47 555") for number in range(1, 8)),
    group(100, guid(1), {"id": INNER}, guid(2).upper(), guid(99)),
    group(101, *(guid(number) for number in range(2, 6)), OUTER),
    group(102),
]


@contextmanager
def directory(folder: Path, entries: Any = DIRECTORY, *calls: Fault) -> Iterator[Client]:
    files = {"one.json": cluster(ALPHA, "one")} | ({} if entries is None else {"directory.json": entries})
    with serve(write(folder, files), limits=None, faults=Faults(calls=calls)) as sandbox:
        client = Client(sandbox)
        client.token = client.sign_in(scope=f"{client.url}/.default").json()["access_token"]
        yield client


def by_ids(client: Client, *ids: str) -> requests.Response:
    return client.call("POST", BY_IDS, version="", json={"ids": list(ids)})


def members(client: Client, key: str, query: str = "") -> requests.Response:
    return client.get(f"/v1.0/groups/{key}/transitiveMembers{query}", version="")


def test_ids_that_the_directory_lacks_are_left_out(tmp_path: Path) -> None:
    with directory(tmp_path) as client:
        response = by_ids(client, guid(3), guid(77), guid(1).upper())
    assert response.status_code == 200
    found = response.json()["value"]
    assert [row["displayName"] for row in found] == ["User 3", "User 1"]
    assert found[0]["mobilePhone"] == "+47 555"
    assert "request-id" in response.headers
    assert "x-ms-request-id" not in response.headers


def test_a_thousand_ids_are_taken_and_no_more(tmp_path: Path) -> None:
    with directory(tmp_path) as client:
        assert by_ids(client, *map(guid, range(1000))).status_code == 200
        for ids in (range(1001), range(0)):
            response = by_ids(client, *map(guid, ids))
            assert (response.status_code, response.json()["error"]["code"]) == (400, "Request_BadRequest")


def test_members_of_nested_groups_are_one_flat_list(tmp_path: Path) -> None:
    with directory(tmp_path) as client:
        rows = members(client, OUTER).json()["value"]
        empty = members(client, EMPTY).json()
    assert {row["id"] for row in rows} == {INNER, *map(guid, range(1, 6))}
    assert len(rows) == 6
    assert all("members" not in row for row in rows)
    assert empty["value"] == []
    assert "@odata.nextLink" not in empty


def test_a_list_comes_in_pages_of_what_is_selected(tmp_path: Path) -> None:
    with directory(tmp_path) as client:
        pages = [members(client, OUTER, "?$select=id,displayName,appId&$top=4").json()]
        while link := pages[-1].get("@odata.nextLink"):
            pages.append(client.get(link, version="").json())
    assert [len(page["value"]) for page in pages] == [4, 2]
    rows = [row for page in pages for row in page["value"]]
    assert len({row["id"] for row in rows}) == 6
    assert {key for row in rows for key in row} == {"@odata.type", "id", "displayName"}


@pytest.mark.parametrize("key", [guid(1), guid(77)], ids=["a user", "nobody"])
def test_members_of_what_is_no_group_are_not_found(tmp_path: Path, key: str) -> None:
    with directory(tmp_path) as client:
        response = members(client, key)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "Request_ResourceNotFound")


def test_a_token_for_azure_does_not_open_the_directory(tmp_path: Path) -> None:
    with directory(tmp_path) as client:
        client.token = ""
        response = by_ids(client, guid(1))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (401, "InvalidAuthenticationToken")
    assert error["message"].endswith("Invalid audience.")
    assert error["innerError"]["request-id"] == response.headers["request-id"]


def test_a_folder_without_a_directory_says_which_file_is_wanted(tmp_path: Path) -> None:
    with directory(tmp_path, None) as client:
        error = by_ids(client, guid(1)).json()["error"]
    assert error["code"] == "EstateHasNoAnswer"
    assert "azure/directory.json" in error["message"]


def test_refusals_are_microsoft_graphs_own(tmp_path: Path) -> None:
    faults = (Fault(Kind.THROTTLED, BY_IDS, times=1, seconds=7), Fault(Kind.FORBIDDEN, "/v1.0/groups"))
    with directory(tmp_path, DIRECTORY, *faults) as client:
        throttled, forbidden = by_ids(client, guid(1)), members(client, OUTER)
        assert by_ids(client, guid(1)).status_code == 200
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    assert throttled.json()["error"]["code"] == "TooManyRequests"
    assert forbidden.status_code == 403
    assert forbidden.json()["error"]["code"] == "Authorization_RequestDenied"


@pytest.mark.parametrize(("entries", "problem"), [
    ([user(1), "x"], "entry 2: expected an object of Microsoft Graph"),
    ([{"id": guid(1), "displayName": "x"}], "entry 1: expected @odata.type, such as #microsoft.graph.user"),
    ([user(1), user(1)], f"entry 2: the id {guid(1)} stands there twice"),
    ([group(1) | {"members": "x"}], "entry 1: members must be a list"),
    ([group(1, 7)], "entry 1: a member is an id, or an object with one"),
], ids=["no object", "no type", "twice", "no list", "no id"])  # fmt: skip
def test_a_wrong_entry_is_named(tmp_path: Path, entries: Any, problem: str) -> None:
    with pytest.raises(UsageError, match=r"^azure/directory\.json: ") as raised:
        load(write(tmp_path, {"directory.json": entries}))
    assert problem in str(raised.value)
