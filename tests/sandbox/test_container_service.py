"""The AKS reads, through the SDK's client and against recorded answers."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.mgmt.containerservice import ContainerServiceClient

from reportgen.sandbox import serve
from tests.sandbox.conftest import (
    ALPHA,
    BETA,
    CLUSTERS_IN_ALPHA,
    Client,
    cluster,
    cluster_id,
    write,
)
from tests.sandbox.test_resource_manager import recording, shape

LIST = "/subscriptions/{}/providers/Microsoft.ContainerService/managedClusters"


class Token:
    """A credential that holds a token already."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        del scopes, options
        return AccessToken(self._token, int(time.time()) + 3000)


def sdk(client: Client, subscription: str) -> ContainerServiceClient:
    client.get("/subscriptions")
    return ContainerServiceClient(
        Token(client.token),
        subscription,
        base_url=client.url,
        credential_scopes=["https://management.azure.com/.default"],
        transport=client.transport(),
    )


def pages(client: Client, url: str) -> list[dict[str, Any]]:
    found = []
    while url:
        found.append(client.get(url).json())
        url = found[-1].get("nextLink", "")
    return found


def test_the_sdk_lists_and_gets(client: Client) -> None:
    aks = sdk(client, ALPHA)
    names = [found.name for found in aks.managed_clusters.list()]
    assert names == [f"alpha-{number:02}" for number in range(CLUSTERS_IN_ALPHA)]
    one = aks.managed_clusters.get("RG-AKS", "Alpha-01")
    assert (one.kubernetes_version, one.agent_pool_profiles[0].name) == ("1.33", "nodepool1")
    assert [pool.count for pool in aks.agent_pools.list("rg-aks", "alpha-00")] == [5]
    assert [pool.mode for pool in aks.agent_pools.list("rg-aks", "alpha-01")] == ["System"]
    windows = list(aks.maintenance_configurations.list_by_managed_cluster("rg-aks", "alpha-00"))
    assert [window.name for window in windows] == ["aksManagedAutoUpgradeSchedule"]
    versions = aks.managed_clusters.list_kubernetes_versions("westeurope")
    assert [line.version for line in versions.values_property or []] == ["1.33"]


def test_lists_end_with_an_empty_page_as_recorded(client: Client, recorded: Path) -> None:
    got = pages(client, LIST.format(ALPHA))
    assert [len(page["value"]) for page in got] == [20, 3, 0]
    assert "nextLink" not in got[-1]
    real = recording(recorded, "managedClusters_list__*default_setting__0009.json")
    after = recording(recorded, "managedClusters_list__*default_setting__0010.json")
    assert after["response"]["body"] == got[-1] == {"value": []}
    assert set(got[0]) == set(real["response"]["body"]) == {"value", "nextLink"}
    assert got[0]["nextLink"].split("?")[1] == "%24skipToken=20&api-version=2024-09-01&skipToken=20"
    assert real["response"]["body"]["nextLink"].split("?")[1].startswith("%24skipToken=")


def test_next_links_stay_with_the_host_of_the_call(client: Client) -> None:
    response = client.get(LIST.format(ALPHA), headers={"Host": client.sandbox.management_host})
    assert response.json()["nextLink"].startswith(f"https://{client.sandbox.management_host}/subscriptions/")


def test_lists_of_a_subscription_and_of_a_group(client: Client) -> None:
    assert [body["name"] for page in pages(client, LIST.format(BETA)) for body in page["value"]] == ["beta"]
    group = (
        f"/subscriptions/{BETA}/resourceGroups/RG-aks/providers/Microsoft.ContainerService/managedClusters"
    )
    assert [body["name"] for page in pages(client, group) for body in page["value"]] == ["beta"]
    nowhere = client.get(group.replace("RG-aks", "nowhere"))
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "ResourceGroupNotFound")


def test_pools_are_derived_in_the_recorded_shape(client: Client, recorded: Path) -> None:
    real = recording(recorded, "agentPools_list__*spot_node_pool__0014.json")["response"]["body"]
    got = client.get(f"{cluster_id(ALPHA, 'alpha-01')}/agentPools").json()
    assert set(got) == set(real)
    assert list(got["value"][0]) == list(real["value"][0])
    assert got["value"][0]["type"] == real["value"][0]["type"]
    assert got["value"][0]["id"] == f"{cluster_id(ALPHA, 'alpha-01')}/agentPools/nodepool1"
    assert got["value"][0]["properties"]["count"] == 3
    assert "name" not in got["value"][0]["properties"]


def test_one_pool(client: Client) -> None:
    path = f"{cluster_id(ALPHA, 'alpha-01')}/agentPools"
    assert client.get(f"{path}/NodePool1").json()["name"] == "nodepool1"
    missing = client.get(f"{path}/other")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_a_hosted_cluster_has_no_pools(tmp_path: Path) -> None:
    for number, profiles in enumerate(({}, {"agentPoolProfiles": None})):
        body = cluster(ALPHA, "auto")
        del body["properties"]["agentPoolProfiles"]
        body["properties"] |= profiles
        with serve(write(tmp_path / str(number), {"auto.json": body})) as sandbox:
            assert Client(sandbox).get(f"{cluster_id(ALPHA, 'auto')}/agentPools").json() == {"value": []}


@pytest.mark.parametrize(
    ("below", "file"),
    [
        ("/maintenanceConfigurations", "azure/answers/alpha-01-maintenanceconfigurations.json"),
        (
            "/providers/Microsoft.Insights/diagnosticSettings",
            "azure/answers/alpha-01-diagnosticsettings.json",
        ),
        ("/upgradeProfiles/default", "azure/answers/alpha-01-upgradeprofiles-default.json"),
        (
            "/agentPools/nodepool1/upgradeProfiles/default",
            "azure/answers/alpha-01-agentpools-nodepool1-upgradeprofiles-default.json",
        ),
    ],
)
def test_what_the_folder_does_not_hold_is_no_empty_list(client: Client, below: str, file: str) -> None:
    path = cluster_id(ALPHA, "alpha-01") + below
    response = client.get(path)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (404, "EstateHasNoAnswer")
    assert file in error["message"]
    assert json.dumps({"method": "GET", "uri": path}) in error["message"]


def test_versions_of_another_region_are_not_known(client: Client) -> None:
    path = f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/locations"
    known = client.get(f"{path}/WestEurope/kubernetesVersions")
    assert known.json() == {"values": [{"version": "1.33"}]}
    assert client.get(f"{path}/eastus/kubernetesVersions").json()["error"]["code"] == "EstateHasNoAnswer"


def test_an_empty_list_is_served_where_the_folder_says_so(client: Client) -> None:
    path = f"{cluster_id(ALPHA, 'alpha-00')}/providers/Microsoft.Insights/diagnosticSettings"
    assert client.get(path, version="2021-05-01-preview").json() == {"value": []}


@pytest.mark.parametrize("below", ["/agentPools", "/maintenanceConfigurations", "/upgradeProfiles/default"])
def test_children_of_no_cluster_are_not_found(client: Client, below: str) -> None:
    response = client.get(cluster_id(ALPHA, "ghost") + below)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "ResourceNotFound")


RECORDED = [
    "kubernetesVersions__*ipv6_count__0000.json",
    "upgradeProfile__*get_upgrades__0015.json",
    "agentPool_upgradeProfile__*scale_delete__0032.json",
    "diagnosticSettings__*subscription__0000.json",
    "maintenanceConfiguration__aso-2025__Test_AKS_ManagedCluster_20240901_CRUD__0041.json",
    "error_404_NotFound__*jwtauthenticator_cmds__0020.json",
]


@pytest.mark.parametrize("name", RECORDED)
def test_recordings_drop_in_as_they_are(recorded: Path, tmp_path: Path, name: str) -> None:
    real = recording(recorded, name)
    with serve(write(tmp_path, {"real.json": real})) as sandbox:
        client = Client(sandbox)
        response = client.get(real["request"]["uri"].removeprefix("https://management.azure.com"))
    assert response.status_code == real["response"]["status"]
    assert response.json() == real["response"]["body"]
    assert set(response.headers) >= {"content-type", "date"}


def test_a_recorded_list_is_served_as_resources(recorded: Path, tmp_path: Path) -> None:
    real = recording(recorded, "managedClusters_list__*default_setting__0009.json")
    with serve(write(tmp_path, {"list.json": real["response"]["body"]})) as sandbox:
        client = Client(sandbox)
        got = client.get(real["request"]["uri"].removeprefix("https://management.azure.com")).json()
    assert got["value"] == real["response"]["body"]["value"]
    assert shape(got) == shape(real["response"]["body"])


def test_five_hundred_clusters_are_read_in_seconds(tmp_path: Path) -> None:
    names = [f"c{number:03}" for number in range(500)]
    folder = write(tmp_path, {"all.json": [cluster(ALPHA, name) for name in names]})
    with serve(folder, limits=None) as sandbox:
        client = Client(sandbox)
        client.get("/subscriptions")
        start = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            statuses = list(
                pool.map(lambda name: client.get(f"{cluster_id(ALPHA, name)}/agentPools").status_code, names)
            )
        elapsed = time.monotonic() - start
    assert statuses == [200] * 500
    assert elapsed < 8


def test_a_call_does_not_wait_for_an_acknowledgement(client: Client) -> None:
    client.get("/subscriptions")
    start = time.monotonic()
    for _ in range(100):
        client.get(cluster_id(ALPHA, "alpha-00"))
    # Without TCP_NODELAY a call takes 40 ms, which is 4 s here.
    assert time.monotonic() - start < 2
