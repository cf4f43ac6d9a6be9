"""Nothing but reads leaves this program, whoever asks and whatever Azure answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.core.policies import ARMAutoResourceProviderRegistrationPolicy

from reportgen.collect.azure import Azure
from reportgen.collect.connection import Connection
from reportgen.collect.credentials import credential
from reportgen.collect.directory import Directory
from reportgen.engagement import Credential
from reportgen.errors import ReportgenError
from reportgen.sandbox import Sandbox, serve
from tests import line
from tests.collect.conftest import EVERYTHING
from tests.sandbox.conftest import ALPHA, cluster, cluster_id, write

CLUSTER = cluster_id(ALPHA, "aks-good")
WRITES = [
    ("PUT", CLUSTER),
    ("PATCH", CLUSTER),
    ("DELETE", CLUSTER),
    ("POST", f"{CLUSTER}/listClusterAdminCredential"),
    ("POST", f"{CLUSTER}/listClusterUserCredential/x"),
    ("PUT", f"{CLUSTER}/listClusterUserCredential"),
    ("POST", f"{CLUSTER}/runCommand"),
    ("POST", f"/subscriptions/{ALPHA}/providers/Microsoft.Insights/register"),
    ("POST", "/providers/Microsoft.ResourceGraph/resourcesHistory"),
    ("POST", f"{CLUSTER}/x?a=/providers/microsoft.resourcegraph/resources"),
    ("PUT", "/providers/Microsoft.ResourceGraph/resources"),
    ("POST", "/v1.0/directoryObjects/validateProperties"),
    ("POST", "/v1.0/users"),
    ("PATCH", "/v1.0/groups/00000000-0000-4000-8000-000000000001"),
    ("DELETE", "/v1.0/directoryObjects/getByIds"),
]


@pytest.fixture
def azure(served: Sandbox) -> Azure:
    connection = Connection(
        f"https://{served.management_host}", f"https://{served.login_host}", served.ca_file, served.address
    )
    config = Credential(kind="client-secret", tenant_id=served.tenant_id, client_id=served.client_id)
    return Azure(credential(config, connection, served.client_secret), connection, lambda: line.NOW)


@pytest.fixture
def directory(served: Sandbox, azure: Azure) -> Directory:
    connection = Connection(
        f"https://{served.management_host}",
        f"https://{served.login_host}",
        served.ca_file,
        served.address,
        graph_url=f"https://{served.graph_host}",
    )
    return Directory(azure._credential, connection, lambda: line.NOW, azure.host_clock)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_is_refused_before_anything_is_sent(
    served: Sandbox, azure: Azure, directory: Directory, method: str, path: str
) -> None:
    before = list(served.requests)
    for client in (azure._arm._client, azure._graph._client, directory._client):
        with pytest.raises(ReportgenError, match=f"^{method} .*: refused, reportgen only reads$"):
            client.send_request(HttpRequest(method, f"{azure.endpoint}{path}"))
    assert served.requests == before


def test_the_sdk_cannot_write_either(served: Sandbox, azure: Azure) -> None:
    before = list(served.requests)
    clusters = azure._arm.managed_clusters
    calls: list[Any] = [clusters.list_cluster_admin_credentials, clusters.begin_delete, clusters.begin_stop]
    for call in calls:
        with pytest.raises(ReportgenError, match="only reads"):
            call("rg-aks", "aks-good")
    assert served.requests == before


def test_a_read_goes_through(served: Sandbox, azure: Azure) -> None:
    del served.requests[:]
    assert azure.get(CLUSTER, "2026-08-01").body["name"] == "aks-good"
    assert served.requests == [f"GET {CLUSTER}?api-version=2026-08-01"]


def test_no_client_registers_resource_providers(azure: Azure) -> None:
    for client in (azure._arm, azure._graph):
        found = [getattr(node, "_policy", node) for node in client._client._pipeline._impl_policies]
        assert len(found) > 5
        assert not [known for known in found if isinstance(known, ARMAutoResourceProviderRegistrationPolicy)]


def test_an_unregistered_provider_is_a_gap_and_stays_unregistered(tmp_path: Path) -> None:
    path = f"{cluster_id(ALPHA, 'one')}/providers/Microsoft.Insights/diagnosticSettings"
    refusal = {
        "error": {
            "code": "MissingSubscriptionRegistration",
            "message": "The subscription is not registered to use namespace 'microsoft.insights'.",
        }
    }
    files = {"one.json": cluster(ALPHA, "one"), "refusal.json": line.answer(path, refusal, 409)}
    with serve(write(tmp_path / "estate", files), as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path, scope=EVERYTHING)
        assert not [request for request in sandbox.requests if "register" in request.lower()]
    (gap,) = [gap for gap in reader.gaps if gap.source == "arm.diagnostic-settings"]
    assert gap.reason == "failed"
    assert gap.detail.startswith(
        "HTTP 409 MissingSubscriptionRegistration: The subscription is not registered"
    )


def test_a_whole_collection_only_reads(served: Sandbox, tmp_path: Path) -> None:
    del served.requests[:]
    line.collected(served, tmp_path)
    others = {request for request in served.requests if not request.startswith("GET ")}
    assert {request.split("?")[0].lower() for request in others} == {
        "post /providers/microsoft.resourcegraph/resources",
        f"post /{served.tenant_id}/oauth2/v2.0/token",
    }
