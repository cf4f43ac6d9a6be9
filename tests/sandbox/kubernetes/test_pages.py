"""Lists in pages, and the state of the cluster that they show."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import Fault, Faults, Kind, serve
from tests.sandbox.kubernetes.conftest import AS_OF, CONFIG_MAPS, REVISION, Api, names

SECRETS = "/api/v1/secrets"


def unpacked(token: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))


def packed(**said: Any) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1"} | said)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_k11_a_token_names_the_last_key_and_the_revision(auditor: Api) -> None:
    first = auditor.get(SECRETS, limit=1).json()
    token = first["metadata"]["continue"]
    assert "=" not in token
    assert unpacked(token) == {"v": "meta.k8s.io/v1", "rv": REVISION, "start": "app-a/db\u0000"}
    second = auditor.get(SECRETS, limit=1, **{"continue": token}).json()
    last = auditor.get(SECRETS, limit=1, **{"continue": second["metadata"]["continue"]}).json()
    pages = [first, second, last]
    assert [page["items"][0]["metadata"]["name"] for page in pages] == ["db", "token", "pull"]
    assert [page["metadata"].get("remainingItemCount") for page in pages] == [2, 1, None]
    assert {page["metadata"]["resourceVersion"] for page in pages} == {str(REVISION)}
    assert last["metadata"].keys() == {"resourceVersion"}


def test_k11_a_long_list_comes_in_pages(admin: Api) -> None:
    sizes, left, token = [], [], ""
    while True:
        page = admin.get("/api/v1/configmaps", limit=500, **{"continue": token}).json()
        sizes.append(len(page["items"]))
        left.append(page["metadata"].get("remainingItemCount"))
        token = page["metadata"].get("continue", "")
        if not token:
            break
    assert (sizes, left) == ([500, 500, CONFIG_MAPS + 2 - 1000], [702, 202, None])


def test_k11_in_a_namespace_a_token_names_the_object_alone(auditor: Api) -> None:
    path = "/api/v1/namespaces/app-a/secrets"
    page = auditor.get(path, limit=1).json()
    assert unpacked(page["metadata"]["continue"])["start"] == "db\u0000"
    assert names(auditor.get(path, limit=1, **{"continue": page["metadata"]["continue"]})) == ["token"]


@pytest.mark.parametrize("selector", [{"labelSelector": "app!=x"}, {"fieldSelector": "metadata.name!=x"}])
def test_k12_with_a_selector_nothing_says_how_many_remain(auditor: Api, selector: dict[str, str]) -> None:
    metadata = auditor.get(SECRETS, limit=1, **selector).json()["metadata"]
    assert metadata.keys() == {"resourceVersion", "continue"}
    following = auditor.get(SECRETS, limit=5, **selector, **{"continue": metadata["continue"]})
    assert names(following) == ["token", "pull"]


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("garbage", "invalid character '\\u0081' looking for beginning of value"),
        ("-", "illegal base64 data at input byte 0"),
        (packed(v="v7", rv=1, start="a"), 'server does not recognize this encoded version "v7"'),
        (packed(rv=1, start=""), "encoded start key empty (version meta.k8s.io/v1)"),
        (packed(rv=0, start="a"), "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
        ("W10", 'server does not recognize this encoded version ""'),
        ("ew", "unexpected end of JSON input"),
    ],
)
def test_k13_a_token_that_is_none_is_a_bad_request(auditor: Api, token: str, why: str) -> None:
    answer = auditor.get(SECRETS, limit=1, **{"continue": token})
    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")
    assert answer.json()["message"] == f"invalid continue token: continue key is not valid: {why}"


def test_k14_an_expired_list_may_be_gone_on_with_at_the_present_state(clusters: Path) -> None:
    fault = Fault(Kind.LIST_EXPIRED, match="/api/v1/secrets", after=1)
    with serve(clusters, as_of=AS_OF, faults=Faults(calls=(fault,))) as sandbox:
        api = Api(sandbox, "aks-auditor")
        token = api.get(SECRETS, limit=1).json()["metadata"]["continue"]
        second = api.get(SECRETS, limit=1, **{"continue": token}).json()["metadata"]["continue"]
        expired = api.get(SECRETS, limit=1, **{"continue": second})
        body = expired.json()
        assert (expired.status_code, body["kind"], body["reason"], body["code"]) == (
            410,
            "Status",
            "Expired",
            410,
        )
        assert body["message"].startswith(
            "The provided continue parameter is too old to display a consistent"
        )
        given = body["metadata"]["continue"]
        assert unpacked(given) == {"v": "meta.k8s.io/v1", "rv": -1, "start": "app-a/token\u0000"}
        rest = api.get(SECRETS, limit=1, **{"continue": given})
        assert names(rest) == ["pull"]
        assert int(rest.json()["metadata"]["resourceVersion"]) > REVISION
        assert api.get(SECRETS).status_code == 200, "a first page never expires"


def test_k15_a_token_and_a_resource_version_do_not_go_together(auditor: Api) -> None:
    token = auditor.get(SECRETS, limit=1).json()["metadata"]["continue"]
    answer = auditor.get(SECRETS, resourceVersion="246", **{"continue": token})
    assert answer.status_code == 400
    assert answer.json()["message"] == "specifying resource version is not allowed when using continue"


@pytest.mark.parametrize("name", ["limit", "resourceVersion"])
def test_k15_what_is_no_number_is_a_bad_request(auditor: Api, name: str) -> None:
    answer = auditor.get(SECRETS, **{name: "abc"})
    assert answer.status_code == 400
    assert "strconv.Parse" in answer.json()["message"]


@pytest.mark.parametrize("limit", ["0", "-1", ""])
def test_k15_a_limit_of_nothing_is_none(auditor: Api, limit: str) -> None:
    assert len(names(auditor.get(SECRETS, limit=limit))) == 3


def test_k16_version_zero_ignores_the_limit_and_comes_from_a_cache(auditor: Api) -> None:
    answer = auditor.get(SECRETS, limit=1, resourceVersion="0")
    assert len(names(answer)) == 3
    assert answer.json()["metadata"] == {"resourceVersion": str(REVISION - 25)}


def test_k17_a_token_is_not_bound_to_its_resource(auditor: Api) -> None:
    token = auditor.get(SECRETS, limit=1).json()["metadata"]["continue"]
    assert names(auditor.get("/api/v1/pods", **{"continue": token})) == ["web-1", "web-2", "bare", "db-0"]


def test_objects_come_in_the_order_of_their_keys(api: Api) -> None:
    pods = api.get("/api/v1/pods").json()["items"]
    keys = [f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in pods]
    assert keys == ["app-a/web-1", "app-a/web-2", "app-b/bare", "app-b/db-0"]
