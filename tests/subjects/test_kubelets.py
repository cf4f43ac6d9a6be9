"""Whose nodes act as which identity, and of which clusters that is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen.subjects.kubelets import kubelets
from tests.assess.build import OTHER, Snapshot, cluster, cluster_id


def pulling_as(name: str, object_id: str, key: str = "kubeletidentity") -> dict[str, Any]:
    return cluster(name, identityProfile={key: {"objectId": object_id}})


def test_clusters_are_known_by_the_identity_of_their_nodes(tmp_path: Path) -> None:
    bodies = [pulling_as("a", "K1"), pulling_as("b", "k1", "kubeletIdentity"), pulling_as("c", "k2")]
    found = kubelets(Snapshot(tmp_path).arm(*bodies).graph(*bodies).reader())
    assert found.clusters == {"k1": ("a", "b"), "k2": ("c",)}
    assert found.unknown == ()


def test_a_cluster_listed_twice_is_one(tmp_path: Path) -> None:
    found = kubelets(Snapshot(tmp_path).arm(pulling_as("a", "k1"), pulling_as("A", "k1")).reader())
    assert found.clusters == {"k1": ("a",)}


def test_whose_identity_is_not_known_is_named(tmp_path: Path) -> None:
    principal = cluster("old", servicePrincipalProfile={"clientId": "app"})
    snapshot = Snapshot(tmp_path).arm(principal, pulling_as("a", "k1"))
    snapshot.graph(principal, cluster("hidden"))
    snapshot.gap("arm.managed-clusters", OTHER).gap("arm.managed-clusters", cluster_id("refused"))
    snapshot.gap("arm.managed-clusters", cluster_id("a")).gap("arm.agent-pools", cluster_id("a"))
    found = kubelets(snapshot.reader())
    assert found.unknown == (f"all clusters in {OTHER}", "hidden", "old", "refused")
