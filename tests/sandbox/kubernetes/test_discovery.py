"""What a server says it serves, and that it is what it serves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import serve
from tests.sandbox.conftest import ALPHA, cluster, write
from tests.sandbox.kubernetes.conftest import ALL, AS_OF, PATHS, Api, fill, listed, names, thing

SECRET_STORES = "external-secrets.io"


def definition(group: str, kind: str, plural: str, *versions: str, **more: Any) -> dict[str, Any]:
    spec = {
        "group": group,
        "names": {"kind": kind, "plural": plural, **more},
        "scope": "Namespaced",
        "versions": [{"name": version, "served": version != "v0"} for version in versions],
    }
    crd = {"kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1"}
    return crd | thing(f"{plural}.{group}", spec=spec)


def custom(api_version: str, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    return {"kind": kind, "apiVersion": api_version, **thing(name, namespace)}


FILES = {
    "definitions.json": listed(
        "",
        definition(
            SECRET_STORES, "ExternalSecret", "externalsecrets", "v1beta1", "v0", "v1", shortNames=["es"]
        ),
        definition(SECRET_STORES, "PushSecret", "pushsecrets", "v1beta1"),
        definition("cert-manager.io", "Certificate", "certificates", "v1", categories=["cert-manager"]),
    )
    | {"kind": "List"},
    "own/es.json": [custom(f"{SECRET_STORES}/v1beta1", "ExternalSecret", "db", "app-a")],
    "constraint.yaml": """\
kind: K8sNoPrivilege
apiVersion: constraints.gatekeeper.sh/v1beta1
metadata: {name: all}
---
kind: Policy
apiVersion: example.com/v1
metadata: {name: one, namespace: app-a}
""",
    "budget.json": custom("policy/v1beta1", "PodDisruptionBudget", "web", "app-a"),
    "version.json": {"major": "1", "minor": "34", "gitVersion": "v1.34.7", "goVersion": "go1.24"},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("custom")
    entra = {"aadProfile": {"managed": True}}
    plain = entra | {"currentKubernetesVersion": "1.33.9"}
    known: dict[str, dict[str, Any]] = {"aks-custom": entra, "aks-whole": entra, "aks-plain": plain}
    write(folder, {"a.json": [cluster(ALPHA, name, **more) for name, more in known.items()]})
    fill(folder, "aks-custom", FILES)
    fill(folder, "aks-plain", {"empty.json": ["*"]})
    fill(folder, "aks-whole", FILES | {"empty.json": ["*"], "access.json": {"rules": [ALL, PATHS]}})
    with serve(folder, as_of=AS_OF) as sandbox:
        yield Api(sandbox, "aks-custom")


def groups(api: Api) -> dict[str, list[str]]:
    body = api.get("/apis").json()
    assert (body["kind"], body["apiVersion"]) == ("APIGroupList", "v1")
    return {group["name"]: [one["version"] for one in group["versions"]] for group in body["groups"]}


def test_groups_are_kubernetes_own_and_those_of_definitions_and_objects(served: Api) -> None:
    own = groups(served.of("aks-plain"))
    assert {"apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io", "policy"} < {*own}
    assert "" not in own
    found = groups(served)
    assert {*found} - {*own} == {SECRET_STORES, "cert-manager.io", "constraints.gatekeeper.sh", "example.com"}
    assert found[SECRET_STORES] == ["v1", "v1beta1"], "the preferred first; what is not served is not there"
    assert found["policy"] == ["v1", "v1beta1"]


def test_the_core_group_and_one_other(served: Api) -> None:
    assert served.get("/api").json() == {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": f"{served.host}:443"}],
    }
    group = served.get("/apis/cert-manager.io").json()
    assert (group["kind"], group["preferredVersion"]["groupVersion"]) == ("APIGroup", "cert-manager.io/v1")


def resources(api: Api, path: str) -> dict[str, Any]:
    body = api.get(path).json()
    assert body["kind"] == "APIResourceList"
    assert body["groupVersion"] == path.removeprefix("/api/").removeprefix("/apis/")
    return {resource["name"]: resource for resource in body["resources"]}


def test_resources_are_described(served: Api) -> None:
    core = resources(served, "/api/v1")
    assert core["pods"] == {
        "name": "pods",
        "singularName": "pod",
        "namespaced": True,
        "kind": "Pod",
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        "shortNames": ["po"],
    }
    assert (core["nodes"]["namespaced"], core["endpoints"]["kind"]) == (False, "Endpoints")
    assert core["pods/exec"]["verbs"] == ["create", "get"]
    certificates = resources(served, "/apis/cert-manager.io/v1")
    assert certificates["certificates"]["categories"] == ["cert-manager"]
    assert {*resources(served, f"/apis/{SECRET_STORES}/v1")} == {"externalsecrets"}
    assert {*resources(served, f"/apis/{SECRET_STORES}/v1beta1")} == {"externalsecrets", "pushsecrets"}
    reviews = resources(served, "/apis/authorization.k8s.io/v1")
    assert {*reviews} == {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}
    assert reviews["selfsubjectaccessreviews"]["verbs"] == ["create"]
    assert {*resources(served, "/apis/apps/v1")} == {
        "controllerrevisions",
        "daemonsets",
        "deployments",
        "replicasets",
        "statefulsets",
    }


@pytest.mark.parametrize("path", ["/apis/none", "/apis/apps/v9", "/apis/none/v1", "/api/v2"])
def test_what_is_not_served_is_not_found(served: Api, path: str) -> None:
    assert served.get(path).status_code == 404


def test_all_that_can_be_listed_is(served: Api) -> None:
    """Each list is of the kind that discovery names, in each version."""
    whole = served.of("aks-whole")
    found = 0
    for api_version in ("v1", *(f"{group}/{one}" for group, known in groups(whole).items() for one in known)):
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        for name, resource in resources(whole, root).items():
            if "list" in resource["verbs"] and "/" not in name:
                body = whole.get(f"{root}/{name}").json()
                assert (body["kind"], body["apiVersion"]) == (f"{resource['kind']}List", api_version)
                found += 1
    assert found > 40


def test_custom_objects_say_what_they_are_in_each_version(served: Api) -> None:
    for version in ("v1", "v1beta1"):
        answer = served.get(f"/apis/{SECRET_STORES}/{version}/externalsecrets")
        assert names(answer) == ["db"]
        assert answer.json()["kind"] == "ExternalSecretList"
        assert answer.json()["items"][0]["apiVersion"] == f"{SECRET_STORES}/{version}"
    constraints = resources(served, "/apis/constraints.gatekeeper.sh/v1beta1")
    assert [(name, one["namespaced"]) for name, one in constraints.items()] == [("k8snoprivilege", False)]
    assert names(served.get("/apis/constraints.gatekeeper.sh/v1beta1/k8snoprivilege")) == ["all"]
    assert [*resources(served, "/apis/example.com/v1")] == ["policies"]
    assert names(served.get("/apis/policy/v1/namespaces/app-a/poddisruptionbudgets")) == ["web"]


def test_the_version_is_the_folders_or_follows_the_clusters_body(served: Api) -> None:
    assert served.get("/version").json() == FILES["version.json"]
    assert served.of("aks-plain").get("/version").json() == {
        "major": "1",
        "minor": "33",
        "gitVersion": "v1.33.9",
        "platform": "linux/amd64",
    }


def test_a_list_that_the_folder_does_not_have_is_an_error_that_names_the_file(served: Api) -> None:
    answer = served.get("/api/v1/pods")
    assert (answer.status_code, answer.json()["reason"]) == (404, "NotFound")
    assert answer.json()["message"] == (
        "The estate folder does not say. Add kubernetes/aks-custom/pods.json (kubectl get pods -A -o json), "
        'or, where there is none, "pods" to the list in empty.json.'
    )
    certificates = served.get("/apis/cert-manager.io/v1/certificates")
    assert (certificates.status_code, "certificates.cert-manager.io" in certificates.text) == (404, True)
    assert names(served.of("aks-plain").get("/api/v1/pods")) == []


def test_lists_are_in_a_namespace_only_where_their_kind_is(served: Api) -> None:
    assert served.of("aks-plain").get("/api/v1/namespaces/app-a/nodes").status_code == 404


def test_an_estate_without_kubernetes_has_no_api_servers(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": cluster(ALPHA, "aks", aadProfile={"managed": True})})
    with serve(tmp_path) as sandbox:
        assert sandbox.api_servers == {}
        assert json.dumps(sandbox.requests) == "[]"
