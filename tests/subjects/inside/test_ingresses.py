"""Ingresses and gateways: hosts, TLS, snippets, shared hosts, and the controller behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Json
from reportgen.subjects.inside import gateways, ingresses
from tests.subjects.inside.rbac import objects


def ingress(
    *hosts: str, namespace: str = "shop", tls: list[Json] | None = None, notes: Json = None, **spec: Any
) -> Json:
    return {
        "metadata": {"namespace": namespace, "name": f"to-{namespace}", "annotations": notes or {}},
        "spec": {"rules": [{"host": host} if host else {} for host in hosts], "tls": tls or [], **spec},
    }


@pytest.mark.parametrize(
    ("document", "bare"),
    [
        (ingress("a.example", tls=[{"hosts": ["a.example"]}]), []),
        (ingress("A.example", tls=[{"hosts": ["a.Example"]}]), []),
        (ingress("a.example", tls=[{"hosts": ["*.example"]}]), []),
        (ingress("a.b.example", tls=[{"hosts": ["*.example"]}]), ["a.b.example"]),
        (ingress("a.example", "b.example", tls=[{"hosts": ["a.example"]}]), ["b.example"]),
        (ingress("a.example", tls=[{"secretName": "s"}]), []),
        (ingress("a.example"), ["a.example"]),
        (ingress(""), ["*"]),
        (ingress(defaultBackend={"service": {"name": "x"}}), ["*"]),
        (ingress("a.example", notes={"appgw.ingress.kubernetes.io/appgw-ssl-certificate": "[not read]"}), []),
    ],
)
def test_each_host_needs_an_entry_under_tls(document: Json, bare: list[str]) -> None:
    assert ingresses.hosts_without_tls(document) == bare


@pytest.mark.parametrize(
    ("notes", "refused"),
    [
        ({"kubernetes.io/ingress.allow-http": "false"}, True),
        ({"nginx.ingress.kubernetes.io/force-ssl-redirect": "true"}, True),
        ({"nginx.ingress.kubernetes.io/ssl-redirect": "false"}, False),
        ({}, False),
    ],
)
def test_http_is_refused_by_annotation(notes: Json, refused: bool) -> None:
    assert ingresses.http_refused(ingress("a", notes=notes)) is refused


def test_the_class_is_the_fields_or_the_older_annotations() -> None:
    old = {"kubernetes.io/ingress.class": "old"}
    assert ingresses.ingress_class(ingress(notes=old)) == "old"
    assert ingresses.ingress_class(ingress(notes=old, ingressClassName="new")) == "new"
    assert ingresses.ingress_class(ingress()) == ""


def test_a_host_claimed_by_two_namespaces_is_shared(tmp_path: Path) -> None:
    snippet = {"nginx.ingress.kubernetes.io/server-snippet": "[not read]"}
    lists = {
        "ingresses": [
            ingress("a.example", "b.example", notes=snippet),
            ingress("A.example", namespace="other"),
        ],
        "deployments": [
            {
                "metadata": {"namespace": "n", "name": "c"},
                "spec": {
                    "template": {"spec": {"containers": [{"image": "r.io/ingress-nginx/controller:v1"}]}}
                },
            }
        ],
    }
    first, second = ingresses.INGRESS.build(objects(tmp_path, lists))
    assert (first.derived["shared_hosts"], second.derived["shared_hosts"]) == (["a.example"], ["a.example"])
    assert first.derived["snippets"] == list(snippet)
    assert first.derived["retired_controllers"] == ["n/c"]
    assert "private" not in first.derived


def test_controllers_are_unknown_where_a_list_is_missing(tmp_path: Path) -> None:
    (one,) = ingresses.INGRESS.build(
        objects(tmp_path, {"ingresses": [ingress("a")]}, missing=("k8s.deployments",))
    )
    assert "retired_controllers" not in one.derived


def test_gateways_tell_listeners_in_clear_and_their_routes(tmp_path: Path) -> None:
    gateway = {
        "metadata": {"namespace": "gw", "name": "out"},
        "spec": {
            "listeners": [
                {"name": "http", "protocol": "HTTP"},
                {"name": "https", "protocol": "HTTPS", "hostname": "a.example"},
                {"name": "all", "protocol": "TLS", "hostname": "*.example"},
            ]
        },
        "status": {"addresses": [{"value": "203.0.113.53"}]},
    }
    routes = [
        {"metadata": {"namespace": "gw", "name": "own"}, "spec": {"parentRefs": [{"name": "out"}]}},
        {
            "metadata": {"namespace": "b", "name": "far"},
            "spec": {"parentRefs": [{"name": "out", "namespace": "gw"}]},
        },
        {"metadata": {"namespace": "b", "name": "not"}, "spec": {"parentRefs": [{"name": "out"}]}},
    ]
    (found,) = gateways.GATEWAY.build(objects(tmp_path, {"gateways": [gateway], "http-routes": routes}))
    assert found.derived["listeners_without_tls"] == ["http"]
    assert found.derived["wide_listeners"] == ["http", "all"]
    assert found.derived["private"] is False
    assert found.derived["routes"] == ["gw/own", "b/far"]
