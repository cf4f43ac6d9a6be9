"""Files as the tools write them, with whatever they print that must not be kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CANARY = "canary-8d41b7"
"""Stands where the tools print secrets and other contents of clusters."""


def check(number: str, title: str, status: str = "PASS", **changes: Any) -> dict[str, Any]:
    """A result of kube-bench, with all the keys that it writes."""
    return {
        "test_number": number,
        "test_desc": title,
        "audit": f"/bin/cat /etc/kubernetes/{CANARY}",
        "AuditEnv": "",
        "AuditConfig": "",
        "type": "",
        "remediation": f"kubelet --token={CANARY}",
        "test_info": [CANARY],
        "status": status,
        "actual_value": CANARY,
        "scored": True,
        "IsMultiple": False,
        "expected_result": CANARY,
        **changes,
    }


def kube_bench(*checks: dict[str, Any], role: str = "node", version: str = "aks-1.8.0") -> dict[str, Any]:
    """What kube-bench --json writes."""
    control = {
        "id": "3",
        "version": version,
        "detected_version": "1.33",
        "text": "Worker Node Security Configuration",
        "node_type": role,
        "tests": [{"section": "3.2", "desc": "Kubelet", "results": list(checks)}],
    }
    return {"Controls": [control], "Totals": {"total_pass": len(checks)}}


def vulnerability(
    name: str, severity: str = "HIGH", fixed: str = "1.2", package: str = "openssl"
) -> dict[str, Any]:
    """One of Trivy's."""
    return {
        "VulnerabilityID": name,
        "PkgName": package,
        "InstalledVersion": "1.1",
        **({"FixedVersion": fixed} if fixed else {}),
        "Severity": severity,
        "Title": "A flaw",
        "Description": CANARY,
    }


def packages(*found: dict[str, Any]) -> dict[str, Any]:
    """A result of Trivy about the packages of an image."""
    return {
        "Target": "image (debian 12)",
        "Class": "os-pkgs",
        "Type": "debian",
        "Vulnerabilities": list(found),
    }


SECRET = {
    "Target": "/app/config.json",
    "Class": "secret",
    "Secrets": [{"RuleID": "aws-access-key-id", "Severity": "CRITICAL", "Match": CANARY}],
}


def trivy_image(
    image: str, *results: dict[str, Any], at: str = "2026-11-01T10:00:00.123456789Z"
) -> dict[str, Any]:
    """What trivy image --format json writes."""
    return {
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.71.0"},
        "CreatedAt": at,
        "ArtifactName": image,
        "ArtifactType": "container_image",
        "Metadata": {"ImageConfig": {"config": {"Env": [f"PASSWORD={CANARY}"]}}},
        "Results": list(results),
    }


def trivy_cluster(*resources: dict[str, Any]) -> dict[str, Any]:
    """What trivy k8s --format json writes."""
    return {"ClusterName": "aks-good-admin", "Resources": list(resources)}


def resource(name: str, *results: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A deployment in a report of Trivy on a cluster."""
    metadata = [
        {"RepoTags": [f"docker.io/library/{name}:1"], "RepoDigests": [], "ImageConfig": {"x": CANARY}}
    ]
    return {
        "Namespace": "shop",
        "Kind": "Deployment",
        "Name": name,
        "Metadata": metadata,
        "Results": list(results),
        **changes,
    }


def kubescape(**controls: dict[str, Any]) -> dict[str, Any]:
    """What kubescape scan --format json writes; a control by its id without the hyphen."""
    return {
        "generationTime": "2026-11-02T21:40:55.5Z",
        "customerGUID": CANARY,
        "metadata": {"contextMetadata": {"clusterContextMetadata": {"contextName": "aks-good"}}},
        "summaryDetails": {
            "controls": {
                f"C-{name[1:]}": {
                    "controlID": f"C-{name[1:]}",
                    "name": "A control",
                    "statusInfo": {"status": "passed"},
                    "ResourceCounters": {"passedResources": 3, "failedResources": 0, "skippedResources": 0},
                    "scoreFactor": 8,
                    "resourceIDs": {CANARY: {}},
                    **control,
                }
                for name, control in controls.items()
            },
            "frameworks": [
                {"name": "NSA", "version": "v1", "controls": {f"C-{name[1:]}": {} for name in controls}}
            ],
        },
        "results": [{"resourceID": CANARY}],
        "resources": [{"object": {"data": {"password": CANARY}}}],
    }


def write(path: Path, document: Any) -> Path:
    """A file of one tool."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path
