"""From an estate folder through the sandbox and the SDK clients to observations."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import Assessment, assess, catalogue
from reportgen.assess.judge import EVALUATION_ERROR
from reportgen.collect import Request, collect
from reportgen.collect.connection import Connection
from reportgen.engagement import Credential, Engagement, Period, Scope
from reportgen.model import Cause, CollectionMode
from reportgen.sandbox import serve
from reportgen.snapshot import Reader
from tests.assess.build import NAME, SUB, cluster, cluster_id, write_control
from tests.assess.test_engine import PRIVATE, TESTS, resolve

NOW = datetime(2026, 11, 15, 6, tzinfo=UTC)
HIDDEN = "cccccccc-0000-4000-8000-000000000003"


def body(name: str, subscription: str = SUB, **properties: Any) -> dict[str, Any]:
    """As ARM sends it: a type, nulls, and casing of the day."""
    own = {"aadProfile": {"adminGroupObjectIDs": None}, "networkProfile": {"loadBalancerSku": "Standard"}}
    return cluster(name, subscription, **own, **properties) | {
        "type": "Microsoft.ContainerService/ManagedClusters"
    }


def answer(uri: str, content: Any) -> dict[str, Any]:
    request = {"method": "GET", "uri": f"https://management.azure.com{uri}"}
    return {"request": request, "response": {"status": 200, "body": content}}


def estate(folder: Path) -> Path:
    first = cluster_id("first")
    pools = [{"name": "sys", "mode": "System"}, {"name": "usr", "enableNodePublicIP": True}]
    settings = {
        "value": [
            {
                "id": f"{first}/providers/microsoft.insights/diagnosticSettings/d",
                "properties": {"workspaceId": "w", "logs": [{"categoryGroup": "audit", "enabled": True}]},
            }
        ]
    }
    files = {
        "subscriptions.json": [{"subscriptionId": SUB}, {"subscriptionId": HIDDEN, "readable": False}],
        "first.json": body("first", **PRIVATE, agentPoolProfiles=pools),
        "second.json": body("second", nodeProvisioningProfile={"mode": "Auto"}),
        "hidden.json": body("hidden", HIDDEN),
        "diagnostics.json": answer(f"{first}/providers/microsoft.insights/diagnosticSettings", settings),
    }
    (folder / "azure").mkdir(parents=True)
    for name, content in files.items():
        (folder / "azure" / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def controls(folder: Path) -> Path:
    write_control(folder, tests=TESTS)
    write_control(
        folder,
        id="nodes-no-public-ip",
        area="nodes",
        subject="agent-pool",
        check="subject.?enableNodePublicIP.orValue(false) != true",
        observe={"Public IP": "subject.?enableNodePublicIP.orValue(null)"},
        tests=TESTS,
    )
    write_control(
        folder,
        id="logging-audit",
        area="logging",
        needs=["arm.managed-clusters", "arm.diagnostic-settings"],
        check="'kube-audit' in derived.log_categories",
        observe={"Categories": "derived.log_categories"},
        tests=TESTS,
    )
    write_control(
        folder,
        id="network-standard",
        area="network",
        check="cluster.properties.networkProfile.loadBalancerSku == 'standard'",
        observe={"SKU": "cluster.properties.networkProfile.loadBalancerSku"},
        tests=TESTS,
    )
    return folder


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Assessment]:
    """The folder that holds the snapshot, and what its assessment gave."""
    folder = tmp_path_factory.mktemp("line")
    with serve(estate(folder / "estate"), as_of=NOW) as azure:
        connection = Connection(
            f"https://{azure.management_host}", f"https://{azure.login_host}", azure.ca_file, azure.address
        )
        request = Request(
            folder=folder / NAME,
            mode=CollectionMode.ESTATE,
            connection=connection,
            clock=lambda: NOW,
            host="test",
            progress=lambda done, of, what: None,
            secret=azure.client_secret,
        )
        engagement = Engagement(
            entity="Test",
            period=Period.model_validate({"start": "2026-10-01", "end": "2026-12-31"}),
            scope=Scope(subscriptions=(SUB, HIDDEN)),
            credential=Credential(kind="client-secret", tenant_id=azure.tenant_id, client_id=azure.client_id),
        )
        collect(engagement, request)
    reader = Reader(folder / NAME)
    return folder, assess(reader, catalogue.load(controls(folder / "controls")), reader.header.as_of)


def test_the_observations_of_a_small_estate(line: tuple[Path, Assessment]) -> None:
    _, result = line
    found = [(item.control, item.subject.cluster, item.subject.name) for item in result.observations]
    status = {key: item.status.value for key, item in zip(found, result.observations, strict=True)}
    assert status == {
        ("api-server-private", "first", "first"): "satisfied",
        ("api-server-private", "second", "second"): "not-satisfied",
        ("logging-audit", "first", "first"): "satisfied",
        ("logging-audit", "second", "second"): "not-assessed",
        ("network-standard", "first", "first"): "satisfied",
        ("network-standard", "second", "second"): "satisfied",
        ("nodes-no-public-ip", "first", "sys"): "satisfied",
        ("nodes-no-public-ip", "first", "usr"): "not-satisfied",
        ("nodes-no-public-ip", "second", "auto-provisioned nodes"): "not-assessed",
        ("nodes-no-public-ip", "second", "np1"): "satisfied",
    }
    assert not [item for item in result.observations if item.reason.startswith(EVALUATION_ERROR)]


def test_what_was_not_collected_is_a_gap_with_its_reason(line: tuple[Path, Assessment]) -> None:
    _, result = line
    (gap,) = [item for item in result.observations if item.cause is Cause.GAP]
    assert gap.subject.name == "second"
    assert gap.reason.startswith("Diagnostic settings of a cluster, Azure Monitor: HTTP 404")


def test_every_reference_leads_to_the_value_that_was_judged(line: tuple[Path, Assessment]) -> None:
    folder, result = line
    for item in result.observations:
        assert item.evidence
        value = resolve(folder, item.evidence[0])
        if item.subject.kind == "cluster" or item.cause is Cause.UNLISTED:
            assert value["id"].lower() == item.subject.cluster_id.lower()
        else:
            assert value["name"] == item.subject.name
        for reference in item.evidence[1:]:
            assert resolve(folder, reference)[0]["properties"]["workspaceId"] == "w"
