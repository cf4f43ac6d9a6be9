"""A small estate of every shape the sandbox takes, and a plain HTTPS client for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.pipeline.transport import RequestsTransport

from reportgen.limits import Limits
from reportgen.sandbox import Sandbox, serve

ALPHA = "aaaaaaaa-0000-4000-8000-000000000001"
BETA = "bbbbbbbb-0000-4000-8000-000000000002"
HIDDEN = "cccccccc-0000-4000-8000-000000000003"
CLUSTERS_IN_ALPHA = 23


def cluster_id(subscription: str, name: str, group: str = "rg-aks") -> str:
    return (
        f"/subscriptions/{subscription}/resourcegroups/{group}"
        f"/providers/Microsoft.ContainerService/managedClusters/{name}"
    )


def cluster(subscription: str, name: str, **properties: Any) -> dict[str, Any]:
    """A cluster body as ARM sends it, with one pool."""
    pool = {"name": "nodepool1", "count": 3, "mode": "System", "osType": "Linux", "vmSize": "Standard_DS2_v2"}
    known = {"provisioningState": "Succeeded", "kubernetesVersion": "1.33", "agentPoolProfiles": [pool]}
    return {
        "id": cluster_id(subscription, name),
        "location": "West Europe",
        "name": name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "properties": {**known, **properties},
        "sku": {"name": "Base", "tier": "Free"},
    }


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """An estate folder with these files below azure/; text is written as it is."""
    (folder / "azure").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / "azure" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def small_estate() -> dict[str, Any]:
    """Three subscriptions, one of them unreadable; alpha-00 has every child resource."""
    first = cluster_id(ALPHA, "alpha-00")
    return {
        "subscriptions.json": [
            {
                "subscriptionId": ALPHA,
                "displayName": "Alpha",
                "managementGroups": [
                    {"name": "mg-prod", "displayName": "Production"},
                    {"name": "mg-corp", "displayName": "Corporate"},
                ],
            },
            {"subscriptionId": BETA, "managementGroups": [{"name": "mg-corp", "displayName": "Corporate"}]},
            {
                "subscriptionId": HIDDEN,
                "displayName": "Hidden",
                "readable": False,
                "managementGroups": [
                    {"name": "mg-prod", "displayName": "Production"},
                    {"name": "mg-corp", "displayName": "Corporate"},
                ],
            },
        ],
        "clusters.json": {"value": [cluster(ALPHA, f"alpha-{n:02}") for n in range(CLUSTERS_IN_ALPHA)]},
        "beta.json": cluster(BETA, "beta"),
        "hidden.json": cluster(HIDDEN, "hidden"),
        "pool.json": {
            "id": f"{first}/agentPools/own",
            "name": "own",
            "type": "Microsoft.ContainerService/managedClusters/agentPools",
            "properties": {"count": 5, "mode": "System"},
        },
        "maintenance.json": {
            "id": f"{first}/maintenanceConfigurations/aksManagedAutoUpgradeSchedule",
            "name": "aksManagedAutoUpgradeSchedule",
            "properties": {"maintenanceWindow": {"durationHours": 4}},
        },
        "answers/diagnostic.json": {
            "request": {
                "method": "GET",
                "uri": f"https://management.azure.com{first}/providers/microsoft.insights/diagnosticSettings"
                "?api-version=2021-05-01-preview",
            },
            "response": {"body": {"value": []}},
        },
        "answers/versions.json": {
            "request": {
                "method": "GET",
                "uri": f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService"
                "/locations/westeurope/kubernetesVersions",
            },
            "response": {"status": 200, "body": {"values": [{"version": "1.33"}]}},
        },
    }


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("estate"), small_estate())


@dataclass
class Client:
    """Calls a sandbox by its loopback address with the standard library of HTTP clients."""

    sandbox: Sandbox
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.sandbox.address[1]}"

    def sign_in(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.sandbox.client_id,
            "client_secret": self.sandbox.client_secret,
            "scope": "https://management.azure.com/.default",
        } | changes
        tenant = form.pop("tenant", self.sandbox.tenant_id)
        return self.session.post(
            f"{self.url}/{tenant}/oauth2/v2.0/token", data=form, verify=str(self.sandbox.ca_file), timeout=30
        )

    def call(
        self, method: str, path: str, *, version: str = "2024-09-01", **options: Any
    ) -> requests.Response:
        """A call with a token; ``path`` may be a whole URL."""
        if not self.token:
            self.token = self.sign_in().json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        url = path if path.startswith("https://") else self.url + path
        parameters = {"api-version": version} if version and "api-version" not in url else {}
        ca_file = str(self.sandbox.ca_file)
        return self.session.request(
            method, url, params=parameters, headers=headers, verify=ca_file, timeout=30, **options
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def query(self, text: str, *, version: str = "2021-03-01", **body: Any) -> requests.Response:
        """A Resource Graph query; ``body`` adds subscriptions, managementGroups, options."""
        path = "/providers/Microsoft.ResourceGraph/resources"
        return self.call("POST", path, version=version, json={"query": text, **body})

    def transport(self) -> RequestsTransport:
        """For the SDK's clients."""
        return RequestsTransport(connection_verify=str(self.sandbox.ca_file))


@pytest.fixture(scope="module")
def client(estate: Path) -> Iterator[Client]:
    """The small estate, served; the tests of one file share it, and make more calls than Azure lets one."""
    with serve(estate, limits=Limits(scale=100)) as sandbox:
        yield Client(sandbox)
