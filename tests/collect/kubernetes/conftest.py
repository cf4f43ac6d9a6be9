"""A server that plays Azure and API servers, and a collector pointed at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen import scope
from reportgen.collect import managed_clusters
from reportgen.collect.azure import Azure
from reportgen.collect.connection import Connection
from reportgen.collect.credentials import credential
from reportgen.collect.interface import Recorder
from reportgen.collect.kubernetes import fleet
from reportgen.collect.kubernetes.client import Client
from reportgen.collect.kubernetes.tokens import FixedToken
from reportgen.collect.kubernetes.transport import Deadline, trusting
from reportgen.collect.population import Cluster as Listed
from reportgen.collect.population import Population
from reportgen.engagement import Clusters, Credential
from reportgen.model import CollectionMode, Gap, Json, Provenance
from reportgen.snapshot import Writer
from tests.collect.kubernetes.server import API, LOGIN, MANAGEMENT, Reply, Server
from tests.collect.kubernetes.wire import serving

NOW = datetime(2026, 11, 15, 6, tzinfo=UTC)
SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
GROUP = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters"
)
ID = f"{GROUP}/aks-one"
GUID = "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        found.gives_kubeconfig()
        yield found


def entra(name: str = "aks-one", **properties: Any) -> dict[str, Any]:
    """A cluster's ARM body that there is a way into."""
    return {
        "id": f"{GROUP}/{name}",
        "name": name,
        "location": "westeurope",
        "properties": {"aadProfile": {"managed": True}, "provisioningState": "Succeeded"} | properties,
    }


@dataclass
class Bench:
    """A snapshot being collected from a server."""

    server: Server
    folder: Path
    settings: Clusters = field(default_factory=Clusters)
    connection: Connection = field(init=False)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.connection = Connection(
            f"https://{MANAGEMENT}",
            f"https://{LOGIN}",
            self.server.ca_file,
            self.server.address,
            call_seconds=20,
            sleep=lambda seconds: None,
        )

    def collect(self, *bodies: dict[str, Any], **settings: Any) -> Bench:
        """Look into the clusters with these bodies; the names of the jobs are thrown away."""
        bodies = bodies or (entra(),)
        self.settings = Clusters(**settings)
        self.server.arm["managedclusters"] = lambda call: Reply({"value": list(bodies)})
        secret = Credential(kind="client-secret", tenant_id=GUID, client_id=GUID)
        chosen = credential(secret, self.connection, "secret")
        azure = Azure(chosen, self.connection, lambda: NOW, commands=fleet.commands(self.settings))
        writer = Writer(self.folder, CollectionMode.ESTATE, "2026-11-15T06:00:00Z", "key")
        self.recorder = Recorder(azure, writer, CollectionMode.ESTATE)
        managed_clusters.READ.collect(self.recorder, SUBSCRIPTION, "Alpha", subscription=SUBSCRIPTION)
        clusters = tuple(Listed(body["id"], body["name"], SUBSCRIPTION, "westeurope", ()) for body in bodies)
        known = scope.Scope(None, None, (), {SUBSCRIPTION: scope.Visible("Alpha")})
        found = Population(known, clusters, (), {})
        common = fleet.Fleet.of(self.recorder, self.settings, self.connection, lambda: NOW, chosen)
        for job in fleet.jobs(common, found):
            job()
        return self

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.recorder.writer.gaps

    def pages(self, source: str, unit: str = ID) -> list[Json]:
        return list(self.recorder.writer.bodies(source, unit))

    def items(self, source: str, unit: str = ID) -> list[Json]:
        return [item for page in self.pages(source, unit) for item in page["items"]]

    def provenance(self, source: str) -> list[Provenance]:
        import json

        files = sorted((self.folder / source).rglob("*.provenance.json"))
        return [Provenance(**json.loads(path.read_bytes())) for path in files]

    def text(self) -> str:
        """Everything in the folder, for looking for what must not be there."""
        return "".join(path.read_text(encoding="utf-8") for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def bench(server: Server, tmp_path: Path) -> Bench:
    return Bench(server, tmp_path / "snapshot")


def client(
    server: Server,
    *,
    token: str = "fixed",  # noqa: S107 (nobody's)
    seconds: float = 30.0,
    **connection: Any,
) -> Client:
    """A client of the server's one cluster."""
    settings: dict[str, Any] = {
        "address": server.address,
        "call_seconds": 20.0,
        "sleep": lambda seconds: None,
    }
    way = Connection(f"https://{MANAGEMENT}", f"https://{LOGIN}", server.ca_file, **settings | connection)
    context = trusting(server.ca_pem.decode())
    return Client(f"https://{API}", context, FixedToken(token), way, Deadline(seconds), lambda: NOW)


def named(name: str, namespace: str = "app", **parts: Any) -> dict[str, Any]:
    """An object with a little of everything in its metadata."""
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "labels": {"app": name},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"data":"CANARY-applied"}'},
        "managedFields": [{"manager": "CANARY-managed", "fieldsV1": {"f:data": {"f:CANARY-field": {}}}}],
    }
    return {"metadata": metadata | parts.pop("metadata", {}), **parts}
