"""Kubeconfigs: where they lead, and which must never be asked for."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from reportgen.sandbox.estate import load
from reportgen.sandbox.interface import ADMIN_CANARY, API_AUDIENCE, API_DOMAIN
from reportgen.sandbox.server import greeting
from tests.sandbox.conftest import ALPHA, Client, cluster, cluster_id, write
from tests.sandbox.kubernetes.conftest import ACCESS, AS_OF, Api, fill
from tests.sandbox.test_resource_manager import recording, shape

_RECORDED = {
    "User": "listClusterUserCredential__azure-cli__test_aks_create_default_setting__0014.json",
    "Admin": "listClusterAdminCredential__aso-2025__Test_AKS_ManagedCluster_20231001_CRUD__0036.json",
}


@pytest.fixture
def arm(api: Api) -> Client:
    return Client(api.sandbox)


def asked(client: Client, name: str, user: str = "User", host: str = "") -> requests.Response:
    path = f"{cluster_id(ALPHA, name)}/listCluster{user}Credential"
    headers = {"Host": host or client.sandbox.management_host}
    return client.call("POST", path, version="2026-08-01", headers=headers)


def config(answer: requests.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return yaml.safe_load(base64.b64decode(answer.json()["kubeconfigs"][0]["value"]))


def server(answer: requests.Response) -> str:
    return str(config(answer)["clusters"][0]["cluster"]["server"])


def test_the_answer_has_the_form_of_a_recording(arm: Client, recorded: Path) -> None:
    for user in ("User", "Admin"):
        real = recording(recorded, _RECORDED[user])["response"]["body"]
        found = asked(arm, "aks-reader", user).json()
        assert shape(found) == shape(real)
        assert found["kubeconfigs"][0]["name"] == real["kubeconfigs"][0]["name"] == f"cluster{user}"


def test_with_entra_the_users_kubeconfig_signs_in_by_a_program(arm: Client) -> None:
    found = config(asked(arm, "aks-reader"))
    assert found["current-context"] == found["contexts"][0]["name"] == "aks-reader"
    (user,) = found["users"]
    assert (user["name"], {*user["user"]}) == ("clusterUser_rg-aks_aks-reader", {"exec"})
    assert user["user"]["exec"]["command"] == "kubelogin"
    assert API_AUDIENCE in user["user"]["exec"]["args"]
    assert ADMIN_CANARY not in json.dumps(found)


def test_server_and_ca_of_a_kubeconfig_lead_to_the_api_server(api: Api, arm: Client) -> None:
    place = config(asked(arm, "aks-reader"))["clusters"][0]["cluster"]
    assert place["server"] == f"https://{api.host}:443"
    assert api.host.startswith("aks-reader-")
    assert api.host.endswith(f".{API_DOMAIN}")
    context = ssl.create_default_context(
        cadata=base64.b64decode(place["certificate-authority-data"]).decode()
    )
    with (
        socket.create_connection(api.sandbox.address, 10) as plain,
        context.wrap_socket(plain, server_hostname=api.host) as secure,
    ):
        connection = http.client.HTTPConnection(api.host)
        connection.sock = secure
        connection.request("GET", "/version")
        assert json.loads(connection.getresponse().read())["gitVersion"] == "v1.33"


def test_by_address_the_server_lies_below_a_path(api: Api, arm: Client) -> None:
    """So that a client which has no name for the sandbox needs none for its API servers."""
    url = f"127.0.0.1:{api.sandbox.address[1]}"
    found = server(asked(arm, "aks-reader", host=url))
    assert found == f"https://{url}/k8s/{api.host.partition('.')[0]}"
    headers = {"Authorization": f"Bearer {api.sign_in()}"}
    answer = requests.get(
        f"{found}/api/v1/pods", headers=headers, verify=str(api.sandbox.ca_file), timeout=30
    )
    assert (answer.status_code, answer.json()["kind"]) == (200, "PodList")
    assert api.sandbox.requests[-1] == f"GET {api.host}/api/v1/pods"


def test_a_cluster_that_cannot_be_reached_has_no_server(api: Api, arm: Client) -> None:
    for name in ("aks-stopped", "aks-hidden"):
        assert server(asked(arm, name)).endswith(".privatelink.invalid:443"), "a name that nothing resolves"
    silent = server(asked(arm, "aks-silent")).removeprefix("https://").removesuffix(":443")
    assert silent.endswith(f".{API_DOMAIN}")
    context = ssl.create_default_context(cafile=api.sandbox.ca_file)
    with (
        socket.create_connection(api.sandbox.address, 10) as plain,
        pytest.raises(ssl.SSLError, match=r"UNRECOGNIZED_NAME|EOF"),
    ):
        context.wrap_socket(plain, server_hostname=silent)
    answer = api.call("GET", "/version", headers={"Host": silent})
    assert (answer.status_code, answer.text) == (421, f"No API server here is {silent}.\n")


def test_without_entra_the_users_credential_is_the_administrators(clusters: Path) -> None:
    with serve(clusters, as_of=AS_OF) as sandbox:
        arm = Client(sandbox)
        (user,) = config(asked(arm, "aks-legacy"))["users"]
        assert {*user["user"]} == {"client-certificate-data", "client-key-data", "token"}
        for name in ("client-certificate-data", "client-key-data"):
            assert ADMIN_CANARY in base64.b64decode(user["user"][name]).decode()
        assert sandbox.admin_credentials == [cluster_id(ALPHA, "aks-legacy")], "it is counted"
        assert asked(arm, "aks-reader").ok
        assert len(sandbox.admin_credentials) == 1


def test_the_administrators_credential_is_counted_and_opens_everything(clusters: Path) -> None:
    with serve(clusters, as_of=AS_OF) as sandbox:
        found = config(asked(Client(sandbox), "aks-reader", "Admin"))
        assert found["users"][0]["name"] == "clusterAdmin_rg-aks_aks-reader"
        assert sandbox.admin_credentials == [cluster_id(ALPHA, "aks-reader")]
        api = Api(sandbox, "aks-reader", token=found["users"][0]["user"]["token"])
        assert api.get("/api/v1/secrets").status_code == 200
        assert api.review(verb="*", group="*", resource="*") == {"allowed": True}


def test_where_local_accounts_are_off_there_is_no_administrators_credential(api: Api, arm: Client) -> None:
    before = len(api.sandbox.admin_credentials)
    answer = asked(arm, "aks-admin", "Admin")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert "local accounts" in answer.json()["error"]["message"]
    assert api.of("aks-admin").call("GET", "/version", token=ADMIN_CANARY).status_code == 401
    assert len(api.sandbox.admin_credentials) == before


def test_entras_tokens_do_not_open_a_cluster_without_entra(api: Api) -> None:
    assert api.of("aks-legacy").get("/version").status_code == 401


def test_a_cluster_that_is_not_there(arm: Client) -> None:
    for user in ("User", "Admin"):
        answer = asked(arm, "none", user)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_the_right_to_the_credential_can_be_lacking(clusters: Path) -> None:
    for faults in (
        Faults(deny=("listClusterUserCredential",)),
        Faults(calls=(Fault(Kind.FORBIDDEN, match="aks-reader/listCluster"),)),
    ):
        with serve(clusters, as_of=AS_OF, faults=faults) as sandbox:
            answer = asked(Client(sandbox), "aks-reader")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")
        action = "'Microsoft.ContainerService/managedClusters/listClusterUserCredential/action'"
        assert action in answer.json()["error"]["message"]


def test_a_person_is_told_where_the_api_servers_are(clusters: Path) -> None:
    with serve(clusters) as sandbox:
        text = greeting(load(clusters), sandbox)
        lines = re.findall(r"^  (aks-\S+) +(https://\S+)$", text, re.MULTILINE)
        assert {name for name, _ in lines} == {*ACCESS}
        headers = {"Authorization": f"Bearer {Api(sandbox, 'aks-reader').sign_in()}"}
        url = dict(lines)["aks-reader"]
        assert requests.get(f"{url}/api", headers=headers, verify=str(sandbox.ca_file), timeout=30).ok
    assert f"API servers (a token of scope {API_AUDIENCE}/.default signs in)" in text


def test_names_that_make_no_host_are_made_one(tmp_path: Path) -> None:
    name = "AKS_" + "x" * 59
    write(tmp_path, {"a.json": cluster(ALPHA, name, aadProfile={"managed": True})})
    fill(tmp_path, name, {"empty.json": ["*"]})
    with serve(tmp_path, as_of=AS_OF) as sandbox:
        host = hosts(sandbox)[0]
        assert host.startswith("aks-xxx")
        assert len(host.partition(".")[0]) == 63
        assert Api(sandbox, name).get("/api/v1/pods").json()["items"] == []


def hosts(sandbox: Sandbox) -> list[str]:
    return [*sandbox.api_servers.values()]
