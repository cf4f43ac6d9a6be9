"""The limits, enforced: which call is refused, in whose words, and when the next may run."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from reportgen.limits import Limits
from reportgen.sandbox import serve
from reportgen.sandbox.throttle import FixedWindow, quota_time
from tests.sandbox.conftest import ALPHA, BETA, Client, cluster, cluster_id, write
from tests.sandbox.test_graph import recording
from tests.sandbox.test_resource_manager import recording as arm_recording
from tests.sandbox.test_resource_manager import shape

SLOW = 0.001
"""Calls a second: none comes back while a test runs."""


def test_a_window_is_opened_by_its_first_call() -> None:
    window = FixedWindow(2, 5.0)
    assert (window.wait(100.0), window.left(100.0)) == (0, 2)
    window.take(100.0)
    window.take(104.0)
    assert (window.wait(104.5), window.left(104.5), window.resets_after(104.5)) == (0.5, 0, 1)
    assert (window.wait(105.0), window.left(105.0)) == (0, 2)
    window.take(107.0)
    assert (window.left(111.9), window.left(112.0)) == (1, 2)


def test_quota_times_are_hours_minutes_seconds() -> None:
    assert [quota_time(seconds) for seconds in (0.2, 5, 61, 3725)] == [
        "00:00:01",
        "00:00:05",
        "00:01:01",
        "01:02:05",
    ]


def test_the_query_above_the_quota_is_throttled_as_recorded(estate: Path, recorded: Path) -> None:
    real = recording(recorded, "quoted_429_*.json")["response"]
    with serve(estate, limits=Limits(graph_calls=3, graph_seconds=600)) as sandbox:
        client = Client(sandbox)
        answers = [client.query("print 1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    left = [answer.headers["x-ms-user-quota-remaining"] for answer in answers]
    assert left == ["2", "1", "0", "0", "0"]
    last = answers[-1]
    assert shape(last.json()) == shape(real["body"])
    assert last.json()["error"]["details"] == real["body"]["error"]["details"]
    assert 590 <= int(last.headers["Retry-After"]) <= 600
    assert re.fullmatch(r"00:(09:5\d|10:00)", last.headers["x-ms-user-quota-resets-after"])


def test_the_quota_comes_back(estate: Path) -> None:
    with serve(estate, limits=Limits(graph_calls=1, graph_seconds=0.3)) as sandbox:
        client = Client(sandbox)
        assert [client.query("print 1").status_code for _ in range(2)] == [200, 429]
        time.sleep(0.3)
        assert client.query("print 1").status_code == 200


def test_reads_of_a_subscription_are_throttled_as_recorded(estate: Path, recorded: Path) -> None:
    real = arm_recording(recorded, "error_429_other__*playready_success__0000.json")["response"]
    group = "/subscriptions/{}/resourceGroups/rg-aks/providers/Microsoft.Network/virtualNetworks"
    with serve(estate, limits=Limits(arm_reads=(2, 0.1))) as sandbox:
        client = Client(sandbox)
        answers = [client.get(group.format(ALPHA)) for _ in range(3)]
        others = [client.get(group.format(BETA)), client.get("/subscriptions")]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    name = "x-ms-ratelimit-remaining-subscription-reads"
    assert [answer.headers[name] for answer in answers] == ["1", "0", "0"]
    error = answers[-1].json()["error"]
    assert shape(answers[-1].json()) == shape(real["body"])
    assert error["code"] == real["body"]["error"]["code"] == "SubscriptionRequestsThrottled"
    assert f"subscription '{ALPHA}'" in error["message"]
    assert re.search(r"try again after '(\d+)' seconds", error["message"])
    assert int(answers[-1].headers["Retry-After"]) == 10
    assert [answer.status_code for answer in others] == [404, 200], (
        "each subscription and the tenant has its own"
    )


def test_reads_of_the_tenant_are_throttled(estate: Path) -> None:
    with serve(estate, limits=Limits(arm_reads=(1, SLOW))) as sandbox:
        client = Client(sandbox)
        first, second = client.get("/subscriptions"), client.get("/subscriptions")
    assert first.headers["x-ms-ratelimit-remaining-tenant-reads"] == "0"
    assert (second.status_code, second.json()["error"]["code"]) == (429, "TooManyRequests")


def two_regions(folder: Path) -> Path:
    far = cluster(ALPHA, "far") | {"location": "northeurope"}
    return write(folder, {"all.json": [cluster(ALPHA, "near"), cluster(ALPHA, "near-too"), far]})


def test_the_provider_counts_by_region(tmp_path: Path, recorded: Path) -> None:
    real = arm_recording(recorded, "error_404_NotFound__*jwtauthenticator_cmds__0020.json")["response"][
        "body"
    ]
    limits = Limits(aks_others=(2, SLOW), aks_gets=(1, SLOW))
    with serve(two_regions(tmp_path), limits=limits) as sandbox:
        client = Client(sandbox)
        pools = [f"{cluster_id(ALPHA, name)}/agentPools" for name in ("near", "near-too", "near", "far")]
        answers = [client.get(path) for path in pools]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
        gets = [client.get(cluster_id(ALPHA, name)).status_code for name in ("near", "near-too", "far")]
        assert gets == [200, 429, 200], "a GET of a cluster is counted apart"
        settings = client.get(f"{cluster_id(ALPHA, 'near')}/providers/Microsoft.Insights/diagnosticSettings")
        assert settings.status_code == 404, "another provider's reads are not counted"
    body = answers[2].json()
    assert set(body) - {"subcode"} <= set(real), "the provider sends no envelope"
    assert body["code"] == "Throttled"
    assert f"SubID='{ALPHA}'" in body["message"]
    assert answers[2].headers["Retry-After"].isdecimal()


@pytest.mark.parametrize(
    ("below", "limits"),
    [
        ("", Limits(aks_lists=(1, SLOW))),
        ("/resourceGroups/rg-aks", Limits(aks_group_lists=(1, SLOW))),
    ],
)
def test_the_provider_counts_its_lists(tmp_path: Path, below: str, limits: Limits) -> None:
    path = f"/subscriptions/{ALPHA}{below}/providers/Microsoft.ContainerService/managedClusters"
    with serve(two_regions(tmp_path), limits=limits) as sandbox:
        client = Client(sandbox)
        assert [client.get(path).status_code for _ in range(2)] == [200, 429]


def test_refused_calls_do_not_count(estate: Path) -> None:
    path = f"/subscriptions/{ALPHA}/resourceGroups"
    with serve(estate, limits=Limits(arm_reads=(1, 4.0))) as sandbox:
        client = Client(sandbox)
        assert [client.get(path).status_code for _ in range(4)] == [404, 429, 429, 429]
        time.sleep(0.3)
        assert client.get(path).status_code == 404


def test_writes_are_refused_but_not_counted(estate: Path) -> None:
    with serve(estate, limits=Limits(arm_reads=(1, SLOW))) as sandbox:
        client = Client(sandbox)
        for _ in range(3):
            assert client.call("DELETE", cluster_id(ALPHA, "alpha-00")).status_code == 405
        assert client.get(cluster_id(ALPHA, "alpha-00")).status_code == 200


@pytest.mark.parametrize(
    ("options", "served"),
    [({}, 15), ({"limits": Limits(scale=2)}, 30), ({"limits": None}, 40)],
)
def test_the_table_is_azures_unless_told_otherwise(
    estate: Path, options: dict[str, Any], served: int
) -> None:
    with serve(estate, **options) as sandbox:
        client = Client(sandbox)
        client.get("/subscriptions")
        statuses = [client.query("print 1").status_code for _ in range(40)]
    assert (statuses.index(429) if 429 in statuses else 40) == served
