"""An estate whose objects hold what is hard to print, and a client for commands inside its clusters."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from reportgen.collect.kubernetes import script
from reportgen.sandbox import Faults, Sandbox, serve
from reportgen.sandbox.interface import API_AUDIENCE
from tests.sandbox.conftest import ALPHA, Client, cluster, cluster_id, write
from tests.sandbox.kubernetes.conftest import AS_OF, ENTRA, fill, listed, objects, thing

ODD = 'a"\\\n\t\x07\x0b\x7f\u200b\u00a0\U000e0001é中 \U0001f600'
"""A text with everything that Go quotes in a way of its own."""
HIDDEN = {"apiServerAccessProfile": {"enablePrivateCluster": True}}
OFF = {"apiServerAccessProfile": {"enablePrivateCluster": True, "disableRunCommand": True}}
CLUSTERS: dict[str, dict[str, Any]] = {
    "aks-private": ENTRA | HIDDEN,
    "aks-off": ENTRA | OFF,
    "aks-denied": ENTRA | HIDDEN,
    "aks-empty": ENTRA | HIDDEN,
    "aks-stopped": ENTRA | {"powerState": {"code": "Stopped"}},
    "aks-legacy": {},
}
NO_PATH = {"reachable": False}
ACCESS: dict[str, dict[str, Any]] = {
    "aks-private": NO_PATH,
    "aks-off": NO_PATH,
    "aks-denied": NO_PATH | {"deny": ["pods"]},
    "aks-stopped": NO_PATH,
    "aks-legacy": NO_PATH,
}
CONSTRAINT = "constraints.gatekeeper.sh/v1beta1"


def odd_objects(accounts: int = 520) -> dict[str, Any]:
    """What an API server of any cluster may hold; kubectl asks for 500 ``accounts`` at a time."""
    labels = {"kubernetes.azure.com/agentpool": ODD, "empty": ""}
    annotations = {"weave.works/kured-reboot-in-progress": ODD, "CANARY": "CANARY"}
    node = thing("n1", metadata={"labels": labels, "annotations": annotations}, spec={"unschedulable": True})
    many = (thing(f"sa-{number:03}", "app-a", secrets=[]) for number in range(accounts))
    limits = {"cpu": 2, "memory": "1Gi", "ratio": 0.5}
    container = {
        "name": "c",
        "image": ODD,
        "env": [{"name": "PASSWORD", "value": "CANARY-value"}],
        "ports": [{"containerPort": 8080}],
        "resources": {"limits": limits},
        "livenessProbe": None,
        "securityContext": {"privileged": False, "runAsUser": 0},
    }
    spec = {"containers": [container], "nodeSelector": {}, "volumes": [{"name": "v", "emptyDir": {}}]}
    constraint = {"spec": {"enforcementAction": "deny"}, "status": {"totalViolations": 3}}
    return objects() | {
        "nodes.json": listed("Node", node, {"metadata": {"name": "n2", "labels": None}, "spec": {}}),
        "serviceaccounts.json": listed("ServiceAccount", *many),
        "pods.json": listed("Pod", thing("odd", "app-a", spec=spec), thing("bare", "app-b", spec={})),
        "constraints.json": [
            {"kind": kind, "apiVersion": CONSTRAINT, **thing(kind.lower()), **constraint}
            for kind in ("K8sRequiredLabels", "K8sAllowedRepos")
        ],
        "empty.json": ["*"],
    }


@dataclass
class Commands:
    """Sends commands to a sandbox as one does who may, and reads what they print."""

    sandbox: Sandbox
    client: Client
    token: str = ""

    def send(self, name: str, sources: tuple[str, ...], **changes: Any) -> requests.Response:
        """The answer to the POST; a change to None leaves a key of the body out."""
        body = {
            "command": script.command(sources),
            "context": script.context(sources),
            "clusterToken": self.sign_in(),
        } | changes
        kept = {key: value for key, value in body.items() if value is not None}
        return self.client.call("POST", f"{cluster_id(ALPHA, name)}/runCommand", json=kept)

    def ends(self, name: str, sources: tuple[str, ...], **changes: Any) -> dict[str, Any]:
        """What a command comes to."""
        place = self.send(name, sources, **changes).headers["Location"]
        assert self.client.get(place).status_code == 202
        return dict(self.client.get(place).json()["properties"])

    def prints(self, name: str, *sources: str) -> str:
        """What the script printed, unpacked."""
        return unpacked(str(self.ends(name, sources)["logs"]))

    def sign_in(self) -> str:
        if not self.token:
            scope = f"{API_AUDIENCE}/.default"
            self.token = self.client.sign_in(scope=scope).json()["access_token"]
        return self.token


def unpacked(logs: str) -> str:
    return gzip.decompress(base64.b64decode(logs.partition("\n")[0])).decode()


def served(estate: Path, faults: Faults | None = None) -> Iterator[Commands]:
    with serve(estate, as_of=AS_OF, faults=faults) as sandbox:
        yield Commands(sandbox, Client(sandbox))


@pytest.fixture(scope="session")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate: no path leads to any of its clusters."""
    folder = tmp_path_factory.mktemp("hidden")
    write(folder, {f"{name}.json": cluster(ALPHA, name, **more) for name, more in CLUSTERS.items()})
    for name, access in ACCESS.items():
        fill(folder, name, odd_objects() | {"access.json": access})
    return folder


@pytest.fixture(scope="module")
def commands(hidden: Path) -> Iterator[Commands]:
    yield from served(hidden)
