"""A cluster that could not be entered: what stands on its API server is not assessed, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen import sampling
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


def test_what_could_not_be_listed_is_no_part_of_the_population(tmp_path: Path) -> None:
    control(tmp_path, needs=["arm.managed-clusters", "k8s.namespaces"], check="true", subject="namespace")
    snapshot = Snapshot(tmp_path).arm(cluster("a"), cluster("b"))
    names = [{"metadata": {"name": name}} for name in ("one", "two")]
    snapshot.page("k8s.namespaces", cluster_id("a"), {"items": names})
    snapshot.gap("k8s.namespaces", cluster_id("b"), "HTTP 403 Forbidden.")
    assessed = run(tmp_path, snapshot)
    (finding,) = assessed.findings
    assert (finding.population, finding.satisfied, finding.not_assessed) == (2, 2, 0)
    assert (finding.unlisted_clusters, finding.unlisted_subscriptions) == (1, 0)
    assert finding.status is Status.NOT_ASSESSED
    (unlisted,) = [item for item in assessed.observations if item.subject.unlisted]
    assert (unlisted.subject.cluster, unlisted.cause) == ("b", Cause.GAP)
    drawn_from = sampling.populations(assessed.observations)[finding.control]
    assert len(drawn_from) == 2
    assert unlisted.subject.id not in drawn_from


def test_an_asterisk_as_a_name_is_a_subject(tmp_path: Path) -> None:
    sources = ("k8s.cluster-roles", "k8s.roles")
    control(tmp_path, needs=["arm.managed-clusters", *sources], check="true", subject="role")
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    snapshot.page(sources[0], cluster_id("a"), {"items": [{"metadata": {"name": "*"}}]})
    snapshot.page(sources[1], cluster_id("a"), {"items": []})
    (item,) = run(tmp_path, snapshot).observations
    assert (item.subject.name, item.subject.unlisted) == ("*", False)
    assert item.subject.id == f"{cluster_id('a')}/kubernetes/role/%2A"


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


def test_a_gap_on_one_pool_touches_the_nodes_of_that_pool_alone(tmp_path: Path) -> None:
    control(
        tmp_path,
        subject="node",
        needs=["k8s.nodes", "arm.pool-upgrade-profiles"],
        check="has(derived.newest_image)",
        property_since=None,
    )
    pools = [{"name": "a"}, {"name": "b"}]
    labels = "kubernetes.azure.com/agentpool"
    nodes = [{"metadata": {"name": f"n-{pool}", "labels": {labels: pool}}} for pool in ("a", "b", "gone")]
    snapshot = Snapshot(tmp_path).arm(cluster("one", agentPoolProfiles=pools))
    snapshot.page("k8s.nodes", cluster_id("one"), {"items": nodes})
    profile = {"properties": {"latestNodeImageVersion": "AKSUbuntu-2204gen2containerd-202610.27.0"}}
    snapshot.page("arm.pool-upgrade-profiles", f"{cluster_id('one')}/agentPools/a", profile)
    snapshot.gap("arm.pool-upgrade-profiles", f"{cluster_id('one').upper()}/agentPools/B", "HTTP 429.")
    found = by_name(run(tmp_path, snapshot))
    assert found["n-a"].status is Status.SATISFIED
    assert (found["n-b"].status, found["n-b"].cause) == (Status.NOT_ASSESSED, Cause.GAP)
    assert found["n-b"].reason == (
        "Versions and node image an agent pool can be upgraded to, Azure Resource Manager: HTTP 429."
    )
    assert found["n-gone"].status is Status.NOT_SATISFIED, "of no pool that was asked about"


def test_a_gap_on_one_pool_touches_the_pool_itself(tmp_path: Path) -> None:
    needs = ["arm.managed-clusters", "arm.pool-upgrade-profiles"]
    control(tmp_path, subject="agent-pool", needs=needs, check="true")
    snapshot = Snapshot(tmp_path).arm(cluster("one", agentPoolProfiles=[{"name": "a"}, {"name": "b"}]))
    snapshot.gap("arm.pool-upgrade-profiles", f"{cluster_id('one')}/agentPools/b")
    found = by_name(run(tmp_path, snapshot))
    assert (found["a"].status, found["b"].status) == (Status.SATISFIED, Status.NOT_ASSESSED)
    assert found["b"].cause is Cause.GAP


def test_a_cluster_without_a_body_is_judged_by_what_its_api_server_said(tmp_path: Path) -> None:
    scope = "/kubeconfig/no-subscription/managedClusters/my%20context"
    of_nodes = {"subject": "node", "check": "derived.ready", "property_since": None}
    control(tmp_path, needs=["k8s.nodes"], **of_nodes)
    control(tmp_path, id="api-server-needs-azure", needs=["k8s.nodes", "arm.managed-clusters"], **of_nodes)
    control(tmp_path, id="api-server-of-the-cluster", check="true")
    snapshot = Snapshot(tmp_path)
    snapshot.writer.gap(Gap("arm.managed-clusters", scope, "my context", "excluded", "Not asked."))
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    snapshot.page("k8s.nodes", scope, {"items": [{"metadata": {"name": "n"}, "status": ready}]})
    found = {(seen.control, seen.subject.name): seen for seen in run(tmp_path, snapshot).observations}
    assert found["api-server-private", "n"].status is Status.SATISFIED
    assert found["api-server-private", "n"].subject.cluster == "my context"
    why = "AKS clusters of a subscription, Azure Resource Manager: Not asked."
    for key in (("api-server-needs-azure", "n"), ("api-server-of-the-cluster", "my context")):
        assert (found[key].status, found[key].cause, found[key].reason) == (
            Status.NOT_ASSESSED,
            Cause.EXCLUDED,
            why,
        )


def test_a_cluster_that_nothing_was_read_of_says_what_is_missing(tmp_path: Path) -> None:
    control(tmp_path, subject="node", needs=["k8s.nodes"], check="derived.ready", property_since=None)
    snapshot = Snapshot(tmp_path).graph(cluster("a"), cluster("b"))
    snapshot.gap("arm.managed-clusters", cluster_id("a"), "HTTP 403.").gap(
        "arm.managed-clusters", cluster_id("b"), "HTTP 403."
    )
    snapshot.gap("k8s.access", cluster_id("b"), "Shut.")
    found = {seen.subject.cluster: seen for seen in run(tmp_path, snapshot).observations}
    assert {name: (seen.status, seen.cause) for name, seen in found.items()} == {
        "a": (Status.NOT_ASSESSED, Cause.GAP),
        "b": (Status.NOT_ASSESSED, Cause.GAP),
    }
    assert found["a"].reason == "AKS clusters of a subscription, Azure Resource Manager: HTTP 403."
    assert found["b"].reason.endswith("what the collector may read there: Shut.")
