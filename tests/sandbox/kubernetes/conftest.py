"""An estate with a cluster of every kind of access, and a plain HTTPS client for their API servers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from reportgen.sandbox import Sandbox, serve
from reportgen.sandbox.interface import API_AUDIENCE
from tests.sandbox.conftest import ALPHA, Client, cluster, cluster_id, write

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
LEAK = "CANARY-s3cret-AAA"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
ONE_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"
ALL = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
PATHS = {"verbs": ["*"], "nonResourceURLs": ["*"]}
LIST_SECRETS = {"verbs": ["list"], "apiGroups": [""], "resources": ["secrets"]}
CONFIG_MAPS = 1200
REVISION = 246


def thing(name: str, namespace: str = "", revision: int = 1, **parts: Any) -> dict[str, Any]:
    """An item of a list, which does not say its kind."""
    metadata: dict[str, Any] = {"name": name, "uid": f"uid-{name}", "resourceVersion": str(revision)}
    if namespace:
        metadata["namespace"] = namespace
    return {
        "metadata": metadata | {"creationTimestamp": "2026-11-10T02:00:00Z"} | parts.pop("metadata", {}),
        **parts,
    }


def secret(name: str, namespace: str, kind: str = "Opaque", **metadata: Any) -> dict[str, Any]:
    data = {"password": base64.b64encode(LEAK.encode()).decode()}
    return thing(name, namespace, metadata=metadata, data=data, type=kind)


def pod(name: str, namespace: str, node: str, phase: str, **labels: str) -> dict[str, Any]:
    status = {"phase": phase}
    return thing(name, namespace, metadata={"labels": labels}, spec={"nodeName": node}, status=status)


def listed(kind: str, *items: Any, api_version: str = "v1") -> dict[str, Any]:
    """A list as an API server sends it."""
    return {
        "kind": f"{kind}List",
        "apiVersion": api_version,
        "metadata": {"resourceVersion": "9"},
        "items": [*items],
    }


def objects() -> dict[str, Any]:
    """Files of a cluster's folder; three secrets, one of which was made by ``kubectl apply``."""
    applied = json.dumps({"kind": "Secret", "stringData": {"password": LEAK}})
    managed = [{"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:data": {"f:password": {}}}}]
    return {
        "secrets.json": listed(
            "Secret",
            secret("pull", "app-b", "kubernetes.io/dockerconfigjson"),
            secret("db", "app-a", annotations={APPLIED: applied}, managedFields=managed),
            secret("token", "app-a"),
        ),
        "pods.json": listed(
            "Pod",
            pod("web-1", "app-a", "n1", "Running", app="web"),
            pod("web-2", "app-a", "n2", "Failed", app="web", tier="x"),
            pod("db-0", "app-b", "n1", "Running", app="db"),
            thing("bare", "app-b", spec={}),
        ),
        "namespaces.json": listed("Namespace", thing("app-a"), thing("app-b", revision=REVISION - 25)),
        "configmaps.json": listed(
            "ConfigMap",
            *(thing(f"c-{n:04}", "bulk", data={"k": f"CANARY-{n}" + 200 * "x"}) for n in range(CONFIG_MAPS)),
            thing("root-ca", "kube-system"),
            thing("coredns", "kube-system"),
        ),
        "deployments.json": listed("Deployment", thing("web", "app-a"), api_version="apps/v1"),
        "roles.json": listed("Role", thing("reader", "app-a"), api_version="rbac.authorization.k8s.io/v1"),
        "cronjobs.json": {"kind": "List", "apiVersion": "v1", "items": []},
    }


def fill(estate: Path, name: str, files: Mapping[str, Any]) -> Path:
    """A cluster's folder below kubernetes/ with these files; text is written as it is."""
    folder = estate / "kubernetes" / name
    for file, content in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


ENTRA = {"aadProfile": {"managed": True}}
CLUSTERS: dict[str, dict[str, Any]] = {
    "aks-reader": ENTRA,
    "aks-auditor": ENTRA,
    "aks-admin": ENTRA | {"disableLocalAccounts": True},
    "aks-guarded": {"aadProfile": {"managed": True, "enableAzureRBAC": True}},
    "aks-closed": ENTRA,
    "aks-legacy": {},
    "aks-stopped": ENTRA | {"powerState": {"code": "Stopped"}},
    "aks-hidden": ENTRA | {"apiServerAccessProfile": {"enablePrivateCluster": True}},
    "aks-silent": ENTRA,
}
ACCESS: dict[str, Any] = {
    "aks-reader": None,
    "aks-auditor": {"username": "auditor", "groups": ["auditors"], "also": [LIST_SECRETS]},
    "aks-admin": {"username": "admin", "rules": [ALL, PATHS]},
    "aks-guarded": None,
    "aks-closed": {"anonymous": False},
    "aks-legacy": None,
}


def many_clusters(folder: Path) -> Path:
    """The estate: every cluster of `CLUSTERS`, and the folders of those in `ACCESS`."""
    write(folder, {f"{name}.json": cluster(ALPHA, name, **more) for name, more in CLUSTERS.items()})
    for name, access in ACCESS.items():
        fill(folder, name, objects() | ({"access.json": access} if access else {}))
    return folder


@dataclass
class Api:
    """Calls one API server by the sandbox's loopback address and the server's own host name."""

    sandbox: Sandbox
    name: str
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    @property
    def host(self) -> str:
        return self.sandbox.api_servers[cluster_id(ALPHA, self.name).lower()]

    def sign_in(self, audience: str = API_AUDIENCE) -> str:
        return str(Client(self.sandbox).sign_in(scope=f"{audience}/.default").json()["access_token"])

    def call(self, method: str, path: str, accept: str = "", **options: Any) -> requests.Response:
        """A call with a token; ``token`` is another one, "" none at all."""
        if not self.token:
            self.token = self.sign_in()
        token = options.pop("token", self.token)
        headers = {"Host": self.host} | ({"Accept": accept} if accept else {}) | options.pop("headers", {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        url = f"https://127.0.0.1:{self.sandbox.address[1]}{path}"
        ca_file = str(self.sandbox.ca_file)
        return self.session.request(method, url, headers=headers, verify=ca_file, timeout=30, **options)

    def get(self, path: str, accept: str = "", **parameters: Any) -> requests.Response:
        return self.call("GET", path, accept, params=parameters)

    def review(self, **attributes: str) -> dict[str, Any]:
        """The status of a SelfSubjectAccessReview."""
        answer = self.post("selfsubjectaccessreviews", {"resourceAttributes": attributes})
        assert answer.status_code == 201
        return dict(answer.json()["status"])

    def post(
        self, review: str, spec: Any, group: str = "authorization.k8s.io", **options: Any
    ) -> requests.Response:
        body = {"kind": "Review", "apiVersion": f"{group}/v1", "spec": spec}
        return self.call("POST", f"/apis/{group}/v1/{review}", json=body, **options)

    def of(self, name: str) -> Api:
        """The same for another cluster."""
        return replace(self, name=name)


@pytest.fixture(scope="session")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_clusters(tmp_path_factory.mktemp("clusters"))


@pytest.fixture(scope="module")
def api(clusters: Path) -> Iterator[Api]:
    """The API server of the cluster whose collector holds the tool's own ClusterRole."""
    with serve(clusters, as_of=AS_OF) as sandbox:
        yield Api(sandbox, "aks-reader")


@pytest.fixture
def auditor(api: Api) -> Api:
    """A server where the collector may list secrets too."""
    return api.of("aks-auditor")


@pytest.fixture
def admin(api: Api) -> Api:
    """A server where everything is allowed."""
    return api.of("aks-admin")


def names(answer: requests.Response) -> list[str]:
    """The names of a list's items, which must be one."""
    assert answer.status_code == 200, answer.text
    return [item["metadata"]["name"] for item in answer.json()["items"]]
