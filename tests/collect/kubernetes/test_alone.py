"""One cluster by a kubeconfig, without Azure."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from reportgen.assess import assess
from reportgen.assess.catalogue import load as load_controls
from reportgen.collect import Request, collect
from reportgen.collect.connection import Connection
from reportgen.doctor import clusters
from reportgen.engagement import Clusters, Engagement, Imported, Scope, load
from reportgen.errors import UsageError
from reportgen.model import Cause, CollectionMode, Status
from reportgen.run import CONTROLS, SAMPLES, Served
from reportgen.sandbox import Sandbox, serve
from reportgen.sandbox.interface import API_AUDIENCE
from reportgen.snapshot import Reader
from reportgen.sources.kubernetes import SECRETS
from tests import line
from tests.collect.imported import files
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import NOW
from tests.collect.kubernetes.server import Server
from tests.sandbox.conftest import Client

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


def test_other_tools_files_are_about_the_context(server: Server, tmp_path: Path) -> None:
    world.fill(server.cluster)
    kubeconfig(server, tmp_path)
    scan = files.trivy_image("nginx:1.25", files.packages(files.vulnerability("CVE-1")))
    files.write(tmp_path / "scan.json", scan)
    one = Imported(tool="trivy", file="scan.json", cluster="one")
    given = engagement(tmp_path, kubeconfig="config.yaml")
    reader = collected(server, given.model_copy(update={"imported": (one,)}), tmp_path)
    (page,) = reader.pages("imported.trivy", SCOPE)
    assert page.provenance.identity.object_id == "app"
    assert page.body["value"][0]["results"][0]["images"] == ["nginx:1.25"]
    other = one.model_copy(update={"cluster": "two"})
    with pytest.raises(UsageError, match=r"imported\.0\.cluster: two: no cluster that can be read"):
        collected(server, given.model_copy(update={"imported": (other,)}), tmp_path / "other")


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
        ("arm.managed-clusters", "excluded"),
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


def line_alone(path: Path, folder: Path) -> line.Result:
    """The whole line with nothing but a kubeconfig, as a person runs it."""
    file = folder / "engagement.yaml"
    file.write_text(f"{TEXT}clusters: {{kubeconfig: {path.absolute()}}}\n", encoding="utf-8")
    result = line.command("run", file, "--out", folder / "out")
    assert result.code in (0, 1), "what Azure says is left out, and no gap"
    assert result.out.startswith("One cluster by a kubeconfig; 0 gaps in the evidence")
    return result


def observations(result: line.Result) -> list[dict[str, Any]]:
    text = (result.pack / "results" / "observations.jsonl").read_text("utf-8")
    return [json.loads(each) for each in text.splitlines()]


def check_alone(result: line.Result) -> None:
    """Every control that stands on the API server alone is assessed, every other excluded and said so."""
    shipped = load_controls(CONTROLS)
    left_out = {control.id for control in shipped if SECRETS in control.needs}
    inside = {
        control.id
        for control in shipped
        if all(source.startswith("k8s.") for source in control.needs) and control.id not in left_out
    }
    seen = [one for one in observations(result) if one["control"] not in left_out]
    excluded = {one["control"] for one in seen if one["cause"] == "excluded"}
    not_imported = {one["control"] for one in seen if one["cause"] == "not-imported"}
    assert not excluded & inside
    assert {one["control"] for one in seen} - excluded - not_imported <= inside
    assert {one["cause"] for one in seen if one["control"] in inside} <= {None, "undetermined"}
    findings = json.loads((result.pack / "results" / "findings.json").read_text("utf-8"))["findings"]
    assert {finding["control"] for finding in findings} == inside | excluded | not_imported | left_out
    (reason,) = {one["reason"] for one in seen if one["cause"] == "excluded"}
    assert "The cluster was read by a kubeconfig alone, as the engagement says" in reason
    assert len(inside) > 100
    html = (result.pack / "report.html").read_text("utf-8")
    assert "Complete for the one cluster that the kubeconfig leads to:" in html
    assert f"{len(excluded)} of {len(findings)} controls stand on what it says" in html


def test_a_real_cluster(tmp_path: Path, without_pdf: None) -> None:
    """The whole line against whatever API server the variable KUBECONFIG_TEST names a kubeconfig of.

    Any conformant one will do, with a user that may list what ``reportgen permissions`` says.
    """
    path = os.environ.get("KUBECONFIG_TEST")
    if not path:
        pytest.skip("KUBECONFIG_TEST names no kubeconfig of a cluster to try")
    assert_all_read(Path(path), tmp_path)


def assert_all_read(way: Path, folder: Path) -> None:
    """The line over the cluster that a kubeconfig leads to; the only gap is Azure's view of it."""
    check_alone(line_alone(way, folder))
    (snapshot,) = (folder / "out" / "snapshots").iterdir()
    reader = Reader(snapshot)
    assert [gap.source for gap in reader.gaps] == ["arm.managed-clusters"]
    assert next(iter(reader.pages("k8s.namespaces"))).body["items"]


def test_the_same_against_the_sandbox(tmp_path: Path, without_pdf: None) -> None:
    """A cluster of the sample estate by a kubeconfig, and what Azure's way in says of it beside it."""
    with serve(SAMPLES / "contoso", as_of=NOW) as sandbox:
        way = sandbox_kubeconfig(sandbox, "aks-ebanking-prod-weu", tmp_path)
        result = line_alone(way, tmp_path)
        check_alone(result)
        whole = line.collected(
            sandbox,
            tmp_path / "azure",
            scope=Scope(subscriptions=(PRODUCTION,)),
            clusters=Clusters(access="direct"),
        )
    (snapshot,) = (tmp_path / "out" / "snapshots").iterdir()
    alone, by_azure = judged(Reader(snapshot)), judged(whole, "aks-ebanking-prod-weu")
    assert len(alone) > 1000
    unlike = {key for key, status in alone.items() if by_azure[key] != status}
    assert {subject for _, subject in unlike} == {"role-binding/aks-cluster-admin-binding-aad"}, (
        "without Azure's settings nobody knows that the group in it is the one that they name"
    )
    assert {one["subject"]["cluster"] for one in observations(result)} == {"e-banking / prod", ""}, (
        "what lies beside clusters has none"
    )


def judged(reader: Reader, cluster: str = "") -> dict[tuple[str, str], Status]:
    """By control and subject inside the cluster, at one time whenever it was read; not what is left out."""
    return {
        (seen.control, seen.subject.id.rpartition("/kubernetes/")[2]): seen.status
        for seen in assess(reader, load_controls(CONTROLS), line.AS_OF).observations
        if "/kubernetes/" in seen.subject.id
        and seen.cause is not Cause.EXCLUDED
        and cluster in ("", seen.subject.cluster)
    }


PRODUCTION = "3d7c1f0a-92be-4c57-8e13-b6a4f05d27c9"


def sandbox_kubeconfig(sandbox: Sandbox, name: str, folder: Path) -> Path:
    """A kubeconfig for one cluster of a sandbox, by its address, its context named as people name them."""
    host = next(host for key, host in sandbox.api_servers.items() if key.endswith(f"/{name}"))
    token = Client(sandbox).sign_in(scope=f"{API_AUDIENCE}/.default").json()["access_token"]
    server = f"https://127.0.0.1:{sandbox.address[1]}/k8s/{host.partition('.')[0]}"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "c", "cluster": {"server": server, "certificate-authority": str(sandbox.ca_file)}}
        ],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "e-banking / prod", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "e-banking / prod",
    }
    path = folder / "sandbox-config"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def test_a_cluster_that_does_not_answer_is_a_gap_in_every_control(
    server: Server, tmp_path: Path, without_pdf: None
) -> None:
    path = kubeconfig(server, tmp_path)
    path.write_text(path.read_text("utf-8").replace("api.azure.test", "gone.example"), encoding="utf-8")
    file = tmp_path / "engagement.yaml"
    file.write_text(f"{TEXT}clusters: {{kubeconfig: {path.absolute()}}}\n", encoding="utf-8")
    result = line.command("run", file, "--out", tmp_path / "out")
    assert result.code == 3
    assert result.out.startswith("One cluster by a kubeconfig; 1 gap in the evidence")
    seen = observations(result)
    assert {one["status"] for one in seen} == {"not-assessed"}
    gaps = [one for one in seen if one["cause"] == "gap"]
    assert len(gaps) > 100
    assert all("Way to the cluster's API server" in one["reason"] for one in gaps)
    html = (result.pack / "report.html").read_text("utf-8")
    assert "Incomplete. 1 gap in the evidence is listed below." in html


def test_the_line_makes_a_pack_of_one_cluster(server: Server, tmp_path: Path, without_pdf: None) -> None:
    world.fill(server.cluster)
    server.clusters["127.0.0.1"] = server.cluster
    host, port = server.address
    path = kubeconfig(server, tmp_path)
    text = path.read_text("utf-8").replace("https://api.azure.test", f"https://{host}:{port}")
    path.write_text(text, encoding="utf-8")
    assert_all_read(path, tmp_path)


def test_doctor_asks_what_may_be_read_and_reads_nothing(server: Server, tmp_path: Path) -> None:
    world.fill(server.cluster)
    kubeconfig(server, tmp_path)
    served = Served(engagement(tmp_path, kubeconfig="config.yaml"), connection(server), "")
    controls = load_controls(CONTROLS)
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
        "costs encryption-volumes-customer-key, secrets-in-use",
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
