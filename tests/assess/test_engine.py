"""The engine over written snapshots: whole populations, gaps, unseen subjects, roll-up, evidence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import Assessment, assess, catalogue
from reportgen.assess.judge import EVALUATION_ERROR
from reportgen.assess.roll_up import roll_up
from reportgen.errors import UsageError
from reportgen.model import Cause, Json, Observation, Status
from tests.assess.build import AS_OF, NAME, OTHER, SUB, Snapshot, cluster, cluster_id, write_control

PRIVATE: dict[str, Any] = {"apiServerAccessProfile": {"enablePrivateCluster": True}}
TESTS = [{"given": {}, "expect": "satisfied"}, {"given": {}, "expect": "not-satisfied"}]


def control(folder: Path, **changes: Any) -> None:
    write_control(folder / "controls", **{"tests": TESTS, **changes})


def pool_control(folder: Path, **changes: Any) -> None:
    base = {
        "id": "nodes-no-public-ip",
        "area": "nodes",
        "subject": "agent-pool",
        "check": "subject.?enableNodePublicIP.orValue(false) != true",
        "observe": {"Public IP": "subject.?enableNodePublicIP.orValue(null)"},
    }
    control(folder, **{**base, **changes})


def logs_control(folder: Path, **changes: Any) -> None:
    base = {
        "id": "logging-audit",
        "area": "logging",
        "needs": ["arm.managed-clusters", "arm.diagnostic-settings"],
        "check": "'kube-audit' in derived.log_categories",
        "observe": {"Categories": "derived.log_categories"},
    }
    control(folder, **{**base, **changes})


def run(folder: Path, snapshot: Snapshot, **parameters: Any) -> Assessment:
    if not (folder / "controls").exists():
        control(folder)
    return assess(snapshot.reader(), catalogue.load(folder / "controls"), AS_OF, parameters)


def by_name(result: Assessment) -> dict[str, Observation]:
    return {observation.subject.name: observation for observation in result.observations}


def resolve(folder: Path, reference: str) -> Json:
    """The value a reference leads to, by the rules of RFC 6901, from the folder that holds ``evidence``."""
    path, _, pointer = reference.partition("#")
    value = json.loads((folder / path.removeprefix("evidence/")).read_bytes())
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def test_every_cluster_has_an_observation_with_its_value_and_its_evidence(tmp_path: Path) -> None:
    bodies = [cluster("a", **PRIVATE), cluster("b")]
    result = run(tmp_path, Snapshot(tmp_path).arm(*bodies).graph(*bodies))
    found = by_name(result)
    assert {name: item.status.value for name, item in found.items()} == {
        "a": "satisfied",
        "b": "not-satisfied",
    }
    assert found["a"].observed == {"Private": True}
    assert (found["a"].reason, found["a"].cause) == ("", None)
    assert found["b"].reason == "The check gave false. Observed: Private: not set."
    assert found["b"].evidence == (f"evidence/{NAME}/arm.managed-clusters/{SUB}/page-0001.json#/value/1",)
    assert resolve(tmp_path, found["b"].evidence[0])["name"] == "b"
    (finding,) = result.findings
    assert (finding.status, finding.population, finding.satisfied, finding.exceptions) == (
        Status.NOT_SATISFIED,
        2,
        1,
        1,
    )


def test_every_pool_is_looked_at_and_one_bad_pool_is_one_exception(tmp_path: Path) -> None:
    pools = [{"name": "good"}, None, {"name": "bad", "enableNodePublicIP": True}, {"name": "fine"}]
    pool_control(tmp_path)
    result = run(tmp_path, Snapshot(tmp_path).arm(cluster("a", agentPoolProfiles=pools)))
    found = by_name(result)
    assert {name: item.status.value for name, item in found.items()} == {
        "good": "satisfied",
        "bad": "not-satisfied",
        "fine": "satisfied",
    }
    assert found["bad"].evidence[0].endswith("#/value/0/properties/agentPoolProfiles/2")
    assert resolve(tmp_path, found["bad"].evidence[0])["name"] == "bad"
    assert found["bad"].subject.id == f"{cluster_id('a')}/agentPools/bad"
    assert (found["bad"].subject.cluster, found["bad"].subject.subscription) == ("a", SUB)
    assert result.findings[0].exceptions == 1


def test_equal_verdicts_of_one_cluster_are_kept_once_and_only_those(tmp_path: Path) -> None:
    pools = [
        {"name": "one"},
        {"name": "two"},
        {"name": "zero", "osDiskSizeGB": 0},
        {"name": "no", "osDiskSizeGB": False},
    ]
    pool_control(tmp_path, check="true", observe={"Size": "subject.?osDiskSizeGB.orValue(null)"}, tests=TESTS)
    found = by_name(run(tmp_path, Snapshot(tmp_path).arm(cluster("a", agentPoolProfiles=pools))))
    assert found["one"].observed is found["two"].observed
    assert found["zero"].observed["Size"] is not False
    assert found["no"].observed["Size"] is False


def test_nodes_that_no_pool_lists_are_in_the_population(tmp_path: Path) -> None:
    pool_control(tmp_path)
    automatic = cluster("hosted", agentPoolProfiles=None)
    automatic["sku"] = {"name": "Automatic", "tier": "Standard"}
    provisioned = cluster("nap", nodeProvisioningProfile={"mode": "Auto"})
    result = run(tmp_path, Snapshot(tmp_path).arm(automatic, provisioned))
    found = by_name(result)
    assert set(found) == {"hosted system pool", "auto-provisioned nodes", "np1"}
    hosted, unlisted = found["hosted system pool"], found["auto-provisioned nodes"]
    assert (hosted.status, hosted.cause) == (Status.NOT_ASSESSED, Cause.INHERITED)
    assert (unlisted.status, unlisted.cause) == (Status.NOT_ASSESSED, Cause.UNLISTED)
    assert hosted.subject.id == f"{cluster_id('hosted')}/agentPools/*hosted-system"
    assert unlisted.subject.id == f"{cluster_id('nap')}/agentPools/*auto-provisioned"
    assert hosted.reason
    assert unlisted.reason
    assert resolve(tmp_path, unlisted.evidence[0])["name"] == "nap"
    assert (result.findings[0].status, result.findings[0].not_assessed) == (Status.NOT_ASSESSED, 2)


def test_a_cluster_that_only_resource_graph_shows_is_not_assessed(tmp_path: Path) -> None:
    control(tmp_path)
    pool_control(tmp_path)
    seen, gone = cluster("seen", **PRIVATE), cluster("gone")
    snapshot = Snapshot(tmp_path).arm(seen).graph(seen, gone)
    snapshot.gap("arm.managed-clusters", cluster_id("gone"), "ARM's list does not show it.")
    result = run(tmp_path, snapshot)
    found = by_name(result)
    assert set(found) == {"seen", "np1", "gone", "unknown pools"}
    for name in ("gone", "unknown pools"):
        assert (found[name].status, found[name].cause) == (Status.NOT_ASSESSED, Cause.GAP)
        assert found[name].reason.endswith("ARM's list does not show it.")
        assert resolve(tmp_path, found[name].evidence[0])["name"] == "gone"
    assert [finding.status for finding in result.findings] == [Status.NOT_ASSESSED] * 2


def test_a_subscription_whose_list_failed_touches_its_own_clusters_only(tmp_path: Path) -> None:
    here, there = cluster("here", **PRIVATE), cluster("there", OTHER)
    snapshot = Snapshot(tmp_path).arm(here).graph(here, there)
    found = by_name(run(tmp_path, snapshot.gap("arm.managed-clusters", OTHER.upper(), "HTTP 403.")))
    assert found["here"].status is Status.SATISFIED
    assert found["there"].cause is Cause.GAP
    assert found["there"].subject.subscription == OTHER


def test_a_list_that_broke_off_leaves_its_clusters_unassessed(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("first", **PRIVATE))
    found = by_name(run(tmp_path, snapshot.gap("arm.managed-clusters", SUB, "HTTP 500 on page 2.")))
    assert (found["first"].status, found["first"].cause) == (Status.NOT_ASSESSED, Cause.GAP)


def test_a_gap_that_names_a_cluster_nobody_listed_still_counts_it(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).gap("arm.managed-clusters", cluster_id("lost"), "Deleted.")
    result = run(tmp_path, snapshot)
    assert by_name(result)["lost"].cause is Cause.GAP


def test_a_cluster_on_two_pages_is_one_subject(tmp_path: Path) -> None:
    twin = cluster("A")
    twin["id"] = twin["id"].upper()
    assert len(run(tmp_path, Snapshot(tmp_path).arm(cluster("a"), twin)).observations) == 1


@pytest.mark.parametrize(
    ("scope", "touched"),
    [(cluster_id("a").upper(), {"a"}), (SUB, {"a", "b"}), ("tenant", {"a", "b"}), (OTHER, set())],
)
def test_a_gap_touches_the_subjects_inside_its_scope(tmp_path: Path, scope: str, touched: set[str]) -> None:
    logs_control(tmp_path)
    snapshot = Snapshot(tmp_path).arm(cluster("a"), cluster("b"))
    for name in ("a", "b"):
        snapshot.page("arm.diagnostic-settings", cluster_id(name), {"value": []})
    result = run(tmp_path, snapshot.gap("arm.diagnostic-settings", scope, "HTTP 403."))
    gaps = {name: item for name, item in by_name(result).items() if item.cause is Cause.GAP}
    assert set(gaps) == touched
    for item in gaps.values():
        assert item.reason == "Diagnostic settings of a cluster, Azure Monitor: HTTP 403."
        assert item.observed == {}


def test_a_gap_of_a_region_touches_that_region(tmp_path: Path) -> None:
    control(
        tmp_path,
        needs=["arm.managed-clusters", "arm.kubernetes-versions"],
        check="size(related.kubernetes_versions) > 0",
    )
    far = cluster("far")
    far["location"] = "eastus"
    snapshot = Snapshot(tmp_path).arm(cluster("near"), far)
    for place in ("westeurope", "eastus"):
        body = {"values": [{"version": "1.34"}]}
        snapshot.page("arm.kubernetes-versions", f"{SUB}/{place}", body)
    found = by_name(run(tmp_path, snapshot.gap("arm.kubernetes-versions", f"{SUB}/westeurope")))
    assert found["near"].cause is Cause.GAP
    assert found["far"].status is Status.SATISFIED
    assert found["far"].evidence[1].endswith(f"/{SUB}.eastus/page-0001.json#/values")
    assert resolve(tmp_path, found["far"].evidence[1]) == [{"version": "1.34"}]


def test_evidence_that_was_never_collected_is_a_gap_too(tmp_path: Path) -> None:
    logs_control(tmp_path)
    (observation,) = run(tmp_path, Snapshot(tmp_path).arm(cluster("a"))).observations
    assert observation.cause is Cause.GAP
    assert "holds no answer about this cluster" in observation.reason


def test_diagnostic_settings_of_a_namesake_are_not_its_own(tmp_path: Path) -> None:
    logs_control(tmp_path)
    log = {"enabled": True, "categoryGroup": "audit"}
    good = {"value": [{"properties": {"workspaceId": "w", "logs": [log]}}]}
    snapshot = Snapshot(tmp_path).arm(cluster("same")).arm(cluster("same", OTHER), subscription=OTHER)
    snapshot.page("arm.diagnostic-settings", cluster_id("same"), good)
    snapshot.page("arm.diagnostic-settings", cluster_id("same", OTHER), {"value": []})
    result = run(tmp_path, snapshot)
    assert {item.subject.subscription: item.status.value for item in result.observations} == {
        SUB: "satisfied",
        OTHER: "not-satisfied",
    }
    for item in result.observations:
        assert isinstance(resolve(tmp_path, item.evidence[1]), list)


def test_a_list_of_several_pages_is_one_list(tmp_path: Path) -> None:
    logs_control(tmp_path, check="size(related.diagnostic_settings) == 2")
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    for page in (1, 2):
        snapshot.page("arm.diagnostic-settings", cluster_id("a"), {"value": [{"name": str(page)}]}, page)
    (observation,) = run(tmp_path, snapshot).observations
    assert observation.status is Status.SATISFIED
    assert len(observation.evidence) == 3


@pytest.mark.parametrize(
    ("changes", "status", "cause", "reason"),
    [
        (
            {"when": "false", "not_applicable_reason": "Cannot exist here."},
            "not-applicable",
            None,
            "Cannot exist here.",
        ),
        (
            {"assessable": "false", "not_assessed_reason": "ARM cannot know."},
            "not-assessed",
            "undetermined",
            "ARM cannot know.",
        ),
        (
            {"check": "subject.absent == 1"},
            "not-assessed",
            "undetermined",
            f'{EVALUATION_ERROR}NOT_FOUND: Key not found in map : "absent"',
        ),
        (
            {"when": "subject.absent == 1", "not_applicable_reason": "x"},
            "not-assessed",
            "undetermined",
            f'{EVALUATION_ERROR}NOT_FOUND: Key not found in map : "absent"',
        ),
        (
            {"observe": {"A": "subject.absent"}},
            "not-assessed",
            "undetermined",
            f'{EVALUATION_ERROR}NOT_FOUND: Key not found in map : "absent"',
        ),
        (
            {"check": "subject.name"},
            "not-assessed",
            "undetermined",
            f"{EVALUATION_ERROR}gave 'a', not true or false",
        ),
        ({"reason": "'Azure is public unless told.'"}, "not-satisfied", None, "Azure is public unless told."),
        ({"check": "true", "reason": "'As Azure does.'"}, "satisfied", None, "As Azure does."),
        ({"reason": "''"}, "not-satisfied", None, "The check gave false. Observed: Private: not set."),
    ],
)
def test_status_cause_and_reason(
    tmp_path: Path, changes: dict[str, Any], status: str, cause: str | None, reason: str
) -> None:
    control(tmp_path, **changes)
    (observation,) = run(tmp_path, Snapshot(tmp_path).arm(cluster("a"))).observations
    assert (observation.status, observation.cause, observation.reason) == (status, cause, reason)


@pytest.mark.parametrize(
    ("api_version", "status"),
    [
        ("2021-04-30", "not-assessed"),
        ("2021-05-01", "satisfied"),
        ("2021-05-01-preview", "satisfied"),
        ("2026-08-01", "satisfied"),
    ],
)
def test_a_body_of_an_older_api_version_says_nothing(tmp_path: Path, api_version: str, status: str) -> None:
    snapshot = Snapshot(tmp_path).arm(cluster("a", **PRIVATE), api_version=api_version)
    (observation,) = run(tmp_path, snapshot).observations
    assert observation.status == status
    if status == "not-assessed":
        assert observation.cause is Cause.UNDETERMINED
        assert f"API version {api_version}" in observation.reason


def test_the_clock_is_the_argument(tmp_path: Path) -> None:
    control(tmp_path, check="as_of == timestamp('2026-11-15T06:00:00Z')")
    (observation,) = run(tmp_path, Snapshot(tmp_path).arm(cluster("a"))).observations
    assert observation.status is Status.SATISFIED


def test_parameters_of_the_engagement_are_used(tmp_path: Path) -> None:
    pool_control(tmp_path, check="derived.nodes_at_least >= parameters.least", parameters={"least": 3})
    snapshot = Snapshot(tmp_path).arm(cluster("a", agentPoolProfiles=[{"name": "p", "count": 2}]))
    reader = snapshot.reader()
    controls = catalogue.load(tmp_path / "controls")
    for parameters, status in (({}, "not-satisfied"), ({"nodes-no-public-ip": {"least": 2}}, "satisfied")):
        (observation,) = assess(reader, controls, AS_OF, parameters).observations
        assert observation.status == status
    with pytest.raises(UsageError, match="least: expected a whole number"):
        assess(reader, controls, AS_OF, {"nodes-no-public-ip": {"least": "2"}})


def test_the_source_of_supported_versions_is_evidence_and_a_note(tmp_path: Path) -> None:
    control(tmp_path, check="derived.version_supported", reason="derived.support_source")
    snapshot = Snapshot(tmp_path).arm(cluster("a"))
    snapshot.page(
        "arm.kubernetes-versions",
        f"{SUB}/westeurope",
        {"values": [{"version": "1.34", "capabilities": {"supportPlan": ["KubernetesOfficial"]}}]},
    )
    result = run(tmp_path, snapshot)
    (observation,) = result.observations
    assert observation.status is Status.SATISFIED
    assert observation.reason == "Azure's list of the versions offered in westeurope"
    assert observation.evidence[1].endswith("#/values")
    assert result.notes == (
        (
            "Which Kubernetes versions are supported was taken from: "
            "Azure's list of the versions offered in westeurope."
        ),
    )


def test_without_that_list_the_shipped_table_decides_and_nothing_is_a_gap(tmp_path: Path) -> None:
    control(tmp_path, check="derived.version_supported")
    snapshot = Snapshot(tmp_path).arm(cluster("a")).gap("arm.kubernetes-versions", f"{SUB}/westeurope")
    result = run(tmp_path, snapshot)
    assert result.observations[0].status is Status.SATISFIED
    assert "shipped with reportgen" in result.notes[0]


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ("satisfied satisfied", "satisfied"),
        ("satisfied not-satisfied not-assessed", "not-satisfied"),
        ("satisfied not-assessed not-applicable", "not-assessed"),
        ("satisfied not-applicable", "satisfied"),
        ("not-applicable", "not-applicable"),
        ("", None),
    ],
)
def test_roll_up(counts: str, status: str | None) -> None:
    assert roll_up(Counter(Status(word) for word in counts.split())) == status


@pytest.mark.parametrize(("gap", "status"), [(True, "not-assessed"), (False, "not-applicable")])
def test_a_population_of_none_is_never_satisfied(tmp_path: Path, gap: bool, status: str) -> None:
    snapshot = Snapshot(tmp_path).arm()
    if gap:
        snapshot.gap("arm.managed-clusters", SUB)
    (finding,) = run(tmp_path, snapshot).findings
    assert (finding.status, finding.population) == (status, 0)


def test_observations_are_ordered_by_control_and_subject(tmp_path: Path) -> None:
    control(tmp_path)
    pool_control(tmp_path)
    bodies = [cluster("b"), cluster("C"), cluster("a")]
    found = [
        (item.control, item.subject.id.lower())
        for item in run(tmp_path, Snapshot(tmp_path).arm(*bodies)).observations
    ]
    assert found == sorted(found)
    assert len(found) == 6


ODD_BODIES = [
    {"id": cluster_id("bare")},
    {"id": cluster_id("nulls"), "name": None, "location": None, "properties": None, "sku": None},
    {"id": cluster_id("words"), "name": "words", "properties": "x", "sku": [], "identity": 3},
    {"id": cluster_id("pools"), "properties": {"agentPoolProfiles": [{}, {"name": 7}, [], None]}},
    {"id": cluster_id("huge"), "properties": {"maxAgentPools": 10**30}},
]


def test_odd_bodies_are_assessed(tmp_path: Path) -> None:
    control(tmp_path)
    pool_control(tmp_path)
    result = run(tmp_path, Snapshot(tmp_path).arm(*ODD_BODIES))
    assert sum(item.subject.kind == "cluster" for item in result.observations) == len(ODD_BODIES)
    broken = {item.subject.name for item in result.observations if item.reason.startswith(EVALUATION_ERROR)}
    assert broken == {"words"}


SCRIPT = """
import sys
from pathlib import Path
from reportgen.assess import assess, catalogue
from reportgen.snapshot import Reader
result = assess(Reader(Path(sys.argv[1])), catalogue.load(Path(sys.argv[2])), "2026-11-15T06:00:00Z")
print(result)
"""


def test_the_hash_seed_changes_nothing(tmp_path: Path) -> None:
    control(tmp_path, observe={"All": "subject.properties", "Derived": "derived"})
    logs_control(tmp_path)
    snapshot = Snapshot(tmp_path).arm(*(cluster(f"c{number}", **PRIVATE) for number in range(5)))
    reader = snapshot.reader()
    command = [sys.executable, "-c", SCRIPT, str(reader.folder), str(tmp_path / "controls")]
    outputs = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1
    assert b"satisfied" in outputs.pop()
