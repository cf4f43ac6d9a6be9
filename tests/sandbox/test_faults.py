"""Each fault that can be switched on, as a plain client sees it, and that nothing else changes."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from reportgen.sandbox import Fault, Faults, Kind, serve
from tests.sandbox.conftest import ALPHA, BETA, CLUSTERS_IN_ALPHA, Client, cluster_id, small_estate, write
from tests.sandbox.test_graph import CLUSTERS, paged

CLUSTER = cluster_id(ALPHA, "alpha-00")
ROWS = f"{CLUSTERS} | project id, name | order by id asc"


@contextmanager
def faulty(estate: Path, *calls: Fault, **others: Any) -> Iterator[Client]:
    """A client of a sandbox with these faults; it has a token already."""
    with serve(estate, faults=Faults(calls=calls, **others), limits=None) as sandbox:
        client = Client(sandbox)
        client.token = client.sign_in().json()["access_token"]
        yield client


def statuses(client: Client, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


def test_after_and_times_count_the_calls_concerned(estate: Path) -> None:
    fault = Fault(Kind.ERROR_503, match="AGENTPOOLS", after=1, times=2)
    with faulty(estate, fault) as client:
        pools = f"{CLUSTER}/agentPools"
        assert statuses(client, pools, CLUSTER, pools, CLUSTER, pools, pools) == [
            200,
            200,
            503,
            200,
            503,
            200,
        ]
        assert len(client.sandbox.requests) == 7, "calls that fail are calls"


def test_match_is_part_of_method_path_and_query(estate: Path) -> None:
    with faulty(estate, Fault(Kind.ERROR_500, match="get /subscriptions?api-version=2024")) as client:
        assert statuses(client, "/subscriptions", CLUSTER) == [500, 200]


def test_kql_is_part_of_the_query(estate: Path) -> None:
    with faulty(estate, Fault(Kind.ERROR_502, kql="ADVISORresources")) as client:
        assert client.query("advisorresources | project id").status_code == 502
        assert client.query("resources | project id").status_code == 200
        assert client.get(CLUSTER).status_code == 200


def test_sign_in_fails_only_by_its_name(estate: Path) -> None:
    with faulty(estate, Fault(Kind.ERROR_500)) as client:
        assert (client.sign_in().status_code, client.get(CLUSTER).status_code) == (200, 500)
    with serve(estate, faults=Faults(calls=(Fault(Kind.ERROR_502, match="oauth2", times=1),))) as sandbox:
        client = Client(sandbox)
        assert [client.sign_in().status_code for _ in range(2)] == [502, 200]


def test_the_first_fault_of_several_answers_and_all_count(estate: Path) -> None:
    both = (Fault(Kind.ERROR_500, times=1), Fault(Kind.ERROR_503, after=1, times=1))
    with faulty(estate, *both) as client:
        assert statuses(client, CLUSTER, CLUSTER, CLUSTER) == [500, 503, 200]


THROTTLED = [
    (Kind.THROTTLED, "7", None),
    (Kind.THROTTLED_SILENTLY, None, None),
    (Kind.THROTTLED_BY_QUOTA, None, "00:00:07"),
]


@pytest.mark.parametrize(("kind", "retry_after", "resets"), THROTTLED)
def test_429_of_resource_manager(
    estate: Path, kind: Kind, retry_after: str | None, resets: str | None
) -> None:
    with faulty(estate, Fault(kind, match="managedClusters/", times=1, seconds=6.2)) as client:
        answer = client.get(CLUSTER)
        assert client.get(CLUSTER).status_code == 200
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "SubscriptionRequestsThrottled")
    assert answer.headers.get("Retry-After") == retry_after
    assert answer.headers.get("x-ms-user-quota-resets-after") == resets


@pytest.mark.parametrize(("kind", "retry_after", "resets"), THROTTLED)
def test_429_of_resource_graph(estate: Path, kind: Kind, retry_after: str | None, resets: str | None) -> None:
    with faulty(estate, Fault(kind, kql="resources", times=1, seconds=6.2)) as client:
        answer = client.query(ROWS)
        assert client.query(ROWS).status_code == 200
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RateLimiting")
    assert answer.headers.get("Retry-After") == retry_after
    quota = answer.headers.get("x-ms-user-quota-resets-after")
    assert quota == (None if kind is Kind.THROTTLED_SILENTLY else "00:00:07")
    assert answer.headers.get("x-ms-user-quota-remaining") == (None if quota is None else "0")


@pytest.mark.parametrize(
    ("kind", "status"), [(Kind.ERROR_500, 500), (Kind.ERROR_502, 502), (Kind.ERROR_503, 503)]
)
def test_gateway_errors_are_html(estate: Path, kind: Kind, status: int) -> None:
    with faulty(estate, Fault(kind)) as client:
        for answer in (client.get(CLUSTER), client.query(ROWS)):
            assert answer.status_code == status
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.text.startswith("<!DOCTYPE html>")


def test_a_reset_breaks_an_answer_in_the_middle(estate: Path) -> None:
    with faulty(estate, Fault(Kind.RESET, match="agentPools", times=1)) as client:
        with pytest.raises(requests.exceptions.RequestException, match=r"Connection broken|reset by peer"):
            client.get(f"{CLUSTER}/agentPools")
        assert client.get(f"{CLUSTER}/agentPools").json()["value"][0]["name"] == "own"


def test_a_reset_is_one_of_tcp(estate: Path) -> None:
    with faulty(estate, Fault(Kind.RESET)) as client:
        context = ssl.create_default_context(cafile=client.sandbox.ca_file)
        plain = socket.create_connection(client.sandbox.address, timeout=10)
        secure = context.wrap_socket(plain, server_hostname="localhost")
        request = f"GET {CLUSTER}?api-version=2024-09-01 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        secure.sendall(f"{request}{client.token}\r\n\r\n".encode())
        received = 0
        # Below TLS, for Python's TLS takes a reset for an end.
        below = socket.socket(fileno=secure.detach())
        below.settimeout(10)
        with below, pytest.raises(ConnectionResetError):
            while chunk := below.recv(65536):
                received += len(chunk)
    assert received > 500, "the head and half of the body came before"


def test_a_drip_outlasts_a_deadline(estate: Path) -> None:
    with faulty(estate, Fault(Kind.DRIP, match="agentPools", times=1, seconds=0.05)) as client:
        headers = {"Authorization": f"Bearer {client.token}"}
        url = f"{client.url}{CLUSTER}/agentPools?api-version=2024-09-01"
        start = time.monotonic()
        with requests.get(
            url, headers=headers, verify=str(client.sandbox.ca_file), stream=True, timeout=1
        ) as got:
            drops = got.raw.stream(1)
            first = [next(drops) for _ in range(5)]
            assert (b"".join(first), int(got.headers["Content-Length"]) > 100) == (b'{"val', True)
            assert 0.2 <= time.monotonic() - start < 1, "no read of the socket times out"
        assert client.get(f"{CLUSTER}/agentPools").status_code == 200


def test_a_drip_ends(estate: Path) -> None:
    with faulty(estate, Fault(Kind.DRIP, seconds=0)) as client:
        assert client.get(f"/subscriptions/{BETA}").json()["subscriptionId"] == BETA


def test_truncated_json_has_a_content_length_that_fits(estate: Path) -> None:
    with faulty(estate, Fault(Kind.TRUNCATED, times=2)) as client:
        for answer in (client.get(CLUSTER), client.query(ROWS)):
            assert answer.status_code == 200
            assert int(answer.headers["Content-Length"]) == len(answer.content)
            with pytest.raises(json.JSONDecodeError):
                answer.json()
        assert client.get(CLUSTER).json()["name"] == "alpha-00"


def test_latency_delays_a_call_and_not_its_neighbours(estate: Path) -> None:
    with faulty(estate, Fault(Kind.LATENCY, match="managedClusters", seconds=0.3)) as client:
        start = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            slow = [pool.submit(client.get, CLUSTER) for _ in range(4)]
            assert client.get("/subscriptions").ok
            quick = time.monotonic() - start
            assert all(future.result().ok for future in slow)
        elapsed = time.monotonic() - start
    assert quick < 0.3 <= elapsed < 1.1, "four calls of 0.3 seconds side by side"


def test_an_answer_that_never_comes_does_not_keep_the_sandbox(
    estate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with faulty(estate, Fault(Kind.LATENCY, match="managedClusters", after=1, seconds=3600)) as client:
        assert client.get(CLUSTER).ok
        hung = threading.Thread(target=hang, args=(client,))
        hung.start()
        while len(client.sandbox.requests) < 3:
            time.sleep(0.005)
        start = time.monotonic()
    assert time.monotonic() - start < 3
    hung.join(5)
    assert not hung.is_alive()
    assert "Exception in ASGI application" not in caplog.text


def hang(client: Client) -> None:
    """A call without an answer; the connection breaks when the sandbox stops."""
    with pytest.raises(requests.exceptions.ConnectionError):
        client.get(CLUSTER)


def test_a_page_repeats_a_row(estate: Path) -> None:
    with faulty(estate, Fault(Kind.REPEATED_ROWS, times=1)) as client:
        pages = paged(client, ROWS, 10)
        rows = [row["id"] for page in pages for row in page["data"]]
        assert [page["count"] for page in pages] == [len(page["data"]) for page in pages] == [10, 10, 4]
        assert len(rows) == pages[0]["totalRecords"] == 24
        assert len(set(rows)) == 23
        assert pages[1]["data"][0] == pages[0]["data"][-1]
        assert len({row["id"] for page in paged(client, ROWS, 10) for row in page["data"]}) == 24


def test_the_total_changes_between_pages(estate: Path) -> None:
    with faulty(estate, Fault(Kind.TOTAL_CHANGES, after=1)) as client:
        assert [page["totalRecords"] for page in paged(client, ROWS, 10)] == [24, 24, 25]


def test_a_page_lacks_its_token(estate: Path) -> None:
    with faulty(estate, Fault(Kind.NO_TOKEN, after=1, times=1)) as client:
        pages = paged(client, ROWS, 10)
        assert [page["count"] for page in pages] == [10, 10]
        assert [page["resultTruncated"] for page in pages] == ["false", "true"]
        assert len(paged(client, ROWS, 10)) == 3


def test_a_token_expires_in_mid_run(estate: Path) -> None:
    with faulty(estate, Fault(Kind.TOKEN_EXPIRED, after=2, times=1)) as client:
        assert statuses(client, CLUSTER, CLUSTER, CLUSTER, CLUSTER) == [200, 200, 401, 401]
        refused = client.query(ROWS)
        assert refused.json()["error"]["code"] == "ExpiredAuthenticationToken"
        assert refused.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
        client.token = client.sign_in().json()["access_token"]
        assert statuses(client, CLUSTER, CLUSTER) == [200, 200]


def test_one_call_is_forbidden(estate: Path) -> None:
    fault = Fault(Kind.FORBIDDEN, match=f"{CLUSTER}/agentPools", times=1)
    with faulty(estate, fault, Fault(Kind.FORBIDDEN, kql="securityresources")) as client:
        denied = client.get(f"{CLUSTER}/agentPools")
        assert (denied.status_code, denied.json()["error"]["code"]) == (403, "AuthorizationFailed")
        assert "managedClusters/agentPools/read' over scope" in denied.json()["error"]["message"]
        assert client.get(f"{CLUSTER}/agentPools").ok
        assert client.query("securityresources").json()["error"]["code"] == "AccessDenied"
        assert client.query(ROWS).ok


def test_one_subscription_is_unreadable(estate: Path) -> None:
    with faulty(estate, unreadable=(BETA.upper(),)) as client:
        listed = client.get("/subscriptions").json()["value"]
        assert [line["subscriptionId"] for line in listed] == [ALPHA]
        assert statuses(client, f"/subscriptions/{BETA}", cluster_id(BETA, "beta"), CLUSTER) == [
            403,
            403,
            200,
        ]
        assert client.query(ROWS).json()["totalRecords"] == CLUSTERS_IN_ALPHA
        assert client.query(ROWS, subscriptions=[ALPHA, BETA]).json()["totalRecords"] == CLUSTERS_IN_ALPHA
        assert client.query(ROWS, subscriptions=[BETA]).status_code == 403


def test_one_type_is_denied(tmp_path: Path) -> None:
    net = f"/subscriptions/{ALPHA}/resourceGroups/rg-aks/providers/Microsoft.Network/virtualNetworks/net"
    estate = write(tmp_path, small_estate() | {"net.json": {"id": net, "name": "net", "properties": {}}})
    count = "resources | summarize n = count() by type | order by type asc"
    with faulty(estate) as client:
        assert len(client.query(count).json()["data"]) == 2
        assert client.get(net).ok
    with faulty(estate, denied_types=("Microsoft.Network/virtualNetworks",)) as client:
        rows = client.query(count).json()["data"]
        assert [row["type"] for row in rows] == ["microsoft.containerservice/managedclusters"]
        reads = (net, f"{net}/subnets", net.removesuffix("/net"), CLUSTER)
        assert statuses(client, *reads) == [403, 403, 403, 200]
    with faulty(estate, denied_types=("microsoft.resources/subscriptions/resourcegroups",)) as client:
        groups = "resourcecontainers | where type endswith '/resourcegroups'"
        assert client.query(groups).json()["totalRecords"] == 0


def test_a_cluster_is_deleted_in_between(estate: Path) -> None:
    with faulty(estate, deleted=(CLUSTER.upper(),)) as client:
        assert client.query(ROWS).json()["data"][0]["name"] == "alpha-00"
        clusters = f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/managedClusters"
        assert client.get(clusters).json()["value"][0]["name"] == "alpha-00"
        for below in (
            "",
            "/agentPools",
            "/maintenanceConfigurations",
            "/providers/Microsoft.Insights/diagnosticSettings",
        ):
            gone = client.get(f"{CLUSTER}{below}")
            assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ResourceNotFound")
            assert "'Microsoft.ContainerService/managedClusters/alpha-00'" in gone.json()["error"]["message"]
        assert client.get(f"{cluster_id(ALPHA, 'alpha-01')}/agentPools").ok


def test_a_disabled_subscription_says_so_and_answers(estate: Path) -> None:
    query = (
        "resourcecontainers | where type == 'microsoft.resources/subscriptions' | project name, properties"
    )
    with faulty(estate, disabled=(BETA,)) as client:
        states = {
            line["subscriptionId"]: line["state"] for line in client.get("/subscriptions").json()["value"]
        }
        assert states == {ALPHA: "Enabled", BETA: "Disabled"}
        assert client.get(f"/subscriptions/{BETA}").json()["state"] == "Disabled"
        rows = {row["name"]: row["properties"]["state"] for row in client.query(query).json()["data"]}
        assert rows == {"Alpha": "Enabled", BETA: "Disabled"}
        assert client.get(cluster_id(BETA, "beta")).ok


@pytest.mark.parametrize("seconds", [420.0, -420.0])
def test_a_clock_that_is_off_shows_in_the_date_only(estate: Path, seconds: float) -> None:
    as_of = datetime(2026, 11, 15, 6, tzinfo=UTC)
    with serve(estate, as_of=as_of, faults=Faults(clock_skew=seconds)) as sandbox:
        client = Client(sandbox)
        answer, refused = client.get(CLUSTER), client.query("where where")
    assert parsedate_to_datetime(answer.headers["Date"]) - as_of == timedelta(seconds=seconds)
    assert "timestamp = 2026-11-15T06:00:00" in refused.json()["error"]["message"]


def test_faults_strike_under_a_frozen_clock_too(estate: Path) -> None:
    faults = Faults(calls=(Fault(Kind.THROTTLED, times=1),))
    with serve(estate, as_of=datetime(2026, 11, 15, tzinfo=UTC), faults=faults) as sandbox:
        assert statuses(Client(sandbox), CLUSTER, CLUSTER) == [429, 200]


SHORT: list[tuple[dict[str, Any], Callable[[Client], requests.Response], int]] = [
    ({"deny": ("agentpools",)}, lambda client: client.get(f"{CLUSTER}/agentPools"), 403),
    ({"server_errors": ("AGENTPOOLS",)}, lambda client: client.get(f"{CLUSTER}/agentPools"), 503),
    ({"throttle_first": 1}, lambda client: client.query(ROWS), 429),
]


@pytest.mark.parametrize(("fault", "call", "status"), SHORT)
def test_the_short_forms(
    estate: Path, fault: dict[str, Any], call: Callable[[Client], requests.Response], status: int
) -> None:
    with faulty(estate, **fault) as client:
        assert call(client).status_code == status
        assert client.get(CLUSTER).status_code == 200
