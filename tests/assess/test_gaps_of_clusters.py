"""A cluster that could not be entered: what stands on its API server is not assessed, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.model import Cause, Gap, Status
from tests.assess.build import Snapshot, cluster, cluster_id
from tests.assess.test_engine import by_name, control, run


def pods_control(folder: Path) -> None:
    control(folder, needs=["arm.managed-clusters", "k8s.pods", "k8s.nodes"], check="true")


@pytest.mark.parametrize("scope", [cluster_id("a"), cluster_id("a").upper()])
def test_a_gap_in_the_way_in_covers_every_source_behind_it(tmp_path: Path, scope: str) -> None:
    pods_control(tmp_path)
    snapshot = Snapshot(tmp_path).arm(cluster("a"), cluster("b"))
    snapshot.gap("k8s.access", scope, "The cluster is stopped, and so is its API server.")
    found = by_name(run(tmp_path, snapshot))
    assert (found["a"].status, found["a"].cause) == (Status.NOT_ASSESSED, Cause.GAP)
    assert found["a"].reason == (
        "Way to the cluster's API server, and what the collector may read there: "
        "The cluster is stopped, and so is its API server."
    )
    assert found["b"].cause is not Cause.GAP or "API server" not in found["b"].reason


def test_a_sources_own_gap_is_said_before_that_of_the_way_in(tmp_path: Path) -> None:
    pods_control(tmp_path)
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    snapshot.gap("k8s.pods", cluster_id("a"), "HTTP 403 Forbidden.").gap(
        "k8s.access", cluster_id("a"), "Shut."
    )
    reason = by_name(run(tmp_path, snapshot))["a"].reason
    assert "Pods, Kubernetes API: HTTP 403 Forbidden." in reason
    assert reason.endswith("what the collector may read there: Shut.")


def test_what_an_engagement_leaves_out_is_excluded_and_no_gap(tmp_path: Path) -> None:
    pods_control(tmp_path)
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    snapshot.writer.gap(Gap("k8s.access", "tenant", "tenant", "excluded", "Nothing inside was looked at."))
    found = by_name(run(tmp_path, snapshot))["a"]
    assert (found.status, found.cause) == (Status.NOT_ASSESSED, Cause.EXCLUDED)


def test_secrets_that_nobody_asked_for_are_excluded(tmp_path: Path) -> None:
    control(tmp_path, needs=["arm.managed-clusters", "k8s.secrets"], check="true")
    snapshot = Snapshot(tmp_path).arm(cluster("a"), cluster("b"), cluster("c"))
    snapshot.page("k8s.secrets", cluster_id("b"), {"items": []}).gap(
        "k8s.secrets", cluster_id("c"), "Denied."
    )
    found = by_name(run(tmp_path, snapshot))
    assert (found["a"].cause, found["b"].status) == (Cause.EXCLUDED, Status.SATISFIED)
    assert "the engagement does not ask for them" in found["a"].reason
    assert found["c"].cause is Cause.GAP


def test_a_gap_beside_what_is_left_out_is_a_gap(tmp_path: Path) -> None:
    control(tmp_path, needs=["arm.diagnostic-settings", "k8s.pods"], check="true")
    snapshot = Snapshot(tmp_path).arm(cluster("a")).gap("arm.diagnostic-settings", "tenant")
    snapshot.writer.gap(Gap("k8s.access", "tenant", "tenant", "excluded", "Nothing inside was looked at."))
    assert by_name(run(tmp_path, snapshot))["a"].cause is Cause.GAP
