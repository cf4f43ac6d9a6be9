"""Resources beside clusters: the whole population, what was said about each, and what could not be read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from reportgen.assess import assess, catalogue
from reportgen.model import Cause, Status
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
    assert cases[0].cluster.variables["derived"] == {"private_endpoint_states": ["Approved"]}
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
