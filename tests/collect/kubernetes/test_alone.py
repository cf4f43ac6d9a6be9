"""One cluster by a kubeconfig, without Azure."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import Any

import pytest
import trustme

from reportgen.assess import catalogue
from reportgen.collect import Request, collect
from reportgen.collect.connection import Connection
from reportgen.doctor import clusters
from reportgen.engagement import Engagement, load
from reportgen.errors import UsageError
from reportgen.model import CollectionMode
from reportgen.run import CONTROLS, Served
from reportgen.snapshot import Reader
from tests import line
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import NOW
from tests.collect.kubernetes.server import Server

SCOPE = "/kubeconfig/no-subscription/managedClusters/one"
TEXT = """\
entity: Contoso
period: {start: 2026-10-01, end: 2026-12-31}
scope: {}
credential: kubeconfig
"""


def engagement(folder: Path, **clusters: Any) -> Engagement:
    path = folder / "engagement.yaml"
    keys = ", ".join(f"{key}: {value}" for key, value in clusters.items())
    path.write_text(TEXT + (f"clusters: {{{keys}}}\n" if keys else ""), encoding="utf-8")
    return load(path)


def kubeconfig(server: Server, folder: Path, user: str = "{token: CANARY-token}") -> Path:
    path = folder / "config.yaml"
    text = re.sub(r"user: \{client.*\}", f"user: {user}", server.kubeconfig())
    path.write_text(text, encoding="utf-8")
    return path


def connection(server: Server) -> Connection:
    return Connection(
        "https://management.azure.test", "https://login.azure.test", None, server.address, 20, lambda s: None
    )


def collected(
    server: Server, given: Engagement, folder: Path, mode: CollectionMode = CollectionMode.KUBECONFIG
) -> Reader:
    way = connection(server)
    request = Request(folder / "snapshot", mode, way, lambda: NOW, "test", lambda *_: None)
    collect(given, request)
    return Reader(request.folder)


def test_a_kubeconfig_is_all_that_is_needed(server: Server, tmp_path: Path) -> None:
    world.fill(server.cluster)
    kubeconfig(server, tmp_path)
    reader = collected(server, engagement(tmp_path, kubeconfig="config.yaml"), tmp_path)
    (gap,) = reader.gaps
    assert (gap.source, gap.scope, gap.scope_name) == ("arm.managed-clusters", SCOPE, "one")
    assert "was read by a kubeconfig alone" in gap.detail
    (page,) = reader.pages("k8s.pods", SCOPE)
    assert len(page.body["items"]) == 2
    assert {call.host for call in server.calls} == {"api.azure.test"}
    assert {call.headers["authorization"] for call in server.calls} == {"Bearer CANARY-token"}
    assert (reader.header.identity.object_id, reader.header.endpoint) == ("app", "https://api.azure.test")
    assert page.provenance.identity.object_id == "app"
    assert (page.provenance.endpoint, page.provenance.collection_mode) == (
        "https://api.azure.test",
        "kubeconfig",
    )
    assert "CANARY" not in "".join(
        path.read_text("utf-8") for path in reader.folder.rglob("*") if path.is_file()
    )


def test_secrets_and_contexts_go_by_the_engagement(server: Server, tmp_path: Path) -> None:
    world.fill(server.cluster)
    kubeconfig(server, tmp_path)
    reader = collected(
        server, engagement(tmp_path, kubeconfig="config.yaml", secrets="true", context="one"), tmp_path
    )
    assert len(list(reader.pages("k8s.secrets", SCOPE))) == 2
    with pytest.raises(UsageError, match=r"config\.yaml: the kubeconfig has no context two"):
        collected(server, engagement(tmp_path, kubeconfig="config.yaml", context="two"), tmp_path / "other")


def test_the_environment_names_the_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kubeconfig(server, tmp_path)
    monkeypatch.setenv("KUBECONFIG", f"{path}{os.pathsep}/elsewhere")
    assert collected(server, engagement(tmp_path), tmp_path).header.identity.object_id == "app"
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(UsageError, match=r"home/\.kube/config: cannot be read"):
        collected(server, engagement(tmp_path), tmp_path / "other")


def test_a_client_certificate_signs_in_and_is_in_no_file_afterwards(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    issued = trustme.CA().issue_cert("someone@example.test")
    certificate = base64.b64encode(issued.cert_chain_pems[0].bytes()).decode()
    key = base64.b64encode(issued.private_key_pem.bytes()).decode()
    user = f"{{client-certificate-data: {certificate}, client-key-data: {key}}}"
    kubeconfig(server, tmp_path, user)
    reader = collected(server, engagement(tmp_path, kubeconfig="config.yaml"), tmp_path)
    # The server takes nobody in by certificate, and says so: what matters is that no token was sent.
    assert not [call for call in server.calls if "authorization" in call.headers]
    assert [gap.source for gap in reader.gaps] == ["arm.managed-clusters", "k8s.access"]
    assert not list((tmp_path / "tmp").iterdir())


def test_certificates_that_are_none_are_an_error_of_the_engagement(server: Server, tmp_path: Path) -> None:
    kubeconfig(server, tmp_path, "{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}")
    with pytest.raises(UsageError, match="certificates or key are not what they should be"):
        collected(server, engagement(tmp_path, kubeconfig="config.yaml"), tmp_path)
    assert not (tmp_path / "snapshot").exists()  # else the next attempt would go on with it, at its time


def test_a_server_that_cannot_be_reached_is_a_gap(server: Server, tmp_path: Path) -> None:
    path = kubeconfig(server, tmp_path)
    path.write_text(path.read_text("utf-8").replace("api.azure.test", "gone.example"), encoding="utf-8")
    reader = collected(server, engagement(tmp_path, kubeconfig="config.yaml"), tmp_path)
    assert [(gap.source, gap.reason) for gap in reader.gaps] == [
        ("arm.managed-clusters", "not-found"),
        ("k8s.access", "unreachable"),
    ]


WRONG: dict[str, tuple[str, str]] = {
    "a scope": ("scope: {management_groups: [corp]}", "with credential kubeconfig there is no Azure"),
    "run command": ("scope: {}\nclusters: {access: run-command}", "the only clusters.access is direct"),
}


@pytest.mark.parametrize(("keys", "words"), WRONG.values(), ids=WRONG)
def test_an_engagement_that_mixes_the_two_is_refused(tmp_path: Path, keys: str, words: str) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(TEXT.replace("scope: {}", keys), encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        load(path)


def test_a_kubeconfig_beside_azure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    text = TEXT.replace("credential: kubeconfig", "credential: managed-identity\nclusters: {context: one}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="go with credential kubeconfig alone"):
        load(path)


def test_a_real_cluster(tmp_path: Path, without_pdf: None) -> None:
    """The whole line against whatever API server the variable KUBECONFIG_TEST names a kubeconfig of."""
    path = os.environ.get("KUBECONFIG_TEST")
    if not path:
        pytest.skip("KUBECONFIG_TEST names no kubeconfig of a cluster to try")
    file = tmp_path / "engagement.yaml"
    file.write_text(f"{TEXT}clusters: {{kubeconfig: {Path(path).absolute()}}}\n", encoding="utf-8")
    result = line.command("run", file, "--out", tmp_path / "out")
    assert result.code == 3
    (snapshot,) = (tmp_path / "out" / "snapshots").iterdir()
    reader = Reader(snapshot)
    assert [gap.source for gap in reader.gaps] == ["arm.managed-clusters"]
    assert next(iter(reader.pages("k8s.namespaces"))).body["items"]


def test_the_line_makes_a_pack_of_one_cluster(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_pdf: None
) -> None:
    world.fill(server.cluster)
    server.clusters["127.0.0.1"] = server.cluster
    host, port = server.address
    path = kubeconfig(server, tmp_path)
    text = path.read_text("utf-8").replace("https://api.azure.test", f"https://{host}:{port}")
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG_TEST", str(path))
    test_a_real_cluster(tmp_path, None)


def test_doctor_asks_what_may_be_read_and_reads_nothing(server: Server, tmp_path: Path) -> None:
    world.fill(server.cluster)
    kubeconfig(server, tmp_path)
    served = Served(engagement(tmp_path, kubeconfig="config.yaml"), connection(server), "")
    controls = catalogue.load(CONTROLS)
    fine = clusters.alone(served, lambda: NOW, controls)
    assert (fine.state.value, fine.found) == (
        "ok",
        "one, by a kubeconfig and without Azure: it answers, and lets all be read that it serves",
    )
    assert not [call for call in server.calls if "/pods" in call.path]
    server.cluster.denied.add("persistentvolumes")
    lacking = clusters.alone(served, lambda: NOW, controls)
    assert lacking.state.value == "incomplete"
    assert lacking.found.endswith(", and rights are missing: 1")
    assert lacking.details == (
        "list persistentvolumes in the core API group  for k8s.persistent-volumes",
        "costs encryption-volumes-customer-key",
    )
    assert "--section cluster-role" in lacking.advice


def test_doctor_says_why_nobody_is_let_in(server: Server, tmp_path: Path) -> None:
    path = kubeconfig(server, tmp_path)
    served = Served(engagement(tmp_path, kubeconfig="config.yaml"), connection(server), "")
    path.write_text(
        path.read_text(encoding="utf-8").replace("api.azure.test", "other.test"), encoding="utf-8"
    )
    found = clusters.alone(served, lambda: NOW, ())
    assert (found.state.value, found.found[:5]) == ("stops", "one: ")
    path.write_text("{}", encoding="utf-8")
    assert clusters.alone(served, lambda: NOW, ()).found.startswith("clusters.kubeconfig: ")
