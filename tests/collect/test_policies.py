"""What every call goes through, with a clock and a sleep of the test's own: nothing here waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline import Pipeline
from azure.core.pipeline.transport import HttpRequest, RequestsTransport, RequestsTransportResponse

from reportgen.collect.policies import (
    LONGEST_WAIT,
    ClockPolicy,
    PacePolicy,
    PatientRetryPolicy,
    ReadOnlyPolicy,
    WholeAnswerPolicy,
    quota_seconds,
)
from reportgen.errors import ReportgenError
from reportgen.limits import Limits

GRAPH = "https://management.azure.com/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
SUB = "https://management.azure.com/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
AKS = f"{SUB}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters"

Reply = tuple[int, Mapping[str, str], bytes]


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


class Scripted(RequestsTransport):  # type: ignore[misc]
    """Answers from a list, and sleeps on the test's clock."""

    def __init__(self, time: Time, replies: Iterator[Reply]) -> None:
        super().__init__()
        self._time = time
        self._replies = replies
        self.sent: list[str] = []

    def send(self, request: Any, **_: Any) -> Any:
        self.sent.append(f"{request.method} {request.url}")
        status, headers, body = next(self._replies)
        response = requests.Response()
        response.status_code, response._content = status, body
        response.headers.update(headers)
        return RequestsTransportResponse(request, response)

    def sleep(self, duration: float) -> None:
        self._time.sleep(duration)


def send(
    replies: list[Reply], *policies: Any, method: str = "GET", url: str = SUB, time: Time | None = None
) -> tuple[Any, Scripted, Time]:
    time = time or Time()
    transport = Scripted(time, iter(replies))
    response = Pipeline(transport, policies=list(policies)).run(HttpRequest(method, url))
    return response.http_response, transport, time


OK: Reply = (200, {"Content-Type": "application/json"}, b"{}")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize(("method", "url"), [("GET", SUB), ("POST", GRAPH)])
def test_a_passing_fault_is_waited_out(status: int, method: str, url: str) -> None:
    fault: Reply = (status, {}, b"<html>")
    response, transport, time = send([fault, fault, OK], PatientRetryPolicy(), method=method, url=url)
    assert response.status_code == 200
    assert len(transport.sent) == 3
    assert time.slept == [1.0], "the first repetition is at once, the second after a while"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refusal_is_an_answer(status: int) -> None:
    response, transport, _ = send([(status, {}, b"{}")], PatientRetryPolicy())
    assert (response.status_code, len(transport.sent)) == (status, 1)


def test_a_fault_that_stays_is_given_up() -> None:
    response, transport, time = send([(503, {}, b"")] * 9, PatientRetryPolicy())
    assert (response.status_code, len(transport.sent)) == (503, 6)
    assert sum(time.slept) < 60


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:04"}, 4.0),
        ({"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:01:30"}, 90.0),
        (
            {
                "Retry-After": "2",
                "x-ms-user-quota-remaining": "0",
                "x-ms-user-quota-resets-after": "00:00:05",
            },
            2.0,
        ),
    ],
)
def test_the_service_says_how_long_to_wait(headers: dict[str, str], waited: float) -> None:
    replies: list[Reply] = [(429, headers, b"{}"), OK]
    response, _, time = send(replies, PatientRetryPolicy(), method="POST", url=GRAPH)
    assert response.status_code == 200
    assert time.slept == [waited]


def test_a_wait_that_no_run_has_is_not_waited() -> None:
    headers = {"Retry-After": str(int(LONGEST_WAIT) + 1)}
    response, transport, time = send([(429, headers, b"{}"), OK], PatientRetryPolicy())
    assert (response.status_code, len(transport.sent), time.slept) == (429, 1, [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:05", 5.0), ("01:02:03", 3723.0), ("5", 0.0), ("", 0.0), ("soon", 0.0)],
)
def test_the_quota_header_is_hours_minutes_seconds(text: str, seconds: float) -> None:
    assert quota_seconds({"x-ms-user-quota-resets-after": text}) == seconds
    assert quota_seconds({}) == 0.0


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("PUT", AKS),
        ("DELETE", f"{AKS}/one"),
        ("PATCH", f"{AKS}/one"),
        ("POST", f"{AKS}/one/listClusterAdminCredential"),
        ("POST", f"{SUB}/providers/Microsoft.ContainerService/register"),
        ("POST", f"{SUB}/providers/Microsoft.ResourceGraph/resources"),
        ("HEAD", SUB),
    ],
)
def test_what_could_change_something_is_never_sent(method: str, url: str) -> None:
    with pytest.raises(ReportgenError, match="refused, reportgen only reads"):
        send([OK], ReadOnlyPolicy(), method=method, url=url)


@pytest.mark.parametrize("body", [b'{"value": [1, 2', b"", b'{"a": "\xff"}'])
def test_json_that_breaks_off_is_asked_for_again(body: bytes) -> None:
    cut: Reply = (200, {"Content-Type": "application/json; charset=utf-8"}, body)
    response, transport, _ = send([cut, cut, OK], PatientRetryPolicy(), WholeAnswerPolicy())
    assert (response.body(), len(transport.sent)) == (b"{}", 3)
    with pytest.raises(ServiceResponseError, match="breaks off"):
        send([cut] * 9, PatientRetryPolicy(), WholeAnswerPolicy())


def test_only_json_that_says_200_has_to_be_whole() -> None:
    for reply in ((200, {"Content-Type": "text/html"}, b"<p>"), (503, {"Content-Type": "text/json"}, b"{")):
        response, _, _ = send([reply], WholeAnswerPolicy())
        assert response.body() == reply[2]


def paced(limits: Limits) -> tuple[Time, PacePolicy, Callable[[str], Any]]:
    time = Time()
    policy = PacePolicy(limits, time.sleep, lambda: time.now)
    return time, policy, lambda url: send([OK], policy, url=url, time=time)


def test_queries_keep_to_the_window_of_resource_graph() -> None:
    time, _, call = paced(Limits())
    for _ in range(15):
        call(GRAPH)
    assert time.slept == []
    call(GRAPH)
    assert time.slept == [5.1]


def test_calls_are_counted_by_subscription_and_region() -> None:
    time, policy, call = paced(Limits(aks_others=(2, 1.0)))
    ids = {name: f"{AKS}/{name}".removeprefix("https://management.azure.com").lower() for name in "abc"}
    policy.regions.update({ids["a"]: "westeurope", ids["b"]: "westeurope", ids["c"]: "northeurope"})
    call(f"{AKS}/a/agentPools")
    call(f"{AKS}/b/agentPools")
    call(f"{AKS}/c/agentPools")
    assert time.slept == [], "another region has tokens of its own"
    call(f"{AKS}/A/agentPools")
    assert time.slept == [1.1]


def test_a_quota_that_is_used_up_holds_the_next_query_back() -> None:
    time = Time()
    policy = PacePolicy(Limits(), time.sleep, lambda: time.now)
    used = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:03"}
    send([(200, used, b"{}")], policy, url=GRAPH, time=time)
    send([OK], policy, url=SUB, time=time)
    assert time.slept == []
    send([OK], policy, url=GRAPH, time=time)
    assert time.slept == [3.1]


def test_the_hosts_clock_is_compared_with_every_answer() -> None:
    policy = ClockPolicy(lambda: datetime(2026, 11, 15, 6, 10, tzinfo=UTC))
    for date in ("Sun, 15 Nov 2026 06:09:59 GMT", "Sun, 15 Nov 2026 06:04:00 GMT", "", "nonsense"):
        send([(200, {"Date": date} if date else {}, b"")], policy)
    assert policy.apart == 360.0
    send([(200, {"Date": "Sun, 15 Nov 2026 06:20:00 GMT"}, b"")], policy)
    assert policy.apart == -600.0
