"""`reportgen doctor` inside clusters: which are closed, and which rights are missing for which controls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import Sandbox, serve
from tests import line
from tests.sandbox.conftest import ALPHA, cluster, write
from tests.sandbox.kubernetes.conftest import ENTRA, fill, listed, thing

PERMISSIONS = {
    "path": "/subscriptions/*/providers/Microsoft.Authorization/permissions",
    "body": {
        "value": [
            {
                "actions": [
                    "*/read",
                    "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
                ]
            }
        ]
    },
}
AZURE_RBAC = {"aadProfile": {"managed": True, "enableAzureRBAC": True}}
VOLUMES = "list persistentvolumes in the core API group"
COSTS = "costs encryption-volumes-customer-key, secrets-in-use"


def estate(folder: Path, clusters: dict[str, tuple[dict[str, Any], Any]]) -> Path:
    """Clusters by name, each with properties and what access.json says (None: no API server)."""
    files = {f"{name}.json": cluster(ALPHA, name, **more) for name, (more, _) in clusters.items()}
    write(folder, {"empty.json": [PERMISSIONS], **files})
    things = {
        "namespaces.json": listed("Namespace", thing("app")),
        "persistentvolumes.json": listed("PersistentVolume", thing("disk")),
    }
    for name, (_, access) in clusters.items():
        if access is not None:
            fill(folder, name, things | {"access.json": access})
    return folder


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", "sandbox-only")


def document(folder: Path, sandbox: Sandbox, **clusters: Any) -> dict[str, Any]:
    path = line.engagement_file(
        folder / "engagement.yaml", sandbox, scope={"subscriptions": [ALPHA]}, clusters=clusters
    )
    result = line.command("doctor", path, "--out", folder / "out", "--json")
    found: dict[str, Any] = json.loads(result.out)
    assert found["exit_code"] == result.code
    return found


def checks(found: dict[str, Any], topic: str) -> list[dict[str, Any]]:
    return [check for check in found["checks"] if check["topic"] == topic]


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Sandbox]:
    """Two clusters that grant all, two that do not, one without Entra and one without a path."""
    lacking = {"deny": ["persistentvolumes"]}
    folder = estate(
        tmp_path / "estate",
        {
            "aks-a": (ENTRA, {}),
            "aks-b": (AZURE_RBAC, {}),
            "aks-lacking": (ENTRA, lacking),
            "aks-azure": (AZURE_RBAC, lacking),
            "aks-legacy": ({}, {}),
            "aks-far": (ENTRA, None),
        },
    )
    with serve(folder) as sandbox:
        yield sandbox


def test_each_cluster_is_tried_and_what_is_missing_is_told_with_its_price(
    tmp_path: Path, mixed: Sandbox
) -> None:
    found = document(tmp_path, mixed)
    assert found["exit_code"] == 3
    (ways,) = checks(found, "clusters")
    assert (ways["state"], ways["found"]) == ("incomplete", "no way into 2 of 6")
    assert [detail.split(":")[0] for detail in ways["details"][:2]] == ["aks-far", "aks-legacy"]
    assert "does not resolve" in ways["details"][0]
    assert ways["details"][-1].endswith(" there: whatever looks inside")
    inside, azure = sorted(checks(found, "cluster rights"), key=lambda check: str(check["advice"]))
    assert inside["found"] == azure["found"] == "1 missing in 1 of 4 clusters"
    assert inside["details"] == ["aks-lacking", f"{VOLUMES}  for k8s.persistent-volumes", COSTS]
    assert "--section cluster-role" in inside["advice"]
    action = "Microsoft.ContainerService/managedClusters/persistentvolumes/read"
    assert azure["details"] == ["aks-azure", f"{VOLUMES}  for k8s.persistent-volumes ({action})", COSTS]
    assert "--section data-role" in azure["advice"]
    known = {one["name"]: one for one in found["clusters"]}
    assert (known["aks-a"]["missing"], known["aks-far"]["missing"]) == ([], None)
    assert known["aks-lacking"]["missing"] == [
        {
            "right": VOLUMES,
            "sources": ["k8s.persistent-volumes"],
            "controls": ["encryption-volumes-customer-key", "secrets-in-use"],
        }
    ]


def test_nothing_is_listed_and_no_administrator_is_asked_for(tmp_path: Path, mixed: Sandbox) -> None:
    document(tmp_path, mixed)
    assert mixed.admin_credentials == []
    inside = [text for text in mixed.requests if ".k8s." in text]
    assert inside
    assert not [text for text in inside if "persistentvolumes" in text or "namespaces" in text]
    assert not [text for text in mixed.requests if "listCluster" in text and "aks-legacy" in text]
    assert not (tmp_path / "out").exists()


def test_all_is_well(tmp_path: Path) -> None:
    with serve(estate(tmp_path / "estate", {"aks-a": (ENTRA, {}), "aks-b": (AZURE_RBAC, {})})) as sandbox:
        found = document(tmp_path, sandbox)
    assert found["exit_code"] == 0
    (ways,), (rights,) = checks(found, "clusters"), checks(found, "cluster rights")
    assert (ways["found"], rights["found"]) == (
        "a way into 2 of 2",
        "all that reading takes, in 2 clusters",
    )


def test_secrets_are_missing_only_where_they_are_asked_for(tmp_path: Path) -> None:
    with serve(estate(tmp_path / "estate", {"aks-a": (ENTRA, {})})) as sandbox:
        found = document(tmp_path, sandbox, secrets=True)
    (rights,) = checks(found, "cluster rights")
    assert rights["details"][1:] == [
        "list secrets in the core API group  for k8s.secrets",
        "costs secrets-in-use, secrets-no-long-lived-tokens, secrets-references-exist",
    ]


def test_where_only_a_run_command_leads_none_is_sent(tmp_path: Path) -> None:
    off = {"apiServerAccessProfile": {"disableRunCommand": True}}
    folder = estate(tmp_path / "estate", {"aks-far": (ENTRA, None), "aks-off": (ENTRA | off, None)})
    with serve(folder) as sandbox:
        found = document(tmp_path, sandbox, access="run-command")
        assert not [text for text in sandbox.requests if "runCommand" in text]
    closed, commanded = checks(found, "clusters")
    assert (closed["found"], closed["details"][0][:8]) == ("no way into 1 of 2", "aks-off:")
    assert (commanded["state"], commanded["details"]) == ("note", ["aks-far"])
    assert {one["name"]: one["missing"] for one in found["clusters"]} == {"aks-far": None, "aks-off": None}
    assert checks(found, "cluster rights") == []


def test_an_engagement_that_looks_into_none_tries_none(tmp_path: Path, mixed: Sandbox) -> None:
    found = document(tmp_path, mixed, access="none")
    assert (found["clusters"], checks(found, "clusters")) == ([], [])
    assert not [text for text in mixed.requests if "listClusterUserCredential" in text]


def test_a_scope_without_clusters_is_said(tmp_path: Path) -> None:
    with serve(estate(tmp_path / "estate", {})) as sandbox:
        found = document(tmp_path, sandbox)
    (check,) = checks(found, "clusters")
    assert (check["state"], check["found"]) == ("note", "none is visible in the scope")
