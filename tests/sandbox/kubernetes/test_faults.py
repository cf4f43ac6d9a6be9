"""Faults of API servers, as a plain client sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from reportgen.sandbox import Fault, Faults, Kind, serve
from tests.sandbox.conftest import ALPHA, Client, cluster_id
from tests.sandbox.kubernetes.conftest import AS_OF, Api

PODS = "/api/v1/pods"
PRIORITY = "X-Kubernetes-Pf-Prioritylevel-Uid"


@contextmanager
def faulty(clusters: Path, *faults: Fault) -> Iterator[Api]:
    with serve(clusters, as_of=AS_OF, faults=Faults(calls=faults)) as sandbox:
        api = Api(sandbox, "aks-reader")
        api.token = api.sign_in()
        yield api


def test_a_fault_matches_host_and_path(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.ERROR_503, match="get aks-auditor-", times=1)) as api:
        auditor = api.of("aks-auditor")
        assert [one.get(PODS).status_code for one in (api, auditor, auditor)] == [200, 503, 200]
    with faulty(clusters, Fault(Kind.FORBIDDEN, match=".reportgen/api/v1/pods?limit=")) as api:
        refused = api.get(PODS, limit=5)
        assert (refused.status_code, refused.json()["details"]) == (403, {"kind": "pods"})
        assert api.get(PODS).status_code == 200


def test_429_of_priority_and_fairness(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.THROTTLED, match=PODS, times=1, seconds=1)) as api:
        answer = api.get(PODS)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
        assert PRIORITY in answer.headers
        assert answer.text == "Too many requests, please try again later.\n"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert api.get(PODS).status_code == 200


def test_429_of_somebody_in_between(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.THROTTLED_SILENTLY, match=PODS)) as api:
        headers = api.get(PODS).headers
        assert not {"Retry-After", PRIORITY} & {*headers}


def test_429_with_the_seconds_in_the_status(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.THROTTLED_BY_QUOTA, match=PODS, seconds=6.2)) as api:
        answer = api.get(PODS)
        assert (answer.status_code, answer.json()["reason"]) == (429, "TooManyRequests")
        assert answer.json()["details"] == {"retryAfterSeconds": 7}
        assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("kind", [Kind.ERROR_500, Kind.ERROR_502, Kind.ERROR_503])
def test_gateway_errors_are_html(clusters: Path, kind: Kind) -> None:
    with faulty(clusters, Fault(kind, match=PODS)) as api:
        answer = api.get(PODS)
        assert str(answer.status_code) == kind.value[-3:]
        assert answer.text.startswith("<!DOCTYPE html>")


def test_a_token_expires_in_mid_run(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.TOKEN_EXPIRED, match=PODS, after=1, times=1)) as api:
        assert [api.get(PODS).status_code for _ in range(3)] == [200, 401, 401]
        api.token = api.sign_in()
        assert api.get(PODS).status_code == 200


def test_answers_break_as_azures_do(clusters: Path) -> None:
    kinds = (Kind.RESET, Kind.TRUNCATED)
    with faulty(
        clusters, *(Fault(kind, match=PODS, after=n, times=1) for n, kind in enumerate(kinds))
    ) as api:
        with pytest.raises(requests.exceptions.RequestException, match=r"Connection broken|reset by peer"):
            api.get(PODS)
        truncated = api.get(PODS)
        assert truncated.status_code == 200
        with pytest.raises(json.JSONDecodeError):
            truncated.json()
        assert api.get(PODS).json()["kind"] == "PodList"


def test_what_breaks_off_breaks_off_inside_the_gzip(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.TRUNCATED, match="/configmaps")) as api:
        answer = api.of("aks-admin").get("/api/v1/configmaps")
        assert answer.headers["Content-Encoding"] == "gzip"
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_a_drip_and_a_pause_end(clusters: Path) -> None:
    faults = (Fault(Kind.DRIP, match=PODS, seconds=0), Fault(Kind.LATENCY, match=PODS, seconds=0.01))
    with faulty(clusters, *faults) as api:
        assert api.get(PODS).json()["kind"] == "PodList"


def test_an_empty_403_of_resource_manager(clusters: Path) -> None:
    with faulty(clusters, Fault(Kind.FORBIDDEN_SILENTLY, match="managedClusters/")) as api:
        answer = Client(api.sandbox).get(cluster_id(ALPHA, "aks-reader"))
        assert (answer.status_code, answer.content) == (403, b"")


def test_a_frozen_clock_gives_identical_answers(clusters: Path) -> None:
    def answers() -> list[tuple[bytes, list[tuple[str, str]]]]:
        with faulty(clusters) as api:
            paths = (PODS, "/apis", "/version", "/api/v1/secrets", "/apis/apps/v1/deployments?limit=1")
            found = [api.get(path) for path in paths]
            return [(one.content, sorted(one.headers.items())) for one in found]

    first = answers()
    assert first == answers()
    ids = [dict(headers)["audit-id"] for _, headers in first]
    assert len({*ids}) == len(ids)
    assert {dict(headers)["date"] for _, headers in first} == {"Sun, 15 Nov 2026 06:00:00 GMT"}
