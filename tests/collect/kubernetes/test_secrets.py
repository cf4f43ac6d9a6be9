"""Secrets: only where they are asked for, and then their names, types, numbers of keys and ages."""

from __future__ import annotations

from typing import Any

from reportgen.collect.kubernetes.secrets import TABLE
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import Bench
from tests.collect.kubernetes.server import ApiServer, Call, Reply, status

SECRETS = "k8s.secrets"


def about_secrets(bench: Bench) -> list[Call]:
    return [call for call in bench.server.calls if call.path.endswith("/secrets")]


def test_k09_k33_secrets_are_not_asked_for_unless_they_are_wanted(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    assert not about_secrets(bench)
    assert not bench.pages(SECRETS)
    assert not bench.gaps


def test_k04_k10_k33_they_are_asked_for_as_a_table_without_objects_a_namespace(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect(secrets=True)
    assert [(call.path, call.accept, call.query["includeObject"]) for call in about_secrets(bench)] == [
        (f"/api/v1/namespaces/{namespace}/secrets", TABLE, "None") for namespace in ("app", "empty")
    ]
    assert bench.items(SECRETS) == [
        {"metadata": {"namespace": "app", "name": "db"}, "type": "Opaque", "keys": 2, "age": "12d"},
        {
            "metadata": {"namespace": "app", "name": "tls"},
            "type": "kubernetes.io/tls",
            "keys": 1,
            "age": "12d",
        },
    ]
    told = bench.provenance(SECRETS)
    assert [page.rows for page in told] == [2, 0]
    assert told[0].parameters == {"limit": 500, "accept": TABLE}
    assert "includeObject=None" in told[0].url
    assert "CANARY" not in bench.text()
    assert "Q0FOQVJZ" not in bench.text()


def changed(bench: Bench, change: Any) -> None:
    """Let the server answer about secrets as it does, and then otherwise."""

    def fault(call: Call) -> Reply | None:
        if not call.path.endswith("/secrets"):
            return None
        reply = ApiServer(bench.server.cluster).answer(call)
        change(reply.body)
        return reply

    bench.server.faults.append(fault)


def gap(bench: Bench) -> str:
    (found,) = bench.gaps
    assert found.source == SECRETS
    assert "CANARY" not in bench.text()
    return found.detail


def test_k07_a_server_that_sends_the_secrets_themselves_is_not_listened_to(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    whole = {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": [{"data": {"x": "CANARY"}}]}
    bench.server.faults.append(lambda call: Reply(whole) if call.path.endswith("/secrets") else None)
    bench.collect(secrets=True)
    assert "is no Table, and was not looked into" in gap(bench)


def test_k04_columns_that_are_others_are_not_read(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    changed(bench, lambda body: body["columnDefinitions"].insert(0, {"name": "CANARY"}))
    bench.collect(secrets=True)
    assert "the table's columns are not Name, Type, Data, Age" in gap(bench)


def test_k04_cells_that_are_others_are_not_read(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    changed(bench, lambda body: body["rows"][0].update(cells=["db", "Opaque", "CANARY", "1d"]))
    bench.collect(secrets=True)
    assert "is not as Kubernetes declares it" in gap(bench)


def test_k06_a_server_that_makes_no_tables_is_a_gap(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.faults.append(
        lambda call: status(406, "NotAcceptable", "CANARY") if call.path.endswith("/secrets") else None
    )
    bench.collect(secrets=True)
    assert gap(bench).startswith("HTTP 406 NotAcceptable")


def test_k19_a_namespace_that_is_refused_is_a_gap(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    message = 'secrets is forbidden: User "CANARY" cannot list resource "secrets" in the namespace "empty"'
    bench.server.faults.append(
        lambda call: status(403, "Forbidden", message) if call.path.endswith("empty/secrets") else None
    )
    bench.collect(secrets=True)
    assert (
        gap(bench) == "HTTP 403 Forbidden. Needed right in the cluster: list secrets in the core API group."
    )
    assert len(bench.items(SECRETS)) == 2


def test_k21_a_namespace_that_is_gone_has_none(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.resources[("", "v1", "namespaces")].items.append({"metadata": {"name": "gone"}})
    bench.collect(secrets=True)
    assert not bench.gaps
    assert [page["items"] for page in bench.pages(SECRETS)][-1] == []


def test_without_the_right_they_are_a_gap_and_all_else_is_read(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.denied = {"secrets"}
    bench.collect(secrets=True)
    assert "may not list secrets in the core API group" in gap(bench)
    assert not about_secrets(bench)


def test_without_the_namespaces_they_are_a_gap(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.denied = {"namespaces"}
    bench.collect(secrets=True)
    assert {gap.source for gap in bench.gaps} == {"k8s.namespaces", SECRETS}
    assert not about_secrets(bench)


def test_k14_tables_that_expire_are_begun_again(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.page, bench.server.cluster.expires = 1, 0
    struck: list[str] = []

    def fault(call: Call) -> Reply | None:
        if call.path.endswith("/secrets") and "continue" in call.query and not struck:
            struck.append(call.path)
            return status(410, "Expired", "too old")
        return None

    bench.server.faults.append(fault)
    bench.collect(secrets=True)
    assert not bench.gaps
    assert [item["metadata"]["name"] for item in bench.items(SECRETS)] == ["db", "tls"]
