"""Calls: tokens, patience, deadlines, and that nothing but reads is sent."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from reportgen import __version__
from reportgen.collect.connection import Connection
from reportgen.collect.kubernetes import client as module
from reportgen.collect.kubernetes.client import AT_ONCE, Client, refused
from reportgen.collect.kubernetes.failures import DeadlinePassed, NoPath, Unread
from reportgen.collect.kubernetes.tokens import FixedToken
from reportgen.collect.kubernetes.transport import Deadline, proxy_host, trusting
from tests.collect.kubernetes.conftest import NOW, client
from tests.collect.kubernetes.server import API, LOGIN, MANAGEMENT, Call, Reply, Server, status
from tests.collect.kubernetes.wire import serving
from tests.collect.proxy import proxy

RIGHT = "list pods in the core API group"
EMPTY = {"kind": "PodList", "metadata": {}, "items": []}


class Twice:
    """Has another token where the first is refused, and counts how often it was asked."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.renewals = 0

    def token(self) -> str:
        return self.tokens[0]

    def renew(self, refused: str) -> bool:
        self.renewals += 1
        if len(self.tokens) > 1:
            self.tokens.pop(0)
        return self.tokens[0] != refused


def times(number: int, reply: Reply) -> Any:
    """A fault that strikes so many times."""
    left = [number]

    def fault(call: Call) -> Reply | None:
        if call.host != API or not left[0]:
            return None
        left[0] -= 1
        return reply

    return fault


def with_tokens(server: Server, *tokens: str) -> tuple[Client, Twice]:
    server.cluster.tokens = {"good"}
    server.cluster.add("v1", "pods", "Pod")
    authorizer = Twice(*tokens)
    found = client(server)
    found._authorizer = authorizer
    return found, authorizer


def test_k22_a_refused_token_is_renewed_once(server: Server) -> None:
    api, authorizer = with_tokens(server, "old", "good")
    assert api.get("/api/v1/pods").status == 200
    assert authorizer.renewals == 1
    assert [call.headers["authorization"] for call in server.calls] == ["Bearer old", "Bearer good"]
    api.close()


def test_k22_a_second_refusal_is_the_end(server: Server) -> None:
    api, authorizer = with_tokens(server, "old", "older")
    reply = api.get("/api/v1/pods")
    assert (reply.status, authorizer.renewals) == (401, 1)
    error = refused(reply, RIGHT)
    assert (error.reason, str(error)) == (
        "denied",
        f"HTTP 401 Unauthorized. Needed right in the cluster: {RIGHT}.",
    )
    api.close()


def test_k23_without_a_token_the_server_sees_nobody(server: Server) -> None:
    api = client(server, token="")
    assert api.get("/api/v1/pods").status == 403
    assert "authorization" not in server.calls[0].headers, "an empty bearer would be anonymous without a word"
    api.close()


def test_k24_only_the_version_is_for_everybody(server: Server) -> None:
    api = client(server, token="")
    assert api.get("/version").status == 200
    assert api.get("/apis").status == 403
    api.close()


@pytest.mark.parametrize("body", [b"", b"<html>CANARY</html>", b"[]", b'{"message": "CANARY"}'])
def test_k31_a_refusal_is_known_by_its_code(server: Server, body: bytes) -> None:
    server.faults.append(lambda call: Reply(status=403, raw=body))
    api = client(server)
    error = refused(api.get("/api/v1/pods"), RIGHT)
    assert (error.reason, str(error)) == ("denied", f"HTTP 403. Needed right in the cluster: {RIGHT}.")
    api.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_k28_k32_nothing_but_reads_and_reviews_of_ones_own_rights_is_sent(
    server: Server, method: str
) -> None:
    api = client(server)
    for path in (
        "/api/v1/pods",
        "/api/v1/namespaces/a/pods/b/exec",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    ):
        with pytest.raises(ValueError, match="refused, reportgen only reads"):
            api._request(method, path, module.JSON, {}, b"{}")
    assert not server.calls
    api.close()


def test_calls_say_who_asks_and_take_gzip_over_http_1(server: Server) -> None:
    server.cluster.add("v1", "pods", "Pod", *({"metadata": {"name": "x" * 50}} for _ in range(50)))
    api = client(server)
    reply = api.get("/api/v1/pods")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.content.startswith(b'{"kind": "PodList"')
    (call,) = server.calls
    assert call.headers["user-agent"] == f"reportgen/{__version__}"
    assert call.headers["accept-encoding"] == "gzip"
    assert reply.headers["audit-id"] == "audit-1"
    api.close()


def test_a_server_that_is_busy_is_asked_again_when_it_says(server: Server) -> None:
    waited: list[float] = []
    server.cluster.add("v1", "pods", "Pod")
    busy = status(429, "TooManyRequests", "busy", {"retryAfterSeconds": 3})
    server.faults += [
        times(1, Reply(busy.body, 429, {"Retry-After": "7"})),
        times(1, busy),
        times(1, Reply(status=503)),
    ]
    api = client(server, sleep=waited.append)
    assert api.get("/api/v1/pods").status == 200
    assert waited == [7.0, 3.0, 2.0]
    api.close()


def test_priority_and_fairness_that_goes_on_rejecting_is_said(server: Server) -> None:
    headers = {
        "Retry-After": "1",
        "X-Kubernetes-PF-PriorityLevel-UID": "p",
        "X-Kubernetes-PF-FlowSchema-UID": "f",
    }
    body = status(429, "TooManyRequests", "too many requests, CANARY").body
    server.faults.append(lambda call: Reply(body, 429, headers))
    api = client(server)
    error = refused(api.get("/api/v1/pods"), RIGHT)
    assert error.reason == "throttled"
    assert "API priority and fairness rejects the calls" in str(error)
    assert "CANARY" not in str(error)
    assert len(server.calls) == 5
    api.close()


def test_a_server_that_asks_for_more_patience_than_there_is_is_not_waited_for(server: Server) -> None:
    waited: list[float] = []
    server.faults.append(lambda call: Reply(status=429, headers={"Retry-After": "3600"}))
    api = client(server, sleep=waited.append)
    assert api.get("/api/v1/pods").status == 429
    assert not waited
    api.close()
    api = client(server, sleep=waited.append, seconds=5)
    server.faults[:] = [lambda call: Reply(status=429, headers={"Retry-After": "30"})]
    with pytest.raises(DeadlinePassed, match="The 5 seconds that one cluster may take passed"):
        api.get("/api/v1/pods")
    assert not waited
    api.close()


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_an_error_of_the_server_is_tried_again_and_then_given_up(server: Server, code: int) -> None:
    server.faults.append(lambda call: Reply(status=code, raw=b"CANARY"))
    api = client(server)
    error = refused(api.get("/api/v1/pods"), RIGHT)
    assert (error.reason, str(error)) == ("failed", f"HTTP {code}.")
    assert len(server.calls) == 5
    api.close()


def test_redirects_are_not_followed(server: Server) -> None:
    server.faults.append(lambda call: Reply(status=302, headers={"Location": "https://elsewhere.test/"}))
    api = client(server)
    with pytest.raises(Unread, match=f"HTTP 302 from {API}: redirects are not followed"):
        api.get("/api/v1/pods")
    assert len(server.calls) == 1
    api.close()


@pytest.mark.parametrize(
    "broken", [Reply(EMPTY, cut=True), Reply(raw=b'{"kind": "PodList", "items": [{"metadata"')]
)
def test_an_answer_that_breaks_off_is_no_answer(server: Server, broken: Reply) -> None:
    server.cluster.add("v1", "pods", "Pod")
    server.faults.append(times(2, broken))
    api = client(server)
    assert api.get("/api/v1/pods").status == 200
    server.faults[:] = [lambda call: broken]
    with pytest.raises(Unread, match=r"breaks off|broke off"):
        api.get("/api/v1/pods")
    api.close()


def test_a_call_has_one_deadline_for_all_of_its_bytes(server: Server) -> None:
    server.faults.append(lambda call: Reply(EMPTY, drip=0.05))
    api = client(server, call_seconds=0.3)
    with pytest.raises(Unread, match=f"{API} did not finish its answer within 0.3 seconds"):
        api.get("/api/v1/pods")
    api.close()


def test_a_call_ends_with_the_clusters_deadline(server: Server) -> None:
    server.faults.append(lambda call: Reply(EMPTY, drip=0.05))
    api = client(server, seconds=0.3)
    with pytest.raises(DeadlinePassed, match=r"The 0\.3 seconds that one cluster may take"):
        api.get("/api/v1/pods")
    with pytest.raises(DeadlinePassed):
        api.get("/api/v1/pods")
    assert len(server.calls) == 1, "with no time left nothing is asked"
    api.close()


@contextmanager
def headers_that_drip(ca: trustme.CA) -> Iterator[tuple[str, int]]:
    """A server that never finishes its first header, a byte at a time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(API).configure_cert(context)
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        plain, _ = listener.accept()
        with context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            over.set()
            thread.join()


def test_headers_that_never_end_cost_their_call_only() -> None:
    ca = trustme.CA()
    with headers_that_drip(ca) as address:
        way = Connection(f"https://{MANAGEMENT}", f"https://{LOGIN}", None, address, call_seconds=0.3)
        context = trusting(ca.cert_pem.bytes().decode())
        api = Client(f"https://{API}", context, FixedToken("t"), way, Deadline(20), lambda: NOW)
        with pytest.raises(Unread, match="did not finish its answer"):
            api.get("/version")
        api.close()


def test_an_answer_is_bounded_unpacked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_ANSWER", 1 << 20)
    packed = gzip.compress(b"0" * (2 << 20))
    server.faults.append(lambda call: Reply(raw=packed, headers={"Content-Encoding": "gzip"}))
    api = client(server)
    with pytest.raises(Unread, match=f"{API} answered with more than 1 MiB at once"):
        api.get("/api/v1/pods")
    assert len(server.calls) == 1
    api.close()


def test_a_name_that_does_not_resolve(server: Server) -> None:
    way = Connection(f"https://{MANAGEMENT}", f"https://{LOGIN}", None, server.address)
    api = Client(
        "https://aks-x.privatelink.westeurope.azmk8s.io:443",
        trusting(""),
        FixedToken("t"),
        way,
        Deadline(9),
        lambda: NOW,
    )
    with pytest.raises(
        NoPath, match=r"the name aks-x\.privatelink\.westeurope\.azmk8s\.io does not resolve from here"
    ):
        api.get("/version")
    api.close()


def test_a_server_that_refuses_the_connection(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
    api = client(server, address=address)
    with pytest.raises(NoPath, match=f"{API} refuses the connection"):
        api.get("/version")
    api.close()


def test_a_certificate_of_somebody_else(server: Server) -> None:
    with serving() as other:
        way = Connection(f"https://{MANAGEMENT}", f"https://{LOGIN}", None, other.address)
        context = trusting(server.ca_pem.decode())
        api = Client(f"https://{API}", context, FixedToken("CANARY"), way, Deadline(9), lambda: NOW)
        with pytest.raises(
            NoPath, match=f"the certificate that {API} shows is not one that the cluster's CA vouches for"
        ):
            api.get("/version")
        assert not other.calls, "nobody is shown a token before his certificate is known"
        api.close()


def test_a_certificate_for_another_name(server: Server) -> None:
    way = Connection(f"https://{MANAGEMENT}", f"https://{LOGIN}", None, server.address)
    context = trusting(server.ca_pem.decode())
    api = Client("https://other.azure.test", context, FixedToken("t"), way, Deadline(9), lambda: NOW)
    with pytest.raises(NoPath, match="the certificate"):
        api.get("/version")
    api.close()


def test_something_that_speaks_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        way = Connection(f"https://{MANAGEMENT}", f"https://{LOGIN}", None, listener.getsockname())
        api = Client(f"https://{API}", trusting(""), FixedToken("t"), way, Deadline(9), lambda: NOW)
        with pytest.raises(NoPath, match=f"TLS with {API} fails"):
            api.get("/version")
        api.close()
        thread.join()


@pytest.mark.parametrize("by", ["engagement", "environment"])
def test_calls_go_through_the_proxy(server: Server, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    with proxy(server.address) as between:
        if by == "environment":
            monkeypatch.setenv("HTTPS_PROXY", f"http://{between.host}")
            way = Connection(call_seconds=9)
        else:
            way = Connection(call_seconds=9, proxy=f"http://{between.host}")
        context = trusting(server.ca_pem.decode())
        api = Client(f"https://{API}", context, FixedToken("t"), way, Deadline(9), lambda: NOW)
        assert api.get("/version").status == 200
        assert between.asked == [f"{API}:443"]
        assert proxy_host(f"https://{API}", way) == between.host
        api.close()


def test_the_proxys_password_goes_to_the_proxy_alone(server: Server) -> None:
    credentials = "Basic " + base64.b64encode(b"me:p@ss").decode()
    with proxy(server.address, credentials=credentials) as between:
        way = Connection(call_seconds=9, proxy=f"http://me:p%40ss@{between.host}")
        context = trusting(server.ca_pem.decode())
        api = Client(f"https://{API}", context, FixedToken("t"), way, Deadline(9), lambda: NOW)
        assert api.get("/version").status == 200
        assert proxy_host(f"https://{API}", way) == between.host
        assert "proxy-authorization" not in server.calls[0].headers
        api.close()


def test_a_proxy_that_refuses_is_no_path(server: Server) -> None:
    with proxy(server.address, credentials="Basic c2VjcmV0") as between:
        way = Connection(call_seconds=9, proxy=f"http://{between.host}")
        api = Client(
            f"https://{API}", trusting(server.ca_pem.decode()), FixedToken("t"), way, Deadline(9), lambda: NOW
        )
        with pytest.raises(NoPath, match=f"the proxy does not let calls to {API} through"):
            api.get("/version")
        api.close()


def test_hosts_that_no_proxy_is_for_are_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", ".azure.test")
    assert proxy_host(f"https://{API}", Connection()) == ""
    assert proxy_host("https://elsewhere.test", Connection()) == "proxy.test:3128"


def test_the_systems_certificates_are_trusted_where_a_cluster_names_none() -> None:
    assert trusting("").verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(Unread, match="are not what they should be"):
        trusting("-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n")


def test_no_credential_is_in_what_an_error_says(server: Server, tmp_path: Path) -> None:
    del tmp_path
    api = client(server, token="CANARY-token", call_seconds=0.2)
    server.faults.append(lambda call: Reply(EMPTY, drip=0.05))
    with pytest.raises(Unread) as raised:
        api.get("/api/v1/pods", parameters={"continue": "CANARY-continue"})
    assert "CANARY" not in str(raised.value)
    api.close()


def test_a_few_calls_are_under_way_at_once_and_their_answers_in_order(server: Server) -> None:
    """The first calls are answered only together, and once one more has had time to come."""
    together, lock = threading.Barrier(AT_ONCE, timeout=20), threading.Lock()
    one_more = threading.Barrier(AT_ONCE + 1, timeout=0.3)
    under_way: list[int] = [0]

    def fault(call: Call) -> Reply:
        with lock:
            under_way.append(under_way[-1] + 1)
            first = len(under_way) <= AT_ONCE + 1
        if first:
            together.wait()
            with suppress(threading.BrokenBarrierError):
                one_more.wait()
        with lock:
            under_way.append(under_way[-1] - 1)
        return Reply({"kind": call.path})

    server.faults.append(fault)
    paths = [f"/{number}" for number in range(5 * AT_ONCE)]
    one = client(server)
    replies = one.at_once(one.get, paths)
    one.close()
    assert [json.loads(reply.content)["kind"] for reply in replies] == paths
    assert max(under_way) == AT_ONCE


def test_a_call_keeps_to_its_own_deadline_whatever_else_is_under_way(server: Server) -> None:
    """One answer drips beyond its call's deadline; those that come meanwhile set others."""
    server.faults.append(lambda call: Reply({"kind": "x" * 100}, drip=0.1 if call.path == "/slow" else 0.0))
    one = client(server, call_seconds=1.0)

    def outcome(path: str) -> str:
        try:
            return str(one.get(path).status)
        except Unread as error:
            return str(error)

    found = one.at_once(outcome, ["/slow", *["/quick"] * 40])
    one.close()
    assert found[0] == f"{API} did not finish its answer within 1 seconds."
    assert set(found[1:]) == {"200"}
