"""What no other tool was asked about is not assessed and no gap; what was imported is judged by its age."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import assess, catalogue
from reportgen.model import Cause, Control, Gap, Observation, Status
from reportgen.run import CONTROLS
from tests.assess.build import AS_OF, Snapshot, cluster, cluster_id

BENCH = "imported.kube-bench"
BY_ID = {control.id: control for control in catalogue.load(CONTROLS)}
AUTH = BY_ID["nodes-kubelet-anonymous-auth-off"]
LIMIT = BY_ID["nodes-kubelet-pid-limit-set"]
IMAGES = BY_ID["images-no-fixable-vulnerabilities"]
DEPLOYMENT = {
    "metadata": {"namespace": "shop", "name": "web"},
    "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "nginx:1.25"}]}}},
}


def page(taken_at: str, verdict: str = "pass") -> Any:
    result = {
        "id": "3.2.1",
        "title": "--anonymous-auth",
        "status": verdict,
        "verdict": verdict,
        "role": "node",
    }
    report = {"node": "n", "taken_at": taken_at, "content": "aks-1.8.0", "results": [result]}
    return {"value": [report]}


def judged(
    snapshot: Snapshot, control: Control = AUTH, **parameters: Any
) -> tuple[dict[str, Observation], tuple[str, ...]]:
    found = assess(snapshot.reader(), (control,), AS_OF, {control.id: parameters})
    return {item.subject.name: item for item in found.observations}, found.notes


def test_a_cluster_without_an_import_is_not_assessed_and_no_gap(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("a"), cluster("b"))
    snapshot.page(BENCH, cluster_id("a"), page("2026-11-01T00:00:00Z"), api_version="")
    found, notes = judged(snapshot)
    assert found["a"].status is Status.SATISFIED
    assert found["a"].evidence[-1].endswith("page-0001.json#/value")
    assert (found["b"].status, found["b"].cause) == (Status.NOT_ASSESSED, Cause.NOT_IMPORTED)
    assert found["b"].reason.endswith("no result was given for this cluster.")
    assert any("1 control on 1 cluster, to be imported" in note for note in notes)


def test_a_file_that_could_not_be_parsed_is_a_gap_on_its_cluster_alone(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("a"), cluster("b"))
    snapshot.page(BENCH, cluster_id("a"), page("2026-11-01T00:00:00Z"))
    snapshot.writer.gap(Gap(BENCH, cluster_id("a"), "a", "failed", "x.json: not valid JSON."))
    found, _ = judged(snapshot)
    assert (found["a"].cause, found["b"].cause) == (Cause.GAP, Cause.NOT_IMPORTED)
    assert found["a"].reason.endswith("x.json: not valid JSON.")


def test_a_gap_beside_what_nobody_imported_is_a_gap(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("a")).gap("arm.diagnostic-settings", cluster_id("a"))
    both = replace(AUTH, needs=(*AUTH.needs, "arm.diagnostic-settings"))
    found, _ = judged(snapshot, both)
    assert found["a"].cause is Cause.GAP


@pytest.mark.parametrize(
    ("taken_at", "days", "status"),
    [
        ("2026-08-17T06:00:00Z", 90, Status.NOT_SATISFIED),
        ("2026-08-16T06:00:00Z", 90, Status.NOT_ASSESSED),
        ("2026-08-16T06:00:00Z", 91, Status.NOT_SATISFIED),
    ],
)
def test_what_is_too_old_is_not_assessed(tmp_path: Path, taken_at: str, days: int, status: Status) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    snapshot.page(BENCH, cluster_id("a"), page(taken_at, "fail"))
    found, notes = judged(snapshot, max_age_days=days)
    assert found["a"].status is status
    assert found["a"].cause is (Cause.UNDETERMINED if status is Status.NOT_ASSESSED else None)
    assert any("lets more pass" in note for note in notes) == (days > 90)


def test_a_check_that_the_file_does_not_have_is_not_assessed(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    snapshot.page(BENCH, cluster_id("a"), page("2026-11-01T00:00:00Z"))
    found, _ = judged(snapshot, LIMIT)
    assert (found["a"].status, found["a"].cause) == (Status.NOT_ASSESSED, Cause.UNDETERMINED)


def test_what_is_inside_a_cluster_without_a_body_has_its_imports(tmp_path: Path) -> None:
    """A kubeconfig alone: Azure is left out, and the images that run are judged by what was imported."""
    known = cluster_id("a")
    snapshot = Snapshot(tmp_path)
    snapshot.writer.gap(Gap("arm.managed-clusters", known, "a", "excluded", "Azure was not asked."))
    for source in IMAGES.needs:
        if source.startswith("k8s."):
            snapshot.page(source, known, {"items": [DEPLOYMENT] if source == "k8s.deployments" else []})
    scan = {"namespace": "shop", "kind": "Deployment", "name": "web", "images": [], "scanned": True}
    report = {"taken_at": "2026-11-01T00:00:00Z", "results": [{**scan, "vulnerabilities": []}]}
    snapshot.page("imported.trivy", known, {"value": [report]})
    found, _ = judged(snapshot, IMAGES)
    assert [(item.status, item.cause) for item in found.values()] == [(Status.SATISFIED, None)]
