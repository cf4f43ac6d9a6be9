"""Resource Graph against Resource Manager: what is said differently is shown, what is spelled so is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.subjects.differences import differences
from tests.assess.build import Snapshot, cluster, cluster_id


def compare(folder: Path, graph: dict[str, Any], arm: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    one = cluster("one", **arm)
    row = cluster("one", **graph) | {"id": cluster_id("one").upper()}
    snapshot = (
        Snapshot(folder).arm(one, cluster("two")).page("arg.managed-clusters", "tenant", {"data": [row]})
    )
    found = list(differences(snapshot.reader()))
    assert all(item.cluster == cluster_id("one") for item in found), "a cluster that is in one only is a gap"
    return [(item.path, item.graph, item.arm) for item in found]


@pytest.mark.parametrize(
    ("graph", "arm"),
    [
        ({"kubernetesVersion": "1.34"}, {"kubernetesVersion": "1.34"}),
        ({"nodeResourceGroup": "mc_rg"}, {"nodeResourceGroup": "MC_rg"}),
        ({"aadProfile": None}, {}),
        ({"securityProfile": {}}, {}),
        ({"dnsPrefix": ""}, {}),
        ({"EnableRBAC": True}, {"enableRBAC": True}),
        (
            {"agentPoolProfiles": [{"name": "b", "count": 1}, {"name": "a", "count": 2}]},
            {"agentPoolProfiles": [{"name": "A", "count": 2}, {"name": "b", "count": 1}]},
        ),
    ],
)
def test_spelling_is_no_difference(tmp_path: Path, graph: dict[str, Any], arm: dict[str, Any]) -> None:
    assert compare(tmp_path, graph, arm) == []


def test_each_property_that_differs_is_named(tmp_path: Path) -> None:
    graph = {
        "kubernetesVersion": "1.33",
        "disableLocalAccounts": True,
        "agentPoolProfiles": [{"name": "sys", "count": 3}, {"name": "gone", "count": 1}],
    }
    arm = {
        "kubernetesVersion": "1.34",
        "securityProfile": {"sshAccess": "Disabled"},
        "agentPoolProfiles": [{"name": "sys", "count": 5}],
    }
    assert compare(tmp_path, graph, arm) == [
        ("properties.agentPoolProfiles[gone]", {"count": 1, "name": "gone"}, None),
        ("properties.agentPoolProfiles[sys].count", 3, 5),
        ("properties.disableLocalAccounts", True, None),
        ("properties.kubernetesVersion", "1.33", "1.34"),
        ("properties.securityProfile", None, {"sshAccess": "Disabled"}),
    ]


@pytest.mark.parametrize(("graph", "arm"), [(False, None), (None, False), (0, None), (1, True), (0, False)])
def test_off_and_absent_are_two_things(tmp_path: Path, graph: Any, arm: Any) -> None:
    assert compare(tmp_path, {"disableLocalAccounts": graph}, {"disableLocalAccounts": arm}) == [
        ("properties.disableLocalAccounts", graph, arm)
    ]
