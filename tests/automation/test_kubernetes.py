"""The CronJobs: valid for the API server, restricted, and satisfied by reportgen's own controls."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from reportgen import engagement, run
from reportgen.assess import assess
from reportgen.assess.catalogue import load
from reportgen.catalogues import CONTROLS
from reportgen.model import CollectionMode, Observation, Status
from reportgen.snapshot import Reader
from tests.automation import SAMPLES
from tests.line import NOW
from tools.benching import estates

MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((SAMPLES / "kubernetes" / "evidence.yaml").read_text(encoding="utf-8"))
)
JOBS = {item["metadata"]["name"]: item for item in MANIFESTS if item["kind"] == "CronJob"}
LISTS = {
    "CronJob": "cronjobs.json",
    "LimitRange": "limitranges.json",
    "Namespace": "namespaces.json",
    "NetworkPolicy": "networkpolicies.json",
    "ResourceQuota": "resourcequotas.json",
    "ServiceAccount": "serviceaccounts.json",
}
"""Of what kinds an API server's lists are judged."""
_VERSIONS = {item["kind"]: item["apiVersion"] for item in MANIFESTS}


def template(job: str) -> dict[str, Any]:
    found: dict[str, Any] = JOBS[job]["spec"]["jobTemplate"]["spec"]["template"]
    return found


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda item: f"{item['kind']}-{item['metadata']['name']}")
def test_an_api_server_takes_it(manifest: dict[str, Any]) -> None:
    for version in ("1.35", "1.36", "1.37"):
        assert kubernetes_validate.validate(manifest, version, strict=True) == version


def test_the_schema_finds_a_wrong_key() -> None:
    spoiled = json.loads(json.dumps(JOBS["collect"]))
    spoiled["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["memory"] = "2Gi"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(spoiled, "1.37", strict=True)


@pytest.mark.parametrize("job", JOBS)
def test_it_is_restricted(job: str) -> None:
    """What the Pod Security Standard "restricted" asks for, and a file system that nobody writes to."""
    pod = template(job)["spec"]
    (container,) = pod["containers"]
    own = container["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert own["readOnlyRootFilesystem"] is True
    assert set(container["resources"]["limits"]) >= {"cpu", "memory"}
    assert pod["automountServiceAccountToken"] is False
    assert {next(iter(set(volume) - {"name"})) for volume in pod["volumes"]} <= {
        "configMap",
        "emptyDir",
        "persistentVolumeClaim",
    }
    (namespace,) = (item for item in MANIFESTS if item["kind"] == "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("job", JOBS)
def test_what_is_mounted_is_there_and_is_where_the_command_looks(job: str) -> None:
    pod = template(job)["spec"]
    (container,) = pod["containers"]
    named = {(item["kind"], item["metadata"]["name"]) for item in MANIFESTS}
    for volume in pod["volumes"]:
        if "configMap" in volume:
            assert ("ConfigMap", volume["configMap"]["name"]) in named
        if "persistentVolumeClaim" in volume:
            assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in named
    assert ("ServiceAccount", pod["serviceAccountName"]) in named
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in pod["volumes"]}
    assert container["args"][1] == f"{mounted['engagement']}/engagement.yaml"
    assert container["args"][3] == mounted["evidence"]


def test_the_pods_may_use_workload_identity() -> None:
    """The webhook mounts a token only for pods with the label, whose account names an identity."""
    (account,) = (item for item in MANIFESTS if item["kind"] == "ServiceAccount")
    assert account["metadata"]["annotations"]["azure.workload.identity/client-id"]
    for job in JOBS:
        assert template(job)["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    (config,) = (item for item in MANIFESTS if item["kind"] == "ConfigMap")
    loaded = engagement.parse(config["data"]["engagement.yaml"], "engagement.yaml")
    assert loaded.credential.kind == "workload-identity"
    assert loaded.store
    assert loaded.store.in_blobs
    assert loaded.schedule == "weekly"


def looked_at(folder: Path, manifests: list[dict[str, Any]]) -> list[Observation]:
    """What reportgen finds of our namespace in a cluster that has these manifests too."""
    estate = estates.fleet(folder, 1)
    inside = estate / "kubernetes" / estates.SMALL
    source = inside.resolve()
    inside.unlink()
    shutil.copytree(source, inside)
    for kind, name in LISTS.items():
        path = inside / name
        listed = (
            json.loads(path.read_bytes())
            if path.is_file()
            else {"kind": f"{kind}List", "apiVersion": _VERSIONS[kind], "metadata": {}, "items": []}
        )
        listed["items"] += [_served(item) for item in manifests if item["kind"] == kind]
        path.write_text(json.dumps(listed), encoding="utf-8")
    loaded = engagement.load(estate / "engagement.yaml")
    snapshot = run.collect_estate(
        loaded, estate, folder / "out", NOW, CollectionMode.ESTATE, lambda _, __, ___: None
    )
    found = assess(Reader(snapshot), load(CONTROLS), NOW.strftime("%Y-%m-%dT%H:%M:%SZ")).observations
    return [item for item in found if item.subject.name.startswith("reportgen")]


def _served(manifest: dict[str, Any]) -> dict[str, Any]:
    """As an API server shows what it stores."""
    known = {"uid": manifest["metadata"]["name"], "creationTimestamp": "2026-10-01T00:00:00Z"}
    return {**manifest, "metadata": {**manifest["metadata"], **known}}


def test_reportgen_s_own_controls_are_satisfied(tmp_path: Path) -> None:
    found = looked_at(tmp_path, MANIFESTS)
    kinds = {item.subject.kind for item in found}
    assert "workload" in kinds
    assert "namespace" in kinds
    bad = {item.control for item in found if item.status is Status.NOT_SATISFIED}
    assert bad == {"rbac-service-account-per-workload"}  # the three are one program, as one identity
    assert sum(item.status is Status.SATISFIED for item in found) > 40


def test_reportgen_s_own_controls_see_what_is_loosened(tmp_path: Path) -> None:
    spoiled = json.loads(json.dumps(MANIFESTS))
    for item in spoiled:
        if item["kind"] == "CronJob":
            pod = item["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            del pod["securityContext"]
            pod["containers"][0]["securityContext"] = {"privileged": True}
    found = looked_at(tmp_path, [item for item in spoiled if item["kind"] != "NetworkPolicy"])
    bad = {item.control for item in found if item.status is Status.NOT_SATISFIED}
    assert len(bad) >= 5
