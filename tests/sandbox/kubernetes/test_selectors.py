"""Labels and fields that a list can be asked by."""

from __future__ import annotations

import pytest

from tests.sandbox.kubernetes.conftest import Api, names

PODS = "/api/v1/pods"


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("app=web", ["web-1", "web-2"]),
        ("app==web,tier!=x", ["web-1"]),
        ("app!=web", ["bare", "db-0"]),
        ("app in (web, db),tier notin (x)", ["web-1", "db-0"]),
        ("app notin (web)", ["bare", "db-0"]),
        ("tier", ["web-2"]),
        ("!app", ["bare"]),
        ("app=web,app=db", []),
        ("app=", []),
    ],
)
def test_labels(api: Api, selector: str, found: list[str]) -> None:
    assert names(api.get(PODS, labelSelector=selector)) == found


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("metadata.name=db-0", ["db-0"]),
        ("metadata.namespace=app-b,metadata.name!=db-0", ["bare"]),
        ("status.phase=Running", ["web-1", "db-0"]),
        ("status.phase!=Running,spec.nodeName==n2", ["web-2"]),
        ("spec.nodeName=", ["bare"]),
        ("spec.hostNetwork=false,metadata.name=bare", ["bare"]),
    ],
)
def test_fields(api: Api, selector: str, found: list[str]) -> None:
    assert names(api.get(PODS, fieldSelector=selector)) == found


@pytest.mark.parametrize(
    ("path", "asked", "message"),
    [
        (PODS, {"labelSelector": "a b"}, "unable to parse requirement: found 'a b'"),
        (PODS, {"fieldSelector": "spec.nodeName"}, "invalid selector: 'spec.nodeName'"),
        (PODS, {"fieldSelector": "spec.x=1"}, "field label not supported: spec.x"),
        (
            "/apis/apps/v1/deployments",
            {"fieldSelector": "spec.x=1"},
            '"spec.x" is not a known field selector',
        ),
    ],
)
def test_selectors_that_are_none(api: Api, path: str, asked: dict[str, str], message: str) -> None:
    answer = api.get(path, **asked)
    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")
    assert answer.json()["message"].startswith(message)


def test_keys_of_a_query_are_told_apart_by_their_casing(api: Api) -> None:
    assert len(names(api.get(PODS, labelselector="app=web"))) == 4
