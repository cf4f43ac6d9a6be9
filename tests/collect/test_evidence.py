"""What the reads of Resource Manager keep, what they leave out, and when nothing is an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reportgen.collect import (
    activity_log,
    deployment_safeguards,
    jobs,
    log_analytics_tables,
    private_endpoint_connections,
    role_eligibilities,
)
from reportgen.collect.arm import ArmRead, only
from reportgen.model import Gap
from reportgen.sandbox import Faults, serve
from reportgen.snapshot import Page, Reader
from reportgen.sources import BY_NAME
from reportgen.subjects.population import population
from tests import line
from tests.collect.conftest import EVERYTHING
from tests.sandbox.conftest import ALPHA, cluster, cluster_id, write

SAFEGUARDS = deployment_safeguards.READ.source
ONE = cluster_id(ALPHA, "one")
ANY = "/subscriptions/*/resourceGroups/*/providers/Microsoft.ContainerService/managedClusters/*"
CANARY = "canary-5f0c9e"
READS = {
    "subscription": (*jobs.SUBSCRIPTION_READS, *jobs.SCOPE_READS),
    "location": jobs.REGION_READS,
    "cluster": (*jobs.CLUSTER_READS, *jobs.PRIVATE_LINK_READS),
    "resource": (*jobs.POOL_READS, *(read for _, read in jobs.RESOURCE_READS)),
}


def collected(folder: Path, files: Mapping[str, Any], **faults: Any) -> Reader:
    estate = write(folder / "estate", {"one.json": cluster(ALPHA, "one"), **files})
    with serve(estate, as_of=line.NOW, faults=Faults(**faults)) as sandbox:
        return line.collected(sandbox, folder, scope=EVERYTHING)


def gaps(reader: Reader, source: str) -> list[Gap]:
    return [gap for gap in reader.gaps if gap.source == source]


def pages(reader: Reader, source: str) -> list[Page]:
    return list(reader.pages(source))


@pytest.mark.parametrize(
    ("scope", "read"), [(scope, read) for scope, reads in READS.items() for read in reads], ids=str
)
def test_every_read_is_a_source_of_its_scope(scope: str, read: ArmRead) -> None:
    source = BY_NAME[read.source]
    assert source.scope == scope
    assert len(source.permissions) == 1
    assert source.permissions[0].endswith("/read")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d(-preview)?", read.api_version)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name.startswith(("arg.", "arm."))])
def test_what_azure_is_asked_takes_rights_to_read_alone(name: str) -> None:
    for permission in BY_NAME[name].permissions:
        assert re.fullmatch(r"Microsoft\.[A-Za-z]+(/[A-Za-z]+)+/read", permission), permission


def test_only_what_is_listed_is_kept_whatever_its_casing() -> None:
    event = {
        "ID": "e",
        "caller": "somebody",
        "claims": {"name": "Somebody"},
        "status": {"value": "Started", "localizedValue": "Gestartet"},
        "principals": [{"id": 1, "displayName": "S"}, {"id": 2}],
    }
    assert only([event], ("id", "caller", "Status.Value", "principals.id")) == [
        {
            "ID": "e",
            "caller": "somebody",
            "status": {"value": "Started"},
            "principals": [{"id": 1}, {"id": 2}],
        }
    ]


def test_text_where_an_object_was_expected_is_not_kept() -> None:
    assert only({"status": "Somebody did it"}, ("status.value",)) == {"status": None}


def test_none_is_an_answer_where_the_cluster_is_there(tmp_path: Path) -> None:
    path = f"{ANY}/providers/Microsoft.ContainerService/deploymentSafeguards"
    reader = collected(tmp_path, {"empty.json": [{"path": path, "status": 404}]})
    (page,) = pages(reader, SAFEGUARDS)
    assert page.body == {"value": []}
    assert (page.provenance.http_status, page.provenance.rows) == (404, 0)
    assert not gaps(reader, SAFEGUARDS)


def test_none_is_a_gap_where_the_cluster_is_gone(tmp_path: Path) -> None:
    reader = collected(tmp_path, {}, deleted=(ONE,))
    (gap,) = gaps(reader, SAFEGUARDS)
    assert (gap.reason, gap.scope) == ("not-found", ONE)
    assert "ResourceNotFound" in gap.detail
    assert not pages(reader, SAFEGUARDS)


def test_only_an_api_server_behind_a_private_link_is_asked_for_its_endpoints(tmp_path: Path) -> None:
    private = cluster(ALPHA, "two", apiServerAccessProfile={"enablePrivateCluster": True})
    reader = collected(tmp_path, {"two.json": private, "empty.json": [f"{ANY}/privateEndpointConnections"]})
    source = private_endpoint_connections.READ.source
    assert [page.provenance.scope for page in pages(reader, source)] == [private["id"]]
    assert not gaps(reader, source)
    wanted = (source, "arm.data-collection-rule-associations")
    known = {case.cluster.subject.name: case for case in population(reader, line.NOW, wanted)}
    assert source not in known["one"].gaps
    assert known["one"].cluster.variables["related"]["private_endpoint_connections"] == []
    assert [case.evidence[source].answered for case in known.values() if source in case.evidence] == [True]


def test_an_extension_resource_of_one_cluster_is_not_asked_of_another(tmp_path: Path) -> None:
    name = "arm.data-collection-rule-associations"
    path = f"{ONE}/providers/Microsoft.Insights/dataCollectionRuleAssociations"
    rule = association("dataCollectionRuleAssociations")
    reader = collected(tmp_path, {"two.json": cluster(ALPHA, "two"), "associations.json": [rule]})
    known = {case.cluster.subject.name: case for case in population(reader, line.NOW, (name,))}
    assert known["one"].cluster.variables["related"]["data_collection_rule_associations"] == [
        {"id": f"{path}/a", "name": "a", "properties": {"dataCollectionRuleId": "r"}}
    ]
    assert "EstateHasNoAnswer" in known["two"].gaps[name]


def association(kind: str) -> dict[str, Any]:
    return {
        "id": f"{ONE}/providers/Microsoft.Insights/{kind}/a",
        "name": "a",
        "properties": {"dataCollectionRuleId": "r"},
        "systemData": {"createdBy": "somebody"},
    }


def test_of_all_sizes_of_machines_those_of_pools_are_stored(tmp_path: Path) -> None:
    sizes = [
        {"name": name, "family": "f", "capabilities": [], "locations": ["westeurope"], "restrictions": ["x"]}
        for name in ("standard_ds2_v2", "Standard_DS2_v2_Promo")
    ]
    uri = f"https://management.azure.com/subscriptions/{ALPHA}/providers/Microsoft.Compute/skus"
    answer = {"request": {"method": "GET", "uri": uri}, "response": {"body": {"value": sizes}}}
    reader = collected(tmp_path, {"skus.json": answer})
    (page,) = pages(reader, "arm.compute-skus")
    assert page.body == {
        "value": [{"name": "standard_ds2_v2", "family": "f", "capabilities": [], "locations": ["westeurope"]}]
    }
    assert "$filter=location%20eq%20%27westeurope%27" in page.provenance.url.replace("'", "%27")
    (known,) = population(reader, line.NOW, ("arm.compute-skus", "arm.compute-usages"))
    assert [one["name"] for one in known.cluster.variables["related"]["compute_skus"]] == ["standard_ds2_v2"]
    assert set(known.gaps) >= {"arm.compute-usages"}


def test_what_the_folder_does_not_say_is_a_gap_each(tmp_path: Path) -> None:
    reader = collected(tmp_path, {})
    for read in (*jobs.SUBSCRIPTION_READS, *jobs.SCOPE_READS, *jobs.POOL_READS, deployment_safeguards.READ):
        (gap,) = gaps(reader, read.source)
        assert "EstateHasNoAnswer" in gap.detail
        assert not pages(reader, read.source)
    for read in (read for _, read in jobs.RESOURCE_READS):
        assert not gaps(reader, read.source)


def event(name: str, at: str) -> dict[str, Any]:
    return {
        "id": f"{ONE}/events/{name}/ticks/1",
        "eventTimestamp": at,
        "caller": "operator@contoso.example",
        "claims": {"name": CANARY},
        "httpRequest": {"clientIpAddress": CANARY},
        "authorization": {"evidence": {"principalId": CANARY}},
        "properties": {"requestbody": CANARY},
        "operationName": {"value": "Microsoft.ContainerService/managedClusters/write"},
        "resourceProviderName": {"value": "Microsoft.ContainerService"},
        "resourceId": ONE,
        "status": {"value": "Succeeded"},
    }


def test_the_activity_log_is_asked_up_to_the_collections_begin(tmp_path: Path) -> None:
    oldest, first = line.NOW - activity_log.BACK, line.NOW - activity_log.BACK - timedelta(seconds=1)
    log = [event("in", f"{oldest:%Y-%m-%dT%H:%M:%SZ}"), event("out", f"{first:%Y-%m-%dT%H:%M:%SZ}")]
    reader = collected(tmp_path, {"log.json": log})
    (page,) = pages(reader, activity_log.READ.source)
    assert [item["id"].split("/")[-3] for item in page.body["value"]] == ["in"]
    assert "eventTimestamp%20ge%20'2026-08-18T06:00:00Z'" in page.provenance.url
    assert f"le%20'{line.AS_OF}'" in page.provenance.url
    assert "resourceProvider%20eq%20'Microsoft.ContainerService'" in page.provenance.url


def test_of_a_workspaces_tables_only_those_of_audit_logs_are_kept(tmp_path: Path) -> None:
    workspace = body("Microsoft.OperationalInsights/workspaces", "log")
    kept = {"retentionInDays": 90, "totalRetentionInDays": 365, "plan": "Analytics"}
    tables = {
        f"{name}.json": {
            "id": f"{workspace['id']}/tables/{name}",
            "name": name,
            "properties": {**kept, "schema": {"name": name}},
        }
        for name in ("AKSAudit", "ContainerLogV2", "AzureDiagnostics")
    }
    reader = collected(tmp_path, {"log.json": workspace, **tables})
    (page,) = pages(reader, log_analytics_tables.READ.source)
    assert sorted(item["name"] for item in page.body["value"]) == ["AKSAudit", "AzureDiagnostics"]
    assert all(item["properties"] == kept for item in page.body["value"])


def test_who_did_it_is_kept_and_nothing_else_of_a_person(tmp_path: Path) -> None:
    reader = collected(tmp_path, {"log.json": [event("e", line.AS_OF)]})
    (page,) = pages(reader, activity_log.READ.source)
    (item,) = page.body["value"]
    assert item["caller"] == "operator@contoso.example"
    assert item["operationName"] == {"value": "Microsoft.ContainerService/managedClusters/write"}
    assert not item.keys() & {"claims", "httpRequest", "authorization", "properties"}


def body(kind: str, name: str, **properties: Any) -> dict[str, Any]:
    group = f"/subscriptions/{ALPHA}/resourceGroups/rg"
    return {"id": f"{group}/providers/{kind}/{name}", "name": name, "location": "x", "properties": properties}


def extension(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{ONE}/providers/{kind}/{name}", "name": name, **more}


def secrets() -> dict[str, Any]:
    """Bodies with a canary at each place where Azure shows, or somebody puts, what nobody is to see."""
    hidden = {"settings": {"commandToExecute": CANARY}}
    machine = {
        "extensionProfile": {"extensions": [{"name": "e", "properties": hidden}]},
        "osProfile": {"customData": CANARY, "secrets": [CANARY]},
    }
    flux = "Microsoft.KubernetesConfiguration"
    return {
        "connection.json": body("Microsoft.Network/connections", "c", sharedKey=CANARY),
        "gateway.json": body(
            "Microsoft.Network/virtualNetworkGateways",
            "g",
            vpnClientConfiguration={"radiusServerSecret": CANARY},
        ),
        "circuit.json": body("Microsoft.Network/expressRouteCircuits", "x", serviceKey=CANARY),
        "app.json": body("Microsoft.Network/applicationGateways", "a", sslCertificates=[{"data": CANARY}]),
        "set.json": body("Microsoft.Compute/virtualMachineScaleSets", "s", virtualMachineProfile=machine),
        "machine.json": body("Microsoft.Compute/virtualMachines", "m", **machine),
        "extension.json": extension(
            f"{flux}/extensions", "e", properties={"configurationSettings": {"k": CANARY}}
        ),
        "flux.json": extension(
            f"{flux}/fluxConfigurations",
            "f",
            properties={"gitRepository": {"url": f"https://u:{CANARY}@git.contoso.example/deploy"}},
        ),
        "safeguards.json": extension(
            "Microsoft.ContainerService/deploymentSafeguards",
            "default",
            properties={"level": "Warn"},
            systemData={"createdBy": CANARY},
        ),
        "pim.json": {
            "id": f"/subscriptions/{ALPHA}/providers/Microsoft.Authorization"
            "/roleEligibilityScheduleInstances/p",
            "properties": {
                "principalId": "p",
                "expandedProperties": {"principal": {"displayName": CANARY, "email": CANARY}},
            },
        },
        "registry.json": body("Microsoft.ContainerRegistry/registries", "r"),
        "token.json": body(
            "Microsoft.ContainerRegistry/registries/r/tokens",
            "t",
            status="enabled",
            credentials={
                "passwords": [{"name": "password1", "value": CANARY, "expiry": line.AS_OF}],
                "certificates": [{"encodedPemCertificate": CANARY}],
            },
        ),
        "log.json": [event("e", line.AS_OF)],
    }


def test_no_secret_and_no_name_reaches_the_snapshot(tmp_path: Path) -> None:
    reader = collected(tmp_path, secrets())
    files = [path for path in reader.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if CANARY in path.read_text("utf-8")]
    (page,) = pages(reader, role_eligibilities.READ.source)
    assert page.body["value"][0]["properties"] == {"principalId": "p"}
    rows = {
        source: sum(page.provenance.rows for page in pages(reader, source))
        for source in (
            "arg.network-gateways", "arg.application-gateways", "arg.scale-sets", "arg.virtual-machines",
            "arg.kubernetes-extensions", "arg.flux-configurations", SAFEGUARDS, activity_log.READ.source,
        )
    }  # fmt: skip
    assert rows == dict.fromkeys(rows, 1) | {"arg.network-gateways": 3}
    (tokens,) = pages(reader, "arm.registry-tokens")
    assert tokens.body["value"][0]["properties"] == {
        "status": "enabled",
        "credentials": {"passwords": [{"expiry": line.AS_OF}], "certificates": [{}]},
    }
    (flux,) = pages(reader, "arg.flux-configurations")
    assert flux.body["data"][0]["url"] == "https://git.contoso.example/deploy"
