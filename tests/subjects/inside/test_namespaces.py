"""Namespaces: policies that deny, the metadata service, and tenants kept apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Json
from reportgen.subjects.inside import egress, namespaces
from tests.subjects.inside.rbac import CLUSTER, objects

ELSEWHERE = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}]}


def policy(*rules: Json, labels: Json = None, types: list[str] | None = None) -> Json:
    spec = {"podSelector": {"matchLabels": labels} if labels else {}, "policyTypes": types or ["Egress"]}
    return {"metadata": {"namespace": "shop", "name": "p"}, "spec": {**spec, "egress": list(rules)}}


@pytest.mark.parametrize(
    ("policies", "blocked"),
    [
        ([], False),
        ([policy()], True),
        ([policy(ELSEWHERE)], True),
        ([policy({})], False),
        ([policy({"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}]})], True),
        ([policy({"ports": [{"port": 443}]})], True),
        ([policy({"ports": [{"port": 1, "endPort": 1024}]})], False),
        ([policy({"ports": [{"protocol": "TCP"}]})], False),
        ([policy({"ports": [{"port": "http"}]})], True),
        ([policy({"to": [{"ipBlock": {"cidr": "169.254.0.0/16"}}]})], False),
        ([policy({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]})], True),
        ([policy({"to": [{"ipBlock": {"cidr": "odd"}}]})], False),
        ([policy({"to": [{"namespaceSelector": {}}]})], True),
        ([policy(labels={"a": "b"})], False),
        ([policy(), policy({}, labels={"a": "b"})], False),
        ([policy(types=["Ingress"])], False),
    ],
)
def test_the_metadata_service_is_blocked_where_no_policy_lets_it_through(
    policies: list[Json], blocked: bool
) -> None:
    assert egress.metadata_blocked(policies) is blocked


@pytest.mark.parametrize(
    ("profile", "enforced"),
    [
        ({"networkPlugin": "azure", "networkPolicy": "cilium"}, True),
        ({"networkPlugin": "azure", "networkPolicy": "none"}, False),
        ({"networkPlugin": "azure"}, False),
        ({"networkPlugin": "none"}, None),
    ],
)
def test_policies_take_effect_where_there_is_an_engine(profile: Json, enforced: bool | None) -> None:
    assert namespaces.policies_enforced({"properties": {"networkProfile": profile}}) is enforced


def pod(namespace: str, node: str, phase: str = "Running", owner: str = "ReplicaSet", **spec: Any) -> Json:
    return {
        "metadata": {"namespace": namespace, "name": f"on-{node}", "ownerReferences": [{"kind": owner}]},
        "spec": {"nodeName": node, **spec},
        "status": {"phase": phase},
    }


LISTS: dict[str, list[Json]] = {
    "namespaces": [{"metadata": {"name": name, "labels": {"tenant": name}}} for name in ("a", "b", "c")],
    "nodes": [
        {"metadata": {"name": "n1"}, "spec": {"taints": [{"key": "tenant", "effect": "NoSchedule"}]}},
        {"metadata": {"name": "n2"}, "spec": {"taints": [{"key": "tenant", "effect": "PreferNoSchedule"}]}},
    ],
    "pods": [
        pod("a", "n1", runtimeClassName="vm"),
        pod("b", "n2", runtimeClassName="plain"),
        pod("c", "n2"),
        pod("c", "n1", owner="DaemonSet"),
        pod("c", "n1", phase="Succeeded"),
    ],
    "runtime-classes": [
        {"metadata": {"name": "vm"}, "handler": "kata"},
        {"metadata": {"name": "plain"}, "handler": "runc"},
    ],
}


def test_tenants_have_neighbours_nodes_and_kernels(tmp_path: Path) -> None:
    found = {one.name: one.derived for one in namespaces.NAMESPACE.build(objects(tmp_path, LISTS))}
    assert found["a"]["neighbours"] == []
    assert found["b"]["neighbours"] == [{"name": "c", "labels": {"tenant": "c"}}]
    assert (found["a"]["open_nodes"], found["b"]["open_nodes"]) == ([], ["n2"])
    assert [found[name]["pods_on_shared_kernel"] for name in "abc"] == [0, 1, 1]


def test_tenancy_is_unknown_where_a_list_is_missing(tmp_path: Path) -> None:
    lists = {"namespaces": LISTS["namespaces"]}
    one, *_ = namespaces.NAMESPACE.build(objects(tmp_path, lists, missing=("k8s.pods",)))
    assert not {"neighbours", "open_nodes", "pods_on_shared_kernel"} & set(one.derived)


def test_policies_of_engines_are_counted(tmp_path: Path) -> None:
    own = {"metadata": {"namespace": "a", "name": "p"}}
    lists = {
        **LISTS,
        "cilium-network-policies": [own],
        "calico-global-network-policies": [{"metadata": {"name": "g"}}],
    }
    known = replace(objects(tmp_path, lists), cluster=CLUSTER)
    found = {one.name: one.derived["engine_policies"] for one in namespaces.NAMESPACE.build(known)}
    assert found == {"a": 2, "b": 1, "c": 1}
