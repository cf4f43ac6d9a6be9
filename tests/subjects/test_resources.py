"""Resources beside clusters: the whole population, what was said about each, and what could not be read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from reportgen.assess import assess, catalogue
from reportgen.model import Cause, Gap, Status
from reportgen.subjects.population import population
from tests.assess.build import AS_OF, OTHER, SUB, Snapshot, cluster, write_control

REGISTRIES = "arg.container-registries"
ASSIGNMENTS = "arg.role-assignments"
TIME = datetime.fromisoformat(AS_OF)


def registry(name: str, subscription: str = SUB, **properties: Any) -> dict[str, Any]:
    group = f"/subscriptions/{subscription}/resourceGroups/images"
    return {
        "id": f"{group}/providers/Microsoft.ContainerRegistry/registries/{name}",
        "name": name,
        "properties": properties,
    }


def test_every_registry_is_a_subject_without_a_cluster(tmp_path: Path) -> None:
    connection = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    rows = [registry("one", privateEndpointConnections=[connection]), registry("Two", OTHER)]
    reader = Snapshot(tmp_path).arm(cluster("a")).page(REGISTRIES, "tenant", {"data": rows}).reader()
    cases = list(population(reader, TIME, [REGISTRIES], ["registry"]))[1:]
    assert [(case.cluster.subject.name, case.cluster.subject.cluster_id) for case in cases] == [
        ("one", ""),
        ("Two", ""),
    ]
    assert cases[0].cluster.variables["derived"] == {
        "private_endpoint_states": ["Approved"],
        "clusters_of_unknown_identity": ["a"],
    }
    assert cases[1].cluster.subject.subscription == OTHER
    assert cases[0].cluster.pointers[0].endswith("page-0001.json#/data/0")


def test_what_holds_at_and_above_a_registry(tmp_path: Path) -> None:
    own = registry("one")
    end = "/providers/Microsoft.Authorization/roleAssignments/x"
    rows = [
        {"id": f"{own['id']}{end}1", "name": "at", "properties": {"scope": own["id"]}},
        {
            "id": f"/subscriptions/{SUB}{end}2",
            "name": "above",
            "properties": {"scope": f"/subscriptions/{SUB}"},
        },
        {"id": f"{own['id']}2{end}3", "name": "beside", "properties": {"scope": f"{own['id']}2"}},
    ]
    snapshot = Snapshot(tmp_path).arm(cluster("a")).page(REGISTRIES, "tenant", {"data": [own]})
    snapshot.page(ASSIGNMENTS, "tenant", {"data": rows})
    case = list(population(snapshot.reader(), TIME, [REGISTRIES, ASSIGNMENTS], ["registry"]))[-1]
    assert {row["name"] for row in case.cluster.variables["related"]["role_assignments"]} == {"at", "above"}


def test_a_subscription_whose_registries_could_not_be_read_stays_in_the_count(tmp_path: Path) -> None:
    write_control(
        tmp_path,
        id="images-registry-locked",
        area="images",
        subject="registry",
        needs=[REGISTRIES],
        check="subject.?properties.?adminUserEnabled.orValue(false) == false",
        observe={"Admin user": "subject.?properties.?adminUserEnabled.orValue(null)"},
        property_since=None,
        tests=[
            {"given": {"subject": {"properties": {"adminUserEnabled": False}}}, "expect": "satisfied"},
            {"given": {"subject": {"properties": {"adminUserEnabled": True}}}, "expect": "not-satisfied"},
        ],
    )
    snapshot = Snapshot(tmp_path / "s").arm(cluster("a"))
    snapshot.page(REGISTRIES, "tenant", {"data": [registry("one"), registry("two", adminUserEnabled=True)]})
    snapshot.gap(REGISTRIES, OTHER, "The registries of this subscription are not shown.")
    found = assess(snapshot.reader(), catalogue.load(tmp_path), AS_OF)
    assert [(item.subject.name, item.status) for item in found.observations] == [
        ("one", Status.SATISFIED),
        ("two", Status.NOT_SATISFIED),
        ("unknown container registries", Status.NOT_ASSESSED),
    ]
    assert found.observations[2].cause is Cause.GAP
    assert "not shown" in found.observations[2].reason


REPLICATIONS = "arg.registry-replications"
SETTINGS = "arm.registry-diagnostic-settings"
TOKENS = "arm.registry-tokens"


def replication(own: dict[str, Any], region: str, state: str = "Succeeded") -> dict[str, Any]:
    row_id = f"{own['id'].upper()}/replications/{region}"
    return {"id": row_id, "location": region, "properties": {"provisioningState": state}}


def test_what_lies_below_a_registry_is_its_own(tmp_path: Path) -> None:
    one, longer = registry("one"), registry("one2")
    one["location"] = "West Europe"
    rows = [replication(one, "northeurope"), replication(one, "westeurope")]
    rows += [replication(one, "eastus", "Failed"), replication(longer, "uksouth")]
    setting = {
        "id": f"{one['id'].lower()}/providers/microsoft.insights/diagnosticSettings/audit",
        "properties": {
            "workspaceId": "/w",
            "logs": [{"category": "containerregistryloginevents", "enabled": True}],
        },
    }
    snapshot = Snapshot(tmp_path).page(REGISTRIES, "tenant", {"data": [one, longer]})
    snapshot.page(REPLICATIONS, "tenant", {"data": rows})
    snapshot.page(SETTINGS, one["id"], {"value": [setting]})
    snapshot.page(TOKENS, one["id"], {"value": []}).gap(TOKENS, longer["id"], "HTTP 403.")
    wanted = [REGISTRIES, REPLICATIONS, SETTINGS, TOKENS]
    first, second = population(snapshot.reader(), TIME, wanted, ["registry"])
    values = first.cluster.variables["derived"]
    assert values["replica_regions"] == ["northeurope"]
    assert values["registry_logs"] == ["ContainerRegistryLoginEvents"]
    assert first.cluster.variables["related"]["registry_tokens"] == []
    assert first.evidence[TOKENS].pointers[0].endswith("page-0001.json#/value")
    assert [pointer[-1] for pointer in first.evidence[REPLICATIONS].pointers] == ["2", "0", "1"]
    assert second.cluster.variables["derived"]["replica_regions"] == ["uksouth"]
    assert "registry_logs" not in second.cluster.variables["derived"]
    assert "holds no answer" in second.gaps[SETTINGS]
    assert "HTTP 403" in second.gaps[TOKENS]


def test_a_category_group_stands_for_both_logs_of_a_registry(tmp_path: Path) -> None:
    own = registry("one")
    log = {"categoryGroup": "allLogs", "enabled": True}
    setting = {"id": f"{own['id']}/providers/x/y/z", "properties": {"storageAccountId": "/s", "logs": [log]}}
    snapshot = Snapshot(tmp_path).page(REGISTRIES, "tenant", {"data": [own]})
    snapshot.page(SETTINGS, own["id"], {"value": [setting]})
    (case,) = population(snapshot.reader(), TIME, [REGISTRIES, SETTINGS], ["registry"])
    assert case.cluster.variables["derived"]["registry_logs"] == [
        "ContainerRegistryLoginEvents",
        "ContainerRegistryRepositoryEvents",
    ]


def test_the_findings_in_a_clusters_images_reach_its_workloads(tmp_path: Path) -> None:
    digest, body = f"sha256:{'1' * 64}", cluster("a")
    status = {"phase": "Running", "containerStatuses": [{"imageID": f"cr/web@{digest}"}]}
    pod = {"metadata": {"namespace": "shop", "name": "web"}, "spec": {}, "status": status}
    found = {
        "id": "/f",
        "digest": digest,
        "flaw": "CVE-1",
        "status": {"code": "Unhealthy", "severity": "Low"},
    }
    over = {"phase": "Succeeded", "containerStatuses": [{"imageID": "cr/done@sha256:2"}]}
    items = [pod, {**pod, "metadata": {"namespace": "shop", "name": "done"}, "status": over}]
    snapshot = Snapshot(tmp_path).arm(body).page("k8s.pods", body["id"], {"items": items})
    snapshot.page("arg.image-findings", "tenant", {"data": [found]})
    (case,) = population(snapshot.reader(), TIME, ["arg.image-findings", "k8s.pods"], ["workload"])
    web, done = case.inside
    assert done.variables["derived"]["image_results"] == []
    (result,) = web.variables["derived"]["image_results"]
    assert (result["scanned"], result["open"]) == (True, {"Low": 1})
    assert case.evidence["arg.image-findings"].pointers[0].endswith("page-0001.json#/data")


def test_what_the_engagement_left_out_is_told_from_a_gap(tmp_path: Path) -> None:
    own = registry("one")
    snapshot = Snapshot(tmp_path).page(REGISTRIES, "tenant", {"data": [own]})
    snapshot.writer.gap(Gap(TOKENS, own["id"], "", "excluded", "Left out."))
    snapshot.gap(SETTINGS, own["id"], "HTTP 403.")
    (case,) = population(snapshot.reader(), TIME, [REGISTRIES, TOKENS, SETTINGS], ["registry"])
    assert {TOKENS, SETTINGS} <= case.gaps.keys()
    assert case.excluded == {TOKENS}
