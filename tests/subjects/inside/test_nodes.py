"""Nodes: images, reboots as kured notes them, kured's reach, and the days since Patch Tuesdays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reportgen.model import Json
from reportgen.subjects import patch_tuesday
from reportgen.subjects.inside import nodes, reboots
from reportgen.subjects.inside.interface import Objects
from tests.assess.build import Snapshot, cluster, cluster_id
from tests.subjects.inside.rbac import objects

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
OLD, NEW = "AKSUbuntu-2204gen2containerd-202609.22.0", "AKSUbuntu-2204gen2containerd-202611.03.0"
IN_PROGRESS = "weave.works/kured-reboot-in-progress"
NEEDED = "weave.works/kured-most-recent-reboot-needed"


def node(
    annotations: dict[str, str] | None = None, *, taints: list[Json] | None = None, kubelet: str = "v1.34.6"
) -> Json:
    return {
        "metadata": {
            "name": "aks-a-0",
            "labels": {
                "kubernetes.io/os": "linux",
                "kubernetes.azure.com/agentpool": "a",
                "kubernetes.azure.com/node-image-version": OLD,
            },
            "annotations": annotations or {},
        },
        "spec": {"taints": taints or []},
        "status": {
            "nodeInfo": {"kubeletVersion": kubelet, "operatingSystem": "linux"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def kured(**spec: Json) -> Json:
    containers = [{"image": "ghcr.io/kubereboot/kured:1.17.1"}]
    return {"spec": {"template": {"spec": {"containers": containers, **spec}}}}


@pytest.mark.parametrize(
    ("annotations", "annotates", "pending", "days"),
    [
        ({IN_PROGRESS: "2026-10-20T04:02:31Z", NEEDED: "2026-10-20T04:02:31Z"}, True, True, 26),
        ({IN_PROGRESS: "2026-11-15T04:41:09Z"}, True, True, 0),
        ({NEEDED: "2026-10-20T04:02:31Z"}, True, False, None),
        ({}, True, False, None),
        ({}, False, None, None),
        ({IN_PROGRESS: "soon"}, True, True, None),
        ({IN_PROGRESS: "2026-10-20T04:02:31"}, True, True, None),
    ],
)
def test_a_reboot_is_pending_while_kured_says_in_progress(
    annotations: dict[str, str], annotates: bool, pending: bool | None, days: int | None
) -> None:
    one = node(annotations)
    assert reboots.pending(one, annotates=annotates) is pending
    assert reboots.waits_days(one, AS_OF) == days


TAINT = {"key": "tenant", "value": "a", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("daemon_set", "taints", "covered"),
    [
        (kured(), [], True),
        (kured(), [TAINT], False),
        (kured(tolerations=[{"operator": "Exists"}]), [TAINT], True),
        (kured(tolerations=[{"key": "tenant", "value": "a", "effect": "NoSchedule"}]), [TAINT], True),
        (kured(tolerations=[{"key": "tenant", "value": "b"}]), [TAINT], False),
        (kured(tolerations=[{"operator": "Exists", "effect": "NoExecute"}]), [TAINT], False),
        (kured(), [{**TAINT, "effect": "PreferNoSchedule"}], True),
        (kured(), [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}], True),
        (kured(nodeSelector={"kubernetes.io/os": "linux"}), [], True),
        (kured(nodeSelector={"kubernetes.io/os": "windows"}), [], False),
        ({"spec": {"template": {"spec": {"containers": [{"image": "other/kured-exporter:1"}]}}}}, [], False),
    ],
)
def test_kured_covers_a_node_that_its_daemon_set_takes_in(
    daemon_set: Json, taints: list[Json], covered: bool
) -> None:
    sets = [one for one in [daemon_set] if reboots.runs_kured(one)]
    assert reboots.covered(node(taints=taints), sets) is covered


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2026, 9, 8), (2026, 12, 8), (2026, 11, 10), (2027, 6, 8), (2025, 7, 8)]
)
def test_patch_tuesday_is_the_second(year: int, month: int, day: int) -> None:
    assert patch_tuesday.of_month(year, month) == date(year, month, day)


@pytest.mark.parametrize(
    ("built", "days"),
    [
        (date(2026, 11, 12), 0),
        (date(2026, 11, 10), 0),
        (date(2026, 11, 9), 5),
        (date(2026, 10, 14), 5),
        (date(2026, 7, 14), 96),
        (date(2025, 12, 20), 306),
    ],
)
def test_days_count_from_the_first_patch_tuesday_that_an_image_lacks(built: date, days: int) -> None:
    assert patch_tuesday.days_unpatched(built, date(2026, 11, 15)) == days


@pytest.mark.parametrize(
    ("kubelet", "control_plane", "behind"),
    [("v1.34.6", "1.34.7", 0), ("v1.32.1", "1.34", 2), ("v1.35.0", "1.34.7", -1), ("odd", "1.34.7", None)],
)
def test_kubelets_are_compared_by_minor_version(kubelet: str, control_plane: str, behind: int | None) -> None:
    body = {"properties": {"kubernetesVersion": control_plane}}
    assert nodes.minors_behind(node(kubelet=kubelet), body) == behind


@pytest.mark.parametrize("status", ["False", "Unknown"])
def test_a_node_that_is_not_heard_of_is_not_ready(status: str) -> None:
    assert nodes.ready(node())
    assert not nodes.ready({"status": {"conditions": [{"type": "Ready", "status": status}]}})
    assert not nodes.ready({})


def test_a_node_is_joined_with_its_pool_and_the_newest_image(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path)
    snapshot.page("k8s.nodes", cluster_id("one"), {"items": [node()]})
    upgrade = {"properties": {"latestNodeImageVersion": NEW}}
    snapshot.page("arm.pool-upgrade-profiles", f"{cluster_id('one')}/agentPools/a", upgrade)
    body = cluster("one", agentPoolProfiles=[{"name": "a", "nodeImageVersion": NEW}])
    all_known = Objects(snapshot.reader(), body, cluster_id("one"), {}, frozenset(), AS_OF)
    (found,) = nodes.NODE.build(all_known)
    assert found.derived["runs_pool_image"] is False
    assert (found.derived["image_date"], found.derived["days_behind_newest"]) == ("2026-09-22", 42)
    assert found.derived["kured"] is False
    assert "reboot_pending" not in found.derived


def test_what_is_not_known_of_a_node_is_left_out(tmp_path: Path) -> None:
    bare = {"metadata": {"name": "n"}}
    (found,) = nodes.NODE.build(objects(tmp_path, {"nodes": [bare]}, missing=("k8s.daemon-sets",)))
    absent = {"kured", "runs_pool_image", "newest_image", "days_behind_newest", "days_without_patches"}
    assert not absent & set(found.derived)
